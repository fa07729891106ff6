#include "cuda/kernel.h"

/* Ops that work on one row at a time: a block for each. */

template <class T>
__global__ void rmsnorm_kernel(int64_t D, float eps, const float *x, const T *w,
			       float *y)
{
	__shared__ float room[THREADS / WARP];
	const float *row = x + (int64_t)blockIdx.x * D;
	float s = 0, r;

	for (int64_t d = threadIdx.x; d < D; d += THREADS)
		s += row[d] * row[d];
	r = 1 / sqrtf(block_sum(s, room) / (float)D + eps);
	y += (int64_t)blockIdx.x * D;
	for (int64_t d = threadIdx.x; d < D; d += THREADS)
		y[d] = wide(w[d]) * (row[d] * r);
}

int cuda_rmsnorm(struct backend *be, const struct op_call *c, struct err *err)
{
	int64_t R = tensor_rows(c->in[0]), D = tensor_last(c->in[0]);
	const void *w = c->in[1]->data;
	int rc = 0;

	if (R > 0)
		WITH_TYPE(c->in[1],
			  rc = LAUNCH(cuda_of(be), err, (unsigned)R, THREADS,
				      rmsnorm_kernel<T>, D, c->p.eps,
				      data_of(c->in[0]), (const T *)w,
				      (float *)c->out[0]->data));
	return rc;
}

/* root[r] = 1/rms; dx += root * (w dy - x * mean(w dy x) * root^2) */
template <class T>
__global__ void rmsnorm_back(int64_t D, float eps, const float *x, const T *w,
			     const float *dy, float *dx, float *root)
{
	__shared__ float room[THREADS / WARP];
	int64_t at = (int64_t)blockIdx.x * D;
	float square = 0, mixed = 0, r, s;

	for (int64_t d = threadIdx.x; d < D; d += THREADS) {
		square += x[at + d] * x[at + d];
		mixed += wide(w[d]) * dy[at + d] * x[at + d];
	}
	r = 1 / sqrtf(block_sum(square, room) / (float)D + eps);
	s = block_sum(mixed, room) * r * r / (float)D;
	if (threadIdx.x == 0)
		root[blockIdx.x] = r;
	for (int64_t d = threadIdx.x; dx && d < D; d += THREADS)
		dx[at + d] += r * (wide(w[d]) * dy[at + d] - x[at + d] * s);
}

int cuda_rmsnorm_backward(struct backend *be, const struct op_call *c,
			  struct err *err)
{
	struct cuda *cu = cuda_of(be);
	struct columns m = {};
	const void *w = c->in[1]->data;
	float *root;
	int rc;

	m.R = tensor_rows(c->in[0]);
	m.C = tensor_last(c->in[0]);
	m.a = data_of(c->in[0]);
	m.b = grad_of(c->out[0]);
	m.add = grad_of(c->in[1]);
	if (m.R == 0)
		return 0;
	arena_reset(&cu->scratch);
	root = (float *)cuda_scratch(cu, (size_t)m.R * sizeof(*root), err);
	if (!root)
		return -(int)err->code;
	m.factor = root;
	WITH_TYPE(c->in[1],
		  rc = LAUNCH(cu, err, (unsigned)m.R, THREADS, rmsnorm_back<T>,
			      m.C, c->p.eps, m.a, (const T *)w, m.b,
			      grad_of(c->in[0]), root));
	return rc < 0 || !m.add ? rc : cuda_column_sums(cu, &m, err);
}

/* 1 / (real rows of this block's example), 0 when there are none. */
__device__ static float share(const uint8_t *mask, int64_t L, int *room)
{
	int n = 0;

	if (!mask)
		return L > 0 ? 1 / (float)L : 0;
	for (int64_t l = threadIdx.x; l < L; l += THREADS)
		n += mask[l] != 0;
	n = block_sum(n, room);
	return n > 0 ? 1 / (float)n : 0;
}

/* One block for each example. */
__global__ void mean_rows_kernel(int64_t L, int64_t D, const float *x,
				 const uint8_t *mask, float *y)
{
	__shared__ int room[THREADS / WARP];
	const uint8_t *real = mask ? mask + blockIdx.x * L : NULL;
	float s = share(real, L, room), sum;

	x += blockIdx.x * L * D;
	for (int64_t d = threadIdx.x; d < D; d += THREADS) {
		sum = 0;
		for (int64_t l = 0; l < L; l++)
			if (!real || real[l])
				sum += s * x[l * D + d];
		y[blockIdx.x * D + d] = sum;
	}
}

static const uint8_t *mask_of(const struct tensor *t)
{
	return t ? (const uint8_t *)t->data : NULL;
}

int cuda_mean_rows(struct backend *be, const struct op_call *c, struct err *err)
{
	const struct tensor *x = c->in[0];

	return x->dim[0] == 0
		   ? 0
		   : LAUNCH(cuda_of(be), err, (unsigned)x->dim[0], THREADS,
			    mean_rows_kernel, x->dim[1], x->dim[2], data_of(x),
			    mask_of(c->in[1]), (float *)c->out[0]->data);
}

__global__ void mean_rows_back(int64_t L, int64_t D, const float *dy,
			       const uint8_t *mask, float *dx)
{
	__shared__ int room[THREADS / WARP];
	const uint8_t *real = mask ? mask + blockIdx.x * L : NULL;
	float s = share(real, L, room);

	dx += blockIdx.x * L * D;
	for (int64_t i = threadIdx.x; i < L * D; i += THREADS)
		if (!real || real[i / D])
			dx[i] += s * dy[blockIdx.x * D + i % D];
}

int cuda_mean_rows_backward(struct backend *be, const struct op_call *c,
			    struct err *err)
{
	const struct tensor *x = c->in[0];

	return x->dim[0] == 0 || !grad_of(x)
		   ? 0
		   : LAUNCH(cuda_of(be), err, (unsigned)x->dim[0], THREADS,
			    mean_rows_back, x->dim[1], x->dim[2],
			    (const float *)grad_of(c->out[0]),
			    mask_of(c->in[1]), grad_of(x));
}

/* Norms of two rows, at least 1e-12 each, and their cosine. */
struct angle {
	float na, nb, cosine;
};

__device__ static struct angle angle_of(int64_t D, const float *a,
					const float *b)
{
	__shared__ double room[THREADS / WARP];
	double aa = 0, bb = 0, ab = 0;
	struct angle g;

	for (int64_t d = threadIdx.x; d < D; d += THREADS) {
		aa += (double)a[d] * (double)a[d];
		bb += (double)b[d] * (double)b[d];
		ab += (double)a[d] * (double)b[d];
	}
	aa = block_sum(aa, room);
	bb = block_sum(bb, room);
	ab = block_sum(ab, room);
	g.na = (float)fmax(sqrt(aa), 1e-12);
	g.nb = (float)fmax(sqrt(bb), 1e-12);
	g.cosine = (float)ab / g.na / g.nb;
	return g;
}

__global__ void cosine_kernel(int64_t D, float scale, const float *a,
			      const float *b, float *y)
{
	int64_t at = blockIdx.x * D;
	struct angle g = angle_of(D, a + at, b + at);

	if (threadIdx.x == 0)
		y[blockIdx.x] = scale * g.cosine;
}

int cuda_cosine(struct backend *be, const struct op_call *c, struct err *err)
{
	const struct tensor *a = c->in[0];

	return a->dim[0] == 0
		   ? 0
		   : LAUNCH(cuda_of(be), err, (unsigned)a->dim[0], THREADS,
			    cosine_kernel, a->dim[1], c->p.scale, data_of(a),
			    data_of(c->in[1]), (float *)c->out[0]->data);
}

/* A norm that is held at its least value is a constant. */
__global__ void cosine_back(int64_t D, float scale, const float *a,
			    const float *b, const float *dy, float *da,
			    float *db)
{
	int64_t at = blockIdx.x * D;
	struct angle g = angle_of(D, a + at, b + at);
	float s = scale * dy[blockIdx.x], both = s / g.na / g.nb;
	float own_a = g.na > 1e-12f ? s * g.cosine / g.na / g.na : 0;
	float own_b = g.nb > 1e-12f ? s * g.cosine / g.nb / g.nb : 0;

	for (int64_t d = at + threadIdx.x; d < at + D; d += THREADS) {
		if (da)
			da[d] += both * b[d] - own_a * a[d];
		if (db)
			db[d] += both * a[d] - own_b * b[d];
	}
}

int cuda_cosine_backward(struct backend *be, const struct op_call *c,
			 struct err *err)
{
	const struct tensor *a = c->in[0];

	return a->dim[0] == 0
		   ? 0
		   : LAUNCH(cuda_of(be), err, (unsigned)a->dim[0], THREADS,
			    cosine_back, a->dim[1], c->p.scale, data_of(a),
			    data_of(c->in[1]),
			    (const float *)grad_of(c->out[0]), grad_of(a),
			    grad_of(c->in[1]));
}
