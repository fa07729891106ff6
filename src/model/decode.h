/*
 * decode -- write the answer: greedily, or with a beam.
 *
 * Both read M (B,L,D) and write one answer for each of its B rows over a
 * cache of keys and values.  Ids begin with the start token and end with the
 * end token when it was written; lengths count both.  A beam follows the
 * rules of Hugging Face's generate() 4.28 with length penalty 1 and without
 * early stopping.  Cancelling is honoured between the operations of a token.
 *
 * Under a constraint the next token is the most probable of those that may
 * follow (a beam: of their sums).  Log-probabilities stay the model's own,
 * over the whole vocabulary: what is reported, and what a beam ranks by, is
 * what the model gives to an answer, not its share among the allowed ones.
 * The choice is made on the host, so the logits of every token are read back.
 * An answer that reaches max_length is cut back to what can stand as it is;
 * nothing but the start token may be left.
 */
#ifndef UMIE_MODEL_DECODE_H
#define UMIE_MODEL_DECODE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "src/base/arena.h"
#include "src/model/umie.h"

struct hypothesis {
	int n;            /* ids, start token included */
	int32_t *ids;     /* n */
	float *logprob;   /* n-1: of ids[1] … ids[n-1] */
	double sum;       /* of logprob */
	double score;     /* what a beam ranks by; greedy: sum */
	float *attention; /* (n-1,L): where the decoder looked; or NULL */
};

struct decoded {
	int n; /* hypotheses, best first; greedy: 1 */
	struct hypothesis *h;
	bool stopped; /* before the maximum length */
};

/*
 * What an answer may be.  `ids` are the n ids written so far, start token
 * first; neither function keeps anything between two calls.
 */
struct constraint {
	/* set may[id] (`vocab` bytes, zeroed) of all that may follow; at
	 * least one until the end token is written */
	void (*next)(const void *context, const int32_t *ids, int n,
		     uint8_t *may, int vocab);
	/* can they stand as they are, cut off here?  The start token can. */
	bool (*whole)(const void *context, const int32_t *ids, int n);
	const void *context; /* borrowed */
};

struct decode_options {
	int max_length; /* start token included, at least 2 */
	int beams;      /* 1: greedy */
	/* Greedy: fill `attention`, the last layer's cross-attention averaged
	 * over the heads.  For a beam use generator_score(). */
	bool attention;
	/* Greedy: write max_length ids whatever they are, for benchmarks. */
	bool run_on;
	const atomic_bool *cancel; /* may be NULL */
	const struct constraint
	    *constraint; /* one for each row of M; or NULL */
};

/* Memory that stays warm between answers.  One thread. */
struct generator {
	const struct umie *m; /* borrowed */
	struct t5_cache cache;
	struct tape step; /* reset for every token */
};
void generator_init(struct generator *d, const struct umie *m,
		    struct backend *be);
void generator_release(struct generator *d);

/*
 * M and mask (B,L) or NULL live on a tape of the caller's that is not
 * touched.  out[B] and all it points to come from `memory`, a host arena.
 */
int generator_run(struct generator *d, struct tensor *M, struct tensor *mask,
		  const struct decode_options *o, struct arena *memory,
		  struct decoded *out, struct err *err);

/*
 * Read given answers: one for each of M's rows, ids as above.  Fills logprob,
 * sum, score (= sum) and attention of h[B] from ids and n (1: nothing).
 */
int generator_score(struct generator *d, struct tensor *M, struct tensor *mask,
		    const atomic_bool *cancel, struct arena *memory,
		    struct hypothesis *h, struct err *err);

#endif
