#include "src/probe/stats.h"

#include <math.h>

#include "src/base/mem.h"

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

struct interval bootstrap_difference(const struct counts *a,
				     const struct counts *b, size_t n,
				     uint64_t seed)
{
	struct interval out = {counts_f1(b, n) - counts_f1(a, n), 0, 0};
	double d[BOOTSTRAPS];

	if (n == 0)
		return out;
	for (uint32_t k = 0; k < BOOTSTRAPS; k++) {
		struct counts x = bootstrap_sample(a, n, seed, k);
		struct counts y = bootstrap_sample(b, n, seed, k);

		d[k] = counts_f1(&y, 1) - counts_f1(&x, 1);
	}
	bootstrap_interval(d, &out.lo, &out.hi);
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
