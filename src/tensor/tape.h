/*
 * tape -- run an operation now, remember it, replay it backwards.
 *
 * The model is written once, as calls of ops.h on a tape.  With `recording`
 * off nothing is remembered and tape_keep() recycles memory; with it on,
 * tape_backward() walks the calls in reverse.  Errors are sticky: after the
 * first one every op returns NULL at once, so a model reads like the paper
 * and its caller looks at tape->err once.  One thread.
 */
#ifndef UMIE_TENSOR_TAPE_H
#define UMIE_TENSOR_TAPE_H

#include <stdatomic.h>

#include "src/base/arena.h"
#include "src/base/err.h"
#include "src/tensor/backend.h"

/*
 * Somebody who wants to know when the gradient of a leaf is final: when the
 * entry that used it first, and all later ones, have been replayed.  `call`
 * counts the entries.
 */
struct tape_watch {
	void *context;
	void (*used)(void *context, const struct tensor *leaf, size_t call);
	/* Entry number `call` and all behind it have been replayed. */
	int (*replayed)(void *context, size_t call, struct err *err);
};

struct tape;

/* Several calls under one name: in[] and weights -> one output. */
typedef struct tensor *tape_layer(struct tape *t, const void *context,
				  struct tensor *const *in);
enum { LAYER_IN = 4 };

/* One of the two, in the step arena. */
struct tape_entry {
	const struct op_call *call;
	const struct layer_call *layer;
};

struct tape {
	struct backend *be; /* borrowed */
	struct arena host;  /* calls and tensor structs; step arena */
	struct arena data;  /* what tensors hold, in the backend's memory */
	struct arena_source source;
	bool recording;
	bool recompute;           /* what layers need for their backward */
	bool wanted;              /* some call had an input with needs_grad */
	struct tape_entry *entry; /* owned; in order, when recording */
	size_t n_calls, cap_calls;
	bool in_step; /* the backend was told of one */
	bool failed;
	struct err err; /* the first failure */

	/* Dropout: p, and the key whose `site` counts up at every use.
	 * drop == 0 means evaluation. */
	float drop;
	struct rng_key key;

	const atomic_bool *cancel;      /* polled between ops; may be NULL */
	const struct tape_watch *watch; /* borrowed; may be NULL */
};

void tape_init(struct tape *t, struct backend *be);
void tape_reset(struct tape *t); /* forget calls, memory and error */
void tape_release(struct tape *t);

/* A new tensor in the step arena, not initialised.  NULL after a failure. */
struct tensor *tape_new(struct tape *t, enum dtype d, int ndim,
			const int64_t *dim);
/* The same, filled from host memory of that size. */
struct tensor *tape_input(struct tape *t, enum dtype d, int ndim,
			  const int64_t *dim, const void *host);

/* Copy a contiguous tensor out to host memory (n bytes = tensor_bytes). */
int tape_read(struct tape *t, const struct tensor *x, void *host);
/* The same for several, at most TAPE_READS, for which the host waits once. */
enum { TAPE_READS = 4 };
struct tape_read {
	const struct tensor *x;
	void *host;
};
int tape_read_all(struct tape *t, const struct tape_read *r, int n);

/*
 * Scratch memory of one block: everything made between tape_mark() and
 * tape_keep() dies but the `n` tensors of `keep` (at most TAPE_KEEP, in the
 * order they were made; entries may be NULL), which are moved down: keep[i]
 * is replaced.  Does nothing while recording.
 */
enum { TAPE_KEEP = 8 };
struct tape_mark {
	struct arena_mark host, data;
};
struct tape_mark tape_mark(const struct tape *t);
void tape_keep(struct tape *t, struct tape_mark m, struct tensor **keep, int n);

/*
 * A step that comes again and again, alike but for its position, such as a
 * token.  Forward calls only between the two; inputs are made before, and
 * read after the end, where failures of the calls are told too.  Always ended.
 */
void tape_step_begin(struct tape *t, int position);
void tape_step_end(struct tape *t);

/*
 * Run a layer: run(t, context, in).  On a tape that records and recomputes,
 * only its output stays, and the backward pass runs it once more for all the
 * rest, with the same random numbers: one layer's activations at a time
 * instead of all of them, for one more forward pass, and the same gradients
 * to the bit (Chen et al., "Training deep nets with sublinear memory cost",
 * 2016).
 *
 * `run` makes the same calls each time.  What it reads is in `in` (`n`, at
 * most LAYER_IN, entries may be NULL) or a leaf that has its gradient
 * already; `context` lives as long as the recording.
 */
struct tensor *tape_run_layer(struct tape *t, tape_layer *run,
			      const void *context, struct tensor *const *in,
			      int n);

/* Run one call and remember it.  For ops.c. */
void tape_run(struct tape *t, const struct op_call *c);

/* Mark the tape failed; keeps the first message. */
void tape_fail(struct tape *t, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * d(out)/d(everything that needs_grad).  `seed` has the shape of `out`, or
 * NULL for a scalar with derivative 1.  Leaf gradients are added to the
 * leaves' `grad` (the caller zeroes them); others live in the step arena.
 */
int tape_backward(struct tape *t, struct tensor *out,
		  const struct tensor *seed);

#endif
