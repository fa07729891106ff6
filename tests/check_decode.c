/*
 * check_decode -- writing answers: a cache changes nothing, a sweep answers
 * as its points do, a beam scores what it says, a cancel is honoured.
 */
#include <math.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "tests/small_model.h"
#include "tests/tap.h"

static void check_sweep(struct world *w, const struct inputs *in)
{
	enum { POINTS = 12 };
	struct umie_batch b = alone(in, 0);
	struct gate_choice choice[POINTS];
	struct decoded all[POINTS], one;
	struct umie_inputs up;
	struct umie_gate g;
	struct tensor *T, *Z, *M;
	struct err err = {0};
	bool same = true;

	tape_reset(&w->t);
	umie_upload(&w->t, &b, FEAT, &up);
	T = umie_text(&w->t, &w->m, up.ids, NULL, NULL);
	Z = umie_regions(&w->t, &w->m, up.feats, up.boxes, NULL, NULL);
	umie_gate(&w->t, &w->m, T, NULL, Z, NULL, false, &g, NULL);
	for (int i = 0; i < POINTS; i++)
		choice[i] = (struct gate_choice){GATE_HELD, 0.15f * (float)i};
	M = umie_mix(&w->t, T, &g, choice, POINTS, NULL);
	ok(run(w, M, NULL, 1, all, &err) == 0, "a sweep of the gate runs %s",
	   err.text);
	for (int i = 0; i < POINTS; i++) {
		M = umie_mix(&w->t, T, &g, &choice[i], 1, NULL);
		run(w, M, NULL, 1, &one, &err);
		same &= same_ids(all[i].h, one.h);
	}
	ok(same, "a sweep answers as its points do alone");
}

static void check_cache(struct world *w, const struct inputs *in)
{
	struct umie_batch all = whole(in);
	struct umie_inputs up;
	struct decoded out[B];
	struct hypothesis again[B];
	struct tensor *M;
	struct err err = {0};

	encode(w, &all, &up, &M);
	run(w, M, up.text_mask, 1, out, &err);
	for (int b = 0; b < B; b++)
		again[b] = *out[b].h;
	ok(generator_score(&w->d, M, up.text_mask, NULL, &w->memory, again,
			   &err) == 0,
	   "an answer can be read back %s", err.text);
	for (int b = 0; b < B; b++) {
		near(out[b].h->logprob, again[b].logprob, again[b].n - 1, 1e-5,
		     "writing with a cache gives what reading gives");
		near(out[b].h->attention, again[b].attention,
		     (long)(again[b].n - 1) * L, 1e-5,
		     "and the decoder looked at the same words");
	}
}

static void check_beam(struct world *w, const struct inputs *in)
{
	struct umie_batch all = whole(in);
	struct umie_inputs up;
	struct decoded out[B];
	struct hypothesis again[B];
	struct tensor *M;
	struct err err = {0};
	bool ordered = true, right = true;

	encode(w, &all, &up, &M);
	ok(run(w, M, up.text_mask, 4, out, &err) == 0, "a beam runs %s",
	   err.text);
	for (int k = 0; k < 4; k++) {
		for (int b = 0; b < B; b++)
			again[b] = out[b].h[k];
		generator_score(&w->d, M, up.text_mask, NULL, &w->memory, again,
				&err);
		for (int b = 0; b < B; b++) {
			const struct hypothesis *h = &out[b].h[k];
			bool ended = h->ids[h->n - 1] == T5_EOS;
			double score = again[b].sum / (h->n - ended);

			right &= fabs(score - h->score) < 1e-4;
			ordered &= k == 0 || h->score <= h[-1].score;
		}
	}
	ok(right, "every hypothesis scores what reading it back gives");
	ok(ordered, "hypotheses come best first");
	ok(run(w, M, up.text_mask, V, out, &err) == -ERR_USAGE,
	   "a beam wider than the vocabulary is refused: %s", err.text);
}

static void check_warm(struct world *w, const struct inputs *in)
{
	struct umie_batch all = whole(in);
	struct umie_inputs up;
	struct decoded out[B];
	struct tensor *M;
	struct err err = {0};
	size_t held;

	encode(w, &all, &up, &M);
	for (int i = 0; i < 2; i++)
		run(w, M, up.text_mask, 4, out, &err);
	held = w->d.step.data.total + w->d.step.host.total;
	for (int i = 0; i < 2; i++)
		held += w->d.cache.own[i].data.total;
	run(w, M, up.text_mask, 4, out, &err);
	for (int i = 0; i < 2; i++)
		held -= w->d.cache.own[i].data.total;
	held -= w->d.step.data.total + w->d.step.host.total;
	ok(held == 0, "a warm decoder asks for no more memory");
}

static bool toy_allows(const struct hypothesis *h)
{
	bool all = true;

	for (int k = 1; k < h->n; k++) {
		uint8_t may[V] = {0};

		toy_next(NULL, h->ids, k, may, V);
		all &= may[h->ids[k]];
	}
	return all;
}

/* What is allowed is written, and rated as the model rates it. */
static void check_constraint(struct world *w, const struct inputs *in,
			     int longest, int beams)
{
	struct umie_batch all = whole(in);
	struct umie_inputs up;
	struct decoded out[B];
	struct hypothesis again[B];
	struct tensor *M;
	struct err err = {0};
	bool allowed = true, stands = true, rated = true;

	encode(w, &all, &up, &M);
	ok(run_toy(w, M, up.text_mask, longest, beams, out, &err) == 0,
	   "%d beams, %d tokens: a constrained answer is written %s", beams,
	   longest, err.text);
	for (int b = 0; b < B; b++) {
		for (int k = 0; k < out[b].n; k++) {
			const struct hypothesis *h = &out[b].h[k];

			allowed &= toy_allows(h) && h->n <= longest;
			stands &= h->ids[h->n - 1] == T5_EOS ||
				  toy_whole(NULL, h->ids, h->n);
		}
		again[b] = out[b].h[0];
	}
	ok(allowed, "it holds nothing that may not follow");
	ok(stands, "one that was cut off can stand as it is");
	ok(generator_score(&w->d, M, up.text_mask, NULL, &w->memory, again,
			   &err) == 0,
	   "it can be read back, also when nothing is left %s", err.text);
	for (int b = 0; b < B; b++)
		for (int k = 0; k + 1 < again[b].n; k++)
			rated &= fabsf(again[b].logprob[k] -
				       out[b].h[0].logprob[k]) < 1e-4f;
	ok(rated, "its probabilities are the model's own");
}

struct alarm {
	atomic_bool cancel;
	double at;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *ring(void *p)
{
	struct alarm *a = p;

	usleep(20000);
	a->at = now();
	atomic_store(&a->cancel, true);
	return NULL;
}

static void check_cancel(struct world *w, const struct inputs *in)
{
	struct umie_batch all = whole(in);
	struct umie_inputs up;
	struct decoded out[B];
	struct alarm a = {.cancel = false};
	struct decode_options o = {
	    .max_length = 400, .beams = 4, .cancel = &a.cancel};
	struct tensor *M;
	struct err err = {0};
	pthread_t thread;
	double ended;
	int rc = 0;

	encode(w, &all, &up, &M);
	pthread_create(&thread, NULL, ring, &a);
	while (rc == 0) {
		arena_reset(&w->memory);
		rc = generator_run(&w->d, M, up.text_mask, &o, &w->memory, out,
				   &err);
	}
	ended = now();
	pthread_join(thread, NULL); /* a.at is its own until then */
	ok(rc == -ERR_CANCELLED && ended - a.at < 0.2,
	   "a cancel is honoured within 0.2 s: %s", err.text);
	ok(run(w, M, up.text_mask, 1, out, &err) == 0,
	   "and the next answer is written as ever");
}

int main(void)
{
	struct inputs in;
	struct world w;

	inputs_make(&in);
	world_open(&w, 2, false);
	check_sweep(&w, &in);
	check_cache(&w, &in);
	check_beam(&w, &in);
	for (int longest = 2; longest <= LONGEST; longest += 3) {
		check_constraint(&w, &in, longest, 1);
		check_constraint(&w, &in, longest, 4);
	}
	check_warm(&w, &in);
	check_cancel(&w, &in);
	world_release(&w);
	return tap_done();
}
