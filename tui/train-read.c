/* What a training run reads: checkpoint, data, lessons. */
#include <stdlib.h>
#include <string.h>

#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/bundle.h"
#include "src/train/comm.h"
#include "src/train/ranks.h"
#include "src/train/train.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/train-job.h"
#include "tui/train.h"
/* Read every file given as --data or --dev. */
static int read_files(struct train_job *t, const struct args *a,
		      const char *option, struct dataset *d, struct err *err)
{
	struct dataset_options o = {.image_dir = args_get(a, "images"),
				    .schema = &t->bundle->schema};
	int rc = data_format_find(args_get(a, "format"), &o.format, err);

	for (int i = 0; i < a->n_many && rc == 0; i++)
		if (strcmp(a->cmd->options[a->many_option[i]].name, option) ==
		    0)
			rc = dataset_read(d, a->many[i], &o, err);
	return rc;
}

/*
 * What --from wrote when the run began.  A run that is resumed has the same
 * lessons, whatever was decided meanwhile.
 */
static int read_lessons(struct train_job *t, const struct args *a,
			struct dataset *d, struct err *err)
{
	struct dataset_options o = {.format = DATA_JSONL,
				    .schema = &t->bundle->schema};
	char *path = train_lessons_path(a->pos[0]);
	int rc = 0;

	if (t->comm->rank == 0 && !args_has(a, "resume"))
		rc = train_lessons(t->app, args_get(a, "from"), a->pos[0], err);
	if (rc == 0)
		rc = t->comm->barrier(t->comm, err);
	if (rc == 0)
		rc = dataset_read(d, path, &o, err);
	free(path);
	return rc;
}

/* Drop the examples whose task is not in the list. */
static int keep_tasks(struct dataset *d, const char *list, struct err *err)
{
	bool keep[TASK_MEE + 1] = {0};
	char *copy = xstrdup(list), *rest = copy, *name;
	size_t n = 0;
	enum task task;
	int rc = 0;

	while (rc == 0 && (name = strsep(&rest, ",")))
		if (task_find(name, &task))
			keep[task] = true;
		else
			rc = err_set(err, ERR_USAGE,
				     "train: --tasks %s: no task %s; there are "
				     "%s",
				     list, name, task_names());
	free(copy);
	for (size_t i = 0; rc == 0 && i < d->n; i++)
		if (keep[d->ex[i].task])
			d->ex[n++] = d->ex[i];
		else
			example_release(&d->ex[i]);
	if (rc == 0)
		d->n = n;
	return rc;
}

static int read_samples(struct train_job *t, const struct args *a,
			struct err *err)
{
	struct bundle *b = t->bundle;
	struct sample_source src = {
	    .tokenizer = b->tokenizer,
	    .schema = &b->schema,
	    .grammar = bundle_grammar(b),
	    .crop_size = b->config.vision.image_size,
	    .max_regions = MIN(b->config.max_regions, REGIONS_MAX),
	    .decoder = b->vision ? t->app->decoder : NULL,
	};
	struct dataset d = {0};
	int rc;

	if (!b->tokenizer)
		return err_set(err, ERR_CHECKPOINT,
			       "%s/spiece.model: no such file, so texts cannot "
			       "be read",
			       b->dir);
	for (int k = 0; k < TASK_MEE; k++)
		src.instruction[k] = bundle_instruction(b, (enum task)k, NULL);
	rc = read_files(t, a, "data", &d, err);
	if (rc == 0 && args_has(a, "from"))
		rc = read_lessons(t, a, &d, err);
	if (rc == 0 && args_has(a, "tasks"))
		rc = keep_tasks(&d, args_get(a, "tasks"), err);
	if (rc == 0) {
		memcpy(t->digest, d.digest, sizeof(t->digest));
		rc = samples_add(&t->samples, &d, &src, train_tell_loading, t,
				 err);
	}
	if (rc == 0 && t->comm->rank == 0)
		app_note(t->app,
			 "%zu examples, %zu pictures; %zu pictures missing, "
			 "%zu texts cut",
			 t->samples.n, t->samples.n_pics, t->samples.missing,
			 t->samples.cut);
	dataset_release(&d);
	return rc;
}

int train_read(struct train_job *t, const struct args *a,
	       const struct train_options *o, struct err *err)
{
	struct bundle_options b = {.use = args_has(a, "train-vision")
					      ? BUNDLE_TRAIN_VISION
					      : BUNDLE_TRAIN,
				   .seed = o->seed,
				   .freeze = args_get(a, "freeze")};
	const struct train_hooks hooks = {.context = t,
					  .note = train_tell_note};
	struct ranks all;
	int rc;

	ranks_init(&all, t->comm, t->comm, o->patience, &hooks);
	t->be->heart = &all.heart;
	ranks_part(&all);
	rc = bundle_open(&t->bundle, args_get(a, "init"), t->be, &b, err);
	if (rc == 0)
		rc = read_files(t, a, "dev", &t->dev, err);
	if (rc == 0)
		rc = read_samples(t, a, err);
	/* A failure ends all ranks anyway. */
	if (rc == 0)
		rc = ranks_follow(&all, rc, err);
	t->be->heart = NULL;
	ranks_release(&all);
	return rc;
}

char *train_config(const struct bundle *b)
{
	struct json *j = config_to_json(&b->config), *list;
	struct json *umie = (struct json *)json_get(j, "umie");
	char *text;

	if (!json_get(umie, "instructions")) {
		list = json_new_object();
		for (int k = 0; k < TASK_MEE; k++)
			json_put_string(
			    list, task_name((enum task)k),
			    bundle_instruction(b, (enum task)k, NULL));
		json_put(umie, "instructions", list);
	}
	text = json_print_pretty(j);
	json_free(j);
	return text;
}
