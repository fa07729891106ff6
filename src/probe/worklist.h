/*
 * worklist -- requests that are waiting, run a batch at a time.
 */
#ifndef UMIE_PROBE_WORKLIST_H
#define UMIE_PROBE_WORKLIST_H

#include "src/engine/extract.h"

enum { WORK_BATCH = 16 }; /* requests of one slice */

/* Zeroed is empty. */
struct worklist {
	struct extract_request *r; /* owned */
	struct extraction **x;     /* owned; those before `done` are there */
	size_t n, done, cap, cap_x;
	/* Requests before and after this index never share a batch; 0: none. */
	size_t part;
};

/* Appends a copy of r; it can be changed until it is run. */
struct extract_request *worklist_add(struct worklist *w,
				     const struct extract_request *r);
/* The next batch: one extraction's worth of waiting. */
int worklist_run(struct worklist *w, struct extractor *x, struct err *err);
void worklist_release(struct worklist *w);

#endif
