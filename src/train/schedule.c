#include "src/train/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/rng.h"

enum { WINDOW = 32 }; /* batches that are sorted by length together */

double schedule_lr(double peak, int64_t step, int64_t warmup, int64_t total)
{
	if (step <= warmup)
		return peak * (double)step / (double)warmup;
	if (step >= total)
		return 0;
	return peak * (double)(total - step) / (double)(total - warmup);
}

size_t schedule_batches(size_t n, size_t batch)
{
	return (n + batch - 1) / batch;
}

struct entry {
	int length;
	uint32_t rank, index; /* rank: place in the permutation */
};

static int by_length(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->length != y->length)
		return x->length < y->length ? -1 : 1;
	return x->rank < y->rank ? -1 : x->rank > y->rank;
}

void schedule_epoch(uint64_t seed, int64_t epoch, const int *length, size_t n,
		    size_t batch, uint32_t *order, size_t *first)
{
	size_t batches = schedule_batches(n, batch), used = 0;
	uint64_t s = rng_mix(seed, (uint64_t)epoch);
	struct entry *e = xcalloc(n, sizeof(*e));

	for (size_t i = 0; i < n; i++) {
		uint32_t j = (uint32_t)rng_permute(s, i, n);

		e[i] = (struct entry){length[j], (uint32_t)i, j};
	}
	for (size_t i = 0; i < n; i += WINDOW * batch)
		qsort(e + i, MIN(n - i, WINDOW * batch), sizeof(*e), by_length);
	for (size_t i = 0; i < batches; i++) {
		size_t b = rng_permute(s + 1, i, batches);
		size_t end = MIN(n, (b + 1) * batch);

		first[i] = used;
		for (size_t k = b * batch; k < end; k++)
			order[used++] = e[k].index;
	}
	first[batches] = used;
	free(e);
}
