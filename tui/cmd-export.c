/* export -- what was decided, as a data set. */
#include <stdlib.h>
#include <string.h>

#include "sessions/export.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/commands.h"

static const struct option OPTIONS[] = {
    {"filter", 0, "EXPR", "only these examples (default: all)"},
    {NULL, 0, NULL, NULL},
};

static void print_lines(const struct dataset *d, struct str *out)
{
	for (size_t i = 0; i < d->n; i++) {
		struct json *j = example_to_json(&d->ex[i]);
		char *line = json_print(j);

		str_addf(out, "%s\n", line);
		free(line);
		json_free(j);
	}
}

static int exec_export(struct app *app, const struct args *a, struct err *err)
{
	const struct session *s = app_session(app, err);
	const char *expr = args_get(a, "filter");
	struct dataset d = {0};
	struct str out = {0};
	struct filter *f;
	int rc;

	if (!s)
		return -(int)err->code;
	rc = filter_parse(&f, expr ? expr : "", session_state(s), err);
	if (rc < 0)
		return rc;
	session_dataset(session_state(s), f, &d);
	filter_free(f);
	print_lines(&d, &out);
	rc = file_replace(a->pos[0], str_cstr(&out), out.len, err);
	if (rc == 0)
		app_say(app, "%s: %zu examples, %zu of them done", a->pos[0],
			d.n, session_state(s)->counts.done);
	str_release(&out);
	dataset_release(&d);
	return rc;
}

const struct cmd cmd_export = {
    .name = "export",
    .args = "FILE",
    .options = OPTIONS,
    .flags = CMD_LIVE | CMD_FILES,
    .min_pos = 1,
    .max_pos = 1,
    .help = "write the session as JSONL; of done examples what was decided",
    .exec = exec_export,
};
