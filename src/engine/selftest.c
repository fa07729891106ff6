#include "src/engine/selftest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/rng.h"
#include "src/engine/clock.h"
#include "src/engine/selftest-ops.h"
#include "src/tensor/ops.h"

enum { RUNS = 7 };

/* What both sides compute from: host copies. */
struct inputs {
	void *host[SELFTEST_INPUTS];
	struct tensor shape[SELFTEST_INPUTS];
	int n;
};

static void make_inputs(struct inputs *in, const struct selftest_op *k)
{
	struct rng_key key = {.seed = 11};
	uint64_t used = 0;

	*in = (struct inputs){0};
	for (; in->n < SELFTEST_INPUTS && k->in[in->n].ndim; in->n++) {
		const struct selftest_input *f = &k->in[in->n];
		struct tensor *t = &in->shape[in->n];

		*t = tensor_view(NULL, f->ids ? DT_I32 : DT_F32, f->ndim,
				 f->dim);
		in->host[in->n] = xmalloc(tensor_bytes(t));
		for (int64_t i = 0; i < tensor_count(t); i++) {
			if (f->ids)
				((int32_t *)in->host[in->n])[i] =
				    (int32_t)rng_below(&key, used++,
						       (uint32_t)f->ids);
			else
				((float *)in->host[in->n])[i] =
				    f->scale > 0
					? f->scale * rng_normal(&key, used++)
					: 0.5f + rng_uniform(&key, used++);
		}
	}
}

static void inputs_release(struct inputs *in)
{
	for (int i = 0; i < in->n; i++)
		free(in->host[i]);
}

/* Output and gradients of one side, on the host. */
struct outcome {
	float *out, *grad[SELFTEST_INPUTS];
	int64_t n_out;
};

static void outcome_release(struct outcome *o)
{
	free(o->out);
	for (int i = 0; i < SELFTEST_INPUTS; i++)
		free(o->grad[i]);
}

static float *read(struct tape *t, const struct tensor *x)
{
	float *host = xmalloc(tensor_bytes(x));

	tape_read(t, x, host);
	return host;
}

static struct tensor *upload(struct tape *t, const struct selftest_op *k,
			     const struct inputs *in, struct tensor **at)
{
	for (int i = 0; i < in->n; i++) {
		at[i] = tape_input(t, in->shape[i].dtype, in->shape[i].ndim,
				   in->shape[i].dim, in->host[i]);
		if (at[i])
			at[i]->needs_grad = !k->in[i].constant;
	}
	return t->failed ? NULL : k->make(t, at);
}

/* A gradient for what came out. */
static struct tensor *random_seed(struct tape *t, const struct tensor *y)
{
	struct rng_key key = {.seed = 13};
	int64_t n = tensor_count(y);
	float *g = xmalloc((size_t)n * sizeof(*g));
	struct tensor *seed;

	for (int64_t i = 0; i < n; i++)
		g[i] = rng_normal(&key, (uint64_t)i);
	seed = tape_input(t, DT_F32, y->ndim, y->dim, g);
	free(g);
	return seed;
}

static int run_side(struct backend *be, const struct selftest_op *k,
		    const struct inputs *in, struct outcome *o, struct err *err)
{
	struct tensor *at[SELFTEST_INPUTS] = {0}, *y, *seed;
	struct tape t;

	*o = (struct outcome){0};
	tape_init(&t, be);
	t.drop = 0.1f;
	t.key.seed = 3;
	t.recording = true;
	y = upload(&t, k, in, at);
	if (y) {
		o->n_out = tensor_count(y);
		o->out = read(&t, y);
	}
	seed = y ? random_seed(&t, y) : NULL;
	if (seed && t.n_calls && tape_backward(&t, y, seed) == 0)
		for (int i = 0; i < in->n; i++)
			if (at[i]->grad)
				o->grad[i] = read(&t, at[i]->grad);
	if (t.failed)
		*err = t.err;
	tape_release(&t);
	be->forget(be);
	return t.failed ? -(int)err->code : 0;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Median time of a forward pass, everything waiting on the device. */
static void measure(struct backend *be, const struct selftest_op *k,
		    const struct inputs *in, struct selftest_row *row)
{
	enum { MANY = 20 }; /* passes for one reading of the clock */
	struct tensor *at[SELFTEST_INPUTS] = {0}, *y = NULL;
	int many = be->host_memory ? 1 : MANY;
	double ms[RUNS], start, one;
	struct tape t;

	tape_init(&t, be);
	t.drop = 0.1f;
	y = upload(&t, k, in, at);
	for (int r = 0; r < RUNS && y; r++) {
		struct tape_mark m = tape_mark(&t);
		struct tensor first = *y;

		first.ndim = 0; /* one element is enough to wait for */
		tape_read(&t, &first, &one);
		start = clock_ms();
		for (int i = 0; i < many; i++) {
			tape_keep(&t, m, NULL, 0);
			y = k->make(&t, at);
		}
		if (!y)
			break;
		tape_read(&t, &first, &one);
		ms[r] = (clock_ms() - start) / many;
	}
	row->bytes = y && !k->some ? (double)tensor_bytes(y) : 0;
	for (int i = 0; i < in->n && !k->some; i++)
		row->bytes += (double)tensor_bytes(&in->shape[i]);
	row->flop = y ? k->flop * (double)tensor_count(y) : 0;
	if (!t.failed) {
		qsort(ms, RUNS, sizeof(*ms), by_value);
		row->ms = ms[RUNS / 2];
	}
	tape_release(&t);
}

/* Largest difference by the largest number wanted; NaN is the worst. */
static double difference(const float *got, const float *want, int64_t n)
{
	double worst = 0, scale = 1e-30, d;

	for (int64_t i = 0; i < n; i++) {
		d = fabs((double)got[i] - (double)want[i]);
		if (!(d <= worst))
			worst = d;
		scale = fmax(scale, fabs((double)want[i]));
	}
	return worst / scale;
}

static int run_op(struct backend *device, struct backend *cpu,
		  const struct selftest_op *k, struct selftest_row *row,
		  struct err *err)
{
	struct outcome got = {0}, want = {0};
	struct inputs in;
	double d;
	int rc;

	*row = (struct selftest_row){
	    .name = k->name, .what = k->what, .allowed = 2e-5};
	make_inputs(&in, k);
	rc = run_side(cpu, k, &in, &want, err);
	if (rc == 0)
		rc = run_side(device, k, &in, &got, err);
	if (rc == 0) {
		row->error = difference(got.out, want.out, want.n_out);
		for (int i = 0; i < in.n; i++) {
			if (!want.grad[i])
				continue;
			d = difference(got.grad[i], want.grad[i],
				       tensor_count(&in.shape[i]));
			row->grad_error =
			    d <= row->grad_error ? row->grad_error : d;
		}
		row->good = row->error <= row->allowed &&
			    row->grad_error <= 5 * row->allowed;
		measure(device, k, &in, row);
	}
	inputs_release(&in);
	outcome_release(&got);
	outcome_release(&want);
	return rc;
}
int selftest_run(struct backend *device, struct backend *cpu, bool quick,
		 void (*row)(void *context, const struct selftest_row *r),
		 void *context, int *failed, struct err *err)
{
	struct selftest_row r;
	size_t n;
	const struct selftest_op *ops = selftest_ops(quick, &n);
	int rc = 0;

	*failed = 0;
	for (size_t i = 0; i <= n && rc == 0; i++) {
		rc = i < n ? run_op(device, cpu, &ops[i], &r, err)
			   : selftest_model(device, cpu, &r, err);
		if (rc < 0)
			return err_context(err, "%s", r.name);
		*failed += !r.good;
		row(context, &r);
	}
	return 0;
}
