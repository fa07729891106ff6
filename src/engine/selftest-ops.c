#include "src/engine/selftest-ops.h"

#include "src/base/mem.h"
#include "src/tensor/ops.h"

static struct tensor *make_linear(struct tape *t, struct tensor **in)
{
	return op_linear(t, in[0], in[1], in[2]);
}

static struct tensor *make_linear_add(struct tape *t, struct tensor **in)
{
	return op_linear_add(t, in[0], in[1], NULL, in[2]);
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

static struct tensor *make_dropout_add(struct tape *t, struct tensor **in)
{
	return op_dropout_add(t, in[0], in[1]);
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
	{"linear", "residual", make_linear_add,                               \
	 {F(r, f), W(d, f), F(r, d)}, 2.0 * (f)},                             \
	{"linear", "residual, one row", make_linear_add,                      \
	 {F(1, f), W(d, f), F(1, d)}, 2.0 * (f)},                             \
	{"add", "same shape", make_add, {F(r, d), F(r, d)}, 1},                 \
	{"add", "one row repeated", make_add, {F(r, d), F(d)}, 1},            \
	{"gate_mix", "", make_gate_mix, {F(2, r, d), F(2, r, d), F(2)}, 2},   \
	{"embed", "", make_embed, {F(v, d), IDS(r, v)}, 0, true},             \
	{"rmsnorm", "", make_rmsnorm, {F(r, d), F(d)}, 4},                    \
	{"geglu", "", make_geglu, {F(r, f), F(r, f)}, 10},                    \
	{"attention", "encoder, dropout", make_attention,                     \
	 {F(1, r, d), F(1, r, d), F(1, r, d), F(32, ((d) + 63) / 64)},        \
	 4.0 * (r)},                                                          \
	{"attention", "decoder", make_decoder,                                \
	 {F(1, r, d), F(1, r, d), F(1, r, d), F(32, ((d) + 63) / 64)},        \
	 2.0 * (r)},                                                          \
	{"dropout", "", make_dropout, {F(r, d)}, 1},                          \
	{"dropout", "residual", make_dropout_add, {F(r, d), F(r, d)}, 2},     \
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
	{"reshape", "", make_reshape, {F(r, d)}, 0, true},                    \
	{"gather", "", make_gather, {C(r, d), IDS(9, r)}, 0, true},           \
	{"topk", "8 of a row", make_topk, {C(4, v)}, 0},                      \
	{"cache_put", "", make_cache_put, {C(4, 8, d), C(4, 1, d)}, 0, true}, \
	{"adamw", "", make_adamw,                                             \
	 {C(r, d), C(r, d), C(r, d), POSITIVE((r) * (d))}, 12},
/* clang-format on */

static const struct selftest_op full[] = {TESTS(256, 768, 2048, 32128, 64, 56)};
static const struct selftest_op small[] = {TESTS(33, 64, 80, 301, 5, 9)};

const struct selftest_op *selftest_ops(bool quick, size_t *n)
{
	*n = quick ? ARRAY_LEN(small) : ARRAY_LEN(full);
	return quick ? small : full;
}
