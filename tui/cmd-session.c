/* Commands of the session as a whole: files, log, settings of the log. */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"
#include "tui/items.h"

static const struct option LOAD_OPTIONS[] = {
    {"format", 0, "FORMAT", "format of the file (default: by its content)"},
    {"images", 0, "DIR", "where pictures are (default: beside the file)"},
    {"split", 0, "NAME", "only its examples of train, dev, test, ..."},
    {NULL, 0, NULL, NULL},
};

static int exec_load(struct app *app, const struct args *a, struct err *err)
{
	struct dataset_options o = {.image_dir = args_get(a, "images")};
	int rc = data_format_find(args_get(a, "format"), &o.format, err);

	return rc < 0 ? rc
		      : app_load(app, a->pos[0], args_get(a, "split"), &o, err);
}

const struct cmd cmd_load_live = {
    .name = "load",
    .args = "FILE",
    .options = LOAD_OPTIONS,
    .flags = CMD_LIVE | CMD_FILES,
    .min_pos = 1,
    .max_pos = 1,
    .help = "add a data set to the session; without one, to that of its name",
    .exec = exec_load,
};

/* --- session -------------------------------------------------------------- */

static const struct option SESSION_OPTIONS[] = {
    {"read-only", 0, NULL, "open for reading, also while another writes it"},
    {NULL, 0, NULL, NULL},
};

static int list_sessions(struct app *app, struct err *err)
{
	struct labels names = {0};
	int rc = session_list(&names, err);

	for (size_t i = 0; i < names.n; i++) {
		char *path = session_file(names.name[i], err);
		long pid = path ? session_writer(path) : 0;

		if (pid)
			app_say(app, "%zu  %s  (process %ld writes it)", i + 1,
				names.name[i], pid);
		else
			app_say(app, "%zu  %s", i + 1, names.name[i]);
		free(path);
	}
	if (rc == 0 && names.n == 0)
		app_say(app, "no sessions yet");
	labels_release(&names);
	return rc;
}

static int tell_session(struct app *app, struct err *err)
{
	const struct session *s = app_session(app, err);
	const struct session_counts *c;
	struct queue_progress p;

	if (!s)
		return -(int)err->code;
	c = &session_state(s)->counts;
	queue_progress(&app->queue, session_state(s), &p);
	app_say(app, "session %s, %s", session_name(s), session_path(s));
	app_say(app, "%zu of %zu done, %zu skipped, %zu to do, at %ld", p.done,
		p.n, p.skipped, p.n - p.done - p.skipped, p.place);
	if (p.minutes >= 0)
		app_say(app, "%.1f per minute, %.0f minutes left",
			c->per_minute, p.minutes);
	app_say(app,
		"in what is done: %zu accepted, %zu edited, %zu rejected, "
		"%zu added",
		c->accepted, c->edited, c->rejected, c->added);
	app_say(app, "%zu acts, %zu not saved; %zu can be undone, %zu redone",
		session_state(s)->n_log, session_unsaved(s),
		session_state(s)->n_undo, session_state(s)->n_redo);
	return 0;
}

static int save_session(struct app *app, struct err *err)
{
	struct session *s = app_session(app, err);
	int rc = s ? session_save(s, err) : -(int)err->code;

	if (rc == 0)
		app_say(app, "saved: %s", session_path(s));
	return rc;
}

static int close_session(struct app *app, struct err *err)
{
	if (app->recorder)
		return err_set(err, ERR_USAGE,
			       "a recording goes on; it has one session "
			       "(record stop)");
	return app_session(app, err) ? app_session_close(app, err)
				     : -(int)err->code;
}

static int exec_session(struct app *app, const struct args *a, struct err *err)
{
	const char *what = a->n_pos ? a->pos[0] : "";
	bool new = strcmp(what, "new") == 0;

	if (a->n_pos == 0)
		return tell_session(app, err);
	if (a->n_pos == 2 && (new || strcmp(what, "open") == 0))
		return app_session_open(app, a->pos[1], new,
					args_has(a, "read-only"), err);
	if (a->n_pos == 1 && strcmp(what, "list") == 0)
		return list_sessions(app, err);
	if (a->n_pos == 1 && strcmp(what, "save") == 0)
		return save_session(app, err);
	if (a->n_pos == 1 && strcmp(what, "close") == 0)
		return close_session(app, err);
	return err_set(err, ERR_USAGE, "session: wants %s", a->cmd->args);
}

const struct cmd cmd_session = {
    .name = "session",
    .args = "[list|open NAME|new NAME|save|close]",
    .options = SESSION_OPTIONS,
    .flags = CMD_LIVE | CMD_FILES,
    .max_pos = 2,
    .help = "say how far the session is, or open, list, close one",
    .exec = exec_session,
};

/* --- log ---------------------------------------------------------------------
 */

static int count_of(const struct args *a, int *n, struct err *err)
{
	char *end;
	long v = 1;

	if (a->n_pos) {
		v = strtol(a->pos[0], &end, 10);
		if (*end || v < 1 || v > 1000000)
			return err_set(err, ERR_USAGE,
				       "%s: a number of acts expected, not %s",
				       a->cmd->name, a->pos[0]);
	}
	*n = (int)v;
	return 0;
}

/* Tell the acts of the log from `from` on. */
static void tell_acts(struct app *app, size_t from)
{
	const struct state *s = session_state(app->session);

	for (size_t i = from; i < s->n_log; i++) {
		struct str line = {0};

		if (s->log[i].kind != ACT_KIND_UNDO &&
		    s->log[i].kind != ACT_KIND_REDO)
			continue;
		str_add(&line, s->log[i].kind == ACT_KIND_UNDO ? "undone: "
							       : "redone: ");
		session_tell(app->session,
			     &s->log[session_act_of(&s->log[i]) - 1], &line);
		app_say(app, "%s", line.s);
		str_release(&line);
	}
}

static int turn(struct app *app, const struct args *a,
		int (*how)(struct session *s, int n, struct err *err),
		struct err *err)
{
	struct session *s = app_session(app, err);
	size_t before;
	int n = 1, at, rc;

	if (!s || count_of(a, &n, err) < 0)
		return -(int)err->code;
	before = session_state(s)->n_log;
	at = session_state(s)->at;
	rc = how(s, n, err);
	tell_acts(app, before);
	if (session_state(s)->at != at)
		app_look(app);
	app->dirty = DIRTY_ALL;
	return rc;
}

static int exec_undo(struct app *app, const struct args *a, struct err *err)
{
	return turn(app, a, session_undo, err);
}

const struct cmd cmd_undo = {
    .name = "undo",
    .alias = "u",
    .args = "[N]",
    .flags = CMD_LIVE,
    .max_pos = 1,
    .help = "take back the last act, or the last N, of any run",
    .exec = exec_undo,
};

static int exec_redo(struct app *app, const struct args *a, struct err *err)
{
	return turn(app, a, session_redo, err);
}

const struct cmd cmd_redo = {
    .name = "redo",
    .args = "[N]",
    .flags = CMD_LIVE,
    .max_pos = 1,
    .help = "do again what was undone",
    .exec = exec_redo,
};

enum { HISTORY = 20 };

static int exec_history(struct app *app, const struct args *a, struct err *err)
{
	const struct session *s = app_session(app, err);
	const char *what = a->n_pos ? a->pos[0] : NULL;
	const struct state *st;
	size_t n = 0, from;
	struct str *line;

	if (!s)
		return -(int)err->code;
	st = session_state(s);
	line = xcalloc(st->n_log + 1, sizeof(*line));
	for (size_t i = 0; i < st->n_log; i++) {
		const struct act *act = &st->log[i];

		if (!what && (act_flags(act->kind) & ACT_SOFT))
			continue;
		session_tell(s, act, &line[n]);
		if (!what || strstr(line[n].s, what))
			n++;
		else
			str_clear(&line[n]);
	}
	from = !what && n > HISTORY ? n - HISTORY : 0;
	for (size_t i = from; i < n; i++)
		app_say(app, "%s", line[i].s);
	if (n == 0)
		app_say(app, "no such acts");
	for (size_t i = 0; i <= st->n_log; i++)
		str_release(&line[i]);
	free(line);
	return 0;
}

const struct cmd cmd_history = {
    .name = "history",
    .args = "[WORDS]",
    .flags = CMD_LIVE,
    .max_pos = 1,
    .raw = true,
    .help = "show the last acts, or all those in whose line WORDS stand",
    .exec = exec_history,
};
