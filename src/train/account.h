/*
 * account -- the memory that training a model takes, before it is taken.
 *
 * Not a formula: parameters are registered, moments made and one step with
 * its backward pass recorded as in training, on a backend that only counts
 * (src/tensor/meta.h).  So it follows the code, down to the arena's chunks.
 */
#ifndef UMIE_TRAIN_ACCOUNT_H
#define UMIE_TRAIN_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "src/tensor/tensor.h"

struct config;
struct err;

struct account_options {
	int batch, tokens, answer, regions; /* of a step; all of full length */
	int ranks; /* that share the optimiser's state; 1: nobody */
	bool recompute;
	bool keeps_attention;   /* as the CPU; CUDA computes it again */
	const char *freeze;     /* as of struct bundle_options */
	enum dtype frozen_type; /* of weights that are not trained */
};

/* Counts of numbers, then bytes on one rank. */
struct account {
	int64_t parameters, trained;
	size_t weights, gradients, moments, activations;
};

size_t account_sum(const struct account *a);

/* ERR_DEVICE when not even addresses can be had. */
int account_make(const struct config *c, const struct account_options *o,
		 struct account *out, struct err *err);

#endif
