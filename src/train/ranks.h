/*
 * ranks -- what the training loop does because there may be several of it.
 *
 * With one rank every function here does nothing but copy its arguments.
 *
 * Between two meetings each rank does what it alone has to do: its part of a
 * step, an evaluation, a save, reading its files.  How long that takes nobody
 * knows.  So whoever is busy beats (src/base/heartbeat.h), every few seconds
 * all ranks exchange that some are not ready yet, and everyone waits for as
 * long as the others beat.  A rank that neither beats nor comes is hung: the
 * ones that wait give up after their patience.
 */
#ifndef UMIE_TRAIN_RANKS_H
#define UMIE_TRAIN_RANKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/heartbeat.h"
#include "src/train/buckets.h"
#include "src/train/comm.h"

struct params;
struct rank_report;
struct samples;
struct tape;
struct tensor;
struct train_hooks;

struct ranks {
	struct comm *comm, *tensors;
	struct buckets buckets; /* empty where tensors->begin is NULL */
	const struct train_hooks *hooks;
	bool first; /* rank 0 */
	bool stop;  /* some rank was asked to stop, */
	bool save;  /* or to save */
	double patience;
	bool apart;             /* between ranks_part() and the next meeting */
	double last;            /* when all ranks last heard of each other */
	struct heartbeat heart; /* of this rank */
	double wait;            /* seconds in the last meeting of all ranks */
	double *own;            /* what this one brings there; owned */
	double *shared;         /* what they add up there; owned */
	uint32_t *index;        /* of this rank's examples; owned */
	size_t cap;
	struct rank_report *report; /* of each rank; owned */
};

/* It stays where it is: `heart` points to it. */
void ranks_init(struct ranks *k, struct comm *comm, struct comm *tensors,
		double patience, const struct train_hooks *hooks);
void ranks_release(struct ranks *k);

/*
 * From here to the next meeting this rank goes its own way and beats; only
 * then may k->heart speak to the others.  Where the ranks wait in vain for
 * one, a beat ends them all through comm->abort().
 */
void ranks_part(struct ranks *k);

/*
 * Let gradients be added up in buckets of about `bytes`, where the ranks can
 * do that beside the computation.
 */
void ranks_cut(struct ranks *k, const struct params *p, size_t bytes);
/* A step begins, on this tape. */
void ranks_begin(struct ranks *k, struct tape *t);

/* Examples of one step of all ranks, `each` on one. */
size_t ranks_batch(const struct ranks *k, int each);
/* Every rank drops other activations. */
uint64_t ranks_seed(const struct ranks *k, uint64_t seed);

/* A rank's part of a batch. */
struct ranks_share {
	const uint32_t *index; /* of its examples */
	size_t n;
	double of_tokens;   /* its share of the answers' tokens, 0 … 1 */
	double of_examples; /* its share of the examples */
};

/*
 * Deal out the n examples of a batch: every size-th one, since they stand in
 * order of length and the ranks wait for the slowest.
 */
void ranks_share(struct ranks *k, const struct samples *s,
		 const uint32_t *order, size_t n, struct ranks_share *out);

/* What this rank brings to the meeting after its part of a step. */
struct ranks_step {
	double *loss;    /* in: its part; out: of the batch */
	int64_t *tokens; /* the same */
	size_t examples;
	double busy; /* seconds */
	bool stop, save;
};

/*
 * All ranks meet.  rc is this rank's outcome so far; when it is an error on
 * any of them, everyone gets one and nobody waits for a sum that never comes.
 */
int ranks_settle(struct ranks *k, int rc, const struct ranks_step *mine,
		 struct err *err);

/* Sum of all ranks' gradients, to everyone. */
int ranks_add_up(struct ranks *k, struct tensor *grad, struct err *err);

/*
 * All ranks meet after something that one of them, or each alone, did.  rc is
 * this rank's outcome; 1 is rank 0's word, which everyone gets.
 */
int ranks_follow(struct ranks *k, int rc, struct err *err);

/* ERR_FAILED when the ranks no longer hold the same numbers. */
int ranks_same(struct ranks *k, const struct params *p, struct err *err);

#endif
