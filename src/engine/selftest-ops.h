/*
 * selftest-ops -- which op the self-test runs on which shapes.
 *
 * Private to the self-test.
 */
#ifndef UMIE_ENGINE_SELFTEST_OPS_H
#define UMIE_ENGINE_SELFTEST_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct backend;
struct err;
struct selftest_row;
struct tape;
struct tensor;

enum { SELFTEST_INPUTS = 5 };

/* An input: normal numbers times `scale`, or ids below `ids`. */
struct selftest_input {
	int ndim;
	int64_t dim[4];
	float scale; /* 0: uniform between 0.5 and 1.5 */
	int ids;
	bool constant; /* no gradient wanted */
};

typedef struct tensor *selftest_make(struct tape *t, struct tensor **in);

struct selftest_op {
	const char *name, *what;
	selftest_make *make;
	struct selftest_input in[SELFTEST_INPUTS]; /* ends with ndim 0 */
	double flop; /* for each element that comes out */
	bool some;   /* touches only some of its input: bytes are not told */
};

/* The table, of *n ops; quick: in shapes that an emulated device can do. */
const struct selftest_op *selftest_ops(bool quick, size_t *n);

/*
 * A small model of random weights on both: its loss before and after a
 * training step, the norm of its gradients, its answer.
 */
int selftest_model(struct backend *device, struct backend *cpu,
		   struct selftest_row *row, struct err *err);

#endif
