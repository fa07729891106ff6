#include "cuda/kernel.h"

/* Ops that work on one number at a time. */

__global__ void add_kernel(int64_t n, float *sum, const float *x)
{
	int64_t i = own_index();

	if (i < n)
		sum[i] += x[i];
}

int cuda_accumulate(struct cuda *c, float *sum, const float *x, int64_t n,
		    struct err *err)
{
	return LAUNCH_EACH(c, err, n, add_kernel, n, sum, x);
}

template <class T>
__global__ void add_repeated(int64_t n, int64_t nb, const float *a, const T *b,
			     float *y)
{
	int64_t i = own_index();

	if (i < n)
		y[i] = a[i] + wide(b[i % nb]);
}

int cuda_add(struct backend *be, const struct op_call *c, struct err *err)
{
	struct cuda *cu = cuda_of(be);
	int64_t n = tensor_count(c->in[0]), nb = tensor_count(c->in[1]);
	float *y = (float *)c->out[0]->data;
	const void *b = c->in[1]->data;
	int rc;

	WITH_TYPE(c->in[1],
		  rc = LAUNCH_EACH(cu, err, n, add_repeated<T>, n, nb,
				   data_of(c->in[0]), (const T *)b, y));
	return rc;
}

int cuda_add_backward(struct backend *be, const struct op_call *c,
		      struct err *err)
{
	struct cuda *cu = cuda_of(be);
	int64_t n = tensor_count(c->in[0]), nb = tensor_count(c->in[1]);
	float *da = grad_of(c->in[0]), *db = grad_of(c->in[1]);
	const float *dy = grad_of(c->out[0]);
	struct columns m = {};

	if (n == 0)
		return 0;
	arena_reset(&cu->scratch);
	if (da && cuda_accumulate(cu, da, dy, n, err) < 0)
		return -(int)err->code;
	if (!db)
		return 0;
	if (n == nb)
		return cuda_accumulate(cu, db, dy, n, err);
	m.R = n / nb;
	m.C = nb;
	m.a = dy;
	m.add = db;
	return cuda_column_sums(cu, &m, err);
}

__global__ void gate_mix_kernel(int64_t n, int64_t row, const float *t,
				const float *a, const float *g, float *y)
{
	int64_t i = own_index();

	if (i < n)
		y[i] = t[i] + g[i / row] * a[i];
}

int cuda_gate_mix(struct backend *be, const struct op_call *c, struct err *err)
{
	struct cuda *cu = cuda_of(be);
	int64_t n = tensor_count(c->in[0]), B = c->in[0]->dim[0];

	return LAUNCH_EACH(cu, err, n, gate_mix_kernel, n, n / (B ? B : 1),
			   data_of(c->in[0]), data_of(c->in[1]),
			   data_of(c->in[2]), (float *)c->out[0]->data);
}

__global__ void gate_mix_back(int64_t n, int64_t row, const float *dy,
			      const float *g, float *dt, float *da)
{
	int64_t i = own_index();

	if (i >= n)
		return;
	if (dt)
		dt[i] += dy[i];
	if (da)
		da[i] += g[i / row] * dy[i];
}

/* dg[b] += the product of two rows, one block for each. */
__global__ void row_products(int64_t row, const float *dy, const float *a,
			     float *dg)
{
	__shared__ double room[THREADS / WARP];
	int64_t at = (int64_t)blockIdx.x * row;
	double s = 0;

	for (int64_t i = threadIdx.x; i < row; i += THREADS)
		s += (double)(dy[at + i] * a[at + i]);
	s = block_sum(s, room);
	if (threadIdx.x == 0)
		dg[blockIdx.x] += (float)s;
}

int cuda_gate_mix_backward(struct backend *be, const struct op_call *c,
			   struct err *err)
{
	struct cuda *cu = cuda_of(be);
	int64_t n = tensor_count(c->in[0]), B = c->in[0]->dim[0];
	float *dt = grad_of(c->in[0]), *da = grad_of(c->in[1]);
	float *dg = grad_of(c->in[2]);
	const float *dy = grad_of(c->out[0]);

	if (n == 0)
		return 0;
	if ((dt || da) && LAUNCH_EACH(cu, err, n, gate_mix_back, n, n / B, dy,
				      data_of(c->in[2]), dt, da) < 0)
		return -(int)err->code;
	return dg ? LAUNCH(cu, err, (unsigned)B, THREADS, row_products, n / B,
			   dy, data_of(c->in[1]), dg)
		  : 0;
}

/* x / (1 + e) is gelu_new(x), the tanh form, with e = exp(this). */
__device__ static inline float gelu_exponent(float x)
{
	return -1.5957691216f * (x + 0.044715f * x * x * x);
}

__global__ void geglu_kernel(int64_t n, const float *a, const float *b,
			     float *y)
{
	int64_t i = own_index();

	if (i < n)
		y[i] = a[i] / (1 + expf(gelu_exponent(a[i]))) * b[i];
}

int cuda_geglu(struct backend *be, const struct op_call *c, struct err *err)
{
	int64_t n = tensor_count(c->in[0]);

	return LAUNCH_EACH(cuda_of(be), err, n, geglu_kernel, n,
			   data_of(c->in[0]), data_of(c->in[1]),
			   (float *)c->out[0]->data);
}

__global__ void geglu_back(int64_t n, const float *a, const float *b,
			   const float *dy, float *da, float *db)
{
	int64_t i = own_index();
	float x, s;

	if (i >= n)
		return;
	x = a[i];
	s = 1 / (1 + expf(gelu_exponent(x))); /* a logistic function */
	if (da)
		da[i] += dy[i] * b[i] *
			 (s + x * s * (1 - s) * 1.5957691216f *
				  (1 + 3 * 0.044715f * x * x));
	if (db)
		db[i] += dy[i] * x * s;
}

int cuda_geglu_backward(struct backend *be, const struct op_call *c,
			struct err *err)
{
	int64_t n = tensor_count(c->in[0]);

	return LAUNCH_EACH(cuda_of(be), err, n, geglu_back, n,
			   data_of(c->in[0]), data_of(c->in[1]),
			   (const float *)grad_of(c->out[0]), grad_of(c->in[0]),
			   grad_of(c->in[1]));
}

/* x >= 0 ? x : slope * x; a NaN stays.  relu is slope 0. */
__global__ void leaky_kernel(int64_t n, float slope, const float *x, float *y)
{
	int64_t i = own_index();

	if (i < n)
		y[i] = x[i] < 0 ? slope * x[i] : x[i];
}

int cuda_leaky_relu(struct backend *be, const struct op_call *c,
		    struct err *err)
{
	int64_t n = tensor_count(c->in[0]);

	return LAUNCH_EACH(cuda_of(be), err, n, leaky_kernel, n, c->p.slope,
			   data_of(c->in[0]), (float *)c->out[0]->data);
}

__global__ void leaky_back(int64_t n, float slope, const float *x,
			   const float *dy, float *dx)
{
	int64_t i = own_index();

	if (i < n)
		dx[i] += x[i] >= 0 ? dy[i] : slope * dy[i];
}

int cuda_leaky_relu_backward(struct backend *be, const struct op_call *c,
			     struct err *err)
{
	int64_t n = tensor_count(c->in[0]);

	return !grad_of(c->in[0])
		   ? 0
		   : LAUNCH_EACH(cuda_of(be), err, n, leaky_back, n, c->p.slope,
				 data_of(c->in[0]),
				 (const float *)grad_of(c->out[0]),
				 grad_of(c->in[0]));
}

__global__ void relu_kernel(int64_t n, const float *x, float *y)
{
	int64_t i = own_index();

	if (i < n)
		y[i] = x[i] < 0 ? 0 : x[i]; /* a NaN stays */
}

int cuda_relu(struct backend *be, const struct op_call *c, struct err *err)
{
	int64_t n = tensor_count(c->in[0]);

	return LAUNCH_EACH(cuda_of(be), err, n, relu_kernel, n,
			   data_of(c->in[0]), (float *)c->out[0]->data);
}

__global__ void relu_back(int64_t n, const float *y, const float *dy, float *dx)
{
	int64_t i = own_index();

	if (i < n)
		dx[i] += y[i] > 0 ? dy[i] : 0;
}

int cuda_relu_backward(struct backend *be, const struct op_call *c,
		       struct err *err)
{
	int64_t n = tensor_count(c->in[0]);

	return !grad_of(c->in[0]) || !grad_of(c->out[0])
		   ? 0
		   : LAUNCH_EACH(
			 cuda_of(be), err, n, relu_back, n, data_of(c->out[0]),
			 (const float *)grad_of(c->out[0]), grad_of(c->in[0]));
}

__global__ void relu_gradient(int64_t n, const float *y, const float *dy,
			      float *dz)
{
	int64_t i = own_index();

	if (i < n)
		dz[i] = y[i] > 0 ? dy[i] : 0;
}

int cuda_relu_gradient(struct cuda *c, const float *y, const float *dy,
		       float *dz, int64_t n, struct err *err)
{
	return LAUNCH_EACH(c, err, n, relu_gradient, n, y, dy, dz);
}

__global__ void finish_conv(int64_t n, int64_t C, const float *bias,
			    const float *residual, bool relu, float *y)
{
	int64_t i = own_index();
	float v;

	if (i >= n)
		return;
	v = y[i];
	if (bias)
		v += bias[i % C];
	if (residual)
		v += residual[i];
	y[i] = relu && v < 0 ? 0 : v;
}

int cuda_finish_conv(struct cuda *c, float *y, const float *bias,
		     const float *residual, bool relu, int64_t R, int64_t C,
		     struct err *err)
{
	if (!bias && !residual && !relu)
		return 0;
	return LAUNCH_EACH(c, err, R * C, finish_conv, R * C, C, bias, residual,
			   relu, y);
}

/* Four numbers of the stream for each thread: y = keep * x + res, which may be
 * NULL or y itself. */
__global__ void dropout_kernel(int64_t n, struct rng_key key, float p,
			       const float *x, const float *res, float *y)
{
	int64_t i = 4 * own_index();
	const float up = 1 / (1 - p);
	uint32_t out[4];
	float v;

	rng_block(&key, (uint64_t)i / 4, out);
	for (int j = 0; j < 4 && i + j < n; j++) {
		v = (float)(out[j] >> 8) * 0x1p-24f >= p ? up : 0;
		v *= x[i + j];
		y[i + j] = res ? v + res[i + j] : v;
	}
}

int cuda_dropout(struct backend *be, const struct op_call *c, struct err *err)
{
	int64_t n = tensor_count(c->in[0]);

	return LAUNCH_EACH(cuda_of(be), err, (n + 3) / 4, dropout_kernel, n,
			   c->p.key, c->p.drop, data_of(c->in[0]),
			   data_of(c->in[1]), (float *)c->out[0]->data);
}

int cuda_dropout_backward(struct backend *be, const struct op_call *c,
			  struct err *err)
{
	struct cuda *cu = cuda_of(be);
	int64_t n = tensor_count(c->in[0]);
	const float *dy = grad_of(c->out[0]);
	float *dx = grad_of(c->in[0]), *dres = grad_of(c->in[1]);

	if (dres && cuda_accumulate(cu, dres, dy, n, err) < 0)
		return -(int)err->code;
	return dx ? LAUNCH_EACH(cu, err, (n + 3) / 4, dropout_kernel, n,
				c->p.key, c->p.drop, dy, (const float *)dx, dx)
		  : 0;
}

/* The output is a view of the input: nothing moves. */
int cuda_reshape(struct backend *be, const struct op_call *c, struct err *err)
{
	(void)be;
	(void)c;
	(void)err;
	return 0;
}

int cuda_reshape_backward(struct backend *be, const struct op_call *c,
			  struct err *err)
{
	float *dx = grad_of(c->in[0]);

	return dx ? cuda_accumulate(cuda_of(be), dx, grad_of(c->out[0]),
				    tensor_count(c->in[0]), err)
		  : 0;
}
