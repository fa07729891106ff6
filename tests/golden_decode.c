/*
 * golden_decode -- greedy and beam search, ids and scores.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/model/decode.h"
#include "tests/golden.h"
#include "tests/golden_umie.h"

static const double TOLERANCE = 1e-4;

struct decoding {
	struct golden_umie g;
	struct golden_batch batch;
	const struct json *file;
	int max_length;
	struct generator d;
	struct tape t;
	struct arena memory;
};

static bool close_to(double got, const struct json *want)
{
	return json_is_number(want) &&
	       fabs(got - json_number(want)) <= TOLERANCE;
}

/* The ids of the list; with `padded` the list goes on with zeros. */
static bool same_ids(const struct hypothesis *h, const struct json *want,
		     bool padded)
{
	int n = 0;

	for (const struct json *i = json_first(want); i;
	     i = json_next(i), n++) {
		double id = n < h->n ? h->ids[n] : padded ? T5_PAD : -1;

		if (json_number(i) != id)
			return false;
	}
	return n >= h->n;
}

static bool same_logprobs(const struct hypothesis *h, const struct json *want)
{
	int n = 0;

	for (const struct json *i = json_first(want); i; i = json_next(i))
		if (n >= h->n - 1 || !close_to((double)h->logprob[n++], i))
			return false;
	return n == h->n - 1;
}

/* Decode the whole batch; false after a failed line. */
static bool decode(struct decoding *r, bool masked, int beams,
		   struct decoded *out)
{
	struct decode_options o = {.max_length = r->max_length, .beams = beams};
	struct umie_inputs in;
	struct err err = {0};
	struct tensor *M;

	r->g.model.config.mask_padding = masked;
	arena_reset(&r->memory);
	tape_reset(&r->t);
	umie_upload(&r->t, &r->batch.b, r->g.config.feat_dim, &in);
	M = umie_memory(&r->t, &r->g.model, &in, NULL);
	if (!M)
		return golden_ok(false, "encode: %s", r->t.err.text);
	if (generator_run(&r->d, M, in.text_mask, &o, &r->memory, out, &err) <
	    0)
		return golden_ok(false, "decode: %s", err.text);
	return true;
}

static void run_greedy(struct decoding *r, struct decoded *out)
{
	const struct json *e = json_first(json_get(r->file, "examples"));

	if (!decode(r, true, 1, out))
		return;
	for (int b = 0; e; e = json_next(e), b++) {
		const struct json *want = json_get(e, "greedy");
		const struct hypothesis *h = out[b].h;

		golden_ok(same_ids(h, json_get(want, "ids"), false),
			  "greedy %d: ids", b);
		golden_ok(same_logprobs(h, json_get(want, "token_logprobs")) &&
			      close_to(h->sum, json_get(want, "sum_logprob")),
			  "greedy %d: log-probabilities", b);
	}
}

static bool same_hypotheses(const struct decoded *got, const struct json *want)
{
	const struct json *h = json_first(want);

	if (json_len(want) != (size_t)got->n)
		return false;
	for (int i = 0; h; h = json_next(h), i++) {
		if (!same_ids(&got->h[i], json_get(h, "ids"), false) ||
		    !close_to(got->h[i].score, json_get(h, "score"))) {
			golden_note("hypothesis %d: score %.7f, want %.7f", i,
				    got->h[i].score,
				    json_number(json_get(h, "score")));
			return false;
		}
	}
	return true;
}

static void run_beam(struct decoding *r, const char *key, struct decoded *out)
{
	const struct json *e = json_first(json_get(r->file, "examples"));
	int beams = atoi(key + strlen("beam"));

	if (!golden_ok(beams > 0, "%s has a width", key) ||
	    !decode(r, true, beams, out))
		return;
	for (int b = 0; e; e = json_next(e), b++) {
		const struct json *want = json_get(e, key);
		const struct json *stopped =
		    json_get(want, "stopped_before_max_length");

		golden_ok(
		    same_hypotheses(&out[b], json_get(want, "hypotheses")),
		    "%s %d: hypotheses and scores", key, b);
		golden_ok(out[b].stopped == json_true(stopped),
			  "%s %d: stopped %s", key, b,
			  json_true(stopped) ? "before the end" : "at the end");
	}
}

static void run_compat(struct decoding *r, struct decoded *out)
{
	const struct json *want = json_get(r->file, "compat_batched_greedy");
	const struct json *row = json_first(json_get(want, "ids"));

	if (!row || !decode(r, false, 1, out))
		return;
	for (int b = 0; row; row = json_next(row), b++)
		golden_ok(same_ids(out[b].h, row, true),
			  "compat, batched greedy %d: ids", b);
}

static void run(struct decoding *r)
{
	const struct json *examples = json_get(r->file, "examples");
	const struct json *settings = json_get(r->file, "settings");
	size_t B = (size_t)r->batch.b.B;
	struct decoded *out = xcalloc(B, sizeof(*out));

	r->max_length = (int)json_number(json_get(settings, "max_length"));
	generator_init(&r->d, &r->g.model, r->g.be);
	tape_init(&r->t, r->g.be);
	if (golden_ok(json_len(examples) == B && r->max_length > 1,
		      "one expectation for each of %zu inputs", B)) {
		run_greedy(r, out);
		for (const struct json *k = json_first(json_first(examples)); k;
		     k = json_next(k))
			if (strncmp(json_key(k), "beam", 4) == 0)
				run_beam(r, json_key(k), out);
		run_compat(r, out);
	}
	tape_release(&r->t);
	generator_release(&r->d);
	arena_release(&r->memory);
	free(out);
}

static void with_model(struct decoding *r, const char *dir,
		       const char *model_dir)
{
	char *path = file_join(dir, "decode_inputs.safetensors");
	struct golden_file *in = golden_open(path);

	if (golden_umie_open(&r->g, model_dir, "model.safetensors", false) &&
	    golden_ok(in != NULL, "read %s", path) &&
	    golden_batch_read(&r->batch, in)) {
		run(r);
		golden_batch_release(&r->batch);
	}
	golden_close(in);
	golden_umie_release(&r->g);
	free(path);
}

void golden_decode(const char *dir, const char *model_dir)
{
	char *path = file_join(dir, "decode.json");
	struct err err = {0};
	struct json *file = json_read(path, (size_t)64 << 20, &err);
	struct decoding r = {.file = file};

	if (golden_ok(file != NULL, "read %s %s", path, err.text))
		with_model(&r, dir, model_dir);
	json_free(file);
	free(path);
}
