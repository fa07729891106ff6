#include <math.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/cpu/columns.h"
#include "src/cpu/cpu.h"

/* x (R,C), the others (C) -> y (R,C), mean (C), 1/std (C) */
enum { X, GAMMA, BETA, MEAN, VAR };
enum { Y, SAVED_MEAN, SAVED_INV };

enum { ROWS = 64 }; /* of one piece of parallel work */

static float *channels(struct cpu *cpu, int64_t C)
{
	return arena_zalloc(&cpu->scratch, (size_t)C * sizeof(float));
}

/* Statistics of the batch into out, and the running ones moved towards them. */
static void batch_statistics(struct cpu *cpu, const struct op_call *c)
{
	const struct tensor *x = c->in[X];
	float *mean = c->out[SAVED_MEAN]->data, *inv = c->out[SAVED_INV]->data;
	float *run_mean = c->in[MEAN]->data, *run_var = c->in[VAR]->data;
	int64_t R = tensor_rows(x), C = tensor_last(x);
	double m = (double)c->p.momentum, *sum, *off, var;
	struct columns plain = {.R = R, .C = C, .a = x->data};
	struct columns square = {.R = R,
				 .C = C,
				 .a = x->data,
				 .a_minus = mean,
				 .b = x->data,
				 .b_minus = mean};

	sum = arena_alloc(&cpu->scratch, (size_t)C * sizeof(*sum));
	off = arena_alloc(&cpu->scratch, (size_t)C * sizeof(*off));
	cpu_column_sums(cpu, &plain, sum);
	for (int64_t i = 0; i < C; i++) {
		mean[i] = (float)(sum[i] / (double)R);
		/* what rounding the mean to f32 took from it */
		off[i] = sum[i] / (double)R - (double)mean[i];
	}
	cpu_column_sums(cpu, &square, sum);
	for (int64_t i = 0; i < C; i++) {
		var = fmax(sum[i] / (double)R - off[i] * off[i], 0);
		inv[i] = (float)(1 / sqrt(var + (double)c->p.eps));
		run_mean[i] = (float)((1 - m) * (double)run_mean[i] +
				      m * (double)mean[i]);
		var *= (double)R / (double)(R - 1);
		run_var[i] = (float)((1 - m) * (double)run_var[i] + m * var);
	}
}

static void stored_statistics(const struct op_call *c)
{
	float *mean = c->out[SAVED_MEAN]->data, *inv = c->out[SAVED_INV]->data;
	int64_t C = tensor_last(c->in[X]);
	double var;

	for (int64_t i = 0; i < C; i++) {
		mean[i] = tensor_float(c->in[MEAN], i);
		var = (double)tensor_float(c->in[VAR], i);
		inv[i] = (float)(1 / sqrt(var + (double)c->p.eps));
	}
}

int cpu_batchnorm(struct backend *be, const struct op_call *c, struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	int64_t R = tensor_rows(c->in[X]), C = tensor_last(c->in[X]);
	const float *mean = c->out[SAVED_MEAN]->data;
	const float *inv = c->out[SAVED_INV]->data;
	const float *x = c->in[X]->data;
	float *y = c->out[Y]->data, *scale, *beta;

	if (c->p.train && R < 2)
		return err_set(err, ERR_FAILED,
			       "batch normalisation in training needs more "
			       "than one value for each channel");
	arena_reset(&cpu->scratch);
	if (c->p.train)
		batch_statistics(cpu, c);
	else
		stored_statistics(c);
	scale = channels(cpu, C);
	beta = channels(cpu, C);
	for (int64_t i = 0; i < C; i++) {
		scale[i] = inv[i] * tensor_float(c->in[GAMMA], i);
		beta[i] = tensor_float(c->in[BETA], i);
	}
#pragma omp parallel for schedule(static) num_threads(cpu_split(cpu, R *C))
	for (int64_t at = 0; at < R; at += ROWS)
		for (int64_t r = at; r < MIN(R, at + ROWS); r++)
#pragma omp simd
			for (int64_t i = 0; i < C; i++)
				y[r * C + i] =
				    (x[r * C + i] - mean[i]) * scale[i] +
				    beta[i];
	return 0;
}

/* dx = k0*dy + k1 + k2*(x - mean), one k for each channel. */
struct slopes {
	float *k0, *k1, *k2;
};

/*
 * With batch statistics the mean and the variance depend on x too; with
 * stored ones k1 and k2 are 0.
 */
static struct slopes slopes_of(struct cpu *cpu, const struct op_call *c,
			       const double *sum_dy, const double *sum_dyx)
{
	int64_t R = tensor_rows(c->in[X]), C = tensor_last(c->in[X]);
	const float *inv = c->out[SAVED_INV]->data;
	struct slopes s = {channels(cpu, C), channels(cpu, C),
			   channels(cpu, C)};
	double k, v;

	for (int64_t i = 0; i < C; i++) {
		v = (double)inv[i];
		k = v * (double)tensor_float(c->in[GAMMA], i);
		s.k0[i] = (float)k;
		if (!c->p.train)
			continue;
		s.k1[i] = (float)(-k * sum_dy[i] / (double)R);
		s.k2[i] = (float)(-k * v * v * sum_dyx[i] / (double)R);
	}
	return s;
}

static void input_backward(struct cpu *cpu, const struct op_call *c,
			   const struct slopes *s)
{
	int64_t R = tensor_rows(c->in[X]), C = tensor_last(c->in[X]);
	const float *dy = c->out[Y]->grad->data, *x = c->in[X]->data;
	const float *mean = c->out[SAVED_MEAN]->data;
	const float *k0 = s->k0, *k1 = s->k1, *k2 = s->k2;
	float *dx = c->in[X]->grad->data;

#pragma omp parallel for schedule(static) num_threads(cpu_split(cpu, R *C))
	for (int64_t at = 0; at < R; at += ROWS)
		for (int64_t r = at; r < MIN(R, at + ROWS); r++)
#pragma omp simd
			for (int64_t i = 0; i < C; i++)
				dx[r * C + i] +=
				    k0[i] * dy[r * C + i] + k1[i] +
				    k2[i] * (x[r * C + i] - mean[i]);
}

int cpu_batchnorm_backward(struct backend *be, const struct op_call *c,
			   struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	struct tensor *gamma = c->in[GAMMA], *beta = c->in[BETA];
	int64_t R = tensor_rows(c->in[X]), C = tensor_last(c->in[X]);
	const float *inv = c->out[SAVED_INV]->data;
	double *sum_dy, *sum_dyx;
	struct columns m = {.R = R, .C = C};
	struct slopes s;

	(void)err;
	if (!c->out[Y]->grad)
		return 0;
	arena_reset(&cpu->scratch);
	sum_dy = arena_alloc(&cpu->scratch, (size_t)C * sizeof(double));
	sum_dyx = arena_alloc(&cpu->scratch, (size_t)C * sizeof(double));
	m.a = c->out[Y]->grad->data;
	cpu_column_sums(cpu, &m, sum_dy);
	m.b = c->in[X]->data;
	m.b_minus = c->out[SAVED_MEAN]->data;
	cpu_column_sums(cpu, &m, sum_dyx);
	for (int64_t i = 0; i < C; i++) {
		if (gamma->grad)
			((float *)gamma->grad->data)[i] +=
			    (float)(sum_dyx[i] * (double)inv[i]);
		if (beta->grad)
			((float *)beta->grad->data)[i] += (float)sum_dy[i];
	}
	if (!c->in[X]->grad)
		return 0;
	s = slopes_of(cpu, c, sum_dy, sum_dyx);
	input_backward(cpu, c, &s);
	return 0;
}
