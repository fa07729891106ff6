/*
 * ops -- the words the model is written in.
 *
 * Each checks shapes (a wrong one is our mistake: bug()), makes the output in
 * the step arena, runs on the tape's backend and is remembered when the tape
 * records.  Shapes and formulas: backend.h.  After a failure all return NULL.
 * Inputs that may be NULL are in [brackets].
 */
#ifndef UMIE_TENSOR_OPS_H
#define UMIE_TENSOR_OPS_H

#include "src/tensor/tape.h"

/* x (…,K), w (O,K), [b (O)] -> (…,O) */
struct tensor *op_linear(struct tape *t, struct tensor *x, struct tensor *w,
			 struct tensor *b);
/* The same + res (…,O). */
struct tensor *op_linear_add(struct tape *t, struct tensor *x, struct tensor *w,
			     struct tensor *b, struct tensor *res);
struct tensor *op_add(struct tape *t, struct tensor *a, struct tensor *b);
struct tensor *op_gate_mix(struct tape *t, struct tensor *text,
			   struct tensor *a, struct tensor *g);
/* ids (…) i32 -> (…,D) */
struct tensor *op_embed(struct tape *t, struct tensor *table,
			struct tensor *ids);
struct tensor *op_rmsnorm(struct tape *t, struct tensor *x, struct tensor *w,
			  float eps);
struct tensor *op_geglu(struct tape *t, struct tensor *a, struct tensor *b);

struct attention {
	int heads;
	float scale; /* of the logits; T5: 1 */
	int group;   /* 0 or 1: none */
	bool causal;
	struct tensor *bias; /* [(buckets,H)] */
	bool bidirectional;
	int q_offset, max_distance;
	bool at_step; /* in a step of the tape: q_offset is its position, and
		       * there is one key more */
	struct tensor *mask; /* [(B/group,L) u8] */
	bool dropout;        /* use the tape's drop on the probabilities */
};
/* probs: where to put (B,H,Q,L), or NULL when not wanted. */
struct tensor *op_attention(struct tape *t, struct tensor *q, struct tensor *k,
			    struct tensor *v, const struct attention *a,
			    struct tensor **probs);

/* The tape's drop; x itself when that is 0. */
struct tensor *op_dropout(struct tape *t, struct tensor *x);
/* The same + res; the tape's drop is not 0. */
struct tensor *op_dropout_add(struct tape *t, struct tensor *x,
			      struct tensor *res);
struct tensor *op_mean_rows(struct tape *t, struct tensor *x,
			    struct tensor *mask);
struct tensor *op_cosine(struct tape *t, struct tensor *a, struct tensor *b,
			 float scale);
struct tensor *op_leaky_relu(struct tape *t, struct tensor *x, float slope);
/* nll: where to put (R), or NULL. */
struct tensor *op_cross_entropy(struct tape *t, struct tensor *logits,
				struct tensor *labels, float smoothing,
				struct tensor **nll);

struct conv {
	int stride, pad;
	bool relu;
	struct tensor *bias;     /* [(O)] */
	struct tensor *residual; /* [(B,Y',X',O)] */
	/* The result may take the residual's memory; never when recording. */
	bool in_place;
};
struct tensor *op_conv2d(struct tape *t, struct tensor *x, struct tensor *w,
			 const struct conv *c);

struct norm_state {
	struct tensor *gamma, *beta, *mean, *var;
	float eps, momentum;
	bool train;
};
struct tensor *op_batchnorm(struct tape *t, struct tensor *x,
			    const struct norm_state *n);
struct tensor *op_relu(struct tape *t, struct tensor *x);
struct tensor *op_maxpool(struct tape *t, struct tensor *x, int kernel,
			  int stride, int pad);
struct tensor *op_avgpool(struct tape *t, struct tensor *x, int kernel);
struct tensor *op_concat(struct tape *t, struct tensor *a, struct tensor *b);
struct tensor *op_reshape(struct tape *t, struct tensor *x, int ndim,
			  const int64_t *dim);

/* Not differentiated.  In a step of the tape `position` is the step's. */
void op_cache_put(struct tape *t, struct tensor *dst, struct tensor *src,
		  int position);
struct tensor *op_gather(struct tape *t, struct tensor *src,
			 struct tensor *ids);
void op_topk(struct tape *t, struct tensor *logits, int k,
	     struct tensor **logprob, struct tensor **ids);
/* Host result. */
int op_sum_squares(struct tape *t, struct tensor *x, double *sum);

struct adamw {
	float lr, beta1, beta2, eps, decay, grad_scale;
	int64_t step;
};
void op_adamw(struct tape *t, struct tensor *p, struct tensor *g,
	      struct tensor *m, struct tensor *v, const struct adamw *a);

#endif
