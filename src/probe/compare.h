/*
 * compare -- two answers side by side: of two checkpoints or under two
 * instructions to one example, or of one checkpoint to two examples.
 *
 * Of two texts the places of words that both have are the same places; what
 * stands elsewhere is compared as a string.
 */
#ifndef UMIE_PROBE_COMPARE_H
#define UMIE_PROBE_COMPARE_H

#include "src/probe/match.h"

struct table;

struct comparison {
	char *name[2];           /* of checkpoints, instructions or examples */
	struct extraction *x[2]; /* owned, as names are */
	char *picture[2];        /* names of the files; NULL: none */
	struct matching m;       /* of the first one's results */
};

/* Takes both extractions. */
struct comparison *comparison_new(const char *a, const char *b,
				  struct extraction *x, struct extraction *y);
void comparison_free(struct comparison *c);
/* Results side by side, differences first; then what else differs. */
struct table *comparison_report(const struct comparison *c);

#endif
