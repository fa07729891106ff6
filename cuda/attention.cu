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

/*
 * A block for ROWS queries of one head: one pass over the keys with a running
 * maximum and sum, and when the probabilities are wanted a second one.
 * PARTS * 32 is the head width there is room for.
 */
template <int PARTS>
__global__ void __launch_bounds__(WARPS *WARP)
    attention_kernel(struct heads a, float *out, float *probs)
{
	enum { WIDTH = PARTS * WARP };
	__shared__ float q[ROWS][WIDTH], k[KEYS][WIDTH + 1];
	__shared__ float v[KEYS][WIDTH + 1], p[ROWS][KEYS];
	__shared__ float strip[ROWS + KEYS];
	int64_t tiles = (a.Q + ROWS - 1) / ROWS, b = blockIdx.x / tiles;
	int64_t i0 = blockIdx.x % tiles * ROWS, h = blockIdx.y, last;
	int own = threadIdx.x / WARP * OWN, lane = threadIdx.x % WARP;
	const float *key = a.k + b / a.group * a.k_batch + h * a.K;
	const float *value = a.v + b / a.group * a.v_batch + h * a.K;
	struct running run[OWN];
	float o[OWN][PARTS] = {}, s[OWN], shrink;

	for (int r = 0; r < OWN; r++)
		run[r] = {-INFINITY, 0};
	last = visible(a, i0 + ROWS - 1);
	load_rows<WIDTH, ROWS>(q, a.q + query_at(a, b, h, 0), a.D, i0, a.Q,
			       a.K);
	for (int64_t j0 = 0; j0 < last; j0 += KEYS) {
		__syncthreads(); /* the last tile is done with */
		load_rows<WIDTH + 1, KEYS>(k, key, a.k_row, j0, a.L, a.K);
		load_rows<WIDTH + 1, KEYS>(v, value, a.v_row, j0, a.L, a.K);
		load_strip(a, h, i0, ROWS, j0, strip);
		__syncthreads();
		scores<WIDTH>(a, b, i0, j0, q, k[lane], strip, s);
#pragma unroll
		for (int r = 0; r < OWN; r++) {
			float e = take_in(&run[r], s[r], &shrink);

			p[own + r][lane] =
			    e * keep_of(a, row_at(a, b, h, i0 + own + r),
					j0 + lane);
			for (int t = 0; t < PARTS; t++)
				o[r][t] *= shrink;
		}
		__syncwarp(); /* p is the warp's own */
		for (int j = 0; j < KEYS; j++)
#pragma unroll
			for (int t = 0; t < PARTS; t++) {
				float x = v[j][t * WARP + lane];

				for (int r = 0; r < OWN; r++)
					o[r][t] += p[own + r][j] * x;
			}
	}
	for (int r = 0; r < OWN; r++) {
		int64_t i = i0 + own + r;
		float inv = run[r].sum > 0 ? 1 / run[r].sum : 0;

		run[r].sum = inv;
		for (int t = 0; t < PARTS && i < a.Q; t++)
			if (t * WARP + lane < a.K)
				out[query_at(a, b, h, i) + t * WARP + lane] =
				    o[r][t] * inv;
	}
	for (int64_t j0 = 0; probs && j0 < a.L; j0 += KEYS) {
		__syncthreads();
		load_rows<WIDTH + 1, KEYS>(k, key, a.k_row, j0, a.L, a.K);
		load_strip(a, h, i0, ROWS, j0, strip);
		__syncthreads();
		scores<WIDTH>(a, b, i0, j0, q, k[lane], strip, s);
		for (int r = 0; r < OWN; r++) {
			int64_t i = i0 + own + r;

			if (i < a.Q && j0 + lane < a.L)
				probs[row_at(a, b, h, i) + j0 + lane] =
				    s[r] == -INFINITY
					? 0
					: expf(s[r] - run[r].max) * run[r].sum;
		}
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
