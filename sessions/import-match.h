/*
 * import-match -- the example here that an example of a file is.
 */
#ifndef UMIE_SESSIONS_IMPORT_MATCH_H
#define UMIE_SESSIONS_IMPORT_MATCH_H

#include "sessions/state.h"

/* Examples by their text without its white space. */
struct text_index {
	struct text_entry {
		uint64_t hash;
		int number;
	} * at; /* owned; sorted */
	size_t n;
};

void text_index_make(struct text_index *x, const struct state *s);
void text_index_release(struct text_index *x);

/*
 * Numbers of the examples that e is, for which there is room for x->n; returns
 * how many.  Usually one; several when a file says of a text what several
 * examples ask about it.
 */
size_t text_index_find(const struct text_index *x, const struct state *s,
		       const struct example *e, int *number);

/* A place of the text `from` in `to`, which differ in white space at most. */
struct place map_place(const char *from, const char *to, struct place p);

#endif
