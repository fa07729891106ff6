#include <math.h>

#include "cuda/kernel.h"

enum { PIECE = 1 << 16 }; /* numbers of one partial sum */

__global__ void square_pieces(int64_t n, const float *x, double *part)
{
	__shared__ double room[THREADS / WARP];
	int64_t from = (int64_t)blockIdx.x * PIECE;
	int64_t to = from + PIECE < n ? from + PIECE : n;
	double s = 0;

	for (int64_t i = from + threadIdx.x; i < to; i += THREADS)
		s += (double)x[i] * (double)x[i];
	s = block_sum(s, room);
	if (threadIdx.x == 0)
		part[blockIdx.x] = s;
}

/* One block: *sum = the sum of n numbers. */
__global__ void sum_pieces(int64_t n, const double *part, double *sum)
{
	__shared__ double room[THREADS / WARP];
	double s = 0;

	for (int64_t i = threadIdx.x; i < n; i += THREADS)
		s += part[i];
	s = block_sum(s, room);
	if (threadIdx.x == 0)
		*sum = s;
}

int cuda_sum_squares(struct backend *be, const struct op_call *c,
		     struct err *err)
{
	struct cuda *cu = cuda_of(be);
	int64_t n = tensor_count(c->in[0]), pieces = (n + PIECE - 1) / PIECE;
	double *part;

	arena_reset(&cu->scratch);
	part = (double *)cuda_scratch(cu, (size_t)pieces * sizeof(*part), err);
	if (!part)
		return -(int)err->code;
	if (pieces > 0 && LAUNCH(cu, err, (unsigned)pieces, THREADS,
				 square_pieces, n, data_of(c->in[0]), part) < 0)
		return -(int)err->code;
	return LAUNCH(cu, err, 1, THREADS, sum_pieces, pieces,
		      (const double *)part, (double *)c->out[0]->data);
}

/* The numbers of one step, the bias corrections worked in. */
struct adamw_numbers {
	float scale, shrink, beta1, beta2, lr, root, eps;
};

__global__ void adamw_kernel(int64_t n, struct adamw_numbers a, float *p,
			     const float *g, float *m, float *v)
{
	int64_t i = own_index();
	float gi;

	if (i >= n)
		return;
	gi = g[i] * a.scale;
	m[i] = a.beta1 * m[i] + (1 - a.beta1) * gi;
	v[i] = a.beta2 * v[i] + (1 - a.beta2) * gi * gi;
	p[i] = p[i] * a.shrink - a.lr * m[i] / (sqrtf(v[i]) * a.root + a.eps);
}

int cuda_adamw(struct backend *be, const struct op_call *c, struct err *err)
{
	const struct op_params *q = &c->p;
	double lr = (double)q->lr, step = (double)q->step;
	int64_t n = tensor_count(c->in[0]);
	struct adamw_numbers a;

	a.scale = q->scale;
	a.shrink = (float)(1 - lr * (double)q->decay);
	a.beta1 = q->beta1;
	a.beta2 = q->beta2;
	a.lr = (float)(lr / (1 - pow((double)q->beta1, step)));
	a.root = (float)(1 / sqrt(1 - pow((double)q->beta2, step)));
	a.eps = q->eps;
	return LAUNCH_EACH(cuda_of(be), err, n, adamw_kernel, n, a,
			   (float *)c->in[0]->data, data_of(c->in[1]),
			   (float *)c->in[2]->data, (float *)c->in[3]->data);
}
