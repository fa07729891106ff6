/*
 * Every op of the CPU backend: forward against plain loops in double
 * precision, backward against central differences of those, for every
 * instruction set that runs here and for 1, 2 and 3 threads, whose results
 * must be the same bits.
 */
#include "tests/ops-cases.h"
#include "tests/ops-plain.h"

/* Ops whose cases stand in check_conv.c, with their own references. */
static const enum op elsewhere[] = {OP_CONV2D, OP_BATCHNORM, OP_RELU,
				    OP_MAXPOOL, OP_AVGPOOL};

enum { SAMPLES = 40, THREADS = 3 };

static struct backend *open_cpu(int threads)
{
	struct cpu_options o = {.threads = threads};
	struct err err;
	struct backend *be = cpu_backend_open(&o, &err);

	if (!be)
		bug("%s", err.text);
	return be;
}

/* A second call must find all the memory it needs. */
static bool warm(struct backend *be, struct problem *p)
{
	size_t before = cpu_of(be)->scratch.total;

	return forward(be, p) == 0 && cpu_of(be)->scratch.total == before;
}

static int call(struct backend *be, struct problem *p)
{
	struct err err;
	const struct op_impl *f = &be->ops[p->c.op];
	int rc = f->forward(be, &p->c, &err);

	if (rc == 0 && f->backward)
		rc = f->backward(be, &p->c, &err);
	if (rc < 0)
		diag("%s", err.text);
	be->forget(be); /* the next problem may lie at the same address */
	return rc;
}

static bool forward_right(struct problem *p, const struct op_case *k,
			  const char *label)
{
	bool good = true;

	k->reference(p);
	for (int i = 0; i < OP_OUT; i++) {
		int64_t n = p->c.out[i] ? tensor_count(p->c.out[i]) : 0;
		float *want = xcalloc((size_t)n + 1, sizeof(*want));

		for (int64_t e = 0; e < n; e++)
			want[e] = (float)p->y[i][e];
		if (n)
			good &= near(p->c.out[i]->data, want, n, 1e-5, label);
		free(want);
	}
	return good;
}

/* Central differences at up to SAMPLES elements of every input. */
static void backward_right(struct problem *p, const struct op_case *k,
			   const char *label)
{
	for (int i = 0; i < OP_IN; i++) {
		int64_t n = p->c.in[i] ? tensor_count(p->c.in[i]) : 0, m;
		float got[SAMPLES], want[SAMPLES];
		double h = 1e-4;

		if (!n || !p->c.in[i]->grad)
			continue;
		m = MIN(n, n > 1000 ? SAMPLES / 4 : SAMPLES);
		if (fabs(p->x[i][0]) < 0.01)
			h = 1e-6;
		for (int64_t s = 0; s < m; s++) {
			int64_t e = m == n ? s : below(p, (uint32_t)n);
			double keep = p->x[i][e], up, down;

			p->x[i][e] = keep + h;
			up = objective(p, k->reference);
			p->x[i][e] = keep - h;
			down = objective(p, k->reference);
			p->x[i][e] = keep;
			want[s] = (float)((double)p->start[i][e] +
					  (up - down) / (2 * h));
			got[s] = ((float *)p->c.in[i]->grad->data)[e];
		}
		near(got, want, m, 3e-5, label);
	}
}

static bool same(const struct tensor *a, const struct tensor *b)
{
	return !a || memcmp(a->data, b->data, tensor_bytes(a)) == 0;
}

static bool same_results(const struct problem *a, const struct problem *b)
{
	bool yes = true;

	for (int i = 0; i < OP_OUT; i++)
		yes &= same(a->c.out[i], b->c.out[i]);
	for (int i = 0; i < OP_IN; i++)
		yes &= !a->c.in[i] || same(a->c.in[i]->grad, b->c.in[i]->grad);
	return yes;
}

static void run_case(struct backend *const *be, const struct op_case *k,
		     uint64_t seed, bool differences)
{
	struct problem p[THREADS];
	char label[128];

	snprintf(label, sizeof(label), "%s %s, %s", be[0]->ops[k->op].name,
		 k->what, cpu_of(be[0])->vec->name);
	for (int t = 0; t < THREADS; t++) {
		problem_init(&p[t], k, seed);
		if (!ok(call(be[t], &p[t]) == 0, "%s: %d threads", label,
			t + 1))
			return;
		ok(warm(be[t], &p[t]), "%s: nothing allocated again", label);
	}
	forward_right(&p[0], k, label);
	if (differences)
		backward_right(&p[0], k, label);
	for (int t = 1; t < THREADS; t++)
		ok(same_results(&p[0], &p[t]),
		   "%s: %d threads give the bits of 1", label, t + 1);
	for (int t = 0; t < THREADS; t++)
		problem_release(&p[t]);
}

/* Every taped op has a case here or a reason not to. */
static void check_complete(const struct op_impl *ops, bool *tried)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		tried[cases[i].op] = true;
	for (size_t i = 0; i < ARRAY_LEN(elsewhere); i++)
		tried[elsewhere[i]] = true;
	for (int op = 0; op < OP_COUNT; op++)
		ok(tried[op], "%s is tested", ops[op].name);
}

static void check_cases(struct backend **be)
{
	const struct vec *vec;

	for (int isa = 0; (vec = vec_nth(isa)); isa++) {
		for (int t = 0; t < THREADS; t++)
			cpu_of(be[t])->vec = vec;
		for (size_t i = 0; i < ARRAY_LEN(cases); i++)
			run_case(be, &cases[i], i + 1, isa == 0);
	}
	for (int t = 0; t < THREADS; t++)
		cpu_of(be[t])->vec = vec_nth(0);
}

int main(void)
{
	struct backend *be[THREADS];
	bool tried[OP_COUNT] = {0};

	for (int t = 0; t < THREADS; t++)
		be[t] = open_cpu(t + 1);
	check_cases(be);
	check_plain(be, THREADS, tried);
	check_complete(be[0]->ops, tried);
	for (int t = 0; t < THREADS; t++)
		be[t]->close(be[t]);
	return tap_done();
}
