/* export -- what was decided, as a data set: of the open session, or of one
 * that is named. */
#include <stdlib.h>
#include <string.h>

#include "sessions/export.h"
#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/str.h"
#include "src/data/offsets.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"

/* Rows of both faces. */
#define EXPORT_OPTIONS                                                     \
	{"filter", 0, "EXPR", "only these examples (default: all)"},       \
	    {"to", 0, "FORMAT",                                            \
	     "format of FILE (default: by its name, or jsonl)"},           \
	{                                                                  \
		"offsets", 0, "UNIT", "of FILE: cp (default), utf16, byte" \
	}

static const struct option LIVE_OPTIONS[] = {
    EXPORT_OPTIONS,
    {NULL, 0, NULL, NULL},
};

static const struct option OPTIONS[] = {
    SESSION_OPTION,
    EXPORT_OPTIONS,
    {"json", 0, NULL, "counts as one JSON object"},
    {NULL, 0, NULL, NULL},
};

typedef void say_function(struct app *app, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* "export brat DIR" is "export --to brat DIR". */
static int fill(const struct args *a, const char *path, struct write_options *o,
		struct err *err)
{
	const char *unit = args_get(a, "offsets"), *to = args_get(a, "to");

	if (to && a->n_pos == 2)
		return err_set(err, ERR_USAGE,
			       "export: the format is given twice, as %s and "
			       "as %s",
			       a->pos[0], to);
	if (session_is_file(path))
		return err_set(err, ERR_USAGE,
			       "export: %s is a session, which is not written "
			       "over",
			       path);
	if (data_format_find(a->n_pos == 2 ? a->pos[0] : to, &o->format, err) <
	    0)
		return -(int)err->code;
	if (o->format == DATA_GUESS)
		o->format = data_format_of_name(path);
	if (o->format == DATA_GUESS)
		o->format = DATA_JSONL;
	return unit ? offset_unit_find(unit, &o->unit, err) : 0;
}

/* What was written, and what of it the format does not hold. */
struct written {
	const char *path;
	const struct session *s;
	enum data_format format;
	size_t examples, done;
	struct losses lost;
};

static void say_losses(struct app *app, say_function *say,
		       const struct losses *lost)
{
	struct str text = {0};
	char *line, *save = NULL;

	losses_print(lost, &text);
	if (text.len)
		say(app, "the format does not hold");
	for (line = text.len ? strtok_r(text.s, "\n", &save) : NULL; line;
	     line = strtok_r(NULL, "\n", &save))
		say(app, "%s", line);
	str_release(&text);
}

static void say_written(struct app *app, say_function *say,
			const struct written *w)
{
	say(app, "%s: %s, %zu examples, %zu of them done", w->path,
	    data_format_name(w->format), w->examples, w->done);
	say_losses(app, say, &w->lost);
}

static void print_json(struct app *app, const struct written *w)
{
	struct json *j = json_new_object();

	json_put_string(j, "session", session_path(w->s));
	json_put_string(j, "file", w->path);
	json_put_string(j, "format", data_format_name(w->format));
	json_put_int(j, "examples", (int64_t)w->examples);
	json_put_int(j, "done", (int64_t)w->done);
	json_put(j, "lost", losses_json(&w->lost));
	say_json(app, j);
}

static int write_session(struct app *app, const struct args *a,
			 struct written *w, struct err *err)
{
	const char *expr = args_get(a, "filter");
	struct write_options o = {0};
	struct dataset d = {0};
	struct filter *f = NULL;
	int rc = fill(a, w->path, &o, err);

	if (rc == 0)
		rc = filter_parse(&f, expr ? expr : "", session_state(w->s),
				  err);
	if (rc < 0)
		return rc;
	session_dataset(session_state(w->s), f, &d);
	filter_free(f);
	rc = batch_write(app, &d, w->path, &o, &w->lost, err);
	w->format = o.format;
	w->examples = d.n;
	for (size_t i = 0; i < d.n; i++)
		w->done += d.ex[i].has_judged;
	dataset_release(&d);
	return rc;
}

static int exec_export_live(struct app *app, const struct args *a,
			    struct err *err)
{
	struct written w = {.path = a->pos[a->n_pos - 1],
			    .s = app_session(app, err)};
	int rc = w.s ? write_session(app, a, &w, err) : -(int)err->code;

	if (rc == 0)
		say_written(app, strcmp(w.path, "-") == 0 ? app_note : app_say,
			    &w);
	return rc;
}

const struct cmd cmd_export_live = {
    .name = "export",
    .args = "[FORMAT] FILE",
    .options = LIVE_OPTIONS,
    .flags = CMD_LIVE | CMD_FILES,
    .min_pos = 1,
    .max_pos = 2,
    .kinds = {KIND_FILE, KIND_FILE},
    .help =
	"write the session as a data set; of done examples what was decided",
    .exec = exec_export_live,
};

static int exec_export(struct app *app, const struct args *a, struct err *err)
{
	struct written w = {.path = a->pos[a->n_pos - 1]};
	bool json = args_has(a, "json");
	struct session *s;
	int rc;

	if (json && strcmp(w.path, "-") == 0)
		return err_set(err, ERR_USAGE,
			       "export: the data set and --json cannot both go "
			       "to standard output");
	rc = batch_session(&s, a, true, err);
	if (rc < 0)
		return rc;
	w.s = s;
	rc = write_session(app, a, &w, err);
	if (rc == 0 && json)
		print_json(app, &w);
	else if (rc == 0)
		say_written(app, app_note, &w);
	session_close(s, &(struct err){0}); /* nothing to save */
	return rc;
}

const struct cmd cmd_export = {
    .name = "export",
    .args = "[FORMAT] FILE|-",
    .options = OPTIONS,
    .flags = CMD_BATCH,
    .min_pos = 1,
    .max_pos = 2,
    .kinds = {KIND_FILE, KIND_FILE},
    .help = "write a session as a data set; of done examples what was decided",
    .exec = exec_export,
    .more = "The session is only read, also while another process writes it.",
};
