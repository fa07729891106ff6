/*
 * The CUDA twins of the image encoder's ops against the CPU's, on the
 * emulator: forward and backward, in every order, eager and lazy, and with
 * memory that ends at a page nobody can touch.
 *
 * check_cuda_conv [OP...]: of the cases only those of these ops.
 */
#include "tests/conv-cases.h"
#include "tests/cuda-twin.h"

/* Running statistics are inputs that the op updates. */
static void check_running(const struct twins *t)
{
	static const struct op_case k = {
	    OP_BATCHNORM, "running", build_norm, ref_norm, {2, 5, 3, 7, 1}};
	struct problem a, b;
	struct err err = {0};

	problem_init(&a, &k, 5);
	problem_init(&b, &k, 5);
	ok(run_cpu(t->cpu, &a, &err) == 0 &&
	       run_cuda(t->cuda, &b, true, &err) == 0,
	   "batchnorm runs %s", err.text);
	for (int i = 3; i < 5; i++)
		near(b.in[i].data, a.in[i].data, 7, 1e-6,
		     "batchnorm's running statistics");
	problem_release(&a);
	problem_release(&b);
}

static void check_batch_of_one(struct backend *be)
{
	static const struct op_case k = {
	    OP_BATCHNORM, "one", build_norm, ref_norm, {1, 1, 1, 4, 1}};
	struct problem p;
	struct err err = {0};

	problem_init(&p, &k, 1);
	ok(run_cuda(be, &p, false, &err) == -ERR_FAILED,
	   "batch statistics of one value are refused: %s", err.text);
	problem_release(&p);
}

/* Not-a-number in a picture must not become an ordinary feature. */
static void check_nan(struct backend *be)
{
	static const enum op ops[] = {OP_RELU, OP_MAXPOOL, OP_AVGPOOL};
	struct err err = {0};
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
		ok(run_cuda(be, &p, false, &err) == 0 &&
		       isnan(((float *)p.c.out[0]->data)[16]),
		   "%s keeps a NaN", be->ops[ops[i]].name);
		problem_release(&p);
	}
}

/* The gradient of equal maxima goes where it goes on the CPU. */
static void check_ties(const struct twins *t)
{
	static const struct op_case k = {
	    OP_MAXPOOL, "ties", build_pool, ref_max, {1, 7, 7, 5, 3, 2, 1}};
	struct problem p[2];
	struct err err = {0};

	for (int i = 0; i < 2; i++) {
		problem_init(&p[i], &k, 4);
		for (int e = 0; e < 7 * 7 * 5; e++)
			((float *)p[i].in[0].data)[e] = (float)(e % 3 / 2);
	}
	ok(run_cpu(t->cpu, &p[0], &err) == 0 &&
	       run_cuda(t->cuda, &p[1], true, &err) == 0,
	   "maxpool of equal numbers runs");
	compare_problems(&p[1], &p[0], 1e-6, "maxpool of equal numbers");
	problem_release(&p[0]);
	problem_release(&p[1]);
}

/* The fused convolution may be written over its residual. */
static void check_in_place(const struct twins *t, int kernel)
{
	const struct op_case k = {
	    OP_CONV2D,
	    "in place",
	    build_conv,
	    ref_conv,
	    {2, 6, 7, 16, 32, kernel, 1, kernel / 2, BIAS | RESIDUAL | RELU}};
	struct problem a, b;
	struct err err = {0};

	problem_init(&a, &k, 3);
	problem_init(&b, &k, 3);
	b.c.out[0]->data = b.c.in[3]->data;
	b.c.in[3]->grad = b.c.out[0]->grad = NULL;
	ok(run_cpu(t->cpu, &a, &err) == 0 &&
	       run_cuda(t->cuda, &b, false, &err) == 0,
	   "conv2d in place runs %s", err.text);
	near(b.out[0].data, a.out[0].data, tensor_count(&a.out[0]), 1e-5,
	     "conv2d in place of its residual");
	problem_release(&a);
	problem_release(&b);
}

static void check_all(const struct twins *t, const char *how)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		twin_case(t, &cases[i], i + 1, 1e-5, how);
}

int main(int argc, char **argv)
{
	struct twins t = twins_open(&(struct device_options){0});

	t.only = argv + (argc > 0);
	cudaemu_set_fenced(true);
	check_all(&t, "fenced");
	cudaemu_set_fenced(false);
	IN_EVERY_ORDER(how, check_all(&t, how))
	check_running(&t);
	check_batch_of_one(t.cuda);
	check_nan(t.cuda);
	check_ties(&t);
	check_in_place(&t, 1);
	check_in_place(&t, 3);
	twins_close(&t);
	ok(cudaemu_device_bytes() == 0 && cudaemu_objects() == 0,
	   "closing gives everything back");
	diag("%ld calls as the true libraries", cudaemu_agreements());
	return tap_done();
}
