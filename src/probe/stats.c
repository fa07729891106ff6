#include "src/probe/stats.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/mem.h"
#include "src/base/rng.h"

static double f1(int64_t tp, int64_t fp, int64_t fn)
{
	return tp + fp + fn == 0 ? 1
				 : 2 * (double)tp / (double)(2 * tp + fp + fn);
}

double counts_f1(const struct counts *c, size_t n)
{
	struct counts s = {0};

	for (size_t i = 0; i < n; i++) {
		s.tp += c[i].tp;
		s.fp += c[i].fp;
		s.fn += c[i].fn;
	}
	return f1(s.tp, s.fp, s.fn);
}

static void add(struct counts *s, const struct counts *c)
{
	s->tp += c->tp;
	s->fp += c->fp;
	s->fn += c->fn;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct interval bootstrap_difference(const struct counts *a,
				     const struct counts *b, size_t n,
				     uint64_t seed)
{
	struct interval out = {counts_f1(b, n) - counts_f1(a, n), 0, 0};
	double d[BOOTSTRAPS];

	if (n == 0)
		return out;
	for (uint32_t k = 0; k < BOOTSTRAPS; k++) {
		struct rng_key key = {.seed = seed, .step = k};
		struct counts x = {0}, y = {0};

		uint32_t four[4] = {0};

		for (size_t i = 0; i < n; i++) {
			size_t at;

			if (i % 4 == 0)
				rng_block(&key, i / 4, four);
			at = (size_t)((uint64_t)four[i % 4] * n >> 32);
			add(&x, &a[at]);
			add(&y, &b[at]);
		}
		d[k] = f1(y.tp, y.fp, y.fn) - f1(x.tp, x.fp, x.fn);
	}
	qsort(d, BOOTSTRAPS, sizeof(*d), ascending);
	out.lo = d[BOOTSTRAPS * 25 / 1000];
	out.hi = d[BOOTSTRAPS * 975 / 1000 - 1];
	return out;
}

double mcnemar(size_t b, size_t c)
{
	size_t n = b + c, k = MIN(b, c);
	double sum = 0;

	/* Twice the tail of a binomial with p = 1/2. */
	for (size_t i = 0; i <= k; i++)
		sum += exp(lgamma((double)n + 1) - lgamma((double)i + 1) -
			   lgamma((double)(n - i) + 1) - (double)n * M_LN2);
	return fmin(1, 2 * sum);
}
