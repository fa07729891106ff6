/*
 * decode-internal -- what greedy and beam search share.
 */
#ifndef UMIE_MODEL_DECODE_INTERNAL_H
#define UMIE_MODEL_DECODE_INTERNAL_H

#include "src/model/decode.h"

/* The k best next tokens of each row, on the host; owned. */
struct next {
	float *logprob; /* (R,k) */
	int32_t *ids;   /* (R,k) */
};

/* What a row wrote so far, and what it may be.  Zeroed: it asks nothing. */
struct asked {
	const struct constraint *c;
	const int32_t *ids;
	int n;
};

/*
 * One token for every row of the cache: ids (R) in, the k best of each out.
 * `ask` (R), or NULL, says which may be taken; where fewer than k may, the
 * rest is T5_PAD of log-probability -INFINITY.  attention, when not NULL,
 * gets (R,L).
 */
int generator_step(struct generator *d, const int32_t *ids, int k,
		   const struct asked *ask, struct next *out, float *attention);

/* Take off what cannot stand at the end of an answer that was cut. */
void decode_cut(struct hypothesis *h, const struct constraint *c);

int decode_greedy(struct generator *d, const struct decode_options *o, int B,
		  int L, struct arena *memory, struct decoded *out);
int decode_beam(struct generator *d, const struct decode_options *o, int B,
		struct arena *memory, struct decoded *out);

#endif
