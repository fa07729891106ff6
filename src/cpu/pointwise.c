#include <string.h>

#include "src/base/mem.h"
#include "src/cpu/cpu.h"
#include "src/cpu/vec.h"

/* Elements worked on at once: the same pieces for any number of threads. */
enum { PIECE = 4096 };

static float *data_of(const struct tensor *t)
{
	return t ? t->data : NULL;
}

static float *grad_of(const struct tensor *t)
{
	return t && t->grad ? t->grad->data : NULL;
}

void cpu_add_to(struct cpu *c, float *sum, const float *x, int64_t n)
{
#pragma omp parallel for num_threads(cpu_split(c, n))
	for (int64_t at = 0; at < n; at += PIECE)
		c->vec->add(MIN(PIECE, n - at), sum + at, x + at, sum + at);
}

int cpu_add(struct backend *be, const struct op_call *c, struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	int64_t count = tensor_count(c->in[0]), nb = tensor_count(c->in[1]);
	const float *a = data_of(c->in[0]), *b;
	float *y = data_of(c->out[0]);
	int64_t pieces;

	(void)err;
	if (count == 0)
		return 0;
	arena_reset(&cpu->scratch);
	b = cpu_wide(cpu, c->in[1]);
	pieces = (nb + PIECE - 1) / PIECE;
#pragma omp parallel for num_threads(cpu_split(cpu, count))
	for (int64_t i = 0; i < count / nb * pieces; i++) {
		int64_t row = i / pieces * nb, at = i % pieces * PIECE;

		cpu->vec->add(MIN(PIECE, nb - at), a + row + at, b + at,
			      y + row + at);
	}
	return 0;
}

int cpu_add_backward(struct backend *be, const struct op_call *c,
		     struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	const float *dy = grad_of(c->out[0]);
	int64_t count = tensor_count(c->in[0]), nb = tensor_count(c->in[1]);
	float *da = grad_of(c->in[0]), *db = grad_of(c->in[1]);

	(void)err;
	if (count == 0)
		return 0;
	if (da)
		cpu_add_to(cpu, da, dy, count);
	if (db)
#pragma omp parallel for num_threads(cpu_split(cpu, nb))
		for (int64_t at = 0; at < nb; at += PIECE)
			for (int64_t r = 0; r < count; r += nb)
				cpu->vec->axpy(MIN(PIECE, nb - at), 1,
					       dy + r + at, db + at);
	return 0;
}

int cpu_gate_mix(struct backend *be, const struct op_call *c, struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	const float *t = data_of(c->in[0]), *a = data_of(c->in[1]);
	const float *g = data_of(c->in[2]);
	int64_t B = c->in[0]->dim[0], n = tensor_count(c->in[0]) / MAX(B, 1);
	float *y = data_of(c->out[0]);

	(void)err;
	for (int64_t b = 0; b < B; b++)
#pragma omp parallel for num_threads(cpu_split(cpu, n))
		for (int64_t at = 0; at < n; at += PIECE) {
			int64_t i = b * n + at, len = MIN(PIECE, n - at);

			memcpy(y + i, t + i, (size_t)len * sizeof(*y));
			cpu->vec->axpy(len, g[b], a + i, y + i);
		}
	return 0;
}

/* The dot product of two long arrays: pieces, then their sum in order. */
static float long_dot(struct cpu *cpu, int64_t n, const float *a,
		      const float *b)
{
	int64_t pieces = (n + PIECE - 1) / PIECE;
	float *part;
	double sum = 0;

	arena_reset(&cpu->scratch);
	part = arena_alloc(&cpu->scratch, (size_t)pieces * sizeof(*part));
#pragma omp parallel for num_threads(cpu_split(cpu, n))
	for (int64_t at = 0; at < n; at += PIECE)
		part[at / PIECE] =
		    cpu->vec->dot(MIN(PIECE, n - at), a + at, b + at);
	for (int64_t i = 0; i < pieces; i++)
		sum += (double)part[i];
	return (float)sum;
}

int cpu_gate_mix_backward(struct backend *be, const struct op_call *c,
			  struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	const float *dy = grad_of(c->out[0]), *a = data_of(c->in[1]);
	const float *g = data_of(c->in[2]);
	int64_t B = c->in[0]->dim[0], n = tensor_count(c->in[0]) / MAX(B, 1);
	float *dt = grad_of(c->in[0]), *da = grad_of(c->in[1]);
	float *dg = grad_of(c->in[2]);

	(void)err;
	for (int64_t b = 0; b < B; b++) {
		int64_t row = b * n;

		if (dt)
#pragma omp parallel for num_threads(cpu_split(cpu, n))
			for (int64_t at = 0; at < n; at += PIECE)
				cpu->vec->axpy(MIN(PIECE, n - at), 1,
					       dy + row + at, dt + row + at);
		if (da)
#pragma omp parallel for num_threads(cpu_split(cpu, n))
			for (int64_t at = 0; at < n; at += PIECE)
				cpu->vec->axpy(MIN(PIECE, n - at), g[b],
					       dy + row + at, da + row + at);
		if (dg)
			dg[b] += long_dot(cpu, n, dy + row, a + row);
	}
	return 0;
}

int cpu_geglu(struct backend *be, const struct op_call *c, struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	const float *a = data_of(c->in[0]), *b = data_of(c->in[1]);
	int64_t count = tensor_count(c->in[0]);
	float *y = data_of(c->out[0]);

	(void)err;
#pragma omp parallel for num_threads(cpu_split(cpu, count))
	for (int64_t at = 0; at < count; at += PIECE)
		cpu->vec->geglu(MIN(PIECE, count - at), a + at, b + at, y + at);
	return 0;
}

int cpu_geglu_backward(struct backend *be, const struct op_call *c,
		       struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	const float *a = data_of(c->in[0]), *b = data_of(c->in[1]);
	const float *dy = grad_of(c->out[0]);
	int64_t count = tensor_count(c->in[0]);
	float *da = grad_of(c->in[0]), *db = grad_of(c->in[1]);

	(void)err;
#pragma omp parallel for num_threads(cpu_split(cpu, count))
	for (int64_t at = 0; at < count; at += PIECE)
		cpu->vec->geglu_back(MIN(PIECE, count - at), a + at, b + at,
				     dy + at, da ? da + at : NULL,
				     db ? db + at : NULL);
	return 0;
}

int cpu_leaky_relu(struct backend *be, const struct op_call *c, struct err *err)
{
	const float *x = data_of(c->in[0]);
	int64_t count = tensor_count(c->in[0]);
	float *y = data_of(c->out[0]);

	(void)be;
	(void)err;
	for (int64_t i = 0; i < count; i++)
		y[i] = x[i] >= 0 ? x[i] : c->p.slope * x[i];
	return 0;
}

int cpu_leaky_relu_backward(struct backend *be, const struct op_call *c,
			    struct err *err)
{
	const float *x = data_of(c->in[0]), *dy = grad_of(c->out[0]);
	int64_t count = tensor_count(c->in[0]);
	float *dx = grad_of(c->in[0]);

	(void)be;
	(void)err;
	if (!dx)
		return 0;
	for (int64_t i = 0; i < count; i++)
		dx[i] += x[i] >= 0 ? dy[i] : c->p.slope * dy[i];
	return 0;
}

int cpu_dropout(struct backend *be, const struct op_call *c, struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	const float *x = data_of(c->in[0]), *res = data_of(c->in[1]);
	int64_t count = tensor_count(c->in[0]);
	float *y = data_of(c->out[0]);

	(void)err;
#pragma omp parallel for num_threads(cpu_split(cpu, count))
	for (int64_t at = 0; at < count; at += PIECE) {
		int64_t n = MIN(PIECE, count - at);

		cpu->vec->dropout(n, &c->p.key, (uint64_t)at, c->p.drop,
				  y + at);
		cpu->vec->mul(n, x + at, y + at, y + at);
		if (res)
			cpu->vec->add(n, y + at, res + at, y + at);
	}
	return 0;
}

int cpu_dropout_backward(struct backend *be, const struct op_call *c,
			 struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	const float *dy = grad_of(c->out[0]);
	int64_t count = tensor_count(c->in[0]);
	float *dx = grad_of(c->in[0]), *dres = grad_of(c->in[1]);

	(void)err;
	if (dres)
		cpu_add_to(cpu, dres, dy, count);
	if (!dx)
		return 0;
#pragma omp parallel for num_threads(cpu_split(cpu, count))
	for (int64_t at = 0; at < count; at += PIECE) {
		float keep[PIECE];
		int64_t n = MIN(PIECE, count - at);

		cpu->vec->dropout(n, &c->p.key, (uint64_t)at, c->p.drop, keep);
		cpu->vec->muladd(n, 1, dy + at, keep, dx + at);
	}
	return 0;
}

/* The output is a view of the input: nothing moves. */
int cpu_reshape(struct backend *be, const struct op_call *c, struct err *err)
{
	(void)be;
	(void)c;
	(void)err;
	return 0;
}

int cpu_reshape_backward(struct backend *be, const struct op_call *c,
			 struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	const float *dy = grad_of(c->out[0]);
	int64_t count = tensor_count(c->in[0]);
	float *dx = grad_of(c->in[0]);

	(void)err;
	if (!dx)
		return 0;
#pragma omp parallel for num_threads(cpu_split(cpu, count))
	for (int64_t at = 0; at < count; at += PIECE)
		cpu->vec->axpy(MIN(PIECE, count - at), 1, dy + at, dx + at);
	return 0;
}
