/*
 * selftest -- does a device compute what the CPU computes, and how fast?
 *
 * Every op forward and backward on random numbers, then a small model of
 * random weights: its loss, gradients, a training step, and an answer.  For
 * the engine's thread; the first person with a GPU sends us the table.
 */
#ifndef UMIE_ENGINE_SELFTEST_H
#define UMIE_ENGINE_SELFTEST_H

#include <stdbool.h>

struct backend;
struct err;

/* One line of the table. */
struct selftest_row {
	const char *name, *what; /* "linear", "64 rows" */
	/* Largest difference by the largest number: of what comes out, and of
	 * all gradients; and what is allowed. */
	double error, grad_error, allowed;
	double ms;          /* of the forward pass on the device; median */
	double flop, bytes; /* to do and to move at least; 0: not told */
	bool good;
};

/*
 * quick: shapes that an emulated device can do.  `row` is called for every
 * line; *failed counts those that are not good.  ERR_DEVICE when the device
 * gave up.
 */
int selftest_run(struct backend *device, struct backend *cpu, bool quick,
		 void (*row)(void *context, const struct selftest_row *r),
		 void *context, int *failed, struct err *err);

#endif
