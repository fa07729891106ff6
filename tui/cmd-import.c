/* import -- records of a file become decisions of the open session, or of one
 * that is named. */
#include <stdlib.h>
#include <string.h>

#include "sessions/import.h"
#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/str.h"
#include "src/data/offsets.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"

enum { STRANGERS = 10 }; /* ids that are said */

/* Rows of both faces. */
#define IMPORT_OPTIONS                                                        \
	{"format", 0, "FORMAT",                                               \
	 "format of the file (default: by its content)"},                     \
	    {"images", 0, "DIR",                                              \
	     "where pictures are (default: beside the file)"},                \
	    {"offsets", 0, "UNIT", "of the file: cp (default), utf16, byte"}, \
	{                                                                     \
		"done", 0, NULL,                                              \
		    "its examples are done, where nothing contradicts"        \
	}

static const struct option LIVE_OPTIONS[] = {
    IMPORT_OPTIONS,
    {NULL, 0, NULL, NULL},
};

static const struct option OPTIONS[] = {
    SESSION_OPTION,
    IMPORT_OPTIONS,
    {"user", 0, "NAME", "who decides (default: $USER)"},
    {"json", 0, NULL, "counts, conflicts and unknown ids as one JSON object"},
    {NULL, 0, NULL, NULL},
};

/* "import brat DIR" is "import --format brat DIR". */
static int fill(const struct args *a, struct dataset_options *o,
		struct err *err)
{
	const char *unit = args_get(a, "offsets");
	const char *format = a->n_pos == 2 ? a->pos[0] : args_get(a, "format");

	if (a->n_pos == 2 && args_has(a, "format"))
		return err_set(err, ERR_USAGE,
			       "import: the format is given twice, as %s and "
			       "as %s",
			       a->pos[0], args_get(a, "format"));
	if (session_is_file(a->pos[a->n_pos - 1]))
		return err_set(err, ERR_USAGE,
			       "import: %s is a session; umie export writes "
			       "it as a data set",
			       a->pos[a->n_pos - 1]);
	o->image_dir = args_get(a, "images");
	if (data_format_find(format, &o->format, err) < 0)
		return -(int)err->code;
	return unit ? offset_unit_find(unit, &o->unit, err) : 0;
}

static void say_strangers(struct app *app, const struct import_report *r)
{
	struct str ids = {0};

	for (size_t i = 0; i < r->strangers.n && i < STRANGERS; i++)
		str_addf(&ids, "%s%s", i ? ", " : "", r->strangers.name[i]);
	if (r->strangers.n > STRANGERS)
		str_add(&ids, ", …");
	if (r->strangers.n)
		app_say(app,
			"%zu examples of the file are not in the session, "
			"%zu of them with the id but not the text of one that "
			"is: %s",
			r->strangers.n, r->other_text, ids.s);
	str_release(&ids);
}

static void say_report(struct app *app, const char *path,
		       const struct import_report *r)
{
	app_say(app,
		"%s: %zu examples, %zu records taken, %zu were decided so "
		"already, %zu examples done",
		path, r->examples, r->taken, r->already, r->done);
	if (r->unplaced)
		app_say(app,
			"%zu records left out: their words, box or event are "
			"not in the example",
			r->unplaced);
	say_strangers(app, r);
	if (r->conflicts.n)
		app_say(app,
			"%zu conflicts; the decisions of the session stay "
			"(filter conflicts>0)",
			r->conflicts.n);
	for (size_t i = 0; i < r->conflicts.n; i++)
		app_say(app, "  %s", r->conflicts.name[i]);
}

static struct json *names_json(const struct labels *l)
{
	struct json *j = json_new_array();

	for (size_t i = 0; i < l->n; i++)
		json_push_string(j, l->name[i]);
	return j;
}

static void print_json(struct app *app, const struct session *s,
		       const char *path, const struct import_report *r)
{
	struct json *j = json_new_object();

	json_put_string(j, "session", session_path(s));
	json_put_string(j, "file", path);
	json_put_int(j, "examples", (int64_t)r->examples);
	json_put_int(j, "taken", (int64_t)r->taken);
	json_put_int(j, "already", (int64_t)r->already);
	json_put_int(j, "done", (int64_t)r->done);
	json_put_int(j, "unplaced", (int64_t)r->unplaced);
	json_put(j, "conflicts", names_json(&r->conflicts));
	json_put(j, "strangers", names_json(&r->strangers));
	json_put_int(j, "other_text", (int64_t)r->other_text);
	say_json(app, j);
}

static int take_file(struct app *app, struct session *s, const struct args *a,
		     bool json, struct err *err)
{
	const char *path = a->pos[a->n_pos - 1];
	struct dataset_options o = {0};
	struct import_report r = {0};
	struct dataset d = {0};
	int rc = fill(a, &o, err);

	if (rc == 0)
		rc = dataset_read(&d, path, &o, err);
	if (rc < 0)
		return rc;
	rc = session_import(s, &d, args_has(a, "done"), &r, err);
	if (rc == 0 && json)
		print_json(app, s, path, &r);
	else if (rc == 0)
		say_report(app, path, &r);
	import_report_release(&r);
	dataset_release(&d);
	return rc;
}

static int exec_import_live(struct app *app, const struct args *a,
			    struct err *err)
{
	struct session *s = app_session(app, err);
	size_t before;
	int rc;

	if (!s)
		return -(int)err->code;
	before = session_state(s)->n_log;
	rc = take_file(app, s, a, false, err);
	if (rc == 0)
		rc = app_queue(app, err);
	if (session_state(s)->n_log != before)
		app_look(app);
	return rc;
}

#define MORE                                                               \
	"What a person decided in the session stays; records of the file " \
	"that contradict it are told. One undo takes all of it back."

const struct cmd cmd_import_live = {
    .name = "import",
    .args = "[FORMAT] FILE",
    .options = LIVE_OPTIONS,
    .flags = CMD_LIVE | CMD_FILES,
    .min_pos = 1,
    .max_pos = 2,
    .kinds = {KIND_FILE, KIND_FILE},
    .help = "bring the records of a file into the session as decisions",
    .exec = exec_import_live,
    .more = MORE,
};

static int exec_import(struct app *app, const struct args *a, struct err *err)
{
	struct session *s;
	struct err late;
	int rc = batch_session(&s, a, false, err);

	if (rc < 0)
		return rc;
	rc = take_file(app, s, a, args_has(a, "json"), err);
	/* What could not be saved is tried once more, and told once. */
	if (session_close(s, &late) < 0 && rc == 0) {
		*err = late;
		rc = -(int)err->code;
	}
	return rc;
}

const struct cmd cmd_import = {
    .name = "import",
    .args = "[FORMAT] FILE|-",
    .options = OPTIONS,
    .flags = CMD_BATCH,
    .min_pos = 1,
    .max_pos = 2,
    .kinds = {KIND_FILE, KIND_FILE},
    .help = "bring the records of a file into a session as decisions",
    .exec = exec_import,
    .more = MORE,
};
