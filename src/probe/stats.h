/*
 * stats -- is a difference more than chance?
 *
 * Both tests are paired: the same examples under two conditions.
 */
#ifndef UMIE_PROBE_STATS_H
#define UMIE_PROBE_STATS_H

#include <stddef.h>
#include <stdint.h>

#include "src/task/bootstrap.h"

struct interval {
	double value, lo, hi; /* 95 percent */
};

/* F1 of all examples together, 0 … 1; 1 where nothing was to be found. */
double counts_f1(const struct counts *c, size_t n);

/*
 * F1(b) - F1(a), -1 … 1, with its interval over samples of the n examples.
 */
struct interval bootstrap_difference(const struct counts *a,
				     const struct counts *b, size_t n,
				     uint64_t seed);

/* Two-sided exact p of McNemar's test: b and c examples were right under one
 * condition only. */
double mcnemar(size_t b, size_t c);

#endif
