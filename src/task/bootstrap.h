/*
 * bootstrap -- how far a figure could be off: 95 percent intervals.
 *
 * A sample takes each example Poisson(1) times, as drawing n of n with
 * replacement does it in the limit.  Unlike drawing, it needs no look at
 * examples that count nothing, and most do not for most labels.  A sample is a
 * function of (seed, k): the same one of two conditions is paired.
 */
#ifndef UMIE_TASK_BOOTSTRAP_H
#define UMIE_TASK_BOOTSTRAP_H

#include <stddef.h>
#include <stdint.h>

#include "src/task/score.h"

enum { BOOTSTRAPS = 1000 };

/* Counts of sample k over the n examples. */
struct counts bootstrap_sample(const struct counts *each, size_t n,
			       uint64_t seed, uint32_t k);

/*
 * The 2.5th and 97.5th percentile of BOOTSTRAPS figures, which are sorted
 * (Efron and Tibshirani 1993).
 */
void bootstrap_interval(double figure[BOOTSTRAPS], double *lo, double *hi);

#endif
