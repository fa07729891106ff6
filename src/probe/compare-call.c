/* Two checkpoints, two instructions or two examples, as calls. */
#include <stdlib.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/engine/bundle.h"
#include "src/probe/calls.h"
#include "src/probe/second.h"

/* Two checkpoints or two requests: opening a second checkpoint is a slice of
 * its own. */
struct compare_work {
	struct call call;
	struct extract_request request[2];
	char *name[2]; /* NULL: the open checkpoint's path */
	char *dir;     /* of the second checkpoint; NULL: there is none */
	struct second *second;
};

static int compare_slice(struct call *call, const struct call_site *at,
			 void **news, struct err *err)
{
	struct compare_work *w = (struct compare_work *)call;
	const char *first = w->name[0];
	struct extraction *x, *y;
	struct probe_news *n;
	int rc;

	if (w->dir && !w->second) {
		rc = second_open(&w->second, w->dir, at, err);
		return rc < 0 ? rc : 1;
	}
	rc = extractor_run(at->extractor, &w->request[0], &x, err);
	if (rc < 0)
		return first ? err_context(err, "%s", first) : rc;
	rc = extractor_run(w->second ? w->second->extractor : at->extractor,
			   &w->request[1], &y, err);
	if (rc < 0) {
		extraction_free(x);
		return err_context(err, "%s", w->name[1]);
	}
	if (!first)
		first = extractor_bundle(at->extractor)->report.path;
	n = probe_news_new(1, 1);
	n->comparison = comparison_new(first, w->name[1], x, y);
	*news = n;
	return 0;
}

static void compare_work_free(struct call *call)
{
	struct compare_work *w = (struct compare_work *)call;

	second_close(w->second);
	for (int k = 0; k < 2; k++) {
		extract_request_release(&w->request[k]);
		free(w->name[k]);
	}
	free(w->dir);
	free(w);
}

struct call *compare_sides_call(const struct compare_side side[2])
{
	struct compare_work *w = xcalloc(1, sizeof(*w));

	w->call =
	    (struct call){compare_slice, compare_work_free, probe_news_free};
	for (int k = 0; k < 2; k++) {
		extract_request_copy(&w->request[k], side[k].request);
		w->name[k] = xstrdup_null(side[k].name);
	}
	return &w->call;
}

struct call *compare_call(const struct extract_request *base, const char *dir)
{
	const struct compare_side side[2] = {{NULL, base}, {dir, base}};
	struct call *c = compare_sides_call(side);

	((struct compare_work *)c)->dir = xstrdup(dir);
	return c;
}

int compare_under_call(struct call **out, const struct extract_request *base,
		       const char *const name[2], char *const instruction[2],
		       struct err *err)
{
	struct extract_request r[2];
	const struct compare_side side[2] = {{name[0], &r[0]},
					     {name[1], &r[1]}};

	*out = NULL;
	if (base->task == TASK_MEE)
		return err_set(err, ERR_USAGE,
			       "compare: mee asks with the instructions of "
			       "med and meae: compare under one of those");
	for (int k = 0; k < 2; k++) {
		extract_request_copy(&r[k], base);
		free(r[k].instruction);
		r[k].instruction = xstrdup_null(instruction[k]);
	}
	*out = compare_sides_call(side);
	for (int k = 0; k < 2; k++)
		extract_request_release(&r[k]);
	return 0;
}
