/*
 * The ops of the image encoder on the CPU: forward against plain loops in
 * double precision, backward against central differences of those, and the
 * same bits for 1, 2 and 3 threads.  One exception: how oneDNN adds up the
 * gradients of a convolution's input and weights may depend on the threads.
 */
#include "src/tensor/ops.h"
#include "tests/conv-cases.h"

enum { SAMPLES = 48, THREADS = 3 };

/* Running statistics after one call. */
static void check_running(const struct problem *p, const char *label)
{
	int64_t C = p->in[0].dim[3], R = tensor_rows(&p->in[0]);
	double m = (double)p->c.p.momentum, mean, var;
	float want[2][64];

	for (int64_t c = 0; c < C; c++) {
		moments(p, c, &mean, &var);
		var *= (double)R / (double)(R - 1);
		want[0][c] = (float)((1 - m) * p->x[3][c] + m * mean);
		want[1][c] = (float)((1 - m) * p->x[4][c] + m * var);
		if (!p->c.p.train) {
			want[0][c] = (float)p->x[3][c];
			want[1][c] = (float)p->x[4][c];
		}
	}
	near(p->in[3].data, want[0], C, 1e-6, label);
	near(p->in[4].data, want[1], C, 1e-6, label);
}

static int call(struct backend *be, struct problem *p, bool backward)
{
	const struct op_impl *f = &be->ops[p->c.op];
	struct err err;
	int rc = f->forward(be, &p->c, &err);

	if (rc == 0 && backward)
		rc = f->backward(be, &p->c, &err);
	if (rc < 0)
		diag("%s", err.text);
	be->forget(be); /* the next problem may lie at the same address */
	return rc;
}

static void forward_right(struct problem *p, const struct op_case *k,
			  const char *label)
{
	k->reference(p);
	for (int i = 0; i < OP_OUT; i++) {
		int64_t n = p->c.out[i] ? tensor_count(p->c.out[i]) : 0;
		float *want = arena_alloc(&p->arena, (size_t)n * sizeof(*want));

		for (int64_t e = 0; e < n; e++)
			want[e] = (float)p->y[i][e];
		if (n)
			near(p->c.out[i]->data, want, n, 1e-5, label);
	}
}

static double difference(struct problem *p, const struct op_case *k, double *x)
{
	const double h = 1e-5;
	double keep = *x, up, down;

	*x = keep + h;
	up = objective(p, k->reference);
	*x = keep - h;
	down = objective(p, k->reference);
	*x = keep;
	return (up - down) / (2 * h);
}

/* Central differences at up to SAMPLES elements of every input. */
static void backward_right(struct problem *p, const struct op_case *k,
			   const char *label)
{
	for (int i = 0; i < OP_IN; i++) {
		int64_t n = p->c.in[i] ? tensor_count(p->c.in[i]) : 0, m;
		float got[SAMPLES], want[SAMPLES];

		if (!n || !p->c.in[i]->grad)
			continue;
		m = MIN(n, SAMPLES);
		if (tensor_count(&p->out[0]) > 10000)
			m = MIN(m, 6); /* a difference costs a forward pass */
		for (int64_t s = 0; s < m; s++) {
			int64_t e = m == n ? s : below(p, (uint32_t)n);

			want[s] = (float)((double)p->start[i][e] +
					  difference(p, k, &p->x[i][e]));
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
		yes &= !a->c.in[i] || (a->c.op == OP_CONV2D && i < 2) ||
		       same(a->c.in[i]->grad, b->c.in[i]->grad);
	return yes;
}

static void run_case(struct backend *const *be, const struct op_case *k,
		     uint64_t seed)
{
	struct problem p[THREADS];
	char label[128];
	int done = 0;

	snprintf(label, sizeof(label), "%s %s", be[0]->ops[k->op].name,
		 k->what);
	for (; done < THREADS; done++) {
		problem_init(&p[done], k, seed);
		if (!ok(call(be[done], &p[done], true) == 0, "%s: %d threads",
			label, done + 1))
			return;
	}
	forward_right(&p[0], k, label);
	backward_right(&p[0], k, label);
	if (k->op == OP_BATCHNORM)
		check_running(&p[0], label);
	for (int t = 1; t < THREADS; t++)
		ok(same_results(&p[0], &p[t]),
		   "%s: %d threads give the bits of 1", label, t + 1);
	for (int t = 0; t < THREADS; t++)
		problem_release(&p[t]);
}

static void check_batch_of_one(struct backend *be)
{
	struct problem p;
	struct err err = {0};

	problem_init(&p,
		     &(struct op_case){.op = OP_BATCHNORM,
				       .build = build_norm,
				       .a = {1, 1, 1, 4, 1}},
		     1);
	ok(be->ops[OP_BATCHNORM].forward(be, &p.c, &err) == -ERR_FAILED,
	   "batch statistics of one value are refused: %s", err.text);
	problem_release(&p);
}

/* Not-a-number in a picture must not become an ordinary feature. */
static void check_nan(struct backend *be)
{
	static const enum op ops[] = {OP_RELU, OP_MAXPOOL, OP_AVGPOOL};
	struct problem p;

	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		problem_init(&p,
			     &(struct op_case){.op = ops[i],
					       .build = build_pool,
					       .a = {1, 4, 4, 17, 2, 2, 0}},
			     1);
		if (ops[i] == OP_RELU)
			p.c.out[0] = p.c.in[0];
		((float *)p.in[0].data)[16] = NAN;
		call(be, &p, false);
		ok(isnan(((float *)p.c.out[0]->data)[16]), "%s keeps a NaN",
		   be->ops[ops[i]].name);
		problem_release(&p);
	}
}

/* The fused convolution written over its residual gives the same. */
static void check_in_place(struct backend *be)
{
	struct problem p;
	struct tape t;
	struct conv c = {.stride = 1, .pad = 1, .relu = true};
	struct tensor *apart, *over;

	problem_init(
	    &p,
	    &(struct op_case){.op = OP_CONV2D,
			      .build = build_conv,
			      .a = {2, 6, 7, 16, 32, 3, 1, 1, BIAS | RESIDUAL}},
	    1);
	tape_init(&t, be);
	c.bias = p.c.in[2];
	c.residual = p.c.in[3];
	apart = op_conv2d(&t, p.c.in[0], p.c.in[1], &c);
	c.in_place = true;
	over = op_conv2d(&t, p.c.in[0], p.c.in[1], &c);
	ok(over && over->data == p.in[3].data && same(apart, over),
	   "conv2d in place of its residual");
	tape_release(&t);
	problem_release(&p);
}

/*
 * Any number of pictures at once, in whatever pieces they are run: each gets
 * the numbers that it gets alone.
 */
static void check_company(struct backend *be)
{
	enum { PICTURES = 39, SIDE = 5, IN = 16, OUT = 32 };
	const int64_t all[] = {PICTURES, SIDE, SIDE, IN};
	const int64_t one[] = {1, SIDE, SIDE, IN};
	const int64_t wide[] = {OUT, IN, 3, 3};
	size_t size = (size_t)SIDE * SIDE * IN;
	float *x = xcalloc(PICTURES, size * sizeof(*x));
	float *w = xcalloc(OUT * IN, 9 * sizeof(*w));
	struct conv how = {.stride = 2, .pad = 1};
	struct rng_key key = {.seed = 4};
	struct tensor *weight, *y, *z;
	bool same_bits = true;
	struct tape t;

	for (size_t i = 0; i < PICTURES * size; i++)
		x[i] = rng_normal(&key, i);
	for (size_t i = 0; i < OUT * IN * 9; i++)
		w[i] = rng_normal(&key, 1000000 + i);
	tape_init(&t, be);
	weight = tape_input(&t, DT_F32, 4, wide, w);
	y = op_conv2d(&t, tape_input(&t, DT_F32, 4, all, x), weight, &how);
	for (size_t i = 0; i < PICTURES && !t.failed; i++) {
		z = op_conv2d(&t, tape_input(&t, DT_F32, 4, one, x + i * size),
			      weight, &how);
		same_bits &= z && memcmp((char *)y->data + i * tensor_bytes(z),
					 z->data, tensor_bytes(z)) == 0;
	}
	ok(!t.failed && same_bits, "conv2d of 39 pictures gives each the bits "
				   "that it gets alone");
	tape_release(&t);
	free(x);
	free(w);
}

int main(void)
{
	struct backend *be[THREADS];
	struct err err;

	for (int t = 0; t < THREADS; t++) {
		be[t] = cpu_backend_open(
		    &(struct cpu_options){.threads = t + 1}, &err);
		if (!be[t])
			bug("%s", err.text);
	}
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		run_case(be, &cases[i], i + 1);
	check_batch_of_one(be[0]);
	check_nan(be[1]);
	check_in_place(be[1]);
	check_company(be[1]);
	for (int t = 0; t < THREADS; t++)
		be[t]->close(be[t]);
	return tap_done();
}
