/*
 * golden_umie -- a model and a batch out of a golden package.
 */
#ifndef UMIE_TESTS_GOLDEN_UMIE_H
#define UMIE_TESTS_GOLDEN_UMIE_H

#include "src/model/umie.h"

struct golden_file;
struct weights;

struct golden_umie {
	struct config config;
	struct weights *weights;
	struct params params;
	struct umie model;
	struct backend *be;
};

/*
 * config.json and `file` of `dir` on the CPU, or the device that the
 * environment's UMIE_TEST_DEVICE names; false, with a failed TAP line,
 * when that does not work.  Release it in either case.
 */
bool golden_umie_open(struct golden_umie *g, const char *dir, const char *file,
		      bool train);
void golden_umie_release(struct golden_umie *g);

/* The inputs of a package as a batch; arrays are owned. */
struct golden_batch {
	struct umie_batch b;
	int32_t *ids, *labels;
	uint8_t *text, *region;
};
bool golden_batch_read(struct golden_batch *out, const struct golden_file *f);
void golden_batch_release(struct golden_batch *b);

/* The toy model of the reference's Appendix A, when its file is at `path`. */
void golden_appendix(const char *path);

#endif
