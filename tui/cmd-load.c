/* umie load: read a data set, and say what is in it. */
#include "src/base/str.h"
#include "src/data/summary.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"

static const struct option OPTIONS[] = {
    {"format", 0, "FORMAT", "format of the file (default: by its content)"},
    {"images", 0, "DIR", "where pictures are (default: beside the file)"},
    {"json", 0, NULL, "the figures as one JSON object"},
    {NULL, 0, NULL, NULL},
};

static void report(struct app *app, const struct dataset *d, bool guessed,
		   bool as_json)
{
	struct str text = {0};

	if (as_json) {
		say_json(app, dataset_summary(d, guessed));
		return;
	}
	dataset_summary_text(d, guessed, &text);
	text.s[--text.len] = '\0';
	app_say(app, "%s", text.s);
	str_release(&text);
}

static int exec_load(struct app *app, const struct args *a, struct err *err)
{
	struct dataset_options o = {.image_dir = args_get(a, "images")};
	struct dataset d = {0};
	int rc = data_format_find(args_get(a, "format"), &o.format, err);

	if (rc == 0)
		rc = dataset_read(&d, a->pos[0], &o, err);
	if (rc == 0)
		report(app, &d, o.format == DATA_GUESS, args_has(a, "json"));
	dataset_release(&d);
	return rc;
}

const struct cmd cmd_load = {
    .name = "load",
    .args = "FILE|-",
    .options = OPTIONS,
    .flags = CMD_BATCH,
    .min_pos = 1,
    .max_pos = 1,
    .help = "read a data set and say what is in it",
    .exec = exec_load,
};
