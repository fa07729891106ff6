#include "src/base/rng.h"

#include <math.h>

uint32_t rng_u32(const struct rng_key *k, uint64_t index)
{
	uint32_t out[4];

	rng_block(k, index / 4, out);
	return out[index % 4];
}

float rng_uniform(const struct rng_key *k, uint64_t index)
{
	return (float)(rng_u32(k, index) >> 8) * 0x1p-24f;
}

float rng_normal(const struct rng_key *k, uint64_t index)
{
	uint32_t out[4];
	double u, v;

	rng_block(k, index / 2, out);
	u = (out[index % 2 * 2] + 0.5) * 0x1p-32;
	v = (out[index % 2 * 2 + 1] + 0.5) * 0x1p-32;
	return (float)(sqrt(-2 * log(u)) * cos(6.283185307179586 * v));
}

uint32_t rng_below(const struct rng_key *k, uint64_t index, uint32_t n)
{
	return (uint32_t)((uint64_t)rng_u32(k, index) * n >> 32);
}

uint64_t rng_mix(uint64_t seed, uint64_t number)
{
	uint64_t z = seed + (number + 1) * 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

uint64_t rng_permute(uint64_t seed, uint64_t i, uint64_t n)
{
	int half = 1;
	uint64_t mask;

	while (half < 32 && n > (uint64_t)1 << (2 * half))
		half++;
	mask = ((uint64_t)1 << half) - 1;
	do {
		uint64_t l = i >> half, r = i & mask;

		for (uint64_t round = 0; round < 4; round++) {
			uint64_t t = l ^ (rng_mix(seed + round, r) & mask);

			l = r;
			r = t;
		}
		i = l << half | r;
	} while (i >= n);
	return i;
}
