/* export -- what was decided, as a data set. */
#include <stdlib.h>
#include <string.h>

#include "sessions/export.h"
#include "src/base/err.h"
#include "src/base/str.h"
#include "src/data/offsets.h"
#include "tui/app.h"
#include "tui/commands.h"

static const struct option OPTIONS[] = {
    {"filter", 0, "EXPR", "only these examples (default: all)"},
    {"to", 0, "FORMAT", "format of FILE (default: by its name, or jsonl)"},
    {"offsets", 0, "UNIT", "of FILE: cp (default), utf16, byte"},
    {NULL, 0, NULL, NULL},
};

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
	if (data_format_find(a->n_pos == 2 ? a->pos[0] : to, &o->format, err) <
	    0)
		return -(int)err->code;
	if (o->format == DATA_GUESS)
		o->format = data_format_of_name(path);
	if (o->format == DATA_GUESS)
		o->format = DATA_JSONL;
	return unit ? offset_unit_find(unit, &o->unit, err) : 0;
}

static void say_losses(struct app *app, const struct losses *lost)
{
	struct str text = {0};
	char *next;

	if (losses_total(lost))
		app_say(app, "the format does not hold");
	losses_print(lost, &text);
	for (char *line = text.s; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (*line)
			app_say(app, "%s", line);
	}
	str_release(&text);
}

static int exec_export(struct app *app, const struct args *a, struct err *err)
{
	const struct session *s = app_session(app, err);
	const char *expr = args_get(a, "filter");
	const char *path = a->pos[a->n_pos - 1];
	struct dataset d = {0};
	struct write_options o = {0};
	struct losses lost = {0};
	struct filter *f;
	int rc;

	if (!s)
		return -(int)err->code;
	rc = fill(a, path, &o, err);
	if (rc == 0)
		rc = filter_parse(&f, expr ? expr : "", session_state(s), err);
	if (rc < 0)
		return rc;
	session_dataset(session_state(s), f, &d);
	filter_free(f);
	rc = dataset_write(&d, path, &o, &lost, err);
	if (rc == 0) {
		app_say(app, "%s: %s, %zu examples, %zu of them done", path,
			data_format_name(o.format), d.n,
			session_state(s)->counts.done);
		say_losses(app, &lost);
	}
	dataset_release(&d);
	return rc;
}

const struct cmd cmd_export = {
    .name = "export",
    .args = "[FORMAT] FILE",
    .options = OPTIONS,
    .flags = CMD_LIVE | CMD_FILES,
    .min_pos = 1,
    .max_pos = 2,
    .kinds = {KIND_FILE, KIND_FILE},
    .help =
	"write the session as a data set; of done examples what was decided",
    .exec = exec_export,
};
