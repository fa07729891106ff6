/*
 * form_walk -- answers written by taking any allowed token after any other.
 */
#ifndef UMIE_TESTS_FORM_WALK_H
#define UMIE_TESTS_FORM_WALK_H

#include "tests/form_data.h"

/* How many were written, and what came of them. */
struct form_walks {
	size_t answers, ended;
	size_t stuck; /* before the end nothing was allowed */
	size_t wrong; /* cut where it is whole, it holds what it may not */
};

/* Some answers to each question about the first `limit` examples. */
void form_walk(struct form_walks *w, const struct setting *s,
	       const struct dataset *d, size_t limit);

#endif
