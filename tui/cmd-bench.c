/* umie bench: the phases of an extraction, timed on random input. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/rng.h"
#include "src/engine/clock.h"
#include "src/model/decode.h"
#include "src/model/resnet.h"
#include "src/tensor/ops.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"

static const struct option OPTIONS[] = {
    BATCH_OPTIONS,
    {"tokens", 0, "N", "input tokens (default 64)"},
    {"crops", 0, "N", "pictures through the image encoder (default 37)"},
    {"answer", 0, "N", "answer tokens (default 24)"},
    {"repeat", 0, "N",
     "runs of each phase; the median counts (default "
     "5)"},
    {"json", 0, NULL, "figures as one JSON object"},
    {NULL, 0, NULL, NULL},
};

enum { PHASES = 4, RUNS_MAX = 100 };

/* What a phase took and what it had to do. */
struct phase {
	const char *name;
	double ms;    /* median */
	double flop;  /* 2 x multiply-adds of the matrix products */
	double bytes; /* weights read */
	int items;    /* tokens or crops */
};

struct bench {
	struct bundle *b;
	struct tape tape;
	struct generator generator;
	struct arena memory; /* of one answer */
	int tokens, crops, answer, repeat;
	struct phase phase[PHASES];
	int n;
	float *T; /* (L,D) for the decoder */
};

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Median of `repeat` runs after one that is not counted. */
static int measure(struct bench *b, int (*run)(struct bench *, struct err *),
		   double *ms, struct err *err)
{
	double t[RUNS_MAX];

	for (int i = -1; i < b->repeat; i++) {
		double start = clock_ms();
		int rc = run(b, err);

		if (rc < 0)
			return rc;
		if (i >= 0)
			t[i] = clock_ms() - start;
	}
	qsort(t, (size_t)b->repeat, sizeof(*t), by_value);
	*ms = t[b->repeat / 2];
	return 0;
}

static int give_up(struct bench *b, struct err *err)
{
	*err = b->tape.err;
	return -(int)err->code;
}

static int run_encoder(struct bench *b, struct err *err)
{
	struct tape *t = &b->tape;
	const int64_t dim[2] = {1, b->tokens};
	int32_t *ids = xcalloc((size_t)b->tokens, sizeof(*ids));
	struct tensor *x, *T;

	for (int i = 0; i < b->tokens; i++)
		ids[i] = 3 + i * 37 % (b->b->config.vocab - 3);
	tape_reset(t);
	x = tape_input(t, DT_I32, 2, dim, ids);
	free(ids);
	T = umie_text(t, &b->b->model, x, NULL, NULL);
	if (t->failed || tape_read(t, T, b->T) < 0)
		return give_up(b, err);
	return 0;
}

static int run_decoder(struct bench *b, struct err *err)
{
	struct tape *t = &b->tape;
	const int64_t dim[3] = {1, b->tokens, b->b->config.d_model};
	/* A random model would stop whenever it likes. */
	struct decode_options o = {
	    .max_length = b->answer + 1, .beams = 1, .run_on = true};
	struct decoded out;
	struct tensor *M;

	tape_reset(t);
	arena_reset(&b->memory);
	M = tape_input(t, DT_F32, 3, dim, b->T);
	if (t->failed)
		return give_up(b, err);
	return generator_run(&b->generator, M, NULL, &o, &b->memory, &out, err);
}

static int run_vision(struct bench *b, struct err *err)
{
	size_t S = (size_t)b->b->config.vision.image_size;
	size_t n = (size_t)b->crops * S * S * 3;
	float *pixels = xmalloc(n * sizeof(*pixels)), *out;
	int rc;

	for (size_t i = 0; i < n; i++)
		pixels[i] = (float)(i * 2654435761u % 1000) / 500 - 1;
	out = xmalloc((size_t)b->crops * (size_t)b->b->config.feat_dim *
		      sizeof(*out));
	rc =
	    resnet_features(b->b->vision, &b->tape, pixels, b->crops, out, err);
	free(pixels);
	free(out);
	return rc;
}

static double parameters_like(const struct bundle *b, const char *part)
{
	double n = 0;

	for (size_t i = 0; i < b->params.n; i++)
		if (strncmp(b->params.at[i]->name, part, strlen(part)) == 0 &&
		    b->params.at[i]->t.ndim == 2)
			n += (double)tensor_count(&b->params.at[i]->t);
	return n;
}

static double weight_bytes(const struct bundle *b)
{
	return (double)dtype_size(b->model.lm_head->dtype);
}

static int add(struct bench *b, const char *name,
	       int (*run)(struct bench *, struct err *), double macs,
	       double weights, int items, struct err *err)
{
	struct phase *p = &b->phase[b->n++];

	*p = (struct phase){
	    .name = name, .flop = 2 * macs, .bytes = weights, .items = items};
	return measure(b, run, &p->ms, err);
}

static int run_all(struct bench *b, struct err *err)
{
	const struct config *c = &b->b->config;
	double enc = parameters_like(b->b, "encoder.block.");
	double dec = parameters_like(b->b, "decoder.block.") +
		     (double)tensor_count(b->b->model.lm_head);
	double inner = (double)c->d_kv * c->heads;
	double cross = 2.0 * c->dec_layers * inner * c->d_model;
	double L = b->tokens, M = b->answer, size = weight_bytes(b->b);
	int rc = add(b, "encoder", run_encoder,
		     enc * L + 2.0 * c->enc_layers * L * L * inner, enc * size,
		     b->tokens, err);

	if (rc == 0)
		rc = add(b, "decoder", run_decoder,
			 (dec - cross) * M + cross * L +
			     c->dec_layers * inner * (M * M + 2.0 * M * L),
			 (dec - cross) * size * M + cross * size, b->answer,
			 err);
	if (rc == 0 && b->b->vision)
		rc = add(
		    b, "vision", run_vision, resnet_macs(&c->vision) * b->crops,
		    (double)b->b->report.vision_parameters * 4, b->crops, err);
	return rc;
}

static void show(struct app *app, const struct bench *b, bool as_json)
{
	struct json *j = json_new_object(), *list = json_new_array();
	char *line;

	json_put_string(j, "schema", "umie/1");
	json_put_string(j, "model", b->b->report.hash);
	json_put_string(j, "device", b->b->be->name);
	json_put_int(j, "tokens", b->tokens);
	for (int i = 0; i < b->n; i++) {
		const struct phase *p = &b->phase[i];
		struct json *o = json_new_object();

		json_put_string(o, "phase", p->name);
		json_put_number(o, "ms", p->ms, 5);
		json_put_int(o, "items", p->items);
		json_put_number(o, "items_per_second", 1e3 * p->items / p->ms,
				5);
		json_put_number(o, "gflop_per_second", p->flop / p->ms / 1e6,
				5);
		json_put_number(o, "weight_gb_per_second",
				p->bytes / p->ms / 1e6, 5);
		json_push(list, o);
		if (!as_json)
			app_say(app,
				"%-8s %9.2f ms  %4d %-6s  %8.1f /s  %7.1f "
				"GFLOP/s  %6.1f GB/s of weights",
				p->name, p->ms, p->items,
				strcmp(p->name, "vision") == 0 ? "crops"
							       : "tokens",
				1e3 * p->items / p->ms, p->flop / p->ms / 1e6,
				p->bytes / p->ms / 1e6);
	}
	json_put(j, "phases", list);
	if (as_json) {
		line = json_print(j);
		app_say(app, "%s", line);
		free(line);
	}
	json_free(j);
}

static int exec_bench(struct app *app, const struct args *a, struct err *err)
{
	struct batch batch;
	struct bench b = {0};
	long tokens, crops, answer, repeat;
	int rc;

	if (args_int(a, "tokens", 1, 4096, 64, &tokens, err) < 0 ||
	    args_int(a, "crops", 1, 1000, 37, &crops, err) < 0 ||
	    args_int(a, "answer", 1, 511, 24, &answer, err) < 0 ||
	    args_int(a, "repeat", 1, RUNS_MAX, 5, &repeat, err) < 0)
		return -(int)err->code;
	rc = batch_open(&batch, app, a, args_get(a, "model"), err);
	if (rc == 0) {
		b = (struct bench){.b = batch.bundle,
				   .tokens = (int)tokens,
				   .crops = (int)crops,
				   .answer = (int)answer,
				   .repeat = (int)repeat};
		b.T = xcalloc((size_t)tokens *
				  (size_t)batch.bundle->config.d_model,
			      sizeof(*b.T));
		tape_init(&b.tape, batch.be);
		generator_init(&b.generator, &batch.bundle->model, batch.be);
		rc = run_all(&b, err);
		if (rc == 0)
			show(app, &b, args_has(a, "json"));
		generator_release(&b.generator);
		arena_release(&b.memory);
		tape_release(&b.tape);
		free(b.T);
	}
	batch_close(&batch);
	return rc;
}

const struct cmd cmd_bench = {
    .name = "bench",
    .args = "",
    .options = OPTIONS,
    .flags = CMD_BATCH,
    .help = "time the phases of an extraction on random input",
    .exec = exec_bench,
};
