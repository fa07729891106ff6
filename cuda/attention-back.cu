#include "cuda/attention.cuh"

/*
 * Attention backwards, the scores computed again.  One kernel goes over the
 * keys for each query and gives dq; one over the queries for each key and
 * gives dk and dv; so every number is added up by one thread, in one order.
 */

enum { OWN = 2 /* query rows of a warp */, ROWS = WARPS * OWN };

/* What the kernels read and write beside the heads; each may be NULL. */
struct gradients {
	const float *dout, *dprobs;
	float *dq, *dk, *dv;
	float *ds; /* (B,H,Q,L): of the scores */
	/* (B,H,Q) each: maximum, 1/sum and sum of p*dp of a row; not NULL */
	float *max, *inv, *mixed;
};

/* A tile as both kernels see it: this lane's key against the warp's rows. */
template <int WIDTH> struct tile {
	float q[ROWS][WIDTH], g[ROWS][WIDTH]; /* queries; gradient of o */
	float k[KEYS][WIDTH + 1], v[KEYS][WIDTH + 1];
	float strip[ROWS + KEYS];
};

template <int WIDTH>
__device__ static void
load_queries(const struct heads &a, const struct gradients &g,
	     struct tile<WIDTH> *t, int64_t b, int64_t h, int64_t i0)
{
	load_rows<WIDTH, ROWS>(t->q, a.q + query_at(a, b, h, 0), a.D, i0, a.Q,
			       a.K);
	/* Without a gradient of o there are no rows to load: zeros. */
	load_rows<WIDTH, ROWS>(t->g,
			       g.dout ? g.dout + query_at(a, b, h, 0) : NULL,
			       a.D, i0, g.dout ? a.Q : 0, a.K);
}

template <int WIDTH>
__device__ static void load_keys(const struct heads &a, struct tile<WIDTH> *t,
				 int64_t bk, int64_t h, int64_t j0)
{
	load_rows<WIDTH + 1, KEYS>(t->k, a.k + bk * a.k_batch + h * a.K,
				   a.k_row, j0, a.L, a.K);
	load_rows<WIDTH + 1, KEYS>(t->v, a.v + bk * a.v_batch + h * a.K,
				   a.v_row, j0, a.L, a.K);
}

/* Scores, gradients of the probabilities, and dropout's factors. */
struct scored {
	float s[OWN], dp[OWN], keep[OWN];
};

template <int WIDTH>
__device__ static void score(const struct heads &a, const struct gradients &g,
			     const struct tile<WIDTH> &t, int64_t b, int64_t h,
			     int64_t i0, int64_t j0, struct scored *out)
{
	int own = threadIdx.x / WARP * OWN, lane = threadIdx.x % WARP;
	int64_t j = j0 + lane;

	for (int r = 0; r < OWN; r++)
		out->s[r] = out->dp[r] = 0;
	for (int d = 0; d < a.K; d++)
#pragma unroll
		for (int r = 0; r < OWN; r++) {
			out->s[r] += t.q[own + r][d] * t.k[lane][d];
			out->dp[r] += t.g[own + r][d] * t.v[lane][d];
		}
#pragma unroll
	for (int r = 0; r < OWN; r++) {
		int64_t i = i0 + own + r, row = row_at(a, b, h, i);

		out->s[r] = logit(a, b, i, j, out->s[r],
				  t.strip[lane - (own + r) + ROWS - 1]);
		out->keep[r] = keep_of(a, row, j);
		out->dp[r] *= out->keep[r];
		if (g.dprobs && i < a.Q && j < a.L)
			out->dp[r] += g.dprobs[row + j];
	}
}

/* p and ds of one pair, when the row's maximum and sums are known. */
__device__ static inline float probability(float s, float max, float inv)
{
	return s == -INFINITY ? 0 : expf(s - max) * inv;
}

/* First pass: maximum, 1/sum and sum of p*dp for each of the warp's rows. */
template <int WIDTH>
__device__ static void
row_sums(const struct heads &a, const struct gradients &g,
	 struct tile<WIDTH> *t, int64_t b, int64_t h, int64_t i0, int64_t last,
	 struct running *run, float *mixed)
{
	struct scored x;
	float shrink, e;

	for (int r = 0; r < OWN; r++) {
		run[r] = {-INFINITY, 0};
		mixed[r] = 0;
	}
	for (int64_t j0 = 0; j0 < last; j0 += KEYS) {
		__syncthreads(); /* the last tile is done with */
		load_keys<WIDTH>(a, t, b / a.group, h, j0);
		load_strip(a, h, i0, ROWS, j0, t->strip);
		__syncthreads();
		score<WIDTH>(a, g, *t, b, h, i0, j0, &x);
		for (int r = 0; r < OWN; r++) {
			e = take_in(&run[r], x.s[r], &shrink);
			mixed[r] = mixed[r] * shrink + warp_sum(e * x.dp[r]);
		}
	}
	for (int r = 0; r < OWN; r++) {
		run[r].sum = run[r].sum > 0 ? 1 / run[r].sum : 0;
		mixed[r] *= run[r].sum;
	}
}

template <int PARTS>
__global__ void __launch_bounds__(WARPS *WARP, 4)
    query_gradient(struct heads a, struct gradients g)
{
	enum { WIDTH = PARTS * WARP };
	__shared__ struct tile<WIDTH> t;
	__shared__ float ds[ROWS][KEYS];
	int64_t tiles = (a.Q + ROWS - 1) / ROWS, b = blockIdx.x / tiles;
	int64_t i0 = blockIdx.x % tiles * ROWS, h = blockIdx.y, last;
	int own = threadIdx.x / WARP * OWN, lane = threadIdx.x % WARP;
	float dq[OWN][PARTS] = {}, mixed[OWN];
	struct running run[OWN];
	struct scored x;

	last = visible(a, i0 + ROWS - 1);
	load_queries<WIDTH>(a, g, &t, b, h, i0);
	row_sums<WIDTH>(a, g, &t, b, h, i0, last, run, mixed);
	for (int64_t j0 = 0; j0 < last; j0 += KEYS) {
		__syncthreads();
		load_keys<WIDTH>(a, &t, b / a.group, h, j0);
		load_strip(a, h, i0, ROWS, j0, t.strip);
		__syncthreads();
		score<WIDTH>(a, g, t, b, h, i0, j0, &x);
		for (int r = 0; r < OWN; r++) {
			int64_t i = i0 + own + r, j = j0 + lane;
			float p = probability(x.s[r], run[r].max, run[r].sum);
			float d = p * (x.dp[r] - mixed[r]);

			ds[own + r][lane] = d * a.scale;
			if (g.ds && i < a.Q && j < a.L)
				g.ds[row_at(a, b, h, i) + j] = d;
		}
		__syncwarp(); /* ds is the warp's own */
		for (int j = 0; j < KEYS; j++)
#pragma unroll
			for (int part = 0; part < PARTS; part++) {
				float k = t.k[j][part * WARP + lane];

				for (int r = 0; r < OWN; r++)
					dq[r][part] += ds[own + r][j] * k;
			}
	}
	for (int r = 0; r < OWN; r++) {
		int64_t i = i0 + own + r, row = (b * a.H + h) * a.Q + i;

		if (i >= a.Q)
			continue;
		if (lane == 0) {
			g.max[row] = run[r].max;
			g.inv[row] = run[r].sum;
			g.mixed[row] = mixed[r];
		}
		for (int part = 0; g.dq && part < PARTS; part++)
			if (part * WARP + lane < a.K)
				g.dq[query_at(a, b, h, i) + part * WARP +
				     lane] += dq[r][part];
	}
}

enum { OWN_KEYS = KEYS / WARPS }; /* of a warp, when dk and dv are added up */

/* dk and dv of the warp's keys: += the tile's rows. */
template <int PARTS>
__device__ static void add_rows(const struct tile<PARTS * WARP> &t,
				const float (*p)[KEYS], const float (*ds)[KEYS],
				float (*dk)[PARTS], float (*dv)[PARTS])
{
	int first = threadIdx.x / WARP * OWN_KEYS, lane = threadIdx.x % WARP;

	for (int r = 0; r < ROWS; r++)
#pragma unroll
		for (int part = 0; part < PARTS; part++) {
			float q = t.q[r][part * WARP + lane];
			float g = t.g[r][part * WARP + lane];

#pragma unroll
			for (int j = 0; j < OWN_KEYS; j++) {
				dk[j][part] += ds[r][first + j] * q;
				dv[j][part] += p[r][first + j] * g;
			}
		}
}

/* A block for each tile of keys, over all queries that share them. */
template <int PARTS>
__global__ void __launch_bounds__(WARPS *WARP, 2)
    key_gradient(struct heads a, struct gradients g)
{
	enum { WIDTH = PARTS * WARP };
	__shared__ struct tile<WIDTH> t;
	__shared__ float p[ROWS][KEYS], ds[ROWS][KEYS];
	int64_t tiles = (a.L + KEYS - 1) / KEYS, bk = blockIdx.x / tiles;
	int64_t j0 = blockIdx.x % tiles * KEYS, h = blockIdx.y;
	int64_t per = (a.Q + ROWS - 1) / ROWS; /* tiles of queries */
	int own = threadIdx.x / WARP * OWN, lane = threadIdx.x % WARP;
	float dk[OWN_KEYS][PARTS] = {}, dv[OWN_KEYS][PARTS] = {};
	struct scored x;

	load_keys<WIDTH>(a, &t, bk, h, j0);
	for (int64_t n = 0; n < a.group * per; n++) {
		int64_t b = bk * a.group + n / per, i0 = n % per * ROWS;

		__syncthreads(); /* the last rows are done with */
		load_queries<WIDTH>(a, g, &t, b, h, i0);
		load_strip(a, h, i0, ROWS, j0, t.strip);
		__syncthreads();
		score<WIDTH>(a, g, t, b, h, i0, j0, &x);
		for (int r = 0; r < OWN; r++) {
			int64_t i = i0 + own + r, row;
			float e = 0, d = 0;

			if (i < a.Q) {
				row = (b * a.H + h) * a.Q + i;
				e = probability(x.s[r], g.max[row], g.inv[row]);
				d = e * (x.dp[r] - g.mixed[row]);
			}
			p[own + r][lane] = e * x.keep[r];
			ds[own + r][lane] = d * a.scale;
		}
		__syncthreads();
		add_rows<PARTS>(t, p, ds, dk, dv);
	}
#pragma unroll
	for (int j = 0; j < OWN_KEYS; j++) {
		int64_t at = j0 + threadIdx.x / WARP * OWN_KEYS + j;

#pragma unroll
		for (int part = 0; part < PARTS; part++) {
			int d = part * WARP + lane;
			int64_t to = (bk * a.L + at) * a.D + h * a.K + d;

			if (at < a.L && d < a.K && g.dk)
				g.dk[to] += dk[j][part];
			if (at < a.L && d < a.K && g.dv)
				g.dv[to] += dv[j][part];
		}
	}
}

/* strip[b,h,t] = the sum of ds over the pairs at distance t of one head. */
__global__ void diagonal_sums(struct heads a, const float *ds, float *strip)
{
	int64_t n = a.Q + a.L - 1, at = own_index(), t = at % n;
	float s = 0;

	if (at >= a.B * a.H * n)
		return;
	for (int64_t i = 0; i < a.Q; i++) {
		int64_t j = i + t - (a.Q - 1);

		if (j >= 0 && j < visible(a, i))
			s += ds[(at / n * a.Q + i) * a.L + j];
	}
	strip[at] = s;
}

/* A warp for each element (bucket, head) of the table. */
__global__ void table_gradient(struct heads a, int64_t elements,
			       const float *strip, float *dtable)
{
	int64_t at = own_index() / WARP, h = at % a.H, n = a.Q + a.L - 1, d;
	double s = 0;

	if (at >= elements)
		return; /* the whole warp */
	for (int64_t e = threadIdx.x % WARP; e < a.B * n; e += WARP) {
		d = e % n - (a.Q - 1) - a.q_offset;
		d = d < -a.reach ? -a.reach : d > a.reach ? a.reach : d;
		if (a.bucket[d + a.reach] == at / a.H)
			s += (double)strip[(e / n * a.H + h) * n + e % n];
	}
	s = warp_sum(s);
	if (threadIdx.x % WARP == 0)
		dtable[at] += (float)s;
}

static int bias_back(struct cuda *cu, const struct heads *a,
		     const struct gradients *g, const struct tensor *table,
		     struct err *err)
{
	int64_t n = a->B * a->H * (a->Q + a->L - 1);
	int64_t elements = tensor_count(table);
	float *strip =
	    (float *)cuda_scratch(cu, (size_t)n * sizeof(*strip), err);

	if (!strip || LAUNCH_EACH(cu, err, n, diagonal_sums, *a,
				  (const float *)g->ds, strip) < 0)
		return -(int)err->code;
	return LAUNCH_EACH(cu, err, elements * WARP, table_gradient, *a,
			   elements, (const float *)strip, grad_of(table));
}

template <int PARTS>
static int run(struct cuda *cu, const struct heads *a,
	       const struct gradients *g, struct err *err)
{
	dim3 queries((unsigned)((a->Q + ROWS - 1) / ROWS * a->B),
		     (unsigned)a->H);
	dim3 keys((unsigned)((a->L + KEYS - 1) / KEYS * (a->B / a->group)),
		  (unsigned)a->H);

	if (LAUNCH(cu, err, queries, WARPS * WARP, query_gradient<PARTS>, *a,
		   *g) < 0)
		return -(int)err->code;
	return !g->dk && !g->dv ? 0
				: LAUNCH(cu, err, keys, WARPS * WARP,
					 key_gradient<PARTS>, *a, *g);
}

int cuda_attention_backward(struct backend *be, const struct op_call *c,
			    struct err *err)
{
	struct cuda *cu = cuda_of(be);
	bool bias = grad_of(c->in[3]) != NULL;
	struct gradients g = {};
	struct heads a;
	size_t rows;

	if (heads_init(&a, cu, c, err) < 0)
		return -(int)err->code;
	if (a.B == 0 || a.Q == 0 || a.L == 0)
		return 0;
	g.dout = grad_of(c->out[0]);
	g.dprobs = grad_of(c->out[1]);
	g.dq = grad_of(c->in[0]);
	g.dk = grad_of(c->in[1]);
	g.dv = grad_of(c->in[2]);
	rows = (size_t)(a.B * a.H * a.Q) * sizeof(float);
	g.max = (float *)cuda_scratch(cu, rows, err);
	g.inv = (float *)cuda_scratch(cu, rows, err);
	g.mixed = (float *)cuda_scratch(cu, rows, err);
	if (bias)
		g.ds = (float *)cuda_scratch(cu, rows * (size_t)a.L, err);
	if (!g.max || !g.inv || !g.mixed || (bias && !g.ds))
		return -(int)err->code;
	if ((a.K <= 2 * WARP ? run<2>(cu, &a, &g, err)
			     : run<4>(cu, &a, &g, err)) < 0)
		return -(int)err->code;
	return bias ? bias_back(cu, &a, &g, c->in[3], err) : 0;
}
