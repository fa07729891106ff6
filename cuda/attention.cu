#include "cuda/attention.cuh"

int heads_init(struct heads *a, struct cuda *cu, const struct op_call *c,
	       struct err *err)
{
	const struct tensor *q = c->in[0], *k = c->in[1], *v = c->in[2];
	const struct tensor *table = c->in[3], *mask = c->in[4];

	arena_reset(&cu->scratch);
	*a = {};
	a->B = q->dim[0];
	a->Q = q->dim[1];
	a->L = k->dim[1];
	a->H = c->p.heads;
	a->D = q->dim[2];
	a->K = a->D / a->H;
	a->group = c->p.group > 0 ? c->p.group : 1;
	a->q = data_of(q);
	a->k = data_of(k);
	a->v = data_of(v);
	a->k_batch = k->stride[0];
	a->k_row = k->stride[1];
	a->v_batch = v->stride[0];
	a->v_row = v->stride[1];
	a->mask = mask ? (const uint8_t *)mask->data : NULL;
	a->causal = c->p.causal;
	a->q_offset = c->p.q_offset;
	a->at = c->p.at_step ? cu->steps.at : NULL;
	a->scale = c->p.scale;
	a->drop = c->p.drop;
	a->key = c->p.key;
	if (a->K > WIDEST_HEAD)
		return err_set(err, ERR_DEVICE,
			       "%s: attention heads of width %lld (at most %d)",
			       cu->name, (long long)a->K, WIDEST_HEAD);
	if (!table)
		return 0;
	a->reach = c->p.max_distance;
	a->bias = cuda_wide(cu, table, err);
	if (a->bias)
		a->bucket = cuda_buckets(cu, (int)table->dim[0],
					 c->p.bidirectional, a->reach, err);
	return a->bias && a->bucket ? 0 : -(int)err->code;
}

enum { OWN = 4 /* query rows of a warp */, ROWS = WARPS * OWN };

/* Scores of this warp's rows and this lane's key. */
template <int WIDTH>
__device__ static void scores(const struct heads &a, int64_t b, int64_t i0,
			      int64_t j0, const float (*q)[WIDTH],
			      const float *key, const float *strip, float *s)
{
	int own = threadIdx.x / WARP * OWN, lane = threadIdx.x % WARP;

	for (int r = 0; r < OWN; r++)
		s[r] = 0;
	for (int d = 0; d < a.K; d++)
#pragma unroll
		for (int r = 0; r < OWN; r++)
			s[r] += q[own + r][d] * key[d];
#pragma unroll
	for (int r = 0; r < OWN; r++)
		s[r] = logit(a, b, i0 + own + r, j0 + lane, s[r],
			     strip[lane - (own + r) + ROWS - 1]);
}

/* What a block holds of its ROWS queries and of one tile of keys. */
template <int WIDTH> struct tile {
	float q[ROWS][WIDTH], k[KEYS][WIDTH + 1], v[KEYS][WIDTH + 1];
	float p[ROWS][KEYS]; /* of the scores, as exp(score - maximum) */
	float strip[ROWS + KEYS];
};

/* Which queries: from i0 on, of head h of example b. */
struct place {
	int64_t b, h, i0;
};

/* o = shrink * o + p v, for the warp's own rows. */
template <int PARTS>
__device__ static __forceinline__ void
add_tile(const struct heads &a, const struct place &at, int64_t j0,
	 struct tile<PARTS * WARP> *t, struct running *run, float (*o)[PARTS])
{
	int own = threadIdx.x / WARP * OWN, lane = threadIdx.x % WARP;
	float s[OWN], shrink;

	scores<PARTS * WARP>(a, at.b, at.i0, j0, t->q, t->k[lane], t->strip, s);
#pragma unroll
	for (int r = 0; r < OWN; r++) {
		float e = take_in(&run[r], s[r], &shrink);

		t->p[own + r][lane] =
		    e * keep_of(a, row_at(a, at.b, at.h, at.i0 + own + r),
				j0 + lane);
		for (int part = 0; part < PARTS; part++)
			o[r][part] *= shrink;
	}
	__syncwarp(); /* p is the warp's own */
	for (int j = 0; j < KEYS; j++)
#pragma unroll
		for (int part = 0; part < PARTS; part++) {
			float x = t->v[j][part * WARP + lane];

			for (int r = 0; r < OWN; r++)
				o[r][part] += t->p[own + r][j] * x;
		}
}

/* Divide by the sums and write; the sums become 1/sum. */
template <int PARTS>
__device__ static __forceinline__ void
write_rows(const struct heads &a, const struct place &at, struct running *run,
	   float (*o)[PARTS], float *out)
{
	int own = threadIdx.x / WARP * OWN, lane = threadIdx.x % WARP;

	for (int r = 0; r < OWN; r++) {
		int64_t i = at.i0 + own + r;

		run[r].sum = run[r].sum > 0 ? 1 / run[r].sum : 0;
		for (int part = 0; part < PARTS && i < a.Q; part++)
			if (part * WARP + lane < a.K)
				out[query_at(a, at.b, at.h, i) + part * WARP +
				    lane] = o[r][part] * run[r].sum;
	}
}

/* The probabilities of one tile, when maximum and 1/sum are known. */
template <int WIDTH>
__device__ static __forceinline__ void
write_probs(const struct heads &a, const struct place &at, int64_t j0,
	    const struct tile<WIDTH> &t, const struct running *run,
	    float *probs)
{
	int own = threadIdx.x / WARP * OWN, lane = threadIdx.x % WARP;
	float s[OWN];

	scores<WIDTH>(a, at.b, at.i0, j0, t.q, t.k[lane], t.strip, s);
	for (int r = 0; r < OWN; r++) {
		int64_t i = at.i0 + own + r;

		if (i < a.Q && j0 + lane < a.L)
			probs[row_at(a, at.b, at.h, i) + j0 + lane] =
			    s[r] == -INFINITY
				? 0
				: expf(s[r] - run[r].max) * run[r].sum;
	}
}

/*
 * A block for ROWS queries of one head: one pass over the keys with a running
 * maximum and sum, and when the probabilities are wanted a second one.
 * PARTS * 32 is the head width there is room for.
 */
template <int PARTS>
__global__ void __launch_bounds__(WARPS *WARP, 2)
    attention_kernel(struct heads a, float *out, float *probs)
{
	enum { WIDTH = PARTS * WARP };
	__shared__ struct tile<WIDTH> t;

	if (a.at) {
		a.q_offset = *a.at;
		a.L = a.q_offset + 1;
	}
	int64_t tiles = (a.Q + ROWS - 1) / ROWS, b = blockIdx.x / tiles;
	const struct place at = {b, blockIdx.y, blockIdx.x % tiles * ROWS};
	const float *key = a.k + b / a.group * a.k_batch + at.h * a.K;
	const float *value = a.v + b / a.group * a.v_batch + at.h * a.K;
	int64_t last = visible(a, at.i0 + ROWS - 1);
	struct running run[OWN];
	float o[OWN][PARTS] = {};

	for (int r = 0; r < OWN; r++)
		run[r] = {-INFINITY, 0};
	load_rows<WIDTH, ROWS>(t.q, a.q + query_at(a, b, at.h, 0), a.D, at.i0,
			       a.Q, a.K);
	for (int64_t j0 = 0; j0 < last; j0 += KEYS) {
		__syncthreads(); /* the last tile is done with */
		load_rows<WIDTH + 1, KEYS>(t.k, key, a.k_row, j0, a.L, a.K);
		load_rows<WIDTH + 1, KEYS>(t.v, value, a.v_row, j0, a.L, a.K);
		load_strip(a, at.h, at.i0, ROWS, j0, t.strip);
		__syncthreads();
		add_tile<PARTS>(a, at, j0, &t, run, o);
	}
	write_rows<PARTS>(a, at, run, o, out);
	for (int64_t j0 = 0; probs && j0 < a.L; j0 += KEYS) {
		__syncthreads();
		load_rows<WIDTH + 1, KEYS>(t.k, key, a.k_row, j0, a.L, a.K);
		load_strip(a, at.h, at.i0, ROWS, j0, t.strip);
		__syncthreads();
		write_probs<WIDTH>(a, at, j0, t, run, probs);
	}
}

int cuda_attention(struct backend *be, const struct op_call *c, struct err *err)
{
	struct cuda *cu = cuda_of(be);
	float *o = (float *)c->out[0]->data;
	float *probs = c->out[1] ? (float *)c->out[1]->data : NULL;
	struct heads a;

	if (heads_init(&a, cu, c, err) < 0)
		return -(int)err->code;
	if (a.B == 0 || a.Q == 0)
		return 0;
	dim3 grid((unsigned)((a.Q + ROWS - 1) / ROWS * a.B), (unsigned)a.H);

	if (a.K <= 2 * WARP)
		return LAUNCH(cu, err, grid, WARPS * WARP, attention_kernel<2>,
			      a, o, probs);
	return LAUNCH(cu, err, grid, WARPS * WARP, attention_kernel<4>, a, o,
		      probs);
}
