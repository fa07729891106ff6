/*
 * backend -- who multiplies: one list of operations, one table per device.
 *
 * OPS_TAPED can be recorded and differentiated; OPS_PLAIN cannot.  A backend
 * is a table made from these lists, so a missing implementation does not
 * build.  The CPU op is the specification its twins are tested against.
 * A backend and its memory belong to one thread, the engine's.
 */
#ifndef UMIE_TENSOR_BACKEND_H
#define UMIE_TENSOR_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/rng.h"
#include "src/tensor/tensor.h"

struct err;
struct heartbeat;

/*
 * enum, function, inputs -> outputs.  [x]: may be NULL.  R rows stand for the
 * product of all leading dimensions.  All activations are f32 and contiguous
 * unless said; weights are f32, f16 or bf16.  Ids and labels are i32, masks
 * u8 (1: real).
 */
#define OPS_TAPED(_)                                                          \
	/* x (R,K), w (O,K), [b (O)], [res (R,O)] -> x wT + b + res */        \
	_(LINEAR, linear)                                                     \
	/* a, b -> a + b; b may be smaller and is repeated (count divides) */ \
	_(ADD, add)                                                           \
	/* t (B,...), a (B,...), g (B) -> t + g*a */                          \
	_(GATE_MIX, gate_mix)                                                 \
	/* table (V,D), ids (R) -> (R,D) */                                   \
	_(EMBED, embed)                                                       \
	/* x (R,D), w (D) -> w * x / sqrt(mean(x^2) + eps) */                 \
	_(RMSNORM, rmsnorm)                                                   \
	/* a (R,F), b (R,F) -> gelu_new(a) * b */                             \
	_(GEGLU, geglu)                                                       \
	/* q (B,Q,H*K), k, v (B/group,L,H*K; row stride free), [bias table    \
	 * (buckets,H)], [key mask (B/group,L)] -> o (B,Q,H*K),               \
	 * [probs (B,H,Q,L)] */                                               \
	_(ATTENTION, attention)                                               \
	/* x, [res as x] -> x * keep / (1-p) + res */                         \
	_(DROPOUT, dropout)                                                   \
	/* x (B,L,D), [mask (B,L)] -> mean over real rows (B,D); 0 if none */ \
	_(MEAN_ROWS, mean_rows)                                               \
	/* a (B,D), b (B,D) -> scale * cosine (B); norms at least 1e-12 */    \
	_(COSINE, cosine)                                                     \
	/* x -> x >= 0 ? x : slope*x */                                       \
	_(LEAKY_RELU, leaky_relu)                                             \
	/* logits (R,V), labels (R), -100: ignored -> mean loss (), nll (R)   \
	 * (nll without smoothing, 0 where ignored) */                        \
	_(CROSS_ENTROPY, cross_entropy)                                       \
	/* x (B,Y,X,C), w (O,C,kh,kw), [b (O)], [res (B,Y',X',O)] -> conv + b \
	 * + res, then relu if asked; zero padding on all sides */            \
	_(CONV2D, conv2d)                                                     \
	/* x (R,C), gamma, beta, running mean, running var (C) -> y,          \
	 * saved mean (C), saved 1/std (C); training updates the running      \
	 * statistics (momentum, unbiased variance) */                        \
	_(BATCHNORM, batchnorm)                                               \
	_(RELU, relu)                                                         \
	/* x (B,Y,X,C) -> (B,Y',X',C); -inf padding */                        \
	_(MAXPOOL, maxpool)                                                   \
	/* x (B,Y,X,C) -> (B,Y/k,X/k,C); kernel = stride, no padding */       \
	_(AVGPOOL, avgpool)                                                   \
	/* a (B,L1,D), b (B,L2,D) -> (B,L1+L2,D) */                           \
	_(CONCAT, concat)                                                     \
	/* x -> the same elements under another shape; shares memory */       \
	_(RESHAPE, reshape)

#define OPS_PLAIN(_)                                                          \
	/* dst (B,L,D; strided), src (B,1,D): dst[:, position] = src */       \
	_(CACHE_PUT, cache_put)                                               \
	/* src (B,...; dim-0 stride free), ids (R) -> dst (R,...) */          \
	_(GATHER, gather)                                                     \
	/* logits (R,V) -> log-probabilities (R,k) and ids (R,k) of the k     \
	 * largest, largest first, lower id first among equals */             \
	_(TOPK, topk)                                                         \
	/* x -> sum of squares, one f64 () */                                 \
	_(SUM_SQUARES, sum_squares)                                           \
	/* p, g, m, v (n) updated in place: AdamW with decoupled decay        \
	 * (Loshchilov and Hutter 2019, torch's order of steps); the gradient \
	 * is multiplied by op_params.scale first */                          \
	_(ADAMW, adamw)

enum op {
#define OP_ENUM(upper, lower) OP_##upper,
	OPS_TAPED(OP_ENUM) OPS_PLAIN(OP_ENUM)
#undef OP_ENUM
	    OP_COUNT
};

enum { OP_IN = 5, OP_OUT = 3 };

/* What an op needs beside tensors; each op reads its own members. */
#define OP_PARAMS(_)                                                        \
	_(float, eps)          /* rmsnorm, batchnorm, adamw */              \
	_(float, scale)        /* attention logits, cosine, adamw's         \
				* gradient */                               \
	_(float, slope)        /* leaky_relu */                             \
	_(float, smoothing)    /* cross_entropy: share of the uniform */    \
	_(float, momentum)     /* batchnorm */                              \
	_(float, drop)         /* dropout, attention probabilities: p */    \
	_(struct rng_key, key) /* where drop > 0 */                         \
	_(int, heads)          /* attention */                              \
	_(int, group)          /* attention: query rows per key row         \
				* (beams); 1 */                             \
	_(bool, causal)        /* attention: key j visible when             \
				* j <= i+q_offset */                        \
	_(bool, bidirectional) /* attention: which bucket rule the bias     \
				* uses */                                   \
	_(int, q_offset)       /* attention: position of the first query */ \
	_(int, max_distance)   /* attention bias */                         \
	_(int, kernel)         /* convolution and pooling */                \
	_(int, stride)                                                      \
	_(int, pad)                                                         \
	_(bool, relu)    /* conv2d */                                       \
	_(bool, train)   /* batchnorm: batch statistics */                  \
	_(int, position) /* cache_put */                                    \
	_(bool, at_step) /* cache_put, attention: `position` or `q_offset`  \
			  * is that of the step, and L is one more */       \
	_(int, k)        /* topk */                                         \
	_(float, lr)     /* adamw, to `step` */                             \
	_(float, beta1)                                                     \
	_(float, beta2)                                                     \
	_(float, decay)                                                     \
	_(int64_t, step) /* 1, 2, … */

struct op_params {
#define OP_PARAM(type, name) type name;
	OP_PARAMS(OP_PARAM)
#undef OP_PARAM
};

/*
 * One call.  Forward reads in[], writes out[] (allocated by the caller).
 * Backward reads in[], out[] and out[i]->grad (NULL: zero) and ADDS to
 * in[i]->grad where that is not NULL.
 */
struct op_call {
	enum op op;
	struct tensor *in[OP_IN];
	struct tensor *out[OP_OUT];
	struct op_params p;
};

struct backend;
typedef int op_fn(struct backend *be, const struct op_call *c, struct err *err);

struct op_impl {
	const char *name;
	op_fn *forward;
	op_fn *backward; /* NULL for OPS_PLAIN */
};

/* n bytes of device memory that are wanted on the host. */
struct device_read {
	void *host;
	const void *device;
	size_t n;
};

struct backend {
	const char *name; /* "cpu", "cuda:0" */
	const struct op_impl *ops;
	/* NULL from get: out of device memory */
	void *(*get)(struct backend *be, size_t n);
	void (*put)(struct backend *be, void *p, size_t n);
	int (*copy_in)(struct backend *be, void *device, const void *host,
		       size_t n, struct err *err);
	int (*copy_out)(struct backend *be, void *host, const void *device,
			size_t n, struct err *err);
	/* several pieces, for which the host waits once */
	int (*copy_out_all)(struct backend *be, const struct device_read *r,
			    int n, struct err *err);
	int (*fill_zero)(struct backend *be, void *device, size_t n,
			 struct err *err);
	/* device to device; the two may overlap, as memmove() */
	int (*move)(struct backend *be, void *to, const void *from, size_t n,
		    struct err *err);
	/* Forget packed copies of frozen weights (before they change). */
	void (*forget)(struct backend *be);
	/*
	 * A step comes again and again, alike but for its position: a token.
	 * Between the two are forward calls only, and the work is queued when
	 * step_end() returns, at the latest: a device may take in the calls
	 * and do them as one.  drop: what was not done yet need not be.  NULL:
	 * each call is done when it is made.
	 */
	int (*step_begin)(struct backend *be, int position, struct err *err);
	int (*step_end)(struct backend *be, bool drop, struct err *err);
	/* What went on, but slower than it could: one line that nobody has
	 * told yet.  Whoever tells it sets NULL; the backend's memory. */
	const char *remark;
	bool host_memory; /* tensors can be read by the host directly */
	/* Make the calling thread the one that computes; NULL: no need. */
	void (*enter)(struct backend *be);
	/* Attention's backward needs no probabilities: none are kept. */
	bool recomputes;
	void (*close)(struct backend *be);
	/* Beaten between two calls of a tape; NULL: nobody waits.  Borrowed. */
	const struct heartbeat *heart;
};

/*
 * The CPU.  threads: 0 means all cores.  `bf16` lets products with bf16
 * weights round the activations to bf16 where oneDNN has it; otherwise all
 * arithmetic is f32.  NULL and ERR_DEVICE on failure.
 */
struct cpu_options {
	int threads;
	bool bf16;
};
struct backend *cpu_backend_open(const struct cpu_options *o, struct err *err);

#endif
