/* Commands of the prompt: labels, boxes, a new example. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/rng.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/commands.h"

static int exec_new(struct app *app, const struct args *a, struct err *err)
{
	struct extract_request was = app->request;

	(void)a;
	(void)err;
	app->request =
	    (struct extract_request){.task = was.task, .own = was.own};
	if (was.own) /* a task of one's own is nothing without its types */
		labels_append(&app->request.labels, &was.labels);
	extract_request_release(&was);
	app->request.text = xstrdup("");
	app_apply_settings(app);
	app_set_image(app, NULL);
	app->run_at = 0;
	extraction_free(app->result);
	app->result = NULL;
	app->selected = -1;
	app->dirty = DIRTY_ALL;
	return 0;
}

const struct cmd cmd_new = {
    .name = "new",
    .args = "",
    .flags = CMD_LIVE | CMD_EDIT,
    .help = "begin an empty example: no text, no picture, the task's own "
	    "instruction",
    .exec = exec_new,
};

static int exec_boxes(struct app *app, const struct args *a, struct err *err)
{
	struct extract_request *r = &app->request;
	bool clear = strcmp(a->pos[0], "clear") == 0;

	if (strcmp(a->pos[0], "draw") == 0)
		return app->ui ? adjust_begin(app, "box", err)
			       : err_set(err, ERR_USAGE,
					 "boxes draw: only on the full screen "
					 "(arg EVENT ROLE X1,Y1,X2,Y2)");
	if (!r->image)
		return err_set(err, ERR_USAGE,
			       "boxes: there is no picture (image PATH)");
	if (!clear && !file_exists(a->pos[0]))
		return err_set(err, ERR_DATA, "%s: no such file", a->pos[0]);
	r->boxes = (struct regions){0};
	free(r->boxes_file);
	r->boxes_file = clear ? NULL : xstrdup(a->pos[0]);
	app->dirty |= DIRTY_PICTURE;
	app_edited(app);
	return 0;
}

const struct cmd cmd_boxes = {
    .name = "boxes",
    .args = "FILE|draw|clear",
    .flags = CMD_LIVE | CMD_EDIT | CMD_FILES,
    .min_pos = 1,
    .max_pos = 1,
    .help = "take the boxes of the picture from a file, draw one, or propose "
	    "them anew",
    .exec = exec_boxes,
};

/* The schema's list that belongs to what is asked; NULL for cascades. */
static const struct labels *asked_list(const struct app *app)
{
	const struct extract_request *r = &app->request;

	if (r->task == TASK_MEE || (r->task == TASK_MRE && !r->head))
		return NULL;
	return schema_list(&app->report.schema, r->task, r->event);
}

/* "a, b c,d" out of all arguments. */
static int parse_list(const struct args *a, struct labels *out, struct err *err)
{
	struct str all = {0};
	int rc;

	for (int i = 0; i < a->n_pos; i++)
		str_addf(&all, "%s%s", i ? " " : "", a->pos[i]);
	rc = labels_split(out, all.s, "labels", all.s, err);
	if (rc < 0)
		rc = err_recode(err, ERR_USAGE);
	else if (out->n == 0)
		rc = err_set(err, ERR_USAGE, "labels: no label given");
	str_release(&all);
	return rc;
}

/* A task of one's own has no types but those that are named. */
static void note_unknown(struct app *app, const struct labels *l,
			 const struct labels *known)
{
	for (size_t i = 0; i < l->n && !app->request.own; i++)
		if (labels_find(known, l->name[i], strlen(l->name[i])) < 0)
			app_note(app,
				 "%s is not in the schema: the model may never "
				 "have seen it",
				 l->name[i]);
}

static int by_name(const void *a, const void *b)
{
	return strcasecmp(*(char *const *)a, *(char *const *)b);
}

static void shuffle(struct labels *l, const struct rng_key *key)
{
	for (size_t i = l->n; i > 1; i--) {
		size_t k = rng_below(key, i, (uint32_t)i);
		char *swap = l->name[k];

		l->name[k] = l->name[i - 1];
		l->name[i - 1] = swap;
	}
}

static int put_in_order(struct labels *l, const char *order, struct err *err)
{
	struct rng_key key = {0};
	char *end;

	if (!order || strcmp(order, "file") == 0)
		return 0;
	if (strcmp(order, "sorted") == 0) {
		qsort(l->name, l->n, sizeof(*l->name), by_name);
		return 0;
	}
	if (strncmp(order, "seed:", 5) == 0) {
		key.seed = strtoull(order + 5, &end, 10);
		if (end != order + 5 && !*end) {
			shuffle(l, &key);
			return 0;
		}
	}
	return err_set(err, ERR_USAGE,
		       "labels --order %s: file, sorted or seed:N expected",
		       order);
}

static int exec_labels(struct app *app, const struct args *a, struct err *err)
{
	const struct labels *known = asked_list(app);
	struct labels *own = &app->request.labels, fresh = {0};
	bool whole = a->n_pos == 1 && strcmp(a->pos[0], "@schema") == 0;
	char *joined;
	int rc = 0;

	if (!app->open)
		return err_set(err, ERR_USAGE,
			       "labels: the checkpoint is still being opened");
	if (!known)
		return err_set(err, ERR_USAGE,
			       "labels: %s asks several questions; choose a "
			       "task that asks one",
			       task_name(app->request.task));
	if (app->request.own && own->n == 0 && a->n_pos == 0)
		return err_set(err, ERR_USAGE, OWN_WANTS_LABELS);
	if (a->n_pos == 0 && !args_has(a, "order")) {
		joined = labels_join(own->n ? own : known);
		app_say(app, "%s", joined);
		free(joined);
		return 0;
	}
	if (a->n_pos == 0 || whole)
		labels_append(&fresh, a->n_pos || !own->n ? known : own);
	else
		rc = parse_list(a, &fresh, err);
	if (rc == 0)
		rc = put_in_order(&fresh, args_get(a, "order"), err);
	if (rc < 0) {
		labels_release(&fresh);
		return rc;
	}
	note_unknown(app, &fresh, known);
	labels_release(own);
	/* the schema's own order is what holds without a list */
	if (whole && !args_has(a, "order") && !app->request.own)
		labels_release(&fresh);
	*own = fresh;
	app_edited(app);
	return 0;
}

static const struct option LABELS_OPTIONS[] = {
    {"order", 0, "file|sorted|seed:N",
     "as given (default), by name, or shuffled"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_labels = {
    .name = "labels",
    .args = "[LIST|@schema]",
    .options = LABELS_OPTIONS,
    .flags = CMD_LIVE | CMD_MODEL | CMD_EDIT,
    .max_pos = ARGS_MAX - 2,
    .help = "the types that are asked for, with commas between; @schema: all "
	    "of them again",
    .exec = exec_labels,
};
