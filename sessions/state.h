/*
 * state -- what a log amounts to: examples, items, decisions, progress.
 *
 * The state is a fold of the log and of nothing else: state_apply() is called
 * for every act, in order, whether it is made now or read from a file.  An act
 * that was undone is left out when its example is folded again.  Everything
 * here is plain memory and cheap to read: screens draw straight from it.
 */
#ifndef UMIE_SESSIONS_STATE_H
#define UMIE_SESSIONS_STATE_H

#include "sessions/item.h"
#include "src/engine/extract.h"

struct json;
struct str;

enum progress { PROGRESS_TODO, PROGRESS_DONE, PROGRESS_SKIPPED };

struct session_example {
	int number;        /* from 1, in the order of the log */
	int parent;        /* of a variant: number of its example; else 0 */
	struct example ex; /* as it was read; never changed */
	char *change;      /* variant: what was changed ("text"…); owned */
	enum gate_setting gate; /* variant: as asked */
	float gate_value;
	struct item *item; /* owned; in the order in which they are shown:
			      by place, arguments below their event */
	size_t n_items;
	int next_id; /* of the next new item */
	enum progress progress;
	bool flag;
	int conflicts;            /* records of an imported file that a person's
				     decisions contradict, until it is done again */
	char *note;               /* owned; or NULL */
	struct extraction *reply; /* the newest; owned; NULL: not predicted */
	int64_t reply_seq;
	float uncertainty; /* 1 - p of the least probable item of the model;
			      0 when it found none, NAN without a reply */
	int disagree;      /* items that only model or only data set has */
	int flips;         /* items that come or go in the variants' replies */
	int *variant;      /* numbers of its variants; owned */
	size_t n_variants, cap_variants;
	size_t *act; /* indices of its acts in the log; owned */
	size_t n_acts, cap_acts;
};

struct session_counts {
	size_t examples, done, skipped;           /* without variants */
	size_t accepted, edited, rejected, added; /* items of examples that
						     are done */
	size_t absent;     /* items of the model that the text lacks */
	double per_minute; /* done lately; 0: not known yet */
};

struct state {
	struct act *log; /* owned; log[i].seq == i + 1 */
	bool *undone;    /* owned; as long as log */
	size_t n_log, cap_log, cap_undone;
	struct session_example **example; /* owned; [number - 1] */
	size_t n_examples, cap_examples;
	int at; /* number of the example looked at; 0: there is none */
	size_t *undo, *redo; /* owned; indices in log, the next one last */
	size_t n_undo, n_redo, cap_undo, cap_redo;
	/* settings, see session.h; owned; NULL: never set */
	char *sort, *filter;
	struct slice {
		char *name, *expr; /* owned */
	} * slice;
	size_t n_slices, cap_slices;
	struct session_counts counts;
	unsigned version; /* changes whenever anything above does */
};

void state_release(struct state *s);

/*
 * The next act, whose seq is n_log + 1; taken over.  ERR_DATA when it cannot
 * follow the log before it (an item that is not there, …); the state is then
 * as before and *a is released.
 */
int state_apply(struct state *s, struct act *a, struct err *err);

/* Example by number; NULL when there is none. */
struct session_example *state_example(const struct state *s, int number);
/* Item by its number; NULL when there is none. */
struct item *example_item(const struct session_example *e, int id);

/* Everything but the log, canonically: equal states print equally. */
void state_print(const struct state *s, struct str *out);

#endif
