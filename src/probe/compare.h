/*
 * compare -- what two checkpoints say about the same example, or the same set.
 */
#ifndef UMIE_PROBE_COMPARE_H
#define UMIE_PROBE_COMPARE_H

#include "src/probe/match.h"

struct table;

struct comparison {
	char *name[2];           /* of the checkpoints; owned */
	struct extraction *x[2]; /* owned */
	struct matching m;       /* of the first one's results */
};

/* Takes both extractions. */
struct comparison *comparison_new(const char *a, const char *b,
				  struct extraction *x, struct extraction *y);
void comparison_free(struct comparison *c);
/* Results side by side, differences first. */
struct table *comparison_report(const struct comparison *c);

#endif
