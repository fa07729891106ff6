#include "src/probe/worklist.h"

#include <stdlib.h>

#include "src/base/mem.h"

struct extract_request *worklist_add(struct worklist *w,
				     const struct extract_request *r)
{
	w->r = xgrow(w->r, w->n, &w->cap, sizeof(*w->r));
	w->x = xgrow(w->x, w->n, &w->cap_x, sizeof(*w->x));
	extract_request_copy(&w->r[w->n], r);
	w->r[w->n].attention = false; /* nobody looks at it */
	w->x[w->n] = NULL;
	return &w->r[w->n++];
}

/* Cascades are many batches each: one at a time. */
static bool is_cascade(const struct extract_request *r)
{
	return r->task == TASK_MEE || (r->task == TASK_MRE && !r->head);
}

int worklist_run(struct worklist *w, struct extractor *x, struct err *err)
{
	size_t n = MIN(w->n - w->done, (size_t)WORK_BATCH);
	int rc;

	if (n == 0)
		return 0;
	if (w->part > w->done)
		n = MIN(n, w->part - w->done);
	if (is_cascade(&w->r[w->done]))
		n = 1;
	rc = extractor_run_batch(x, w->r + w->done, n, w->x + w->done, err);
	if (rc == 0)
		w->done += n;
	return rc;
}

void worklist_release(struct worklist *w)
{
	for (size_t i = 0; i < w->n; i++) {
		extract_request_release(&w->r[i]);
		extraction_free(w->x[i]);
	}
	free(w->r);
	free(w->x);
	*w = (struct worklist){0};
}
