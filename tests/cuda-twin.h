/*
 * cuda-twin -- one problem on the CPU and on the emulated device.
 *
 * Every tensor, and every piece of scratch memory, gets an allocation of its
 * own, of its size, so that a number written behind it is found.
 */
#ifndef UMIE_TESTS_CUDA_TWIN_H
#define UMIE_TESTS_CUDA_TWIN_H

#include <cuda_runtime_api.h>

#include "cuda/cuda.h"
#include "src/tensor/backend-plugin.h"
#include "tests/cudaemu/control.h"
#include "tests/ops-problem.h"

extern const struct backend_plugin umie_backend_plugin;

struct twins {
	struct backend *cpu, *cuda;
	char **only; /* names of ops, NULL at the end; no name: all */
};

/* Whether this op shall be tried. */
static inline bool twin_wanted(const struct twins *t, enum op op)
{
	char **name = t->only;

	if (!name || !*name)
		return true;
	while (*name && strcmp(*name, t->cpu->ops[op].name) != 0)
		name++;
	return *name != NULL;
}

static void *exact_get(void *context, size_t n)
{
	void *p = NULL;

	(void)context;
	return cudaMalloc(&p, n) == cudaSuccess ? p : NULL;
}

static void exact_put(void *context, void *p, size_t n)
{
	(void)context;
	(void)n;
	cudaFree(p);
}

/* Scratch memory in pieces of what is asked for. */
__attribute__((unused)) static void scratch_exact(struct backend *be)
{
	static const struct arena_source exact = {exact_get, exact_put, NULL};
	struct arena *a = &cuda_of(be)->scratch;

	arena_release(a);
	*a = (struct arena){.source = &exact, .chunk_size = 1};
}

/* Orders of threads and blocks, each with eager and with lazy streams. */
#ifdef __SANITIZE_THREAD__
static const char *const orders[] = {"fwd"}; /* a race shows in any order */
#else
static const char *const orders[] = {"rand:1", "rand:2", "fwd", "rev"};
#endif

__attribute__((unused)) static struct twins
twins_open(const struct device_options *o)
{
	struct err err = {0};
	struct twins t;

	t.cpu = cpu_backend_open(
	    &(struct cpu_options){.threads = 1, .bf16 = o->bf16}, &err);
	t.cuda = umie_backend_plugin.open(o, &err);
	if (!t.cpu || !t.cuda)
		bug("%s", err.text);
	scratch_exact(t.cuda);
	return t;
}

__attribute__((unused)) static void twins_close(struct twins *t)
{
	t->cpu->close(t->cpu);
	t->cuda->close(t->cuda);
}

/* Where the numbers of one host tensor went. */
struct placed {
	struct tensor *t;
	void *host, *device;
	size_t size;
};
struct placement {
	struct placed at[2 * (OP_IN + OP_OUT)];
	int n;
};

/* Bytes from the first to the last element. */
static size_t extent(const struct tensor *t)
{
	int64_t last = 0;

	for (int i = 0; i < t->ndim; i++) {
		if (t->dim[i] == 0)
			return 0;
		last += (t->dim[i] - 1) * t->stride[i];
	}
	return (size_t)(last + 1) * dtype_size(t->dtype);
}

static void place(struct placement *p, struct backend *be, struct tensor *t)
{
	struct placed *a = &p->at[p->n];
	struct err err = {0};

	if (!t)
		return;
	for (int i = 0; i < p->n; i++) /* an op may write over its input */
		if (p->at[i].t == t)
			return;
	*a = (struct placed){t, t->data, NULL, extent(t)};
	for (int i = 0; i < p->n; i++) /* a view shares memory */
		if (p->at[i].host == t->data)
			a->device = p->at[i].device;
	if (!a->device &&
	    (cudaMalloc(&a->device, MAX(a->size, 1)) != cudaSuccess ||
	     be->copy_in(be, a->device, t->data, a->size, &err) < 0))
		bug("%s", err.text);
	t->data = a->device;
	p->n++;
}

static void place_call(struct placement *p, struct backend *be,
		       const struct op_call *c)
{
	*p = (struct placement){0};
	for (int i = 0; i < OP_IN + OP_OUT; i++) {
		struct tensor *t = i < OP_IN ? c->in[i] : c->out[i - OP_IN];

		place(p, be, t);
		if (t)
			place(p, be, t->grad);
	}
}

/* Back to the host; the first error of reading, such as a fault. */
static int fetch(struct placement *p, struct backend *be, struct err *err)
{
	int rc = 0;

	for (int i = 0; i < p->n; i++) {
		struct placed *a = &p->at[i];
		int one = be->copy_out(be, a->host, a->device, a->size, err);

		rc = MIN(rc, one);
		a->t->data = a->host;
	}
	for (int i = 0; i < p->n; i++) {
		bool shared = false;

		for (int j = 0; j < i; j++)
			shared |= p->at[j].device == p->at[i].device;
		if (!shared)
			cudaFree(p->at[i].device);
	}
	return rc;
}

/* Forward and, when asked, backward on the device; results on the host. */
__attribute__((unused)) static int
run_cuda(struct backend *be, struct problem *p, bool backward, struct err *err)
{
	const struct op_impl *f = &be->ops[p->c.op];
	struct placement where;
	struct err read = {0};
	int rc;

	arena_release(&cuda_of(be)->scratch);
	place_call(&where, be, &p->c);
	rc = f->forward(be, &p->c, err);
	if (rc == 0 && backward && f->backward)
		rc = f->backward(be, &p->c, err);
	if (fetch(&where, be, &read) < 0 && rc == 0) {
		rc = -(int)read.code;
		*err = read;
	}
	be->forget(be); /* the next problem may lie at the same address */
	return rc;
}

__attribute__((unused)) static int run_cpu(struct backend *be,
					   struct problem *p, struct err *err)
{
	const struct op_impl *f = &be->ops[p->c.op];
	int rc = f->forward(be, &p->c, err);

	if (rc == 0 && f->backward)
		rc = f->backward(be, &p->c, err);
	be->forget(be);
	return rc;
}

/* near() for any number type; nothing for integers that must be equal. */
static void compare(const struct tensor *got, const struct tensor *want,
		    double tol, const char *label, const char *what)
{
	char line[160];
	int64_t n = got ? tensor_count(got) : 0;

	snprintf(line, sizeof(line), "%s: %s", label, what);
	if (!got || n == 0)
		return;
	if (got->dtype == DT_F32 && tensor_contiguous(got))
		near(got->data, want->data, n, tol, line);
	else if (got->dtype == DT_F64)
		ok(fabs(*(double *)got->data - *(double *)want->data) <=
		       1e-12 * fabs(*(double *)want->data),
		   "%s", line);
	else
		ok(memcmp(got->data, want->data, extent(got)) == 0,
		   "%s is equal", line);
}

/* Outputs, gradients and what is updated in place, of two problems. */
__attribute__((unused)) static void compare_problems(const struct problem *got,
						     const struct problem *want,
						     double tol,
						     const char *label)
{
	char what[32];

	for (int i = 0; i < OP_OUT; i++) {
		snprintf(what, sizeof(what), "output %d", i);
		compare(got->c.out[i], want->c.out[i], tol, label, what);
	}
	for (int i = 0; i < OP_IN; i++) {
		if (!got->c.in[i])
			continue;
		snprintf(what, sizeof(what), "gradient %d", i);
		compare(got->c.in[i]->grad, want->c.in[i]->grad, 3 * tol, label,
			what);
	}
}

/* One case on both, the outputs within tol, the gradients within 3*tol. */
__attribute__((unused)) static void twin_case(const struct twins *t,
					      const struct op_case *k,
					      uint64_t seed, double tol,
					      const char *how)
{
	struct problem a, b;
	struct err err = {0};
	char label[128];

	if (!twin_wanted(t, k->op))
		return;
	snprintf(label, sizeof(label), "%s %s (%s)", t->cpu->ops[k->op].name,
		 k->what, how);
	problem_init(&a, k, seed);
	problem_init(&b, k, seed);
	if (run_cpu(t->cpu, &a, &err) < 0 ||
	    run_cuda(t->cuda, &b, true, &err) < 0)
		ok(false, "%s: %s", label, err.text);
	else
		compare_problems(&b, &a, tol, label);
	if (!cudaemu_guards_intact())
		ok(false, "%s: writes behind its memory", label);
	problem_release(&a);
	problem_release(&b);
}

/* Run f in every order, eager and lazy. */
#define IN_EVERY_ORDER(how, statement)                               \
	for (size_t o_ = 0; o_ < 2 * ARRAY_LEN(orders); o_++) {      \
		char how[32];                                        \
                                                                     \
		snprintf(how, sizeof(how), "%s, %s", orders[o_ / 2], \
			 o_ % 2 ? "lazy" : "eager");                 \
		cudaemu_set_order(orders[o_ / 2]);                   \
		cudaemu_set_lazy(o_ % 2);                            \
		statement;                                           \
	}

#endif
