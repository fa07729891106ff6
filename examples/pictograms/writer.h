/*
 * writer -- groups into lines of JSON and pictures beside them.
 */
#ifndef UMIE_PICTOGRAMS_WRITER_H
#define UMIE_PICTOGRAMS_WRITER_H

#include <stdio.h>

#include "examples/pictograms/draw.h"

struct err;
struct group;

/* One file of examples being written. */
struct writer {
	const char *dir, *split; /* borrowed */
	FILE *file;
	long written, wanted; /* examples; no more than wanted are written */
	long groups;
	struct picture_size size; /* of all pictures; zero: several */
};

/* dir/file and dir/images; after a failure writer_close() is fine. */
int writer_open(struct writer *w, const char *dir, const char *split,
		const char *file, struct err *err);
int writer_put(struct writer *w, const struct group *g, struct err *err);
/* Returns `rc`, or what closing the file says when rc is 0. */
int writer_close(struct writer *w, int rc, struct err *err);

#endif
