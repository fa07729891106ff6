/*
 * state-internal -- how an example is folded; for the state alone.
 */
#ifndef UMIE_SESSIONS_STATE_INTERNAL_H
#define UMIE_SESSIONS_STATE_INTERNAL_H

#include "sessions/state.h"

enum { ITEM_ID_MAX = 1000000, NOTE_MAX = 65536, LABEL_MAX = 256 };

/* --- merge.c: the layers ------------------------------------------------ */

/* What tells an item from others of its example; the caller's. */
char *item_key(const struct session_example *e, const struct item *it);
/* The item that has this key, or had it before an edit; NULL: none. */
struct item *example_find_key(const struct session_example *e, const char *key);
/* Add the gold records of e->ex, as items 1, 2, … */
void merge_gold(struct session_example *e);
/* The items that the records of a reply are, or will be: x->n_found ids. */
void merge_ids(const struct session_example *e, const struct extraction *x,
	       int *id);
/* Make x the model layer; it is taken over. */
void merge_reply(struct session_example *e, struct extraction *x,
		 const int *id);
/* An empty slot at the end. */
struct item *example_add_item(struct session_example *e, int id,
			      enum item_kind kind);
void example_remove_item(struct session_example *e, struct item *it);
/* Links, order and figures, after anything changed. */
void example_arrange(struct session_example *e);

/* --- fold.c: one act ---------------------------------------------------- */

/* Release what follows from the acts, not the example itself. */
void example_clear(struct session_example *e);
/* One act with parsed body; nothing is changed on failure. */
int example_fold(struct session_example *e, const struct act *a,
		 const struct json *body, struct err *err);
/* The ids that an act of adding took stay taken when it is undone. */
void example_skip(struct session_example *e, const struct json *body);

#endif
