/*
 * ops-plain -- the ops without a gradient, and promises of single ops that a
 * comparison of numbers would not show.
 */
#ifndef UMIE_TESTS_OPS_PLAIN_H
#define UMIE_TESTS_OPS_PLAIN_H

#include "src/cpu/attention.h"
#include "src/cpu/dnn.h"
#include "tests/ops-reference.h"

static int forward(struct backend *be, struct problem *p)
{
	struct err err;
	int rc = be->ops[p->c.op].forward(be, &p->c, &err);

	if (rc < 0)
		diag("%s", err.text);
	return rc;
}

static void check_cache_put(struct backend *be)
{
	struct problem p = {.c.op = OP_CACHE_PUT, .c.p.position = 2};
	const float *src, *dst;
	bool good = true;

	input(&p, 0, DT_F32, 1, SHAPE(3, 1, 5));
	make(&p, &p.out[0], DT_F32, SHAPE(3, 6, 7));
	p.out[0].dim[1] = 4; /* a part of longer rows and examples */
	p.out[0].dim[2] = 5;
	p.c.out[0] = &p.out[0];
	ok(forward(be, &p) == 0, "cache_put runs");
	src = p.in[0].data;
	dst = p.out[0].data;
	for (int i = 0; i < 3 * 6 * 7; i++) {
		int b = i / 42, l = i / 7 % 6, d = i % 7;

		good &= dst[i] == (l == 2 && d < 5 ? src[b * 5 + d] : 0);
	}
	ok(good, "cache_put writes its position and nothing else");
	problem_release(&p);
}

static void check_gather(struct backend *be)
{
	struct problem p = {.c.op = OP_GATHER};
	const float *src, *dst;
	bool good = true;
	int32_t *id;

	input(&p, 0, DT_F32, 1, SHAPE(4, 5, 3));
	p.in[0].dim[1] = 2; /* examples further apart than they are long */
	id = integers(&p, 1, DT_I32, SHAPE(6));
	output(&p, 0, DT_F32, SHAPE(6, 2, 3));
	for (int i = 0; i < 6; i++)
		id[i] = (i * 3 + 1) % 4;
	ok(forward(be, &p) == 0, "gather runs");
	src = p.in[0].data;
	dst = p.out[0].data;
	for (int i = 0; i < 36; i++)
		good &= dst[i] == src[id[i / 6] * 15 + i % 6];
	ok(good, "gather copies the rows asked for, in their order");
	id[2] = 4;
	ok(forward(be, &p) < 0, "gather refuses a row that is not there");
	p.c.op = OP_EMBED;
	ok(forward(be, &p) < 0, "embed refuses an id that is not there");
	problem_release(&p);
}

/* Whether id i stands before id j. */
static bool before(const float *x, int32_t i, int32_t j)
{
	return x[i] > x[j] || (x[i] == x[j] && i < j);
}

static void check_topk(struct backend *be, int R, int V, int k)
{
	struct problem p = {.c.op = OP_TOPK, .c.p.k = k, .seed = (uint64_t)V};
	bool order = true, all = true, values = true;

	input(&p, 0, DT_F32, 1, SHAPE(R, V));
	for (int i = 0; i < R * V; i++) /* few values: many are equal */
		((float *)p.in[0].data)[i] = (float)below(&p, 40) / 4;
	output(&p, 0, DT_F32, SHAPE(R, k));
	output(&p, 1, DT_I32, SHAPE(R, k));
	ok(forward(be, &p) == 0, "topk runs (V %d, k %d)", V, k);
	for (int r = 0; r < R; r++) {
		const float *x = (float *)p.in[0].data + r * V;
		const int32_t *id = (int32_t *)p.out[1].data + r * k;
		int better = 0;
		double sum = 0;

		for (int i = 0; i < V; i++)
			sum += exp((double)x[i]);
		for (int i = 0; i < k; i++) {
			float lp = ((float *)p.out[0].data)[r * k + i];

			order &= i == 0 || before(x, id[i - 1], id[i]);
			values &= fabs((double)lp -
				       ((double)x[id[i]] - log(sum))) < 1e-5;
		}
		for (int i = 0; i < V; i++)
			better += before(x, i, id[k - 1]);
		all &= better == k - 1;
	}
	ok(order, "largest first, the lower id first among equals");
	ok(all, "nothing larger is left out");
	ok(values, "values are log-probabilities");
	problem_release(&p);
}

static void check_sum_squares(struct backend *const *be, int threads)
{
	struct problem p = {.c.op = OP_SUM_SQUARES};
	double want = 0, got[8];
	int64_t n = 300007;

	input(&p, 0, DT_F32, 1, SHAPE(n));
	output(&p, 0, DT_F64, SHAPE(0));
	for (int64_t i = 0; i < n; i++)
		want += p.x[0][i] * p.x[0][i];
	for (int t = 0; t < threads; t++) {
		ok(forward(be[t], &p) == 0, "sum_squares runs");
		got[t] = *(double *)p.out[0].data;
		ok(memcmp(&got[t], &got[0], sizeof(got[t])) == 0,
		   "sum_squares is the same for %d threads", t + 1);
	}
	ok(fabs(got[0] - want) < 1e-12 * want, "sum_squares (%g)", want);
	problem_release(&p);
}

/* One step of the published algorithm in double precision. */
static void ref_adamw(struct problem *p)
{
	const struct op_params *q = &p->c.p;
	double b1 = (double)q->beta1, b2 = (double)q->beta2;
	double lr = (double)q->lr, step = (double)q->step;

	for (int64_t i = 0; i < tensor_count(&p->in[0]); i++) {
		double g = p->x[1][i] * (double)q->scale, *x = &p->x[0][i];
		double *m = &p->x[2][i], *v = &p->x[3][i];

		*x *= 1 - lr * (double)q->decay;
		*m = b1 * *m + (1 - b1) * g;
		*v = b2 * *v + (1 - b2) * g * g;
		*x -= lr * (*m / (1 - pow(b1, step))) /
		      (sqrt(*v / (1 - pow(b2, step))) + (double)q->eps);
	}
}

static void check_adamw(struct backend *const *be, int threads, int64_t n)
{
	float *want = xcalloc((size_t)n, sizeof(*want)), *one = NULL;
	struct problem p[8];

	for (int t = 0; t < threads; t++) {
		p[t] = (struct problem){.c.op = OP_ADAMW, .seed = 3};
		p[t].c.p = (struct op_params){.lr = 1e-2f,
					      .beta1 = 0.9f,
					      .beta2 = 0.999f,
					      .eps = 1e-8f,
					      .decay = 0.01f,
					      .scale = 0.37f};
		for (int i = 0; i < 4; i++)
			input(&p[t], i, DT_F32, i < 2, SHAPE(n));
		for (int step = 1; step <= 3; step++) {
			p[t].c.p.step = step;
			ok(forward(be[t], &p[t]) == 0, "adamw step %d runs",
			   step);
			ref_adamw(&p[t]);
		}
		for (int64_t i = 0; i < n; i++)
			want[i] = (float)p[t].x[0][i];
		near(p[t].in[0].data, want, n, 1e-6, "adamw after 3 steps");
		one = p[0].in[0].data;
		ok(memcmp(one, p[t].in[0].data, (size_t)n * 4) == 0,
		   "adamw is the same for %d threads", t + 1);
	}
	for (int t = 0; t < threads; t++)
		problem_release(&p[t]);
	free(want);
}

static void check_dropout(struct backend *be)
{
	struct problem p = {.c.op = OP_DROPOUT, .c.p.drop = 0.1f};
	int64_t n = 200000, kept = 0;
	float *again = xcalloc((size_t)n, sizeof(*again));
	const float *y;

	input(&p, 0, DT_F32, 1, SHAPE(n));
	for (int64_t i = 0; i < n; i++)
		((float *)p.in[0].data)[i] = 1;
	output(&p, 0, DT_F32, SHAPE(n));
	y = p.out[0].data;
	forward(be, &p);
	for (int64_t i = 0; i < n; i++)
		kept += y[i] != 0;
	/* Five standard deviations of a binomial are 671. */
	ok(llabs((long long)(kept - 180000)) < 671,
	   "dropout 0.1 keeps nine in ten (%lld of 200000)", (long long)kept);
	memcpy(again, y, (size_t)n * sizeof(*again));
	forward(be, &p);
	ok(memcmp(again, y, (size_t)n * sizeof(*again)) == 0,
	   "the same key drops the same elements");
	p.c.p.key.site++;
	forward(be, &p);
	ok(memcmp(again, y, (size_t)n * sizeof(*again)) != 0,
	   "another site drops others");
	free(again);
	problem_release(&p);
}

static void check_buckets(void)
{
	bool both = true, causal = true;

	for (int64_t r = -300; r <= 300; r++) {
		both &= bias_bucket(r, 32, true, 128) == ref_bucket(r, true);
		causal &=
		    bias_bucket(r, 32, false, 128) == ref_bucket(r, false);
	}
	ok(both, "position buckets in both directions");
	ok(causal, "position buckets of the decoder");
}

/* Masked keys get exactly nothing; without any key there is no output. */
static void check_masked(struct backend *be)
{
	struct problem p = {.c.op = OP_ATTENTION};
	bool zero = true, none = true;
	const float *probs, *o;
	uint8_t *mask;

	for (int i = 0; i < 3; i++)
		input(&p, i, DT_F32, 1, SHAPE(2, 11, 8));
	mask = integers(&p, 4, DT_U8, SHAPE(2, 11));
	mask[0] = mask[3] = mask[10] = 1;
	output(&p, 0, DT_F32, SHAPE(2, 11, 8));
	output(&p, 1, DT_F32, SHAPE(2, 2, 11, 11));
	p.c.p = (struct op_params){.heads = 2, .group = 1, .scale = 1};
	((float *)p.in[1].data)[8] = 1e30f; /* key 1 is masked */
	forward(be, &p);
	probs = p.out[1].data;
	o = p.out[0].data;
	for (int i = 0; i < 2 * 2 * 11 * 11; i++)
		zero &= mask[i / 242 * 11 + i % 11] || probs[i] == 0;
	for (int i = 88; i < 176; i++)
		none &= o[i] == 0;
	ok(zero, "a masked key has probability 0");
	ok(none, "with every key masked the output is 0");
	problem_release(&p);
}

/* One row alone gives what it gives among eight. */
static void check_row_alone(struct backend *be, enum dtype d)
{
	struct problem p = {.c.op = OP_LINEAR, .seed = 5};
	float all[8 * 83];
	bool good = true;

	input(&p, 0, DT_F32, 1, SHAPE(8, 101));
	input(&p, 1, d, 1, SHAPE(83, 101));
	output(&p, 0, DT_F32, SHAPE(8, 83));
	forward(be, &p);
	memcpy(all, p.out[0].data, sizeof(all));
	for (int n = 1; n < 8; n++)
		for (int r = 0; r + n <= 8; r++) {
			struct tensor x = p.in[0];

			x.data = (float *)x.data + r * 101;
			x.dim[0] = n;
			p.c.in[0] = &x;
			forward(be, &p);
			good &= memcmp(p.out[0].data, all + r * 83,
				       (size_t)n * 83 * sizeof(float)) == 0;
		}
	ok(good, "up to 8 rows do not see each other (%s)", dtype_name(d));
	problem_release(&p);
}

/* An image without regions, a text without rows: nothing, and no accident. */
static void check_empty(struct backend *be)
{
	struct problem p = {.c.op = OP_ATTENTION};
	bool zero = true;

	for (int i = 0; i < 3; i++)
		input(&p, i, DT_F32, 1, SHAPE(2, 20, 8));
	input(&p, 3, DT_F32, 1, SHAPE(32, 2));
	p.in[1].dim[1] = p.in[2].dim[1] = 0;
	output(&p, 0, DT_F32, SHAPE(2, 20, 8));
	p.c.p = (struct op_params){
	    .heads = 2, .group = 1, .scale = 1, .max_distance = 128};
	ok(forward(be, &p) == 0, "attention without keys");
	for (int i = 0; i < 2 * 20 * 8; i++)
		zero &= ((float *)p.out[0].data)[i] == 0;
	ok(zero, "attention without keys gives 0");
	p.c = (struct op_call){
	    .op = OP_MEAN_ROWS, .in = {&p.in[1]}, .out = {&p.out[0]}};
	p.out[0].ndim = 2;
	p.out[0].dim[1] = 8;
	((float *)p.out[0].data)[3] = 1;
	ok(forward(be, &p) == 0 && ((float *)p.out[0].data)[3] == 0,
	   "the mean of no rows is 0");
	p.c = (struct op_call){
	    .op = OP_LINEAR, .in = {&p.in[1], &p.in[3]}, .out = {&p.out[0]}};
	p.in[3].dim[0] = 4;
	p.in[3].dim[1] = 8;
	ok(forward(be, &p) == 0, "linear of no rows");
	problem_release(&p);
}

/* bf16 products are allowed to round the activations, and only them. */
static void check_bf16(int threads, float *first)
{
	struct cpu_options o = {.threads = threads, .bf16 = true};
	struct problem p = {.c.op = OP_LINEAR, .seed = 9};
	struct err err;
	struct backend *be = cpu_backend_open(&o, &err);
	float want[20 * 30];

	if (!cpu_of(be)->bf16) {
		skip("bf16 products", "this machine has none");
		be->close(be);
		return;
	}
	input(&p, 0, DT_F32, 1, SHAPE(20, 960));
	input(&p, 1, DT_BF16, 1, SHAPE(30, 960))->frozen = true;
	output(&p, 0, DT_F32, SHAPE(20, 30));
	forward(be, &p);
	for (int i = 0; i < 20 * 960; i++)
		p.x[0][i] = (double)bf16_to_f32(f32_to_bf16((float)p.x[0][i]));
	ref_linear(&p);
	for (int i = 0; i < 20 * 30; i++)
		want[i] = (float)p.y[0][i];
	near(p.out[0].data, want, 20 * 30, 1e-5, "bf16 products");
	if (threads == 1)
		memcpy(first, p.out[0].data, sizeof(want));
	ok(memcmp(first, p.out[0].data, sizeof(want)) == 0,
	   "bf16 products are the same for %d threads", threads);
	be->close(be);
	problem_release(&p);
}

static void check_plain(struct backend *const *be, int threads, bool *tried)
{
	float bf16[20 * 30];

	check_cache_put(be[0]);
	check_gather(be[1]);
	check_topk(be[1], 5, 13, 4);
	check_topk(be[0], 1, 32128, 1);
	check_topk(be[1], 3, 32102, 8);
	check_topk(be[1], 2, 5, 5);
	check_sum_squares(be, threads);
	check_adamw(be, threads, 37);
	check_adamw(be, threads, 200003);
	check_dropout(be[1]);
	check_buckets();
	check_masked(be[1]);
	check_row_alone(be[1], DT_F32);
	check_row_alone(be[1], DT_F16);
	check_row_alone(be[1], DT_BF16);
	check_empty(be[1]);
	for (int t = 1; t <= threads; t++)
		check_bf16(t, bf16);
	tried[OP_CACHE_PUT] = tried[OP_GATHER] = tried[OP_TOPK] = true;
	tried[OP_SUM_SQUARES] = tried[OP_ADAMW] = true;
}

#endif
