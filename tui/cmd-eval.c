/* umie eval: a data set through a checkpoint, with figures. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/str.h"
#include "src/engine/evaluate.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"

static const struct option OPTIONS[] = {
    {"device", 0, "auto|cpu", "where to compute"},
    {"threads", 0, "N", "processor threads (default: all cores)"},
    {"format", 0, "jsonl|conll|mnre", "of the data (default: guessed)"},
    {"images", 0, "DIR", "where its pictures are (default: beside it)"},
    {"instruction", 0, "TEXT|I0|I1|I2", "instead of each task's own"},
    {"gate", 0, "own|off|X", "leave the gate, switch it off, hold it"},
    {"beams", 0, "N", "beam search (default 1: greedy)"},
    {"max", 0, "N", "longest answer in tokens (default 128)"},
    {"limit", 0, "N", "only the first N examples"},
    {"no-pictures", 0, NULL, "leave every picture out"},
    {"count-none", 0, NULL, "count `none` relations as records"},
    {"fail-under", 0, "X", "exit 6 when the mean F1 is below X percent"},
    {"json", 0, NULL, "figures as one JSON object"},
    {NULL, 0, NULL, NULL},
};

int data_format_parse(const char *s, enum data_format *out, struct err *err)
{
	static const char *const name[] = {
#define DATA_NAME(upper, lower, what) lower,
	    DATA_FORMATS(DATA_NAME)
#undef DATA_NAME
	};

	*out = DATA_GUESS;
	for (size_t i = 0; s && i < sizeof(name) / sizeof(*name); i++)
		if (strcmp(s, name[i]) == 0) {
			*out = (enum data_format)(i + 1);
			return 0;
		}
	return s ? err_set(err, ERR_USAGE,
			   "--format %s: jsonl, conll or mnre expected", s)
		 : 0;
}

static void progress(void *context, size_t done, size_t of)
{
	struct app *app = context;

	if (isatty(fileno(app->err)))
		fprintf(app->err, "\r%zu of %zu%s", done, of,
			done == of ? "\n" : "");
}

static int options_of(const struct args *a, struct evaluate_options *o,
		      struct err *err)
{
	const char *gate = args_get(a, "gate");
	struct extract_request r = {0};
	long beams, max, limit;

	if (args_int(a, "beams", 1, 64, 1, &beams, err) < 0 ||
	    args_int(a, "max", 2, 512, 128, &max, err) < 0 ||
	    args_int(a, "limit", 1, 1 << 30, 0, &limit, err) < 0 ||
	    (gate && gate_parse(gate, &r, err) < 0))
		return -(int)err->code;
	*o = (struct evaluate_options){
	    .beams = (int)beams,
	    .max_tokens = (int)max,
	    .gate = r.gate,
	    .gate_value = r.gate_value,
	    .count_none = args_has(a, "count-none"),
	    .no_pictures = args_has(a, "no-pictures"),
	    .limit = (size_t)limit,
	    .instruction = (char *)args_get(a, "instruction"),
	    .progress = progress,
	};
	return 0;
}

static void show(struct app *app, const struct evaluation *e, const char *name,
		 bool as_json)
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
	evaluation_text(e, name, &text);
	text.s[--text.len] = '\0';
	app_say(app, "%s", text.s);
	str_release(&text);
}

static int run(struct app *app, const struct args *a, struct batch *b,
	       struct evaluate_options *o, double floor, struct err *err)
{
	struct dataset_options d = {.image_dir = args_get(a, "images"),
				    .schema = &b->bundle->schema};
	struct dataset data = {0};
	struct evaluation e;
	int rc = data_format_parse(args_get(a, "format"), &d.format, err);

	if (rc == 0)
		rc = dataset_read(&data, a->pos[1], &d, err);
	o->context = app;
	if (rc == 0)
		rc = evaluate(b->extractor, &data, o, &e, err);
	if (rc == 0)
		show(app, &e, a->pos[1], args_has(a, "json"));
	if (rc == 0 && evaluation_score(&e) < floor)
		rc = err_set(err, ERR_THRESHOLD, "mean F1 %.2f is below %.2f",
			     evaluation_score(&e), floor);
	dataset_release(&data);
	return rc;
}

static int exec_eval(struct app *app, const struct args *a, struct err *err)
{
	struct evaluate_options o;
	struct batch b;
	double floor;
	int rc = options_of(a, &o, err);

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
