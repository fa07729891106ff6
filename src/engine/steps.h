/*
 * steps -- one pass of the model over several prompts at once.
 *
 * A step is a prompt with a view (or none) and a gate; steps of a batch share
 * nothing but the time they take.  The text encoder's output is kept for the
 * last prompts, so editing a picture or a gate does not encode again.  Steps
 * of a batch that differ only in their gates share T, Z and A: a sweep costs
 * the decoder alone.
 */
#ifndef UMIE_ENGINE_STEPS_H
#define UMIE_ENGINE_STEPS_H

#include "src/data/form.h"
#include "src/data/prompt.h"
#include "src/engine/view.h"
#include "src/model/decode.h"

struct bundle;

enum { STEPS_MAX = 64 }; /* steps of one run, and prompts that are kept */

struct step {
	/* asked */
	struct prompt prompt;    /* owned */
	const struct view *view; /* borrowed; NULL: no picture */
	enum gate_setting gate;
	float gate_value;
	struct form *form; /* owned; NULL: any answer.  All of a run or none */
	/* answered */
	float g, c, used;       /* own gate, scaled cosine, gate in use */
	float *P;               /* (H,L,N) of the gated attention; or NULL */
	struct hypothesis best; /* in steps' memory until the next run */
	char *raw;              /* as decoded, specials kept; owned */
	/* byte of `raw` where token k (best.ids[k+1]) begins; n entries, the
	 * last one is the length.  Owned. */
	size_t *token_at;
};
void step_release(struct step *s);

struct steps;
struct steps *steps_new(struct bundle *b, const atomic_bool *cancel);
void steps_free(struct steps *s);

struct steps_options {
	int max_tokens, beams;
	bool attention; /* fill P and best.attention */
};

/* Times are added to *encode_ms and *decode_ms. */
int steps_run(struct steps *s, struct step **at, int n,
	      const struct steps_options *o, double *encode_ms,
	      double *decode_ms, struct err *err);

/*
 * Teacher forcing: log-probabilities of n answers to one step, which need not
 * be the model's own.  Ids without the start token, at least one each; an end
 * token counts when it is there.
 */
int steps_score(struct steps *s, struct step *ask, const struct ids *answer,
		int n, double *logprob, struct err *err);

#endif
