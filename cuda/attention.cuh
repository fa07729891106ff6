/*
 * attention -- what attention.cu and attention-back.cu share.
 *
 * Scores exist a tile at a time, in shared memory: a block's queries against
 * 32 keys, one lane for each key.  The position bias is read from T5's table
 * for the distances of the tile; its value depends on key minus query only.
 * Columns of a tile behind the head's width are never filled: what is added
 * up from them is never written.
 */
#ifndef UMIE_CUDA_ATTENTION_CUH
#define UMIE_CUDA_ATTENTION_CUH

#include "cuda/kernel.h"

enum {
	KEYS = WARP,      /* of a tile */
	WARPS = 4,        /* of a block */
	WIDEST_HEAD = 128 /* head width that the kernels have room for */
};

/* One call taken apart.  Row strides of q and o: D. */
struct heads {
	int64_t Q, L, H, K, D; /* D = H*K */
	int64_t B, group;
	const float *q, *k, *v;
	int64_t k_batch, k_row, v_batch, v_row; /* strides, in elements */
	const uint8_t *mask;                    /* (B/group,L) or NULL */
	const float *bias;                      /* (buckets,H) or NULL */
	const int32_t *bucket; /* row of distance d at d+reach */
	int reach, q_offset;
	const int32_t *at; /* of a step: q_offset, and L - 1; or NULL */
	bool causal;
	float scale, drop;
	struct rng_key key;
};

/* Fill `h`; resets the scratch arena. */
int heads_init(struct heads *h, struct cuda *cu, const struct op_call *c,
	       struct err *err);

/* Where query row i of head h of example b begins in q and o. */
__device__ static inline int64_t query_at(const struct heads &a, int64_t b,
					  int64_t h, int64_t i)
{
	return (b * a.Q + i) * a.D + h * a.K;
}

/* Where its probabilities begin. */
__device__ static inline int64_t row_at(const struct heads &a, int64_t b,
					int64_t h, int64_t i)
{
	return ((b * a.H + h) * a.Q + i) * a.L;
}

/* How many of the first keys query i may see. */
__device__ static inline int64_t visible(const struct heads &a, int64_t i)
{
	int64_t n = i + a.q_offset + 1;

	if (!a.causal)
		return a.L;
	return n < 0 ? 0 : n < a.L ? n : a.L;
}

/* Rows from … of (rows,K) into shared memory; 0 behind the last of n. */
template <int WIDTH, int ROWS>
__device__ static inline void load_rows(float (*to)[WIDTH], const float *from,
					int64_t step, int64_t first, int64_t n,
					int64_t K)
{
	for (int i = threadIdx.x; i < ROWS * (int)K; i += WARPS * WARP) {
		int r = i / (int)K, d = i % (int)K;

		to[r][d] = first + r < n ? from[(first + r) * step + d] : 0;
	}
}

/* strip[j - i + rows - 1]: bias of key j0+j and query i0+i. */
__device__ static inline void load_strip(const struct heads &a, int64_t h,
					 int64_t i0, int rows, int64_t j0,
					 float *strip)
{
	for (int t = threadIdx.x; t < rows + KEYS - 1; t += WARPS * WARP) {
		int64_t d = j0 - i0 - a.q_offset + t - (rows - 1);

		d = d < -a.reach ? -a.reach : d > a.reach ? a.reach : d;
		strip[t] = a.bias ? a.bias[a.bucket[d + a.reach] * a.H + h] : 0;
	}
}

/* The logit of query i and key j; -infinity where it is not visible. */
__device__ static inline float logit(const struct heads &a, int64_t b,
				     int64_t i, int64_t j, float dot,
				     float bias)
{
	if (j >= visible(a, i))
		return -INFINITY;
	if (a.mask && !a.mask[b / a.group * a.L + j])
		return -INFINITY;
	return dot * a.scale + bias;
}

/* What dropout multiplies this probability by. */
__device__ static inline float keep_of(const struct heads &a, int64_t row,
				       int64_t j)
{
	if (a.drop == 0)
		return 1;
	return uniform(a.key, (uint64_t)(row + j)) >= a.drop ? 1 / (1 - a.drop)
							     : 0;
}

/* Maximum and sum of a row that grows. */
struct running {
	float max, sum;
};

/*
 * Take in this lane's score; returns exp(score - maximum).  *shrink is what
 * all earlier sums have to be multiplied by.
 */
__device__ static inline float take_in(struct running *r, float score,
				       float *shrink)
{
	float max = fmaxf(r->max, warp_max(score)), p;

	if (max == -INFINITY) { /* nothing visible yet */
		*shrink = 1;
		return 0;
	}
	p = expf(score - max);
	*shrink = expf(r->max - max);
	r->max = max;
	r->sum = r->sum * *shrink + warp_sum(p);
	return p;
}

#endif
