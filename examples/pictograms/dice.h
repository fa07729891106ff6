/*
 * dice -- random choices in a row, for writing a corpus.
 *
 * A thin counter over src/base/rng.h: the same seed throws the same dice on
 * every machine.
 */
#ifndef UMIE_PICTOGRAMS_DICE_H
#define UMIE_PICTOGRAMS_DICE_H

#include <stdbool.h>

#include "src/base/rng.h"

struct dice {
	struct rng_key key;
	uint64_t thrown;
};

static inline struct dice dice_new(uint64_t seed)
{
	return (struct dice){.key = {.seed = seed}};
}

/* 0 … n-1; n > 0. */
static inline int dice_below(struct dice *d, int n)
{
	return (int)rng_below(&d->key, d->thrown++, (uint32_t)n);
}

static inline float dice_between(struct dice *d, float lo, float hi)
{
	return lo + (hi - lo) * rng_uniform(&d->key, d->thrown++);
}

static inline bool dice_chance(struct dice *d, float p)
{
	return rng_uniform(&d->key, d->thrown++) < p;
}

#endif
