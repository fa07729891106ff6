/*
 * buckets -- gradients that are added up over the ranks while others are
 * still being computed.
 *
 * The block of gradients is cut into runs of whole parameters, each of a
 * given size at least.  A bucket is final, and its sum is begun, when the
 * tape has replayed the first call that used one of its parameters.  All
 * ranks must begin the sums in the same order, though a rank whose examples
 * have no picture does not use every parameter: the first step only looks who
 * is used when, the ranks agree on an order, and every later step keeps it.
 * The trainer's thread.
 */
#ifndef UMIE_TRAIN_BUCKETS_H
#define UMIE_TRAIN_BUCKETS_H

#include <stdbool.h>
#include <stddef.h>

#include "src/tensor/tape.h"

struct comm;
struct params;

struct bucket {
	size_t from, n; /* elements of the block */
	size_t first;   /* call that used it first in this step */
};

struct buckets {
	struct comm *comm; /* borrowed; one that has begin() */
	float *grad;       /* the block; borrowed */
	struct bucket *at; /* in the order in which they are begun; owned */
	size_t n;
	size_t begun; /* of them, in this step */
	bool agreed;  /* the order is the ranks' */
	struct tape_watch watch;
};

/* Cut the gradients of p (in training form) into buckets of about `bytes`. */
void buckets_init(struct buckets *b, struct comm *comm, const struct params *p,
		  size_t bytes);
void buckets_release(struct buckets *b);

/* A step begins: watch its tape. */
void buckets_begin(struct buckets *b, struct tape *t);

/* Begin what is left, and wait until all sums are there. */
int buckets_finish(struct buckets *b, struct err *err);

/*
 * After the first step: the order, from what the ranks of `host` have seen.
 * Does nothing later.
 */
int buckets_agree(struct buckets *b, struct comm *host, struct err *err);

#endif
