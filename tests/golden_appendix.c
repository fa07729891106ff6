/*
 * golden_appendix -- the toy model of the reference's Appendix A, whose
 * weights are a formula.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/model/decode.h"
#include "tests/golden.h"
#include "tests/golden_umie.h"

enum { FEAT = 512 };
static const double TOLERANCE = 2e-5;

static int member(const struct json *j, const char *key)
{
	return (int)json_number(json_get(j, key));
}

static void toy_config(struct config *c, const struct json *j)
{
	*c = (struct config){
	    .vocab = member(j, "V"),
	    .d_model = member(j, "d_model"),
	    .d_kv = member(j, "d_kv"),
	    .d_ff = member(j, "d_ff"),
	    .heads = member(j, "heads"),
	    .enc_layers = member(j, "layers"),
	    .dec_layers = member(j, "layers"),
	    .visual_layers = 2,
	    .buckets = 32,
	    .max_distance = 128,
	    .norm_eps = 1e-6f,
	    .feat_dim = FEAT,
	    .max_regions = 36,
	};
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(struct param *const *)a)->name,
		      (*(struct param *const *)b)->name);
}

static bool ends_in(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n >= m && strcmp(s + n - m, tail) == 0;
}

static void fill(struct params *p, bool negated)
{
	struct param **sorted = xcalloc(p->n, sizeof(*sorted));

	memcpy(sorted, p->at, p->n * sizeof(*sorted));
	qsort(sorted, p->n, sizeof(*sorted), by_name);
	params_init(p, 1);
	for (size_t k = 0; k < p->n; k++) {
		struct tensor *t = &sorted[k]->t;
		const char *name = sorted[k]->name;
		bool norm = t->ndim == 1 && !ends_in(name, "bias");
		bool flip = negated &&
			    strcmp(name, "encoder.gate.proj_v_2.weight") == 0;
		float *w = t->data;

		for (int64_t i = 0; i < tensor_count(t); i++) {
			double s = sin(0.7 * (double)i + 0.3 * (double)k);

			w[i] = (float)(norm ? 1 + 0.1 * s : 0.25 * s);
			if (flip)
				w[i] = -w[i];
		}
	}
	free(sorted);
}

/* Numbers of nested arrays, in order; owned. */
static double *flatten(const struct json *j, size_t *n)
{
	const struct json *row;
	double *out = NULL;
	size_t cap = 0;

	*n = 0;
	if (json_is_number(j)) {
		out = xgrow(out, 0, &cap, sizeof(*out));
		out[(*n)++] = json_number(j);
		return out;
	}
	for (row = json_first(j); row; row = json_next(row)) {
		size_t count;
		double *part = flatten(row, &count);

		for (size_t i = 0; i < count; i++) {
			out = xgrow(out, *n, &cap, sizeof(*out));
			out[(*n)++] = part[i];
		}
		free(part);
	}
	return out;
}

static void compare(struct tape *t, const struct tensor *got,
		    const struct json *want, const char *sign, const char *name,
		    bool absolute)
{
	size_t n;
	double *numbers = flatten(want, &n);
	float *a = xcalloc(n, sizeof(*a)), *b = xcalloc(n, sizeof(*b));
	const int64_t dim = (int64_t)n;
	struct tensor ta = tensor_view(a, DT_F32, 1, &dim);
	struct tensor tb = tensor_view(b, DT_F32, 1, &dim);
	char line[64];

	for (size_t i = 0; i < n; i++)
		b[i] = (float)numbers[i];
	snprintf(line, sizeof(line), "Appendix A, variant %s: %s", sign, name);
	if (golden_ok(got && tensor_count(got) == dim &&
			  tape_read(t, got, a) == 0,
		      "%s is there", line))
		golden_near(&ta, &tb, TOLERANCE, absolute, NULL, line);
	free(numbers);
	free(a);
	free(b);
}

static int32_t *ints(const struct json *j, size_t *n)
{
	double *numbers = flatten(j, n);
	int32_t *out = xcalloc(*n, sizeof(*out));

	for (size_t i = 0; i < *n; i++)
		out[i] = (int32_t)numbers[i];
	free(numbers);
	return out;
}

static void compare_greedy(struct golden_umie *g, struct tensor *M,
			   struct tensor *mask, const struct json *want,
			   const char *sign)
{
	struct decode_options o = {.max_length = 10, .beams = 1};
	struct decoded out[2] = {{0}};
	struct generator d;
	struct arena memory = {0};
	struct err err = {0};
	bool same;
	int b = 0;

	generator_init(&d, &g->model, g->be);
	same = generator_run(&d, M, mask, &o, &memory, out, &err) == 0;
	for (const struct json *row = json_first(want); same && row;
	     row = json_next(row), b++) {
		size_t n;
		int32_t *ids = ints(row, &n);

		for (size_t i = 0; i < n; i++)
			same &=
			    ids[i] ==
			    ((int)i < out[b].h->n ? out[b].h->ids[i] : T5_PAD);
		free(ids);
	}
	golden_ok(same, "Appendix A, variant %s: greedy ids %s", sign,
		  err.text);
	arena_release(&memory);
	generator_release(&d);
}

static void compare_all(struct golden_umie *g, const struct umie_batch *b,
			const struct json *want, const char *sign)
{
	struct umie_taps taps = {0};
	struct umie_inputs in;
	struct tensor *loss;
	struct tape t;

	tape_init(&t, g->be);
	loss = umie_loss(&t, &g->model, b, 0, NULL, &taps);
	compare(&t, taps.gate, json_get(want, "gate"), sign, "gates", true);
	compare(&t, taps.Z, json_get(want, "V"), sign, "V", false);
	compare(&t, taps.M, json_get(want, "H"), sign, "H", false);
	compare(&t, taps.logits, json_get(want, "logits"), sign, "logits",
		false);
	compare(&t, loss, json_get(want, "loss"), sign, "loss", true);
	umie_upload(&t, b, FEAT, &in);
	if (!t.failed)
		compare_greedy(g, umie_memory(&t, &g->model, &in, NULL),
			       in.text_mask, json_get(want, "greedy"), sign);
	tape_release(&t);
}

static void run_variant(const struct json *j, const struct umie_batch *b,
			const char *sign)
{
	struct golden_umie g = {0};
	struct err err = {0};
	bool good;

	toy_config(&g.config, json_get(json_get(j, "inputs"), "config"));
	umie_init(&g.model, &g.config, &g.params);
	fill(&g.params, strcmp(sign, "-1") == 0);
	g.be = cpu_backend_open(&(struct cpu_options){.threads = 1}, &err);
	good = g.be && params_place(&g.params, g.be, &err) == 0;
	if (golden_ok(good, "Appendix A, variant %s: the model stands %s", sign,
		      err.text))
		compare_all(&g, b, json_get(j, sign), sign);
	golden_umie_release(&g);
}

static float *floats(const struct json *j)
{
	size_t n;
	double *numbers = flatten(j, &n);
	float *out = xcalloc(n, sizeof(*out));

	for (size_t i = 0; i < n; i++)
		out[i] = (float)numbers[i];
	free(numbers);
	return out;
}

/* sin(0.01·i) over the whole array; example 1 has two regions only. */
static float *toy_feats(int N)
{
	float *out = xcalloc((size_t)(2 * N) * FEAT, sizeof(*out));

	for (int b = 0; b < 2; b++)
		for (int n = 0; n < (b ? 2 : N); n++)
			for (int c = 0; c < FEAT; c++) {
				int i = b * 2048 + n * 512 + c;

				out[(b * N + n) * FEAT + c] =
				    sinf(0.01f * (float)i);
			}
	return out;
}

static void run_inputs(const struct json *j)
{
	const struct json *in = json_get(j, "inputs");
	size_t n;
	int32_t *ids = ints(json_get(in, "ids"), &n);
	int L = (int)n / 2, N = member(json_get(in, "config"), "N");
	int32_t *labels = ints(json_get(in, "labels"), &n);
	uint8_t *mask = xcalloc((size_t)(2 * L), 1);
	float *feats = toy_feats(N), *boxes = floats(json_get(in, "boxes"));
	struct umie_batch b = {
	    .B = 2,
	    .L = L,
	    .N = N,
	    .M = (int)n / 2,
	    .ids = ids,
	    .text_mask = mask,
	    .feats = feats,
	    .boxes = boxes,
	    .labels = labels,
	};

	for (int i = 0; i < 2 * L; i++)
		mask[i] = ids[i] != 0;
	run_variant(j, &b, "1");
	run_variant(j, &b, "-1");
	free(ids);
	free(labels);
	free(mask);
	free(feats);
	free(boxes);
}

void golden_appendix(const char *path)
{
	struct err err = {0};
	struct json *j = json_read(path, (size_t)16 << 20, &err);

	if (golden_ok(j != NULL, "read %s %s", path, err.text))
		run_inputs(j);
	json_free(j);
}
