#include "src/engine/selftest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/rng.h"
#include "src/engine/clock.h"
#include "src/model/decode.h"
#include "src/model/umie.h"
#include "src/tensor/ops.h"

enum { IN_MOST = 5, RUNS = 7 };

/* An input: normal numbers times `scale`, or ids below `ids`. */
struct feed {
	int ndim;
	int64_t dim[4];
	float scale;
	int ids;
	bool constant; /* no gradient wanted */
};

typedef struct tensor *make_fn(struct tape *t, struct tensor **in);

struct test {
	const char *name, *what;
	make_fn *make;
	struct feed in[IN_MOST];
	double flop; /* for each element that comes out */
};

static struct tensor *make_linear(struct tape *t, struct tensor **in)
{
	return op_linear(t, in[0], in[1], in[2]);
}

static struct tensor *make_add(struct tape *t, struct tensor **in)
{
	return op_add(t, in[0], in[1]);
}

static struct tensor *make_gate_mix(struct tape *t, struct tensor **in)
{
	return op_gate_mix(t, in[0], in[1], in[2]);
}

static struct tensor *make_embed(struct tape *t, struct tensor **in)
{
	return op_embed(t, in[0], in[1]);
}

static struct tensor *make_rmsnorm(struct tape *t, struct tensor **in)
{
	return op_rmsnorm(t, in[0], in[1], 1e-6f);
}

static struct tensor *make_geglu(struct tape *t, struct tensor **in)
{
	return op_geglu(t, in[0], in[1]);
}

/* in[3]: a bias table of 32 buckets, which tells the number of heads. */
static struct tensor *make_attention(struct tape *t, struct tensor **in)
{
	const struct attention a = {.heads = (int)in[3]->dim[1],
				    .scale = 0.2f,
				    .bias = in[3],
				    .bidirectional = true,
				    .max_distance = 128,
				    .dropout = true};

	return op_attention(t, in[0], in[1], in[2], &a, NULL);
}

static struct tensor *make_decoder(struct tape *t, struct tensor **in)
{
	const struct attention a = {.heads = (int)in[3]->dim[1],
				    .scale = 0.2f,
				    .bias = in[3],
				    .causal = true,
				    .max_distance = 128};

	return op_attention(t, in[0], in[1], in[2], &a, NULL);
}

static struct tensor *make_dropout(struct tape *t, struct tensor **in)
{
	return op_dropout(t, in[0]);
}

static struct tensor *make_mean_rows(struct tape *t, struct tensor **in)
{
	return op_mean_rows(t, in[0], NULL);
}

static struct tensor *make_cosine(struct tape *t, struct tensor **in)
{
	return op_cosine(t, in[0], in[1], 1.6487213f);
}

static struct tensor *make_leaky_relu(struct tape *t, struct tensor **in)
{
	return op_leaky_relu(t, in[0], 0.01f);
}

static struct tensor *make_cross_entropy(struct tape *t, struct tensor **in)
{
	return op_cross_entropy(t, in[0], in[1], 0.1f, NULL);
}

static struct tensor *make_conv1(struct tape *t, struct tensor **in)
{
	return op_conv2d(
	    t, in[0], in[1],
	    &(struct conv){.stride = 1, .relu = true, .bias = in[2]});
}

static struct tensor *make_conv3(struct tape *t, struct tensor **in)
{
	return op_conv2d(
	    t, in[0], in[1],
	    &(struct conv){.stride = 1, .pad = 1, .relu = true, .bias = in[2]});
}

static struct tensor *make_conv7(struct tape *t, struct tensor **in)
{
	return op_conv2d(t, in[0], in[1],
			 &(struct conv){.stride = 2, .pad = 3, .bias = in[2]});
}

static struct tensor *make_batchnorm(struct tape *t, struct tensor **in)
{
	const struct norm_state n = {.gamma = in[1],
				     .beta = in[2],
				     .mean = in[3],
				     .var = in[4],
				     .eps = 1e-5f,
				     .momentum = 0.1f,
				     .train = true};

	return op_batchnorm(t, in[0], &n);
}

static struct tensor *make_relu(struct tape *t, struct tensor **in)
{
	return op_relu(t, in[0]);
}

static struct tensor *make_maxpool(struct tape *t, struct tensor **in)
{
	return op_maxpool(t, in[0], 3, 2, 1);
}

static struct tensor *make_avgpool(struct tape *t, struct tensor **in)
{
	return op_avgpool(t, in[0], 2);
}

static struct tensor *make_concat(struct tape *t, struct tensor **in)
{
	return op_concat(t, in[0], in[1]);
}

static struct tensor *make_reshape(struct tape *t, struct tensor **in)
{
	const int64_t dim[] = {in[0]->dim[1], in[0]->dim[0]};

	return op_reshape(t, in[0], 2, dim);
}

static struct tensor *make_gather(struct tape *t, struct tensor **in)
{
	return op_gather(t, in[0], in[1]);
}

static struct tensor *make_topk(struct tape *t, struct tensor **in)
{
	struct tensor *logprob = NULL, *ids;

	op_topk(t, in[0], 8, &logprob, &ids);
	return logprob;
}

static struct tensor *make_cache_put(struct tape *t, struct tensor **in)
{
	op_cache_put(t, in[0], in[1], 1);
	return in[0];
}

static struct tensor *make_adamw(struct tape *t, struct tensor **in)
{
	op_adamw(t, in[0], in[1], in[2], in[3],
		 &(struct adamw){.lr = 1e-2f,
				 .beta1 = 0.9f,
				 .beta2 = 0.999f,
				 .eps = 1e-8f,
				 .decay = 0.01f,
				 .grad_scale = 0.5f,
				 .step = 1});
	return in[0];
}

/* clang-format off */
#define F(...) {.ndim = sizeof((int64_t[]){__VA_ARGS__}) / 8, \
		.dim = {__VA_ARGS__}, .scale = 1}
#define W(...) {.ndim = sizeof((int64_t[]){__VA_ARGS__}) / 8, \
		.dim = {__VA_ARGS__}, .scale = 0.05f}
#define C(...) {.ndim = sizeof((int64_t[]){__VA_ARGS__}) / 8, \
		.dim = {__VA_ARGS__}, .scale = 1, .constant = true}
#define POSITIVE(n) {.ndim = 1, .dim = {n}, .constant = true}
#define IDS(n, below) {.ndim = 1, .dim = {n}, .ids = below, .constant = true}

/*
 * r rows, d wide, inner f, v words, c channels, s cells on a side.
 * Attention has heads of 64, or the whole width when that is less.
 */
#define TESTS(r, d, f, v, c, s)                                               \
	{"linear", "rows of an encoder", make_linear,                         \
	 {F(r, d), W(f, d), W(f)}, 2.0 * (d)},                                \
	{"linear", "one row", make_linear, {F(1, d), W(v, d)}, 2.0 * (d)},    \
	{"linear", "odd shape", make_linear,                                  \
	 {F(13, 37), W(29, 37), W(29)}, 2.0 * 37},                            \
	{"add", "residual", make_add, {F(r, d), F(r, d)}, 1},                 \
	{"add", "one row repeated", make_add, {F(r, d), F(d)}, 1},            \
	{"gate_mix", "", make_gate_mix, {F(2, r, d), F(2, r, d), F(2)}, 2},   \
	{"embed", "", make_embed, {F(v, d), IDS(r, v)}, 0},                   \
	{"rmsnorm", "", make_rmsnorm, {F(r, d), F(d)}, 4},                    \
	{"geglu", "", make_geglu, {F(r, f), F(r, f)}, 10},                    \
	{"attention", "encoder, dropout", make_attention,                     \
	 {F(1, r, d), F(1, r, d), F(1, r, d), F(32, ((d) + 63) / 64)},        \
	 4.0 * (r)},                                                          \
	{"attention", "decoder", make_decoder,                                \
	 {F(1, r, d), F(1, r, d), F(1, r, d), F(32, ((d) + 63) / 64)},        \
	 2.0 * (r)},                                                          \
	{"dropout", "", make_dropout, {F(r, d)}, 1},                          \
	{"mean_rows", "", make_mean_rows, {F(2, r, d)}, 1},                   \
	{"cosine", "", make_cosine, {F(4, d), F(4, d)}, 6.0 * (d)},           \
	{"leaky_relu", "", make_leaky_relu, {F(r, d)}, 1},                    \
	{"cross_entropy", "", make_cross_entropy, {F(r, v), IDS(r, v)}, 0},   \
	{"conv2d", "1x1", make_conv1,                                         \
	 {F(2, s, s, c), W(c, c, 1, 1), F(c)}, 2.0 * (c)},                    \
	{"conv2d", "3x3", make_conv3,                                         \
	 {F(2, s, s, c), W(c, c, 3, 3), F(c)}, 18.0 * (c)},                   \
	{"conv2d", "7x7 by 2", make_conv7,                                    \
	 {F(1, 4 * (s), 4 * (s), 3), W(c, 3, 7, 7), F(c)}, 294},              \
	{"batchnorm", "", make_batchnorm,                                     \
	 {F(2, s, s, c), F(c), F(c), C(c), POSITIVE(c)}, 8},                  \
	{"relu", "", make_relu, {F(2, s, s, c)}, 1},                          \
	{"maxpool", "3x3 by 2", make_maxpool, {F(2, s, s, c)}, 9},            \
	{"avgpool", "2x2", make_avgpool, {F(2, s, s, c)}, 4},                 \
	{"concat", "", make_concat, {F(2, r, d), F(2, 3, d)}, 0},             \
	{"reshape", "", make_reshape, {F(r, d)}, 0},                          \
	{"gather", "", make_gather, {C(r, d), IDS(9, r)}, 0},                 \
	{"topk", "8 of a row", make_topk, {C(4, v)}, 0},                      \
	{"cache_put", "", make_cache_put, {C(4, 8, d), C(4, 1, d)}, 0},       \
	{"adamw", "", make_adamw,                                             \
	 {C(r, d), C(r, d), C(r, d), POSITIVE((r) * (d))}, 12},
/* clang-format on */

static const struct test full[] = {TESTS(256, 768, 2048, 32128, 64, 56)};
static const struct test small[] = {TESTS(33, 64, 80, 301, 5, 9)};

/* What both sides compute from: host copies. */
struct inputs {
	void *host[IN_MOST];
	struct tensor shape[IN_MOST];
	int n;
};

static void make_inputs(struct inputs *in, const struct test *k)
{
	struct rng_key key = {.seed = 11};
	uint64_t used = 0;

	*in = (struct inputs){0};
	for (; in->n < IN_MOST && k->in[in->n].ndim; in->n++) {
		const struct feed *f = &k->in[in->n];
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
	float *out, *grad[IN_MOST];
	int64_t n_out;
};

static void outcome_release(struct outcome *o)
{
	free(o->out);
	for (int i = 0; i < IN_MOST; i++)
		free(o->grad[i]);
}

static float *read(struct tape *t, const struct tensor *x)
{
	float *host = xmalloc(tensor_bytes(x));

	tape_read(t, x, host);
	return host;
}

static struct tensor *upload(struct tape *t, const struct test *k,
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

static int run_side(struct backend *be, const struct test *k,
		    const struct inputs *in, struct outcome *o, struct err *err)
{
	struct tensor *at[IN_MOST] = {0}, *y, *seed;
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
static void measure(struct backend *be, const struct test *k,
		    const struct inputs *in, struct selftest_row *row)
{
	enum { MANY = 20 }; /* passes for one reading of the clock */
	struct tensor *at[IN_MOST] = {0}, *y = NULL;
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
	row->bytes = y ? (double)tensor_bytes(y) : 0;
	for (int i = 0; i < in->n; i++)
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

static int run_test(struct backend *device, struct backend *cpu,
		    const struct test *k, struct selftest_row *row,
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

/* The small model ----------------------------------------------------------*/

enum { V = 97, L = 12, M = 6, N = 5, FEAT = 24, LONGEST = 16 };

static const struct config model_config = {
    .vocab = V,
    .d_model = 64,
    .d_kv = 16,
    .d_ff = 96,
    .heads = 4,
    .enc_layers = 2,
    .dec_layers = 2,
    .visual_layers = 2,
    .buckets = 32,
    .max_distance = 128,
    .norm_eps = 1e-6f,
    .feat_dim = FEAT,
    .max_regions = 36,
    .mask_padding = true,
};

/* What the model came to on one side. */
struct learnt {
	double loss[2], norm; /* before and after a step */
	int32_t ids[LONGEST];
	int n;
};

static int model_loss(struct tape *t, struct umie *m, struct umie_batch *b,
		      bool gradients, double *loss)
{
	float value = 0;
	struct tensor *out;

	tape_reset(t);
	t->recording = gradients;
	out = umie_loss(t, m, b, 0.1f, NULL, NULL);
	if (!out || tape_read(t, out, &value) < 0)
		return -1;
	*loss = (double)value;
	return gradients ? tape_backward(t, out, NULL) : 0;
}

static int model_answer(struct backend *be, struct tape *t, struct umie *m,
			struct umie_batch *b, struct learnt *r, struct err *err)
{
	struct decode_options o = {.max_length = LONGEST, .beams = 1};
	struct umie_inputs up;
	struct arena memory = {0};
	struct generator d;
	struct decoded out;
	struct tensor *mixed;
	int rc;

	tape_reset(t);
	t->recording = false;
	generator_init(&d, m, be);
	umie_upload(t, b, FEAT, &up);
	mixed = umie_memory(t, m, &up, NULL);
	if (t->failed)
		*err = t->err;
	rc = t->failed ? -(int)err->code
		       : generator_run(&d, mixed, NULL, &o, &memory, &out, err);
	if (rc == 0) {
		r->n = out.h->n;
		memcpy(r->ids, out.h->ids, (size_t)r->n * sizeof(*r->ids));
	}
	generator_release(&d);
	arena_release(&memory);
	return rc;
}

static int model_step(struct tape *t, struct params *p, struct tensor *zero,
		      double *norm)
{
	double squares = 0;

	t->recording = false;
	if (op_sum_squares(t, &p->grad, &squares) < 0)
		return -1;
	*norm = sqrt(squares);
	op_adamw(t, &p->value, &p->grad, &zero[0], &zero[1],
		 &(struct adamw){.lr = 1e-2f,
				 .beta1 = 0.9f,
				 .beta2 = 0.999f,
				 .eps = 1e-8f,
				 .grad_scale = 1,
				 .step = 1});
	return t->failed ? -1 : 0;
}

/* Two flat arrays of zeros for the optimiser, in the tape's memory. */
static int model_learn(struct tape *t, struct umie *m, struct params *p,
		       struct umie_batch *b, struct learnt *r)
{
	struct tensor zero[2] = {p->value, p->value};
	size_t n = tensor_bytes(&p->value);
	struct backend *be = p->be;
	int rc = 0;

	zero[0].data = be->get(be, n);
	zero[1].data = be->get(be, n);
	for (int i = 0; i < 2 && rc == 0; i++)
		rc = zero[i].data ? be->fill_zero(be, zero[i].data, n, &t->err)
				  : err_set(&t->err, ERR_DEVICE,
					    "%s: out of memory", be->name);
	if (rc == 0)
		rc = model_loss(t, m, b, true, &r->loss[0]);
	if (rc == 0)
		rc = model_step(t, p, zero, &r->norm);
	if (rc == 0)
		rc = model_loss(t, m, b, false, &r->loss[1]);
	for (int i = 0; i < 2; i++)
		if (zero[i].data)
			be->put(be, zero[i].data, n);
	return rc;
}

static int run_model(struct backend *be, struct learnt *r, struct err *err)
{
	int32_t ids[L], labels[M];
	float feats[N * FEAT], boxes[N * 4];
	struct umie_batch b = {.B = 1,
			       .L = L,
			       .N = N,
			       .M = M,
			       .ids = ids,
			       .labels = labels,
			       .feats = feats,
			       .boxes = boxes};
	struct rng_key key = {.seed = 4};
	struct params p = {0};
	struct umie m;
	struct tape t;
	int rc;

	for (int i = 0; i < L; i++)
		ids[i] = 3 + i * 29 % (V - 3);
	for (int i = 0; i < M; i++)
		labels[i] = 5 + i * 13 % (V - 5);
	for (int i = 0; i < N * FEAT; i++)
		feats[i] = rng_normal(&key, (uint64_t)i);
	for (int i = 0; i < N * 4; i++)
		boxes[i] = 0.05f * (float)i;
	*r = (struct learnt){0};
	umie_init(&m, &model_config, &p);
	params_init(&p, 7);
	tape_init(&t, be);
	rc = params_train(&p, be, err);
	if (rc == 0 && model_learn(&t, &m, &p, &b, r) < 0) {
		*err = t.err;
		rc = -(int)err->code;
	}
	if (rc == 0)
		rc = model_answer(be, &t, &m, &b, r, err);
	tape_release(&t);
	umie_release(&m);
	params_release(&p);
	return rc;
}

static double relative(double got, double want)
{
	return fabs(got - want) / fmax(fabs(want), 1e-30);
}

static int model_row(struct backend *device, struct backend *cpu,
		     struct selftest_row *row, struct err *err)
{
	struct learnt got, want;
	double start;

	*row = (struct selftest_row){
	    .name = "model", .what = "loss, step, answer", .allowed = 1e-4};
	if (run_model(cpu, &want, err) < 0)
		return -(int)err->code;
	start = clock_ms();
	if (run_model(device, &got, err) < 0)
		return -(int)err->code;
	row->ms = clock_ms() - start;
	row->error = fmax(relative(got.loss[0], want.loss[0]),
			  relative(got.loss[1], want.loss[1]));
	row->grad_error = relative(got.norm, want.norm);
	row->good =
	    row->error <= row->allowed && row->grad_error <= row->allowed &&
	    got.n == want.n &&
	    memcmp(got.ids, want.ids, (size_t)want.n * sizeof(*want.ids)) == 0;
	return 0;
}

int selftest_run(struct backend *device, struct backend *cpu, bool quick,
		 void (*row)(void *context, const struct selftest_row *r),
		 void *context, int *failed, struct err *err)
{
	const struct test *tests = quick ? small : full;
	size_t n = quick ? ARRAY_LEN(small) : ARRAY_LEN(full);
	struct selftest_row r;
	int rc = 0;

	*failed = 0;
	for (size_t i = 0; i <= n && rc == 0; i++) {
		rc = i < n ? run_test(device, cpu, &tests[i], &r, err)
			   : model_row(device, cpu, &r, err);
		if (rc < 0)
			return err_context(err, "%s", r.name);
		*failed += !r.good;
		row(context, &r);
	}
	return 0;
}
