/*
 * adjust -- edges, a new span, a relation or a box while they are being set.
 *
 * What is set lives here until Enter turns it into one command line, so that
 * an act is one act however many keys it took, and Esc leaves everything as it
 * was.  The UI's thread.
 */
#ifndef UMIE_TUI_ADJUST_H
#define UMIE_TUI_ADJUST_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/str.h"
#include "src/image/image.h"
#include "src/task/schema.h"

struct app;
struct err;

/* enum, name in `adjust`, what the line of keys says */
#define ADJUSTS(_)                                                           \
	_(EDGES, "edges",                                                    \
	  "edges: h l right, H L left, Alt: by character, arrows: both  "    \
	  "Enter takes, Esc leaves")                                         \
	_(SPAN, "span",                                                      \
	  "new span: arrows move, h l H L edges, Alt: by character  Enter: " \
	  "its type, Esc leaves")                                            \
	_(BOX, "box",                                                        \
	  "box: arrows move, Shift: size, Alt: finely  Enter takes, "        \
	  "Esc leaves")                                                      \
	_(HEAD, "relation", "new relation: j k to its head, Enter, Esc")     \
	_(TAIL, "", "new relation: j k to its tail, Enter, Esc")             \
	_(PICK, "type",                                                      \
	  "letters filter, up down choose, Enter takes, Esc leaves")

enum adjust_kind {
	ADJUST_NONE,
#define ADJUST_ENUM(upper, name, keys) ADJUST_##upper,
	ADJUSTS(ADJUST_ENUM)
#undef ADJUST_ENUM
	    ADJUST_KINDS,
};

struct adjust {
	enum adjust_kind kind;
	int example;        /* number; another one ends it */
	int from;           /* enum pane_id: in focus before */
	bool other, zoom;   /* as they were before (ui.h) */
	int item;           /* id of what is changed; 0: a new one */
	int event;          /* id, of a new argument; 0: none */
	int32_t start, end; /* EDGES, SPAN: code points */
	struct box box;     /* BOX: pixels */
	int head;           /* TAIL: id */
	/* PICK: the label goes between these two */
	char *before, *after; /* owned */
	struct labels labels; /* owned: what may be chosen */
	struct str filter;
	int chosen; /* among those that the filter leaves */
};

/* By the name above; the selected item is what is meant. */
int adjust_begin(struct app *app, const char *name, struct err *err);
/* Give the selected item label number n (from 1) of its kind. */
int adjust_label(struct app *app, int n, struct err *err);
void adjust_leave(struct app *app);
void adjust_release(struct adjust *a);

/* One key of keymap.h while app->ui->adjust.kind; false: it means nothing. */
bool adjust_key(struct app *app, int key);

/* For the line of keys. */
const char *adjust_keys(enum adjust_kind k);
/* "edges|span|…" of `adjust`. */
const char *adjust_names(void);
/* Label number n (from 0) that the filter leaves; NULL behind the last. */
const char *adjust_choice(const struct adjust *a, int n);

#endif
