/*
 * t5 -- the transformer of T5 v1.1 and FLAN-T5: encoder, decoder, and the
 * decoder one token at a time.
 *
 * Raffel et al., "Exploring the limits of transfer learning with a unified
 * text-to-text transformer", 2020; pre-norm blocks, RMSNorm, gated GELU, no
 * biases, attention logits not scaled, positions only as a bias that the
 * first block of a stack holds for all.  B, L, M, D, H, K, F as in tensor.h;
 * I = H*K.
 */
#ifndef UMIE_MODEL_T5_H
#define UMIE_MODEL_T5_H

#include <stdbool.h>

#include "src/tensor/ops.h"

struct config;
struct params;

struct t5_shape {
	int width;     /* D */
	int inner;     /* I */
	int heads, ff; /* H, F */
	int buckets, max_distance;
	float eps;
};
struct t5_shape t5_shape_of(const struct config *c);

struct t5_attention {
	struct tensor *norm;      /* (D) */
	struct tensor *q, *k, *v; /* (I,D) */
	struct tensor *o;         /* (D,I) */
};

struct t5_ff {
	struct tensor *norm;        /* (D) */
	struct tensor *wi_0, *wi_1; /* (F,D); wi_0 goes through the GELU */
	struct tensor *wo;          /* (D,F) */
};

struct t5_block {
	struct t5_attention self;
	struct t5_attention cross; /* decoder only */
	struct t5_ff ff;
};

struct t5_stack {
	struct t5_shape shape;
	bool decoder;
	int layers;
	struct t5_block *block; /* owned */
	struct tensor *bias;    /* (buckets,H) */
	struct tensor *norm;    /* (D), after the last block */
};

/* Register the parameters of one part below `prefix` ("encoder"). */
void t5_attention_init(struct t5_attention *a, struct params *p,
		       const struct t5_shape *s, const char *prefix);
void t5_ff_init(struct t5_ff *f, struct params *p, const struct t5_shape *s,
		const char *prefix);
/* An RMSNorm's weight, named prefix + ".weight". */
struct tensor *t5_norm_init(struct params *p, const struct t5_shape *s,
			    const char *prefix);
void t5_stack_init(struct t5_stack *s, struct params *p,
		   const struct t5_shape *shape, int layers, bool decoder,
		   const char *prefix);
void t5_stack_release(struct t5_stack *s);

/* What a golden test or a probe looks at; filled when asked for. */
struct t5_taps {
	struct tensor **block; /* output of each, in the step arena */
	struct tensor *self_probs, *cross_probs; /* last layer (B,H,M,L) */
};

/*
 * Sub-layers with their residual.  x (B,M,D); kv (B,L,D) is not normalised;
 * mask (B,L) u8 or NULL; probs as op_attention().
 */
struct tensor *t5_cross(struct tape *t, const struct t5_shape *s,
			const struct t5_attention *a, struct tensor *x,
			struct tensor *kv, struct tensor *mask,
			struct tensor **probs);
struct tensor *t5_feed(struct tape *t, const struct t5_shape *s,
		       const struct t5_ff *f, struct tensor *x);

/*
 * A whole stack with its final norm.  x (B,L,D) are the embeddings; dropout
 * on them is applied here.  With taps nothing is recycled.
 */
struct tensor *t5_encode(struct tape *t, const struct t5_stack *s,
			 struct tensor *x, struct tensor *mask,
			 struct t5_taps *taps);
/* memory (B,L,D), its mask (B,L) or NULL; x (B,M,D). */
struct tensor *t5_decode(struct tape *t, const struct t5_stack *s,
			 struct tensor *x, struct tensor *memory,
			 struct tensor *mask, struct t5_taps *taps);

/*
 * The decoder's keys and values, for R rows of answers over B inputs; R is a
 * multiple of B and row r reads input r / (R/B).  Own keys grow by a token
 * at a time; keys of the input are computed once.  Lives in tapes of its own,
 * kept warm between answers.  After a failure `err` of the step's tape tells.
 */
struct t5_cache {
	const struct t5_stack *s; /* borrowed */
	int rows, inputs;         /* R, B */
	int position;             /* tokens in the cache */
	int room, limit;          /* positions there is memory for; at most */
	struct tape own[2];       /* one in use, the other to copy into */
	struct tape input[2];
	int own_now, input_now;
	/* One for each layer.  Own: (room*R,I), rows of a position together,
	 * so that growing and reordering copy only what is filled. */
	struct tensor **k, **v;             /* owned arrays */
	struct tensor **cross_k, **cross_v; /* (B,L,I) */
	struct tensor *mask;                /* (B,L) or NULL */
	unsigned char *host_mask;           /* owned; the same on the host */
};

void t5_cache_init(struct t5_cache *c, const struct t5_stack *s,
		   struct backend *be);
void t5_cache_release(struct t5_cache *c);

/*
 * Begin answers of at most `limit` positions, `rows` for all of memory's
 * (B,L,D) inputs together.  Uses t for what dies at once.
 */
int t5_cache_begin(struct t5_cache *c, struct tape *t, struct tensor *memory,
		   struct tensor *mask, int rows, int limit);

/* Room for one more position; before the step of a token begins. */
int t5_cache_grow(struct t5_cache *c, struct tape *t);

/*
 * One token for each row, where there is room: x (R,1,D) embeddings in, (R,1,D)
 * after the final norm out.  probs: the last layer's attention over the input
 * (R,H,1,L), or NULL.
 */
struct tensor *t5_step(struct tape *t, struct t5_cache *c, struct tensor *x,
		       struct tensor **probs);

/*
 * Row i becomes what row from[i] was.  n rows; when n differs from R, whole
 * inputs are dropped: input[j], j < n/(R/B), tells which are left.  NULL: all
 * inputs stay.
 */
int t5_cache_select(struct t5_cache *c, struct tape *t, const int *from, int n,
		    const int *input);

#endif
