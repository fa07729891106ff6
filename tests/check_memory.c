/*
 * What training needs in memory: layers that are computed again give the same
 * gradients, to the bit, and keep less; the account that is made beforehand is
 * what a step then takes.
 */
#include "src/train/account.h"
#include "tests/small_model.h"
#include "tests/tap.h"

struct outcome {
	float loss;
	float *grad;
	size_t n, bytes; /* gradients; held by the step's tensors */
};

/* One step's loss and gradients, dropout and held gate included. */
static void step(struct world *w, bool recompute, struct outcome *out)
{
	struct gate_lesson lesson = {.hold = 0.3f, .pull = 1};
	struct inputs in;
	struct umie_batch batch;
	struct tensor *loss;

	inputs_make(&in);
	batch = whole(&in);
	batch.labels = in.labels;
	batch.M = 4;
	tape_release(&w->t);
	tape_init(&w->t, w->be);
	w->t.data.chunk_size = 4096;
	w->t.recording = true;
	w->t.recompute = recompute;
	w->t.drop = 0.2f;
	w->t.key = (struct rng_key){.seed = 5, .step = 2};
	params_zero_grad(&w->params, &w->t.err);
	loss = umie_loss(&w->t, &w->m, &batch, 0.1f, &lesson, NULL);
	tape_read(&w->t, loss, &out->loss);
	tape_backward(&w->t, loss, NULL);
	if (w->t.failed)
		diag("%s", w->t.err.text);
	out->bytes = w->t.data.total;
	out->n = (size_t)tensor_count(&w->params.grad);
	out->grad = xmalloc(out->n * sizeof(*out->grad));
	w->be->copy_out(w->be, out->grad, w->params.grad.data,
			out->n * sizeof(*out->grad), &w->t.err);
}

static void check_recompute(int threads)
{
	struct outcome whole_tape, again;
	struct world w;

	world_open(&w, threads, true);
	step(&w, false, &whole_tape);
	step(&w, true, &again);
	ok(whole_tape.loss == again.loss,
	   "recomputed, %d threads: the same loss (%g)", threads,
	   (double)again.loss);
	ok(memcmp(whole_tape.grad, again.grad, again.n * sizeof(*again.grad)) ==
	       0,
	   "and the same gradients, every bit");
	ok(again.bytes < whole_tape.bytes * 3 / 4,
	   "in %zu bytes instead of %zu", again.bytes, whole_tape.bytes);
	free(whole_tape.grad);
	free(again.grad);
	world_release(&w);
}

/* Large enough for the arena's chunks not to matter. */
static const struct config medium = {
    .vocab = V,
    .d_model = 48,
    .d_kv = 12,
    .d_ff = 96,
    .heads = 4,
    .enc_layers = 4,
    .dec_layers = 4,
    .visual_layers = 2,
    .buckets = 32,
    .max_distance = 128,
    .norm_eps = 1e-6f,
    .feat_dim = FEAT,
    .max_regions = 36,
    .mask_padding = true,
};

/* What a step really holds on the CPU. */
static size_t measured(const struct account_options *o)
{
	size_t n = (size_t)o->batch * (size_t)(o->tokens + o->answer);
	size_t pictures = (size_t)o->batch * (size_t)o->regions;
	int32_t *ids = xcalloc(n, sizeof(*ids));
	float *feats = xcalloc(pictures, FEAT * sizeof(*feats));
	float *boxes = xcalloc(pictures, 4 * sizeof(*boxes));
	struct umie_batch b = {
	    .B = o->batch,
	    .L = o->tokens,
	    .N = o->regions,
	    .M = o->answer,
	    .ids = ids,
	    .feats = feats,
	    .boxes = boxes,
	    .labels = ids + (size_t)o->batch * (size_t)o->tokens,
	};
	struct params p = {0};
	struct umie m = {0};
	struct err err = {0};
	struct backend *be =
	    cpu_backend_open(&(struct cpu_options){.threads = 2}, &err);
	struct tensor *loss;
	struct tape t;
	size_t bytes;

	umie_init(&m, &medium, &p);
	params_init(&p, 1);
	params_train(&p, be, &err);
	tape_init(&t, be);
	t.recording = true;
	t.recompute = o->recompute;
	t.drop = 0.1f;
	loss = umie_loss(&t, &m, &b, 0.1f, NULL, NULL);
	if (tape_backward(&t, loss, NULL) < 0)
		diag("%s", t.err.text);
	bytes = t.failed ? 0 : t.data.total;
	tape_release(&t);
	umie_release(&m);
	params_release(&p);
	be->close(be);
	free(ids);
	free(feats);
	free(boxes);
	return bytes;
}

static void check_account(bool recompute)
{
	struct account_options o = {
	    .batch = 8,
	    .tokens = 128,
	    .answer = 64,
	    .regions = 10,
	    .ranks = 4,
	    .recompute = recompute,
	    .keeps_attention = true,
	};
	struct account a;
	struct err err = {0};
	double real = (double)measured(&o);

	if (!ok(account_make(&medium, &o, &a, &err) == 0, "an account is made"))
		diag("%s", err.text);
	ok((double)a.activations > 0.9 * real &&
	       (double)a.activations < 1.1 * real,
	   "%s: %.1f MB of activations, %.1f MB measured",
	   recompute ? "recomputed" : "kept", (double)a.activations / 1e6,
	   real / 1e6);
	ok(a.weights == a.gradients &&
	       a.weights >= (size_t)a.trained * sizeof(float) &&
	       a.weights < (size_t)a.trained * sizeof(float) * 11 / 10,
	   "weights and gradients of %lld trained numbers: %zu bytes each",
	   (long long)a.trained, a.weights);
	ok(a.moments >= a.weights / 2 && a.moments < a.weights * 11 / 20,
	   "a quarter of the moments on each of four ranks");
}

/* What is frozen has its own type and neither gradients nor moments. */
static void check_frozen(void)
{
	struct account_options o = {.batch = 1,
				    .tokens = 8,
				    .answer = 4,
				    .ranks = 1,
				    .freeze = "encoder.,decoder.",
				    .frozen_type = DT_BF16};
	struct account a;
	struct err err = {0};
	int rc = account_make(&medium, &o, &a, &err);

	ok(rc == 0 && a.trained < a.parameters &&
	       a.gradients < (size_t)a.trained * 4 * 11 / 10 &&
	       a.weights < a.gradients +
			       (size_t)(a.parameters - a.trained) * 2 * 11 / 10,
	   "frozen parts: %lld of %lld numbers trained, weights %zu bytes, "
	   "gradients %zu",
	   (long long)a.trained, (long long)a.parameters, a.weights,
	   a.gradients);
}

int main(void)
{
	check_recompute(1);
	check_recompute(2);
	check_account(false);
	check_account(true);
	check_frozen();
	return tap_done();
}
