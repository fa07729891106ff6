#include "src/task/bootstrap.h"

#include <stdlib.h>

#include "src/base/mem.h"
#include "src/base/rng.h"

/* How often an example comes in a sample: Poisson of mean 1. */
static int times(uint32_t u)
{
	/* 2^32 times the cumulative probabilities of 0, 1, 2, … */
	static const uint32_t up_to[] = {0x5e2d58d8, 0xbc5ab1b1, 0xeb715e1d,
					 0xfb23ecea, 0xff10909d, 0xffd9a42e,
					 0xfffb2747, 0xffff7d3a, 0xfffff288};
	int k = 0;

	while (k < (int)ARRAY_LEN(up_to) && u >= up_to[k])
		k++;
	return k;
}

struct counts bootstrap_sample(const struct counts *each, size_t n,
			       uint64_t seed, uint32_t k)
{
	struct rng_key key = {.seed = seed, .step = k};
	struct counts c = {0};
	uint32_t u[4];

	for (size_t i = 0; i < n; i++) {
		int often;

		if (i % 4 == 0)
			rng_block(&key, i / 4, u);
		often = times(u[i % 4]);
		c.tp += often * each[i].tp;
		c.fp += often * each[i].fp;
		c.fn += often * each[i].fn;
	}
	return c;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void bootstrap_interval(double figure[BOOTSTRAPS], double *lo, double *hi)
{
	qsort(figure, BOOTSTRAPS, sizeof(*figure), by_value);
	*lo = figure[BOOTSTRAPS / 40];
	*hi = figure[BOOTSTRAPS - 1 - BOOTSTRAPS / 40];
}
