/*
 * fold -- one act being folded into its example; for fold*.c alone.
 *
 * Functions that return int read a member of a body: ERR_DATA names the act
 * and what was expected there.
 */
#ifndef UMIE_SESSIONS_FOLD_H
#define UMIE_SESSIONS_FOLD_H

#include "sessions/state-internal.h"

struct folding {
	struct session_example *e;
	const struct act *a;
	const struct json *body;
	struct err *err;
};

int fold_bad(const struct folding *f, const char *what);
int fold_int(const struct folding *f, const struct json *j, const char *key,
	     int lo, int hi, int *out);
/* Code points [start, end) of the text; keys are `prefix`start, … */
int fold_place(const struct folding *f, const struct json *j,
	       const char *prefix, int *start, int *end);
int fold_label(const struct folding *f, const struct json *j, const char **out);
int fold_box(const struct folding *f, const struct json *j, struct box *out);

/* The act is what was said last about an item; j is the item as it was. */
void fold_decide(const struct folding *f, struct item *it,
		 const struct json *j);
/* Before an edit: keep what the item was, once. */
void fold_remember(struct item *it);
/* After an edit: edited, unless it is again what it was. */
void fold_edited(struct session_example *e, struct item *it);
void fold_accept(struct item *it);

/* A new item, with all that it belongs to (fold-add.c). */
int fold_add(const struct folding *f);

/* Records of a file, brought in by session_import() (fold-import.c). */
int fold_import(const struct folding *f);

#endif
