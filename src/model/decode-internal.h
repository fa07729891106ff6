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

/*
 * One token for every row of the cache: ids (R) in, the k best of each out.
 * attention, when not NULL, gets (R,L).
 */
int generator_step(struct generator *d, const int32_t *ids, int k,
		   struct next *out, float *attention);

int decode_greedy(struct generator *d, const struct decode_options *o, int B,
		  int L, struct arena *memory, struct decoded *out);
int decode_beam(struct generator *d, const struct decode_options *o, int B,
		struct arena *memory, struct decoded *out);

#endif
