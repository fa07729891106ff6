/*
 * The CUDA twins of the ops against the CPU's, on the emulator: forward and
 * backward, random and odd shapes, in every order of threads and blocks, with
 * streams that run at once and streams that run when somebody waits; then once
 * more with memory that ends at a page nobody can touch.
 *
 * check_cuda_ops [OP...]: of the cases only those of these ops.
 */
#include "tests/cuda-twin.h"
#include "tests/ops-cases.h"

/* Further shapes, for what is different on a device. */
static const struct op_case more[] = {
    CASE(LINEAR, linear, "quads, one row", 1, 256, 17, DT_F32, 1, 0),
    CASE(LINEAR, linear, "quads, f16", 5, 384, 33, DT_F16, 1, 0),
    CASE(LINEAR, linear, "quads, bf16", 2, 128, 6, DT_BF16, 0, 0),
    CASE(ADD, add, "one number", 3, 5, 1, DT_F16),
    CASE(EMBED, embed, "many equal ids", 3, 300, 70, DT_F32),
    CASE(RMSNORM, rmsnorm, "one number a row", 5, 1, DT_F32, 1000),
    CASE(ATTENTION, attention, "wide heads", 2, 1, 35, 40, 2, 96,
	 BIAS | MASK | PROBS | DROP, 0, 30),
    CASE(ATTENTION, attention, "widest heads", 1, 1, 9, 33, 1, 128, CAUSAL, 24,
	 100),
    CASE(ATTENTION, attention, "causal, dropout", 2, 1, 45, 45, 2, 8,
	 BIAS | CAUSAL | DROP, 0, 100),
    CASE(ATTENTION, attention, "causal, few keys", 1, 1, 9, 5, 2, 8, CAUSAL, 3,
	 100),
    CASE(ATTENTION, attention, "six buckets", 2, 1, 11, 37, 3, 8, BIAS, 0, 100,
	 6),
    CASE(CROSS_ENTROPY, cross_entropy, "long rows", 3, 5003, 10, 5),
    CASE(CONCAT, concat, "uneven", 2, 70, 3, 5),
};

static void check_all(const struct twins *t, const char *how)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		twin_case(t, &cases[i], i + 1, 1e-5, how);
	for (size_t i = 0; i < ARRAY_LEN(more); i++)
		twin_case(t, &more[i], i + 1, 1e-5, how);
}

/* A call without a gradient, built twice from the same seed. */
static void plain_case(const struct twins *t, void build(struct problem *),
		       double tol, const char *what)
{
	struct problem p[2] = {{.seed = 3}, {.seed = 3}};
	struct err err = {0};
	char label[96];

	for (int i = 0; i < 2; i++)
		build(&p[i]);
	if (!twin_wanted(t, p[0].c.op))
		goto done;
	if (!ok(run_cpu(t->cpu, &p[0], &err) == 0 &&
		    run_cuda(t->cuda, &p[1], false, &err) == 0,
		"%s runs %s", what, err.text))
		goto done;
	compare_problems(&p[1], &p[0], tol, what);
	for (int i = 0; i < OP_IN; i++) { /* in place: adamw */
		snprintf(label, sizeof(label), "%s, input %d", what, i);
		if (p[0].c.in[i] && p[0].c.in[i]->dtype == DT_F32)
			compare(p[1].c.in[i], p[0].c.in[i], tol, what, label);
	}
	ok(cudaemu_guards_intact(), "%s writes only its memory", what);
done:
	problem_release(&p[0]);
	problem_release(&p[1]);
}

static void build_cache_put(struct problem *p)
{
	p->c.op = OP_CACHE_PUT;
	p->c.p.position = 2;
	input(p, 0, DT_F32, 1, SHAPE(3, 1, 5));
	make(p, &p->out[0], DT_F32, SHAPE(3, 6, 7));
	p->out[0].dim[1] = 4; /* a part of longer rows and examples */
	p->out[0].dim[2] = 5;
	p->c.out[0] = &p->out[0];
}

static void build_gather(struct problem *p)
{
	int32_t *id;

	p->c.op = OP_GATHER;
	input(p, 0, DT_F32, 1, SHAPE(4, 5, 3));
	p->in[0].dim[1] = 2; /* examples further apart than they are long */
	p->in[0].grad = NULL;
	id = integers(p, 1, DT_I32, SHAPE(6));
	for (int i = 0; i < 6; i++)
		id[i] = (i * 3 + 1) % 4;
	output(p, 0, DT_F32, SHAPE(6, 2, 3));
}

static void build_gather_bytes(struct problem *p)
{
	int32_t *id;
	uint8_t *m;

	p->c.op = OP_GATHER;
	m = integers(p, 0, DT_U8, SHAPE(3, 7));
	for (int i = 0; i < 21; i++)
		m[i] = (uint8_t)(i * 5);
	id = integers(p, 1, DT_I32, SHAPE(5));
	for (int i = 0; i < 5; i++)
		id[i] = i % 3;
	make(p, &p->out[0], DT_U8, SHAPE(5, 7));
	p->c.out[0] = &p->out[0];
}

/* Few values, so that many are equal. */
static void topk_of(struct problem *p, int R, int V, int k)
{
	p->c.op = OP_TOPK;
	p->c.p.k = k;
	input(p, 0, DT_F32, 1, SHAPE(R, V));
	for (int i = 0; i < R * V; i++)
		((float *)p->in[0].data)[i] = (float)below(p, 40) / 4;
	p->in[0].grad = NULL;
	output(p, 0, DT_F32, SHAPE(R, k));
	make(p, &p->out[1], DT_I32, SHAPE(R, k));
	p->c.out[1] = &p->out[1];
}

static void build_topk(struct problem *p)
{
	topk_of(p, 5, 13, 4);
}

static void build_topk_long(struct problem *p)
{
	topk_of(p, 3, 3210, 8);
}

static void build_topk_all(struct problem *p)
{
	topk_of(p, 2, 5, 5);
}

static void build_sum_squares(struct problem *p)
{
	p->c.op = OP_SUM_SQUARES;
	input(p, 0, DT_F32, 1, SHAPE(200007))->grad = NULL;
	make(p, &p->out[0], DT_F64, SHAPE(0));
	p->c.out[0] = &p->out[0];
}

static void build_adamw(struct problem *p)
{
	p->c.op = OP_ADAMW;
	p->c.p = (struct op_params){.lr = 1e-2f,
				    .beta1 = 0.9f,
				    .beta2 = 0.999f,
				    .eps = 1e-8f,
				    .decay = 0.01f,
				    .scale = 0.37f,
				    .step = 3};
	for (int i = 0; i < 4; i++)
		input(p, i, DT_F32, i < 2, SHAPE(10007))->grad = NULL;
	for (int i = 0; i < 10007; i++)
		((float *)p->in[3].data)[i] = (float)i * 1e-4f;
}

static void check_plain(const struct twins *t)
{
	plain_case(t, build_cache_put, 0, "cache_put");
	plain_case(t, build_gather, 0, "gather");
	plain_case(t, build_gather_bytes, 0, "gather of bytes");
	plain_case(t, build_topk, 1e-6, "topk");
	plain_case(t, build_topk_long, 1e-6, "topk of long rows");
	plain_case(t, build_topk_all, 1e-6, "topk of whole rows");
	plain_case(t, build_sum_squares, 0, "sum_squares");
	plain_case(t, build_adamw, 1e-6, "adamw");
}

/* Dropout drops the same elements as on the CPU, to the bit. */
static void check_dropout(const struct twins *t)
{
	static const struct op_case k =
	    CASE(DROPOUT, dropout, "bits", 31, 1003);
	struct problem a, b;
	struct err err = {0};

	problem_init(&a, &k, 2);
	problem_init(&b, &k, 2);
	ok(run_cpu(t->cpu, &a, &err) == 0 &&
	       run_cuda(t->cuda, &b, false, &err) == 0 &&
	       memcmp(a.out[0].data, b.out[0].data, tensor_bytes(&a.out[0])) ==
		   0,
	   "dropout is the CPU's to the bit");
	problem_release(&a);
	problem_release(&b);
}

/* A wrong id is found by a kernel and told at the next read, once. */
static void check_fault(struct backend *be, const struct op_case *k, int row)
{
	struct problem p;
	struct err err = {0};

	problem_init(&p, k, 1);
	((int32_t *)p.in[1].data)[1] = row;
	ok(run_cuda(be, &p, true, &err) == -ERR_FAILED,
	   "%s of %d is refused: %s", be->ops[k->op].name, row, err.text);
	ok(cudaemu_guards_intact(), "and nothing is written beside its memory");
	((int32_t *)p.in[1].data)[1] = 2;
	ok(run_cuda(be, &p, false, &err) == 0, "and forgotten afterwards");
	problem_release(&p);
}

static void check_gather_fault(struct backend *be, void build(struct problem *),
			       int row)
{
	struct problem p = {.seed = 3};
	struct err err = {0};

	build(&p);
	((int32_t *)p.in[1].data)[1] = row;
	ok(run_cuda(be, &p, false, &err) == -ERR_FAILED,
	   "gather of %d is refused: %s", row, err.text);
	problem_release(&p);
}

static void check_faults(struct backend *be)
{
	static const struct op_case embed =
	    CASE(EMBED, embed, "wrong", 11, 5, 17, DT_F32);
	static const struct op_case loss =
	    CASE(CROSS_ENTROPY, cross_entropy, "wrong", 7, 13, 0, 3);

	check_fault(be, &embed, 11);
	check_fault(be, &embed, -1);
	check_fault(be, &loss, 13);
	check_fault(be, &loss, -1);
	check_gather_fault(be, build_gather, 4);
	check_gather_fault(be, build_gather, -1);
	check_gather_fault(be, build_gather_bytes, 3);
	check_gather_fault(be, build_gather_bytes, -1);
}

/* One row alone gives what it gives among eight, to the bit. */
static void check_row_alone(struct backend *be)
{
	static const struct op_case k =
	    CASE(LINEAR, linear, "rows", 8, 128, 83, DT_BF16, 0, 0);
	struct problem all, some;
	struct err err = {0};
	bool good = true;

	problem_init(&all, &k, 5);
	run_cuda(be, &all, false, &err);
	for (int n = 1; n < 8; n++) {
		problem_init(&some, &k, 5);
		some.in[0].dim[0] = some.out[0].dim[0] = n;
		some.in[0].grad = some.out[0].grad = NULL;
		good &= run_cuda(be, &some, false, &err) == 0 &&
			memcmp(some.out[0].data, all.out[0].data,
			       (size_t)n * 83 * sizeof(float)) == 0;
		problem_release(&some);
	}
	ok(good, "up to 8 rows do not see each other");
	problem_release(&all);
}

/* bf16 products round the activations, as the CPU's may; their number is no
 * multiple of a block's threads. */
static void check_bf16(void)
{
	static const struct op_case k =
	    CASE(LINEAR, linear, "bf16 products", 20, 957, 30, DT_BF16, 1, 1);
	struct twins t = twins_open(&(struct device_options){.bf16 = true});
	struct problem p;
	struct err err = {0};
	float want[20 * 30];

	problem_init(&p, &k, 9);
	for (int i = 0; i < 20 * 957; i++)
		p.x[0][i] = (double)bf16_to_f32(f32_to_bf16((float)p.x[0][i]));
	ref_linear(&p);
	for (int i = 0; i < 20 * 30; i++)
		want[i] = (float)p.y[0][i];
	ok(run_cuda(t.cuda, &p, false, &err) == 0, "bf16 products run");
	near(p.out[0].data, want, 20 * 30, 1e-5, "bf16 products");
	problem_release(&p);
	twins_close(&t);
}

/* Where cublasLt has no algorithm a kernel of our own multiplies. */
static void check_no_algorithm(const struct twins *like, const char *how)
{
	struct twins t = twins_open(&(struct device_options){0});

	t.only = like->only;
	cudaemu_set_no_algorithm(true);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (cases[i].op == OP_LINEAR)
			twin_case(&t, &cases[i], i + 1, 1e-5, how);
	cudaemu_set_no_algorithm(false);
	twins_close(&t);
}

/* Pieces of n bytes at p, that hold 0, 1, …, but the first 4096: some together.
 */
static void check_reads(struct backend *be, const char *p, size_t n,
			const uint32_t *from, uint32_t *to)
{
	const size_t at[] = {0, 1 << 20, 1 << 20, n - 8192, n - 4096};
	struct device_read r[4];
	struct err err = {0};

	for (int i = 0; i < 4; i++)
		r[i] = (struct device_read){(char *)to + at[i], p + at[i],
					    at[i + 1] - at[i]};
	memset(to, 0, n);
	ok(be->copy_out_all(be, r, 4, &err) == 0 &&
	       memcmp((const char *)from + 4096, to, n - 4096) == 0,
	   "four pieces, one empty, one too long for the staging memory %s",
	   err.text);
}

/* More than the staging memory holds, and back, on a stream that waits. */
static void check_staging(struct backend *be)
{
	size_t n = (size_t)19 << 20;
	uint32_t *from = xmalloc(n), *to = xmalloc(n);
	struct err err = {0};
	void *p = be->get(be, n);

	for (size_t i = 0; i < n / sizeof(*from); i++)
		from[i] = (uint32_t)i;
	cudaemu_set_lazy(true);
	ok(p && be->copy_in(be, p, from, n, &err) == 0 &&
	       be->copy_out(be, to, p, n, &err) == 0 &&
	       memcmp(from, to, n) == 0,
	   "19 MiB go to the device and come back %s", err.text);
	ok(be->move(be, p, (char *)p + 4096, n - 4096, &err) == 0 &&
	       be->copy_out(be, to, p, n - 4096, &err) == 0 &&
	       memcmp((char *)from + 4096, to, n - 4096) == 0,
	   "a move of what overlaps %s", err.text);
	check_reads(be, p, n, from, to);
	cudaemu_set_lazy(false);
	be->put(be, p, n);
	free(from);
	free(to);
}

/* Without keys there is nothing to see; of no rows nothing is made. */
static void check_empty(struct backend *be)
{
	static const struct op_case k = CASE(ATTENTION, attention, "empty", 2,
					     1, 20, 3, 2, 4, BIAS, 0, 100);
	struct problem p;
	struct err err = {0};
	bool zero = true;

	problem_init(&p, &k, 1);
	for (int i = 1; i < 3; i++) {
		p.in[i].dim[1] = 0;
		p.in[i].grad = NULL;
	}
	ok(run_cuda(be, &p, true, &err) == 0, "attention without keys %s",
	   err.text);
	for (int i = 0; i < 2 * 20 * 8; i++)
		zero &= ((float *)p.out[0].data)[i] == 0;
	ok(zero, "attention without keys gives 0");
	problem_release(&p);
}

static void check_wide_heads(struct backend *be)
{
	static const struct op_case k = CASE(ATTENTION, attention, "too wide",
					     1, 1, 3, 3, 1, 129, 0, 0, 100);
	struct problem p;
	struct err err = {0};

	problem_init(&p, &k, 1);
	ok(run_cuda(be, &p, false, &err) == -ERR_DEVICE,
	   "heads that are too wide are refused: %s", err.text);
	problem_release(&p);
}

/* The second time everything is there. */
static void check_warm(const struct twins *t)
{
	long before;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		twin_case(t, &cases[i], i + 1, 1e-5, "warm");
	before = cudaemu_allocations();
	for (int n = 0; n < 2; n++) {
		void *p = t->cuda->get(t->cuda, 3 << 20);

		t->cuda->put(t->cuda, p, 3 << 20);
		if (n == 0)
			before = cudaemu_allocations();
	}
	ok(cudaemu_allocations() == before,
	   "memory that was put back is used again");
}

/* Every op has a case in one of the two programs. */
static void check_complete(const struct op_impl *ops)
{
	static const enum op elsewhere[] = {
	    OP_CONV2D,    OP_BATCHNORM, OP_RELU, OP_MAXPOOL,     OP_AVGPOOL,
	    OP_CACHE_PUT, OP_GATHER,    OP_TOPK, OP_SUM_SQUARES, OP_ADAMW};
	bool tried[OP_COUNT] = {0};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		tried[cases[i].op] = true;
	for (size_t i = 0; i < ARRAY_LEN(elsewhere); i++)
		tried[elsewhere[i]] = true;
	for (int op = 0; op < OP_COUNT; op++)
		ok(tried[op], "%s is tested", ops[op].name);
}

/* Nothing is read or written behind the end of any memory. */
static void check_fenced(const struct twins *t)
{
	cudaemu_set_order("fwd");
	cudaemu_set_lazy(false);
	cudaemu_set_fenced(true);
	check_all(t, "fenced");
	check_plain(t);
	check_no_algorithm(t, "fenced");
	cudaemu_set_fenced(false);
}

int main(int argc, char **argv)
{
	struct twins t = twins_open(&(struct device_options){0});

	t.only = argv + (argc > 0);
	check_fenced(&t);
	IN_EVERY_ORDER(how, check_all(&t, how))
	IN_EVERY_ORDER(how, check_plain(&t))
	IN_EVERY_ORDER(how, check_no_algorithm(&t, how))
	check_staging(t.cuda);
	check_dropout(&t);
	check_faults(t.cuda);
	check_row_alone(t.cuda);
	check_bf16();
	check_empty(t.cuda);
	check_wide_heads(t.cuda);
	check_warm(&t);
	check_complete(t.cuda->ops);
	twins_close(&t);
	ok(cudaemu_device_bytes() == 0 && cudaemu_pinned_bytes() == 0 &&
	       cudaemu_objects() == 0,
	   "closing gives everything back");
	diag("%ld calls as the true libraries", cudaemu_agreements());
	return tap_done();
}
