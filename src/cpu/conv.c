#include "src/base/err.h"
#include "src/cpu/columns.h"
#include "src/cpu/cpu.h"
#include "src/cpu/dnn.h"
#include "src/cpu/winograd.h"

/* x (B,Y,X,C), w (O,C,kh,kw), bias (O), residual as y -> y (B,Y',X',O) */
enum { X, W, BIAS, RESIDUAL };

static struct dnn_conv shape_of(const struct op_call *c)
{
	const struct tensor *x = c->in[X], *w = c->in[W], *y = c->out[0];

	return (struct dnn_conv){
	    .B = x->dim[0],
	    .Y = x->dim[1],
	    .X = x->dim[2],
	    .C = x->dim[3],
	    .O = w->dim[0],
	    .kh = w->dim[2],
	    .kw = w->dim[3],
	    .stride = c->p.stride,
	    .pad = c->p.pad,
	    .OY = y->dim[1],
	    .OX = y->dim[2],
	    .relu = c->p.relu,
	};
}

int cpu_conv2d(struct backend *be, const struct op_call *c, struct err *err)
{
	const struct tensor *bias = c->in[BIAS], *res = c->in[RESIDUAL];
	struct dnn_conv v = shape_of(c);

	v.bf16 = cpu_of(be)->bf16 && c->in[W]->dtype == DT_BF16;
	if (!res && winograd_suits(&v, c->in[W]))
		return winograd_forward(cpu_of(be), &v, c->in[X]->data,
					c->in[W], bias ? bias->data : NULL,
					c->out[0]->data, err);
	return dnn_conv_forward(cpu_of(be)->dnn, &v, c->in[X]->data, c->in[W],
				bias ? bias->data : NULL,
				res ? res->data : NULL, c->out[0]->data, err);
}

/* The gradient before the relu: what came out as 0 passes nothing on. */
static const float *through_relu(struct cpu *cpu, const struct op_call *c)
{
	const float *dy = c->out[0]->grad->data, *y = c->out[0]->data;
	int64_t n = tensor_count(c->out[0]);
	float *dz;

	if (!c->p.relu)
		return dy;
	dz = arena_alloc(&cpu->scratch, (size_t)n * sizeof(*dz));
#pragma omp parallel for simd schedule(static) num_threads(cpu_split(cpu, n))
	for (int64_t i = 0; i < n; i++)
		dz[i] = y[i] > 0 ? dy[i] : 0;
	return dz;
}

static void bias_backward(struct cpu *cpu, const struct op_call *c,
			  const float *dz, float *db)
{
	struct columns m = {
	    .R = tensor_rows(c->out[0]), .C = tensor_last(c->out[0]), .a = dz};
	double *sum = arena_alloc(&cpu->scratch, (size_t)m.C * sizeof(*sum));

	cpu_column_sums(cpu, &m, sum);
	for (int64_t o = 0; o < m.C; o++)
		db[o] += (float)sum[o];
}

int cpu_conv2d_backward(struct backend *be, const struct op_call *c,
			struct err *err)
{
	const struct tensor *x = c->in[X], *w = c->in[W];
	const struct tensor *bias = c->in[BIAS], *res = c->in[RESIDUAL];
	struct cpu *cpu = cpu_of(be);
	struct dnn_conv v = shape_of(c);
	const float *dz;

	if (!c->out[0]->grad)
		return 0;
	arena_reset(&cpu->scratch);
	dz = through_relu(cpu, c);
	if (res && res->grad)
		cpu_add_to(cpu, res->grad->data, dz, tensor_count(res));
	if (bias && bias->grad)
		bias_backward(cpu, c, dz, bias->grad->data);
	if (x->grad &&
	    dnn_conv_backward_data(cpu->dnn, &v, dz, w, x->grad->data,
				   &cpu->scratch, err) < 0)
		return -(int)err->code;
	if (!w->grad)
		return 0;
	return dnn_conv_backward_weights(cpu->dnn, &v, x->data, dz,
					 w->grad->data, &cpu->scratch, err);
}
