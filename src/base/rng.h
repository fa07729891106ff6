/*
 * rng -- counter-based random numbers: Philox4x32-10.
 *
 * Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 * There is no hidden state: a number is a function of (seed, step, site,
 * index), so every backend, thread count and resumed run sees the same ones.
 */
#ifndef UMIE_BASE_RNG_H
#define UMIE_BASE_RNG_H

#include <stdint.h>

/* Kernels call rng_block() too. */
#ifdef __CUDACC__
#define RNG_FUNCTION static inline __host__ __device__
#else
#define RNG_FUNCTION static inline
#endif

struct rng_key {
	uint64_t seed;
	uint32_t step; /* training step, or 0 */
	uint32_t site; /* which use of random numbers within the step */
};

/* Four 32-bit numbers: those with index 4*block … 4*block+3. */
RNG_FUNCTION void rng_block(const struct rng_key *k, uint64_t block,
			    uint32_t out[4])
{
	uint32_t c0 = (uint32_t)block, c1 = (uint32_t)(block >> 32);
	uint32_t c2 = k->site, c3 = k->step;
	uint32_t k0 = (uint32_t)k->seed, k1 = (uint32_t)(k->seed >> 32);

	for (int round = 0; round < 10; round++) {
		uint64_t p0 = (uint64_t)0xD2511F53u * c0;
		uint64_t p1 = (uint64_t)0xCD9E8D57u * c2;

		c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
		c1 = (uint32_t)p1;
		c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
		c3 = (uint32_t)p0;
		k0 += 0x9E3779B9u;
		k1 += 0xBB67AE85u;
	}
	out[0] = c0;
	out[1] = c1;
	out[2] = c2;
	out[3] = c3;
}

/* Number `index` of the stream. */
uint32_t rng_u32(const struct rng_key *k, uint64_t index);

/* Uniform in [0,1) with 24 bits. */
float rng_uniform(const struct rng_key *k, uint64_t index);

/* Standard normal (Box-Muller on numbers 2*index and 2*index+1). */
float rng_normal(const struct rng_key *k, uint64_t index);

/* Uniform in 0 … n-1, n > 0, without bias worth naming (64-bit multiply). */
uint32_t rng_below(const struct rng_key *k, uint64_t index, uint32_t n);

/* A new seed made of a seed and a number (splitmix64's mixing). */
uint64_t rng_mix(uint64_t seed, uint64_t number);

/*
 * Where position i of 0 … n-1 goes in a pseudo-random permutation chosen by
 * `seed`: a four-round Feistel network with cycle walking, no memory.
 */
uint64_t rng_permute(uint64_t seed, uint64_t i, uint64_t n);

#endif
