/* umie extract: one text, or a data set line by line. */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"

static const struct option OPTIONS[] = {
    BATCH_OPTIONS,
    REQUEST_OPTIONS,
    {"attention", 0, NULL, "weights over the regions for every record"},
    {"json", 0, NULL, "one JSON object a line"},
    {"jsonl", 0, "FILE|-", "read examples, write JSON lines"},
    {NULL, 0, NULL, NULL},
};

/* Bytes of a text that are accepted; the model reads 256 tokens of it. */
enum { TEXT_MAX = 1 << 20 };

int batch_text(struct app *app, const struct args *a, int at, char **out,
	       struct err *err)
{
	struct str text = {0};
	const char *pos = a->n_pos > at ? a->pos[at] : "-";
	int rc;

	if (strcmp(pos, "-") != 0) {
		*out = xstrdup(pos);
		return 0;
	}
	if (batch_stdin(app, a, "a text", err) < 0)
		return -(int)err->code;
	rc = file_read("-", TEXT_MAX, &text, err);
	while (text.len &&
	       (text.s[text.len - 1] == '\n' || text.s[text.len - 1] == '\r'))
		text.s[--text.len] = '\0';
	if (rc == 0 && text.len && memchr(text.s, 0, text.len))
		rc = err_set(err, ERR_DATA,
			     "standard input: a NUL byte in the text");
	if (rc < 0) {
		str_release(&text);
		return rc;
	}
	*out = str_detach(&text);
	return 0;
}

int labels_option(const char *list, struct labels *out, struct err *err)
{
	if (labels_split(out, list, "--labels", list, err) < 0)
		return err_recode(err, ERR_USAGE);
	return out->n ? 0 : err_set(err, ERR_USAGE, "--labels: no label given");
}

void request_labels(struct extract_request *r, const struct labels *l)
{
	if (l->n == 0)
		return;
	labels_release(&r->labels);
	labels_append(&r->labels, l);
	r->own |= r->task == TASK_MNER;
}

int batch_request(const struct args *a, struct extract_request *r,
		  struct err *err)
{
	const char *task = args_get(a, "task"), *gate = args_get(a, "gate");
	const char *labels = args_get(a, "labels");
	long beams, max;

	*r = (struct extract_request){0};
	if (task && !task_read(task, &r->task, &r->own))
		return err_set(err, ERR_USAGE, "no task %s; the tasks are %s",
			       task, task_names_all());
	if (args_int(a, "beams", 1, 64, 1, &beams, err) < 0 ||
	    args_int(a, "max", 2, 512, 128, &max, err) < 0 ||
	    (gate && gate_parse(gate, r, err) < 0) ||
	    (labels && labels_option(labels, &r->labels, err) < 0) ||
	    argument_text(args_get(a, "instruction"), &r->instruction, err) < 0)
		return -(int)err->code;
	r->beams = (int)beams;
	r->max_tokens = (int)max;
	r->constrained = args_has(a, "constrained");
	r->image = xstrdup_null(args_get(a, "image"));
	r->boxes_file = xstrdup_null(args_get(a, "boxes"));
	r->detector = xstrdup_null(args_get(a, "detector"));
	r->head = xstrdup_null(args_get(a, "head"));
	r->tail = xstrdup_null(args_get(a, "tail"));
	r->event = xstrdup_null(args_get(a, "event"));
	return 0;
}

static void print(struct app *app, const struct extraction *x,
		  const struct args *a)
{
	struct str text = {0};
	struct json *j;
	char *line;

	if (args_has(a, "json") || args_has(a, "jsonl")) {
		j = extraction_json(x, args_has(a, "attention"));
		line = json_print(j);
		app_say(app, "%s", line);
		free(line);
		json_free(j);
		return;
	}
	extraction_text(x, app->color, &text);
	text.s[--text.len] = '\0'; /* app_say() ends the line */
	app_say(app, "%s", text.s);
	str_release(&text);
}

static void replace(char **to, const char *value)
{
	free(*to);
	*to = xstrdup_null(value);
}

/* A line of the data set over the options of the command line. */
static int line_request(const struct extract_request *base,
			const struct json *j, const char *what,
			const char *image_dir, struct extract_request *r,
			struct err *err)
{
	struct example e = {0};
	int rc = example_from_json(&e, j, what, image_dir, err);

	if (rc < 0)
		return rc;
	example_request(&e, r);
	request_labels(r, &base->labels);
	if (base->instruction)
		replace(&r->instruction, base->instruction);
	if (!r->image && base->image) {
		replace(&r->image, base->image);
		replace(&r->boxes_file, base->boxes_file);
	}
	replace(&r->detector, base->detector);
	r->gate = base->gate;
	r->gate_value = base->gate_value;
	r->beams = base->beams;
	r->max_tokens = base->max_tokens;
	r->constrained = base->constrained;
	r->attention = base->attention;
	example_release(&e);
	return 0;
}

static int run_line(struct app *app, struct batch *b, const struct args *a,
		    const struct extract_request *base, const char *line,
		    size_t n, const char *what, const char *image_dir,
		    struct err *err)
{
	struct extract_request r = {0};
	struct extraction *x;
	struct json *j = json_parse(line, n, what, err);
	int rc;

	if (!j)
		return -(int)err->code;
	rc = line_request(base, j, what, image_dir, &r, err);
	json_free(j);
	if (rc == 0)
		rc = extractor_run(b->extractor, &r, &x, err);
	if (rc < 0) {
		extract_request_release(&r);
		return strstr(err->text, what) ? rc
					       : err_context(err, "%s", what);
	}
	print(app, x, a);
	fflush(app->out);
	extraction_free(x);
	extract_request_release(&r);
	return 0;
}

/* Line by line as they come, so that a pipe sees each answer at once. */
static int run_jsonl(struct app *app, struct batch *b, const struct args *a,
		     const struct extract_request *base, struct err *err)
{
	const char *path = args_get(a, "jsonl");
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *in = NULL;
	const char *slash = strrchr(path, '/');
	/* Pictures are named relative to the file. */
	char *dir =
	    !is_stdin && slash ? xstrndup(path, (size_t)(slash - path)) : NULL;
	char *line = NULL;
	size_t cap = 0, number = 0;
	ssize_t n;
	int rc = 0;

	if (is_stdin && batch_stdin(app, a, "a data set", err) < 0)
		return -(int)err->code;
	in = is_stdin ? stdin : fopen(path, "r");
	if (!in) {
		free(dir);
		return err_errno(err, ERR_DATA, "%s", path);
	}
	while (rc == 0 && (n = getline(&line, &cap, in)) >= 0) {
		char *what = xasprintf(
		    "%s:%zu", is_stdin ? "standard input" : path, ++number);

		if (strspn(line, " \t\r\n") < (size_t)n)
			rc = run_line(app, b, a, base, line, (size_t)n, what,
				      dir, err);
		free(what);
	}
	free(line);
	free(dir);
	if (!is_stdin)
		fclose(in);
	return rc;
}

static int run_one(struct app *app, struct batch *b, const struct args *a,
		   struct extract_request *r, struct err *err)
{
	struct extraction *x;
	int rc;

	if (r->image) {
		if (app_image(app, r->image, err) < 0)
			return -(int)err->code;
		replace(&r->image, app->request.image);
	}
	rc = batch_text(app, a, 0, &r->text, err);
	if (rc == 0)
		rc = extractor_run(b->extractor, r, &x, err);
	if (rc < 0)
		return rc;
	print(app, x, a);
	extraction_free(x);
	return 0;
}

static int exec_extract(struct app *app, const struct args *a, struct err *err)
{
	struct extract_request r;
	struct batch b = {0};
	int rc = batch_request(a, &r, err);

	r.attention = args_has(a, "attention");
	if (rc == 0)
		rc = batch_open(&b, app, a, args_get(a, "model"), err);
	if (rc == 0 && args_has(a, "jsonl"))
		rc = run_jsonl(app, &b, a, &r, err);
	else if (rc == 0)
		rc = run_one(app, &b, a, &r, err);
	batch_close(&b);
	extract_request_release(&r);
	return rc;
}

const struct cmd cmd_extract = {
    .name = "extract",
    .args = "[TEXT|-]",
    .options = OPTIONS,
    .flags = CMD_BATCH,
    .max_pos = 1,
    .help = "extract entities, relations or events from a text and its "
	    "picture",
    .exec = exec_extract,
};
