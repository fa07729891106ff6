/*
 * ops-cases -- the shapes each differentiable op is tried on.
 *
 * Odd sizes stand next to sizes that are worth threads, so that every tail
 * and every split is run.
 */
#ifndef UMIE_TESTS_OPS_CASES_H
#define UMIE_TESTS_OPS_CASES_H

#include "tests/ops-reference.h"

/* a: rows, K, O, dtype of the weight, bias, frozen, residual */
static void build_linear(struct problem *p, const int *a)
{
	input(p, 0, DT_F32, 1, SHAPE(a[0], a[1]));
	input(p, 1, (enum dtype)a[3], 0.3, SHAPE(a[2], a[1]))->frozen = a[5];
	if (a[4])
		input(p, 2, (enum dtype)a[3], 1, SHAPE(a[2]));
	if (a[6])
		input(p, 3, DT_F32, 1, SHAPE(a[0], a[2]));
	output(p, 0, DT_F32, SHAPE(a[0], a[2]));
}

/* a: rows, columns, rows of b, dtype of b */
static void build_add(struct problem *p, const int *a)
{
	input(p, 0, DT_F32, 1, SHAPE(a[0], a[1]));
	input(p, 1, (enum dtype)a[3], 1, SHAPE(a[2], a[1]));
	output(p, 0, DT_F32, SHAPE(a[0], a[1]));
}

/* a: B, L, D */
static void build_gate_mix(struct problem *p, const int *a)
{
	input(p, 0, DT_F32, 1, SHAPE(a[0], a[1], a[2]));
	input(p, 1, DT_F32, 1, SHAPE(a[0], a[1], a[2]));
	input(p, 2, DT_F32, 1, SHAPE(a[0]));
	output(p, 0, DT_F32, SHAPE(a[0], a[1], a[2]));
}

/* a: V, D, rows, dtype */
static void build_embed(struct problem *p, const int *a)
{
	int32_t *id;

	input(p, 0, (enum dtype)a[3], 1, SHAPE(a[0], a[1]));
	id = integers(p, 1, DT_I32, SHAPE(a[2]));
	for (int i = 0; i < a[2]; i++)
		id[i] = (int32_t)below(p, (uint32_t)a[0]);
	output(p, 0, DT_F32, SHAPE(a[2], a[1]));
}

/* a: rows, D, dtype of w, 1000 * scale of x */
static void build_rmsnorm(struct problem *p, const int *a)
{
	input(p, 0, DT_F32, a[3] / 1000.0, SHAPE(a[0], a[1]));
	input(p, 1, (enum dtype)a[2], 1, SHAPE(a[1]));
	output(p, 0, DT_F32, SHAPE(a[0], a[1]));
	p->c.p.eps = 1e-6f;
}

/* a: rows, F, scale */
static void build_geglu(struct problem *p, const int *a)
{
	input(p, 0, DT_F32, a[2], SHAPE(a[0], a[1]));
	input(p, 1, DT_F32, 1, SHAPE(a[0], a[1]));
	output(p, 0, DT_F32, SHAPE(a[0], a[1]));
}

enum { BIAS = 1, CAUSAL = 2, MASK = 4, PROBS = 8, STRIDED = 16, DROP = 32 };

static void build_mask(struct problem *p, int i, int B, int L)
{
	uint8_t *m = integers(p, i, DT_U8, SHAPE(B, L));

	for (int e = 0; e < B * L; e++)
		m[e] = below(p, 3) > 0;
	memset(m, 0, (size_t)L); /* the first example has none */
}

/* Make the rows of input i part of longer rows in a longer array. */
static void build_view(struct problem *p, int i, int B, int L, int D)
{
	struct tensor *t = input(p, i, DT_F32, 1, SHAPE(B, L + 3, D + 5));

	t->dim[1] = L;
	t->dim[2] = D;
	t->grad = NULL;
}

/* a: B, group, Q, L, heads, K, flags, q_offset, 100 * scale, buckets or 0 */
static void build_attention(struct problem *p, const int *a)
{
	int B = a[0], BK = a[0] / a[1], Q = a[2], L = a[3], D = a[4] * a[5];

	input(p, 0, DT_F32, 1, SHAPE(B, Q, D));
	for (int i = 1; i <= 2; i++) {
		if (a[6] & STRIDED)
			build_view(p, i, BK, L, D);
		else
			input(p, i, DT_F32, 1, SHAPE(BK, L, D));
	}
	if (a[6] & BIAS)
		input(p, 3, DT_F32, 1, SHAPE(a[9] ? a[9] : 32, a[4]));
	if (a[6] & MASK)
		build_mask(p, 4, BK, L);
	output(p, 0, DT_F32, SHAPE(B, Q, D));
	if (a[6] & PROBS)
		output(p, 1, DT_F32, SHAPE(B, a[4], Q, L));
	p->c.p = (struct op_params){
	    .heads = a[4],
	    .group = a[1],
	    .causal = a[6] & CAUSAL,
	    .bidirectional = !(a[6] & CAUSAL),
	    .q_offset = a[7],
	    .scale = (float)a[8] / 100,
	    .max_distance = 128,
	    .drop = a[6] & DROP ? 0.25f : 0,
	    .key = {7, 3, 5},
	};
}

/* a: rows, columns, residual */
static void build_dropout(struct problem *p, const int *a)
{
	input(p, 0, DT_F32, 1, SHAPE(a[0], a[1]));
	if (a[2])
		input(p, 1, DT_F32, 1, SHAPE(a[0], a[1]));
	output(p, 0, DT_F32, SHAPE(a[0], a[1]));
	p->c.p.drop = 0.1f;
	p->c.p.key = (struct rng_key){11, 2, 9};
}

/* a: B, L, D, mask */
static void build_mean_rows(struct problem *p, const int *a)
{
	input(p, 0, DT_F32, 1, SHAPE(a[0], a[1], a[2]));
	if (a[3])
		build_mask(p, 1, a[0], a[1]);
	output(p, 0, DT_F32, SHAPE(a[0], a[2]));
}

/* a: B, D */
static void build_cosine(struct problem *p, const int *a)
{
	input(p, 0, DT_F32, 1, SHAPE(a[0], a[1]));
	input(p, 1, DT_F32, 1, SHAPE(a[0], a[1]));
	output(p, 0, DT_F32, SHAPE(a[0]));
	p->c.p.scale = 1.6487213f;
}

/* a: rows, columns */
static void build_leaky_relu(struct problem *p, const int *a)
{
	input(p, 0, DT_F32, 1, SHAPE(a[0], a[1]));
	output(p, 0, DT_F32, SHAPE(a[0], a[1]));
	p->c.p.slope = 0.01f;
}

/* a: rows, V, 100 * smoothing, ignore every n-th */
static void build_cross_entropy(struct problem *p, const int *a)
{
	int32_t *label;

	input(p, 0, DT_F32, 4, SHAPE(a[0], a[1]));
	label = integers(p, 1, DT_I32, SHAPE(a[0]));
	for (int i = 0; i < a[0]; i++)
		label[i] =
		    i % a[3] == 0 ? -100 : (int32_t)below(p, (uint32_t)a[1]);
	output(p, 0, DT_F32, SHAPE(0));
	output(p, 1, DT_F32, SHAPE(a[0]));
	p->c.p.smoothing = (float)a[2] / 100;
}

/* a: B, L1, L2, D */
static void build_concat(struct problem *p, const int *a)
{
	input(p, 0, DT_F32, 1, SHAPE(a[0], a[1], a[3]));
	input(p, 1, DT_F32, 1, SHAPE(a[0], a[2], a[3]));
	output(p, 0, DT_F32, SHAPE(a[0], a[1] + a[2], a[3]));
}

/* a: rows, columns */
static void build_reshape(struct problem *p, const int *a)
{
	input(p, 0, DT_F32, 1, SHAPE(a[0], a[1]));
	output(p, 0, DT_F32, SHAPE(a[1], a[0]));
	p->out[0].data = p->in[0].data;
}

#define CASE(upper, lower, what, ...)                         \
	{                                                     \
		OP_##upper, what, build_##lower, ref_##lower, \
		{                                             \
			__VA_ARGS__                           \
		}                                             \
	}

static const struct op_case cases[] = {
    CASE(LINEAR, linear, "one row", 1, 37, 19, DT_F32, 1, 0),
    CASE(LINEAR, linear, "3 rows f16", 3, 70, 21, DT_F16, 0, 0),
    CASE(LINEAR, linear, "8 rows bf16", 8, 33, 9, DT_BF16, 1, 0),
    CASE(LINEAR, linear, "7 rows, threads", 7, 256, 203, DT_F32, 0, 0),
    CASE(LINEAR, linear, "9 rows frozen", 9, 45, 31, DT_F32, 1, 1),
    CASE(LINEAR, linear, "33 rows frozen f16", 33, 64, 77, DT_F16, 0, 1),
    CASE(LINEAR, linear, "33 rows frozen bf16", 33, 64, 77, DT_BF16, 1, 1),
    CASE(LINEAR, linear, "trained", 50, 39, 70, DT_F32, 1, 0),
    CASE(LINEAR, linear, "trained, no bias", 11, 39, 70, DT_F32, 0, 0),
    CASE(LINEAR, linear, "bf16, not frozen", 20, 48, 32, DT_BF16, 1, 0),
    CASE(LINEAR, linear, "several tiles", 260, 70, 200, DT_F32, 1, 0),
    CASE(LINEAR, linear, "several tiles frozen", 260, 70, 200, DT_F32, 1, 1),
    CASE(LINEAR, linear, "long sums", 17, 2048, 200, DT_F32, 0, 0),
    CASE(LINEAR, linear, "long sums frozen", 17, 2048, 200, DT_F32, 0, 1),
    CASE(LINEAR, linear, "residual, one row", 1, 37, 19, DT_F32, 0, 0, 1),
    CASE(LINEAR, linear, "residual, 7 rows bf16", 7, 256, 203, DT_BF16, 1, 0,
	 1),
    CASE(LINEAR, linear, "residual frozen", 33, 64, 77, DT_F16, 0, 1, 1),
    CASE(LINEAR, linear, "residual, trained", 60, 39, 700, DT_F32, 1, 0, 1),
    CASE(ADD, add, "same shape", 5, 7, 5, DT_F32),
    CASE(ADD, add, "one row repeated", 6, 13, 1, DT_F32),
    CASE(ADD, add, "repeated bf16", 6, 13, 2, DT_BF16),
    CASE(ADD, add, "threads", 9, 5003, 3, DT_F32),
    CASE(GATE_MIX, gate_mix, "small", 3, 5, 7),
    CASE(GATE_MIX, gate_mix, "threads", 2, 61, 700),
    CASE(EMBED, embed, "small", 11, 5, 17, DT_F32),
    CASE(EMBED, embed, "f16", 11, 37, 17, DT_F16),
    CASE(EMBED, embed, "bf16", 11, 37, 17, DT_BF16),
    CASE(EMBED, embed, "threads", 30, 515, 90, DT_F32),
    CASE(RMSNORM, rmsnorm, "small", 4, 13, DT_F32, 1000),
    CASE(RMSNORM, rmsnorm, "bf16, small numbers", 4, 70, DT_BF16, 1),
    CASE(RMSNORM, rmsnorm, "threads", 61, 515, DT_F32, 1000),
    CASE(GEGLU, geglu, "small", 3, 13, 1),
    CASE(GEGLU, geglu, "large numbers", 2, 40, 30),
    CASE(GEGLU, geglu, "threads", 41, 1000, 2),
    CASE(ATTENTION, attention, "encoder", 2, 1, 7, 7, 3, 5, BIAS | MASK | PROBS,
	 0, 100),
    CASE(ATTENTION, attention, "several blocks", 2, 1, 150, 150, 2, 8,
	 BIAS | MASK | PROBS, 0, 100),
    CASE(ATTENTION, attention, "no probabilities kept", 1, 1, 70, 97, 3, 16,
	 BIAS, 0, 37),
    CASE(ATTENTION, attention, "dropout", 2, 1, 70, 33, 2, 8,
	 MASK | DROP | PROBS, 0, 100),
    CASE(ATTENTION, attention, "dropout, nothing kept", 2, 1, 19, 33, 2, 8,
	 DROP, 0, 100),
    CASE(ATTENTION, attention, "decoder", 2, 1, 21, 21, 3, 6,
	 BIAS | CAUSAL | PROBS, 0, 100),
    CASE(ATTENTION, attention, "decoder, long", 1, 1, 140, 140, 1, 8,
	 BIAS | CAUSAL, 0, 100),
    CASE(ATTENTION, attention, "one step in a cache", 3, 1, 1, 30, 4, 64,
	 BIAS | CAUSAL | STRIDED, 29, 100),
    CASE(ATTENTION, attention, "4 steps in a cache", 2, 1, 4, 133, 2, 20,
	 BIAS | CAUSAL | STRIDED | PROBS, 129, 100),
    CASE(ATTENTION, attention, "cross, beams", 8, 4, 1, 45, 3, 64,
	 MASK | STRIDED | PROBS, 0, 100),
    CASE(ATTENTION, attention, "groups", 6, 3, 10, 14, 2, 5,
	 MASK | BIAS | PROBS | DROP, 0, 50),
    CASE(ATTENTION, attention, "one key", 2, 1, 3, 1, 2, 4, PROBS, 0, 100),
    CASE(DROPOUT, dropout, "small", 3, 13),
    CASE(DROPOUT, dropout, "threads", 41, 1003),
    CASE(DROPOUT, dropout, "residual", 3, 13, 1),
    CASE(DROPOUT, dropout, "residual, threads", 41, 1003, 1),
    CASE(MEAN_ROWS, mean_rows, "all", 3, 5, 7, 0),
    CASE(MEAN_ROWS, mean_rows, "masked", 3, 9, 37, 1),
    CASE(COSINE, cosine, "small", 4, 13),
    CASE(COSINE, cosine, "128", 3, 128),
    CASE(LEAKY_RELU, leaky_relu, "small", 3, 5),
    CASE(CROSS_ENTROPY, cross_entropy, "plain", 7, 13, 0, 3),
    CASE(CROSS_ENTROPY, cross_entropy, "smoothed", 9, 50, 10, 4),
    CASE(CROSS_ENTROPY, cross_entropy, "threads", 40, 1003, 10, 9),
    CASE(CROSS_ENTROPY, cross_entropy, "all ignored", 3, 5, 10, 1),
    CASE(CONCAT, concat, "small", 3, 1, 4, 7),
    CASE(RESHAPE, reshape, "small", 3, 8),
};

#endif
