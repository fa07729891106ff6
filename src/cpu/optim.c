#include <math.h>

#include "src/base/mem.h"
#include "src/cpu/cpu.h"
#include "src/cpu/vec.h"

/* Elements of one partial sum: the same for any number of threads. */
enum { PIECE = 1 << 16 };

int cpu_sum_squares(struct backend *be, const struct op_call *c,
		    struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	const float *x = c->in[0]->data;
	int64_t count = tensor_count(c->in[0]);
	int64_t pieces = (count + PIECE - 1) / PIECE;
	double *part, sum = 0;

	(void)err;
	arena_reset(&cpu->scratch);
	part = arena_alloc(&cpu->scratch, (size_t)pieces * sizeof(*part));
#pragma omp parallel for num_threads(cpu_split(cpu, count))
	for (int64_t i = 0; i < pieces; i++)
		part[i] = cpu->vec->sum_squares(MIN(PIECE, count - i * PIECE),
						x + i * PIECE);
	for (int64_t i = 0; i < pieces; i++)
		sum += part[i];
	*(double *)c->out[0]->data = sum;
	return 0;
}

int cpu_adamw(struct backend *be, const struct op_call *c, struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	const struct op_params *q = &c->p;
	double beta1 = (double)q->beta1, beta2 = (double)q->beta2;
	double lr = (double)q->lr, step = (double)q->step;
	const struct vec_adamw a = {
	    .scale = q->scale,
	    .shrink = (float)(1 - lr * (double)q->decay),
	    .beta1 = q->beta1,
	    .beta2 = q->beta2,
	    .lr = (float)(lr / (1 - pow(beta1, step))),
	    .root = (float)(1 / sqrt(1 - pow(beta2, step))),
	    .eps = q->eps,
	};
	float *p = c->in[0]->data, *m = c->in[2]->data, *v = c->in[3]->data;
	const float *g = c->in[1]->data;
	int64_t count = tensor_count(c->in[0]);

	(void)err;
#pragma omp parallel for num_threads(cpu_split(cpu, count))
	for (int64_t at = 0; at < count; at += PIECE)
		cpu->vec->adamw(MIN(PIECE, count - at), &a, p + at, g + at,
				m + at, v + at);
	return 0;
}
