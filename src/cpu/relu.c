#include "src/cpu/cpu.h"

int cpu_relu(struct backend *be, const struct op_call *c, struct err *err)
{
	int64_t n = tensor_count(c->in[0]);
	const float *x = c->in[0]->data;
	float *y = c->out[0]->data;

	(void)err;
#pragma omp parallel for simd schedule(static) \
    num_threads(cpu_split(cpu_of(be), n))
	for (int64_t i = 0; i < n; i++)
		y[i] = x[i] < 0 ? 0 : x[i]; /* a NaN stays */
	return 0;
}

int cpu_relu_backward(struct backend *be, const struct op_call *c,
		      struct err *err)
{
	int64_t n = tensor_count(c->in[0]);
	const float *y = c->out[0]->data, *dy;
	float *dx;

	(void)err;
	if (!c->in[0]->grad || !c->out[0]->grad)
		return 0;
	dx = c->in[0]->grad->data;
	dy = c->out[0]->grad->data;
#pragma omp parallel for simd schedule(static) \
    num_threads(cpu_split(cpu_of(be), n))
	for (int64_t i = 0; i < n; i++)
		dx[i] += y[i] > 0 ? dy[i] : 0;
	return 0;
}
