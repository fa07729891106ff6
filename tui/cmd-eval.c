/* umie eval, :eval: a data set through a checkpoint, with figures. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/call.h"
#include "src/engine/evaluate.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"

#define OPTIONS_OF_BOTH                                                        \
	{"format", 0, "FORMAT", "of the data (default: guessed)"},             \
	    {"images", 0, "DIR", "where its pictures are (default: beside)"},  \
	    {"task", 't', "TASK", "only examples of this task"},               \
	    {"match", 0, "strict|reference|text|offset", "the scorer"},        \
	    {"regime", 0, "own|gold-type|gold-trigger",                        \
	     "what an argument prompt is told (meae gold-type, mee own)"},     \
	    {"slice", 0, "FIELD",                                              \
	     "also by split, task, image, length, meta.NAME"},                 \
	    {"instruction", 0, "TEXT|I0|I1|I2", "instead of each task's own"}, \
	    {"gate", 0, "own|off|X",                                           \
	     "leave the gate, switch it off, hold it"},                        \
	    {"beams", 0, "N", "beam search (default 1: greedy)"},              \
	    {"constrained", 0, NULL, "only answers of the task's form"},       \
	    {"max", 0, "N", "longest answer in tokens (default 128)"},         \
	    {"limit", 0, "N", "only the first N examples"},                    \
	    {"no-pictures", 0, NULL, "leave every picture out"},               \
	    {"count-none", 0, NULL, "count `none` relations as records"},      \
	    {"seed", 0, "N", "of the bootstrap (default 1)"},                  \
	    {"fail-under", 0, "X", "exit 6 when the mean F1 is below X"},      \
	    {"csv", 0, "FILE", "write the rows of the tables there"},          \
	{                                                                      \
		"json", 0, NULL, "figures as one JSON object"                  \
	}

static const struct option OPTIONS[] = {
    {"device", 0, "NAME", "where to compute"},
    {"threads", 0, "N", "processor threads (default: all cores)"},
    OPTIONS_OF_BOTH,
    {NULL, 0, NULL, NULL},
};

static const struct option LIVE_OPTIONS[] = {
    OPTIONS_OF_BOTH,
    {NULL, 0, NULL, NULL},
};

static void progress(void *context, size_t done, size_t of)
{
	struct app *app = context;

	if (isatty(fileno(app->err)))
		fprintf(app->err, "\r%zu of %zu%s", done, of,
			done == of ? "\n" : "");
}

static int slices_of(const struct args *a, struct evaluate_options *o,
		     struct err *err)
{
	for (int i = 0; i < a->n_many; i++) {
		const char *why, *field = a->many[i];

		if (strcmp(a->cmd->options[a->many_option[i]].name, "slice"))
			continue;
		why = evaluate_check_slice(field);
		if (why)
			return err_set(err, ERR_USAGE, "eval: --slice %s: %s",
				       field, why);
		if (o->n_slices == SLICES_MAX)
			return err_set(err, ERR_USAGE,
				       "eval: --slice %s: at most %d slices",
				       field, SLICES_MAX);
		o->slice[o->n_slices++] = field;
	}
	return 0;
}

static int scorer_of(const struct args *a, struct evaluate_options *o,
		     struct err *err)
{
	const char *match = args_get(a, "match"), *r = args_get(a, "regime");

	if (match && !scorer_find(match, &o->scorer))
		return err_set(err, ERR_USAGE,
			       "eval: --match %s: strict, reference, text or "
			       "offset expected",
			       match);
	if (r && !regime_find(r, &o->regime))
		return err_set(err, ERR_USAGE,
			       "eval: --regime %s: own, gold-type or "
			       "gold-trigger expected",
			       r);
	return 0;
}

static int options_of(const struct args *a, struct evaluate_options *o,
		      enum task *task, struct err *err)
{
	const char *gate = args_get(a, "gate"), *name = args_get(a, "task");
	struct extract_request r = {0};
	long beams, max, limit, seed;

	if (args_int(a, "beams", 1, 64, 1, &beams, err) < 0 ||
	    args_int(a, "max", 2, 512, 128, &max, err) < 0 ||
	    args_int(a, "limit", 1, 1 << 30, 0, &limit, err) < 0 ||
	    args_int(a, "seed", 0, 2147483647, 1, &seed, err) < 0 ||
	    (gate && gate_parse(gate, &r, err) < 0))
		return -(int)err->code;
	if (name && !task_find(name, task))
		return err_set(err, ERR_USAGE,
			       "eval: --task %s: no such task; there are %s",
			       name, task_names());
	*o = (struct evaluate_options){
	    .beams = (int)beams,
	    .max_tokens = (int)max,
	    .constrained = args_has(a, "constrained"),
	    .gate = r.gate,
	    .gate_value = r.gate_value,
	    .regime = REGIME_USUAL,
	    .task = name ? task : NULL,
	    .count_none = args_has(a, "count-none"),
	    .no_pictures = args_has(a, "no-pictures"),
	    .limit = (size_t)limit,
	    .instruction = args_get(a, "instruction"),
	    .seed = (uint64_t)seed,
	};
	if (scorer_of(a, o, err) < 0)
		return -(int)err->code;
	return slices_of(a, o, err);
}

static void show(struct app *app, const struct evaluation *e, bool as_json)
{
	struct str text = {0};
	struct json *j;
	char *line;

	if (as_json) {
		j = evaluation_json(e);
		line = json_print(j);
		app_say(app, "%s", line);
		free(line);
		json_free(j);
		return;
	}
	evaluation_text(e, &text);
	for (char *at = text.s, *end; *at; at = end + 1) {
		end = strchr(at, '\n');
		*end = '\0';
		app_say(app, "%s", at);
	}
	str_release(&text);
}

/* What is asked of the figures when they are there. */
static int finish(struct app *app, const struct evaluation *e, const char *csv,
		  bool as_json, double floor, struct err *err)
{
	struct str text = {0};
	int rc = 0;

	show(app, e, as_json);
	if (csv) {
		evaluation_csv(e, &text);
		rc = file_replace(csv, text.s, text.len, err);
		str_release(&text);
	}
	if (rc == 0 && evaluation_score(e) < floor)
		rc = err_set(err, ERR_THRESHOLD, "mean F1 %.2f is below %.2f",
			     evaluation_score(e), floor);
	return rc;
}

static int run(struct app *app, const struct args *a, struct batch *b,
	       struct evaluate_options *o, double floor, struct err *err)
{
	struct dataset_options d = {.image_dir = args_get(a, "images"),
				    .schema = &b->bundle->schema};
	struct dataset data = {0};
	struct evaluation e = {0};
	int rc = data_format_find(args_get(a, "format"), &d.format, err);

	if (rc == 0)
		rc = dataset_read(&data, a->pos[1], &d, err);
	o->progress = progress;
	o->context = app;
	if (rc == 0)
		rc = evaluate(b->extractor, &data, o, &e, err);
	if (rc == 0)
		rc = finish(app, &e, args_get(a, "csv"), args_has(a, "json"),
			    floor, err);
	evaluation_release(&e);
	dataset_release(&data);
	return rc;
}

static int exec_eval(struct app *app, const struct args *a, struct err *err)
{
	struct evaluate_options o;
	struct batch b;
	enum task task;
	double floor;
	int rc = options_of(a, &o, &task, err);

	if (rc == 0)
		rc = args_number(a, "fail-under", 0, 100, 0, &floor, err);
	if (rc < 0)
		return rc;
	rc = batch_open(&b, app, a, a->pos[0], err);
	if (rc == 0)
		rc = run(app, a, &b, &o, floor, err);
	batch_close(&b);
	return rc;
}

const struct cmd cmd_eval = {
    .name = "eval",
    .args = "CKPT DATA",
    .options = OPTIONS,
    .flags = CMD_BATCH,
    .min_pos = 2,
    .max_pos = 2,
    .help = "score a checkpoint on a data set",
    .exec = exec_eval,
};

static int exec_live(struct app *app, const struct args *a, struct err *err)
{
	struct dataset_options d = {.image_dir = args_get(a, "images")};
	struct scoring *s = &app->scoring;
	struct evaluate_options o;
	enum task task;
	double floor;
	struct job *j;

	if (s->job)
		return err_set(err, ERR_USAGE,
			       "eval: one is going on (cancel ends it)");
	if (data_format_find(args_get(a, "format"), &d.format, err) < 0 ||
	    args_number(a, "fail-under", 0, 100, 0, &floor, err) < 0 ||
	    options_of(a, &o, &task, err) < 0)
		return -(int)err->code;
	scoring_release(s);
	s->csv = args_has(a, "csv") ? xstrdup(args_get(a, "csv")) : NULL;
	s->as_json = args_has(a, "json");
	s->floor = floor;
	j = job_new(JOB_CALL);
	j->call = evaluate_call(a->pos[0], &d, &o);
	j->patient = true;
	s->job = engine_submit(app->engine, j);
	app->dirty |= DIRTY_EVAL | DIRTY_STATUS;
	return 0;
}

const struct cmd cmd_live_eval = {
    .name = "eval",
    .args = "DATA",
    .options = LIVE_OPTIONS,
    .flags = CMD_LIVE | CMD_MODEL | CMD_FILES,
    .min_pos = 1,
    .max_pos = 1,
    .help = "score the open checkpoint on a data set; live work goes first",
    .exec = exec_live,
};

void scoring_release(struct scoring *s)
{
	evaluation_free(s->now);
	free(s->csv);
	*s = (struct scoring){0};
}

/* The newest figures, in part or whole. */
void scoring_event(struct app *app, struct event *ev)
{
	struct scoring *s = &app->scoring;
	struct err err;

	app->dirty |= DIRTY_EVAL | DIRTY_STATUS;
	if (ev->news) {
		evaluation_free(s->now);
		s->now = ev->news;
		ev->news = NULL;
	}
	if (ev->kind == EVENT_PROGRESS)
		return;
	s->job = 0;
	if (ev->kind == EVENT_CANCELLED)
		app_note(app, "the evaluation was cancelled");
	if (ev->kind == EVENT_DONE &&
	    finish(app, s->now, s->csv, s->as_json, s->floor, &err) < 0) {
		app_note(app, "%s", err.text);
		app->exit_code = (int)err.code;
	}
}
