/* An evaluation on the engine's thread, a few examples at a time. */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/engine/bundle.h"
#include "src/engine/call.h"
#include "src/engine/clock.h"
#include "src/engine/evaluate-internal.h"

enum { FEW = 4, TELL_MS = 1000 };

struct evaluate_job {
	struct call call; /* first */
	char *path, *images, *instruction, *slice[SLICES_MAX];
	enum task task;
	struct dataset_options reading;
	struct evaluate_options o;
	struct dataset data;
	struct evaluator v;
	bool begun;
	double told; /* ms, when the last news went out */
};

static int begin(struct evaluate_job *j, const struct call_site *at,
		 struct err *err)
{
	j->reading.schema = &extractor_bundle(at->extractor)->schema;
	if (dataset_read(&j->data, j->path, &j->reading, err) < 0)
		return -(int)err->code;
	evaluator_init(&j->v, at->extractor, &j->data, &j->o);
	j->begun = true;
	j->told = clock_ms();
	return 1;
}

static int slice(struct call *c, const struct call_site *at, void **news,
		 struct err *err)
{
	struct evaluate_job *j = (struct evaluate_job *)c;
	struct evaluation *e;
	int rc;

	if (!j->begun)
		return begin(j, at, err);
	rc = evaluator_run(&j->v, err);
	if (rc < 0 || (rc > 0 && clock_ms() - j->told < TELL_MS))
		return rc;
	j->told = clock_ms();
	e = xcalloc(1, sizeof(*e));
	evaluator_table(&j->v, rc == 0, e);
	*news = e;
	return rc;
}

static void free_job(struct call *c)
{
	struct evaluate_job *j = (struct evaluate_job *)c;

	if (j->begun)
		evaluator_release(&j->v);
	dataset_release(&j->data);
	free(j->path);
	free(j->images);
	free(j->instruction);
	for (int i = 0; i < SLICES_MAX; i++)
		free(j->slice[i]);
	free(j);
}

void evaluation_free(void *evaluation)
{
	if (evaluation)
		evaluation_release(evaluation);
	free(evaluation);
}

struct call *evaluate_call(const char *path, const struct dataset_options *d,
			   const struct evaluate_options *o)
{
	struct evaluate_job *j = xcalloc(1, sizeof(*j));

	j->call = (struct call){slice, free_job, evaluation_free};
	j->path = xstrdup(path);
	j->reading = *d;
	j->reading.image_dir = j->images = xstrdup_null(d->image_dir);
	j->o = *o;
	j->o.instruction = j->instruction = xstrdup_null(o->instruction);
	for (int i = 0; i < o->n_slices; i++)
		j->o.slice[i] = j->slice[i] = xstrdup_null(o->slice[i]);
	if (o->task) {
		j->task = *o->task;
		j->o.task = &j->task;
	}
	j->o.chunk = FEW;
	return &j->call;
}
