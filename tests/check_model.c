/*
 * check_model -- what the model promises whatever its weights are: a batch
 * gives what its examples give alone, a held gate changes nothing, a missing
 * picture is no picture.
 */
#include <math.h>

#include "src/model/probe.h"
#include "tests/small_model.h"
#include "tests/tap.h"

static void check_batch(struct world *w, const struct inputs *in)
{
	struct umie_batch all = whole(in), one;
	struct umie_inputs up;
	struct decoded together[B], single;
	struct tensor *M;
	struct err err = {0};
	float *a = xcalloc(B * L * 24, sizeof(*a));
	float *b = xcalloc(L * 24, sizeof(*b));

	encode(w, &all, &up, &M);
	tape_read(&w->t, M, a);
	ok(run(w, M, up.text_mask, 1, together, &err) == 0, "a batch runs %s",
	   err.text);
	for (int i = 0; i < B; i++) {
		one = alone(in, i);
		encode(w, &one, &up, &M);
		tape_read(&w->t, M, b);
		near(a + (size_t)(i * L * 24), b, (long)(lengths[i] * 24), 1e-5,
		     "an example in a batch is encoded as it is alone");
		run(w, M, up.text_mask, 1, &single, &err);
		ok(same_ids(together[i].h, single.h),
		   "its answer of %d tokens is the same", single.h->n);
		near(together[i].h->logprob, single.h->logprob, single.h->n - 1,
		     1e-5, "and so are its probabilities");
	}
	free(a);
	free(b);
}

/* The logits at a few positions, the gate by hand. */
static void logits_of(struct world *w, const struct umie_batch *b,
		      const struct gate_choice *choice, float *out, float *used)
{
	static const int32_t answer[] = {T5_START, 7, 9};
	const int64_t dim[] = {1, 3};
	struct umie_inputs in;
	struct umie_gate gate, *g = NULL;
	struct tensor *T, *M, *ids;

	tape_reset(&w->t);
	umie_upload(&w->t, b, FEAT, &in);
	T = umie_text(&w->t, &w->m, in.ids, in.text_mask, NULL);
	if (in.feats) {
		struct tensor *Z =
		    umie_regions(&w->t, &w->m, in.feats, in.boxes, NULL, NULL);

		umie_gate(&w->t, &w->m, T, NULL, Z, NULL, true, &gate, NULL);
		g = &gate;
	}
	M = umie_mix(&w->t, T, g, choice, 1, used);
	ids = tape_input(&w->t, DT_I32, 2, dim, answer);
	tape_read(&w->t, umie_logits(&w->t, &w->m, M, NULL, ids, NULL), out);
}

static bool bits(const float *a, const float *b, size_t n)
{
	return memcmp(a, b, n * sizeof(*a)) == 0;
}

static void check_gate(struct world *w, const struct inputs *in)
{
	struct umie_batch seen = alone(in, 0), blind = alone(in, 0);
	struct gate_choice choice = {GATE_OWN, 0};
	float own[3 * V], held[3 * V], off[3 * V], g, again;

	logits_of(w, &seen, &choice, own, &g);
	choice = (struct gate_choice){GATE_HELD, g};
	logits_of(w, &seen, &choice, held, &again);
	ok(bits(own, held, 3 * V) && g == again,
	   "a gate held at its own value %.4f changes no bit", (double)g);
	choice.value = g + 0.5f;
	logits_of(w, &seen, &choice, held, &again);
	ok(!bits(own, held, 3 * V), "a gate held elsewhere changes something");
	choice = (struct gate_choice){GATE_OFF, 0};
	logits_of(w, &seen, &choice, off, &again);
	blind.N = 0;
	choice.mode = GATE_OWN;
	logits_of(w, &blind, &choice, held, &g);
	ok(bits(off, held, 3 * V) && g == 0 && again == 0,
	   "a gate that is off is a picture that is not there");
}

static void check_threads(const struct inputs *in)
{
	struct umie_batch b = alone(in, 0);
	struct gate_choice own = {GATE_OWN, 0};
	float logits[2][3 * V], g;
	struct world w;

	for (int i = 0; i < 2; i++) {
		world_open(&w, i + 1, false);
		logits_of(&w, &b, &own, logits[i], &g);
		world_release(&w);
	}
	near(logits[1], logits[0], 3 * V, 1e-6,
	     "two threads give what one gives");
}

static double loss_of(struct world *w, const struct umie_batch *b, float drop,
		      uint32_t step)
{
	struct tensor *loss;
	float value = NAN;

	tape_reset(&w->t);
	w->t.recording = true;
	w->t.drop = drop;
	w->t.key = (struct rng_key){.seed = 5, .step = step};
	params_zero_grad(&w->params, &w->t.err);
	loss = umie_loss(&w->t, &w->m, b, 0.1f, NULL, NULL);
	if (loss && tape_read(&w->t, loss, &value) == 0)
		tape_backward(&w->t, loss, NULL);
	w->t.recording = false;
	w->t.drop = 0;
	return w->t.failed ? (double)NAN : (double)value;
}

static void check_training(const struct inputs *in)
{
	struct umie_batch b = whole(in), bad;
	struct err err = {0};
	struct world w;
	double first, squares = 0;

	world_open(&w, 2, true);
	b.labels = in->labels;
	b.M = 4;
	first = loss_of(&w, &b, 0.1f, 1);
	op_sum_squares(&w.t, &w.params.grad, &squares);
	ok(isfinite(first) && isfinite(squares) && squares > 0,
	   "a batch with and without pictures trains (loss %.4f)", first);
	ok(loss_of(&w, &b, 0.1f, 1) == first,
	   "the same step gives the same loss, dropout and all");
	ok(loss_of(&w, &b, 0.1f, 2) != first, "another step does not");
	bad = b;
	w.m.config.mask_padding = false;
	ok(umie_check(&w.m, &bad, &err) == -ERR_DATA,
	   "without masking, a missing picture is refused: %s", err.text);
	bad.N = 0;
	ok(umie_check(&w.m, &bad, &err) == 0, "unless none has one");
	w.m.config.vocab = 10;
	ok(umie_check(&w.m, &bad, &err) == -ERR_DATA,
	   "a token that is not in the vocabulary is refused: %s", err.text);
	w.m.config.vocab = V;
	world_release(&w);
}

/* c of every example, and the loss, with the gate held. */
static float held_loss(struct world *w, const struct umie_batch *b,
		       const struct gate_lesson *lesson, float *c)
{
	struct umie_taps taps = {0};
	struct tensor *loss;
	float value = NAN;

	tape_reset(&w->t);
	w->t.recording = true;
	params_zero_grad(&w->params, &w->t.err);
	loss = umie_loss(&w->t, &w->m, b, 0.1f, lesson, &taps);
	if (loss && tape_read(&w->t, loss, &value) == 0 &&
	    tape_read(&w->t, taps.gate_c, c) == 0)
		tape_backward(&w->t, loss, NULL);
	w->t.recording = false;
	return w->t.failed ? NAN : value;
}

/* One step down the gradient of the pull alone. */
static void descend(struct world *w, float rate)
{
	float *p = w->params.value.data;
	const float *g = w->params.grad.data;

	for (int64_t i = 0; i < tensor_count(&w->params.value); i++)
		p[i] -= rate * g[i];
}

static void check_lesson(const struct inputs *in)
{
	static const struct gate_lesson off = {0.3f, 0}, pull = {0.3f, 1};
	struct umie_batch b = whole(in);
	float c[B], loss, pulled, want = 0, away[2];
	struct world w;

	world_open(&w, 2, true);
	b.labels = in->labels;
	b.M = 4;
	loss = held_loss(&w, &b, &off, c);
	pulled = held_loss(&w, &b, &pull, c);
	for (int i = 0; i < B; i++)
		want += regions[i] ? (c[i] - 0.3f) * (c[i] - 0.3f) / B : 0;
	ok(fabsf(pulled - loss - want) < 1e-5f,
	   "the pull is the mean square distance of c from the held value "
	   "(%.6f, expected %.6f)",
	   (double)(pulled - loss), (double)want);
	away[0] = fabsf(c[0] - 0.3f);
	for (int i = 0; i < 40; i++) {
		held_loss(&w, &b, &(struct gate_lesson){0.3f, 50}, c);
		descend(&w, 2e-4f);
	}
	away[1] = fabsf(c[0] - 0.3f);
	ok(away[1] < away[0] / 2 && c[2] == 0,
	   "and it moves the model's own gate there (%.4f to %.4f); without a "
	   "picture it stays 0",
	   (double)away[0], (double)away[1]);
	world_release(&w);
}

static void check_probe(void)
{
	/* one head, two words, two regions */
	static const float P[] = {0.75f, 0.25f, 0.5f, 0.5f};
	static const float attention[] = {1, 0, 0, 1};
	static const float both[] = {0.625f, 0.375f}, second[] = {0.5f, 0.5f};
	float out[2];

	probe_span(P, 1, 2, 2, 0, 2, out);
	near(out, both, 2, 1e-6, "a span's regions are the mean of its words");
	probe_answer(attention, P, 1, 2, 2, 1, 2, out);
	near(out, second, 2, 1e-6,
	     "an answer's regions come through the words it looked at");
	probe_words(attention, 2, 0, 2, out);
	near(out, second, 2, 1e-6, "an answer's words are the mean");
}

int main(void)
{
	struct inputs in;
	struct world w;

	inputs_make(&in);
	world_open(&w, 2, false);
	check_batch(&w, &in);
	check_gate(&w, &in);
	world_release(&w);
	check_threads(&in);
	check_training(&in);
	check_lesson(&in);
	check_probe();
	return tap_done();
}
