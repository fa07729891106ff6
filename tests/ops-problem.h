/*
 * ops-problem -- one call of an op on random arrays, and what it should give.
 *
 * A problem holds the tensors that the op reads and writes, and the same
 * inputs in double precision.  A reference computes the outputs from the
 * doubles as plainly as it can; its central differences are the gradients
 * that the op's backward must give.
 */
#ifndef UMIE_TESTS_OPS_PROBLEM_H
#define UMIE_TESTS_OPS_PROBLEM_H

#include <stdlib.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/cpu/cpu.h"
#include "src/cpu/vec.h"
#include "tests/tap.h"

struct problem {
	struct op_call c;
	struct tensor in[OP_IN], out[OP_OUT], din[OP_IN], dout[OP_OUT];
	double *x[OP_IN], *y[OP_OUT]; /* the reference's */
	float *start[OP_IN];          /* gradients before backward */
	struct arena arena;
	uint32_t used; /* random numbers */
	uint64_t seed;
};

static inline double noise(struct problem *p)
{
	struct rng_key k = {p->seed, 0, 0};

	return (double)rng_normal(&k, p->used++);
}

static inline uint32_t below(struct problem *p, uint32_t n)
{
	struct rng_key k = {p->seed, 0, 1};

	return rng_below(&k, p->used++, n);
}

/* A shape from a list that ends with 0. */
static inline int shape_of(int64_t *dim, const int64_t *list)
{
	int n = 0;

	for (; list[n]; n++)
		dim[n] = list[n];
	return n;
}

#define SHAPE(...) ((const int64_t[]){__VA_ARGS__, 0})

static inline struct tensor *make(struct problem *p, struct tensor *t,
				  enum dtype d, const int64_t *shape)
{
	int64_t dim[TENSOR_DIMS] = {0};
	int n = shape_of(dim, shape);

	*t = tensor_view(NULL, d, n, dim);
	t->data = arena_zalloc(&p->arena, tensor_bytes(t));
	return t;
}

static inline void set_float(struct tensor *t, int64_t i, double v)
{
	if (t->dtype == DT_F16)
		((uint16_t *)t->data)[i] = f32_to_f16((float)v);
	else if (t->dtype == DT_BF16)
		((uint16_t *)t->data)[i] = f32_to_bf16((float)v);
	else
		((float *)t->data)[i] = (float)v;
}

/* Input i: normal numbers times `scale`; f32 ones want a gradient. */
static inline struct tensor *input(struct problem *p, int i, enum dtype d,
				   double scale, const int64_t *shape)
{
	struct tensor *t = make(p, &p->in[i], d, shape);
	int64_t n = tensor_count(t);
	float *g;

	p->c.in[i] = t;
	p->x[i] = arena_alloc(&p->arena, (size_t)n * sizeof(double));
	for (int64_t e = 0; e < n; e++) {
		set_float(t, e, scale * noise(p));
		p->x[i][e] = (double)tensor_float(t, e);
	}
	if (d != DT_F32)
		return t;
	make(p, &p->din[i], DT_F32, shape);
	t->grad = &p->din[i];
	g = t->grad->data;
	p->start[i] = arena_alloc(&p->arena, (size_t)n * sizeof(float));
	for (int64_t e = 0; e < n; e++)
		p->start[i][e] = g[e] = (float)noise(p);
	return t;
}

static inline void *integers(struct problem *p, int i, enum dtype d,
			     const int64_t *shape)
{
	p->c.in[i] = make(p, &p->in[i], d, shape);
	return p->in[i].data;
}

/* Output i, filled with something that must be overwritten. */
static inline void output(struct problem *p, int i, enum dtype d,
			  const int64_t *shape)
{
	struct tensor *t = make(p, &p->out[i], d, shape);
	int64_t n = tensor_count(t);
	float *g;

	p->c.out[i] = t;
	memset(t->data, 0x7f, tensor_bytes(t));
	p->y[i] = arena_zalloc(&p->arena, (size_t)n * sizeof(double));
	make(p, &p->dout[i], DT_F32, shape);
	t->grad = &p->dout[i];
	g = t->grad->data;
	for (int64_t e = 0; e < n; e++)
		g[e] = (float)noise(p);
}

typedef void build_fn(struct problem *p, const int *a);
typedef void reference_fn(struct problem *p);

/* One row of the table of cases. */
struct op_case {
	enum op op;
	const char *what;
	build_fn *build;
	reference_fn *reference;
	int a[10];
};

static inline void problem_init(struct problem *p, const struct op_case *k,
				uint64_t seed)
{
	*p = (struct problem){.c.op = k->op, .seed = seed};
	k->build(p, k->a);
}

static inline void problem_release(struct problem *p)
{
	arena_release(&p->arena);
}

/* The number that is differentiated: sum of out * its gradient. */
static inline double objective(struct problem *p, reference_fn *reference)
{
	double sum = 0;

	reference(p);
	for (int i = 0; i < OP_OUT; i++) {
		const float *g;

		if (!p->c.out[i] || !p->c.out[i]->grad)
			continue;
		g = p->c.out[i]->grad->data;
		for (int64_t e = 0; e < tensor_count(p->c.out[i]); e++)
			sum += p->y[i][e] * (double)g[e];
	}
	return sum;
}

#endif
