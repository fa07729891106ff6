/*
 * Scripts on the full screen: what script_run() waits for, asked each turn.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/engine.h"
#include "tui/app.h"
#include "tui/commands.h"
#include "tui/script-internal.h"
#include "tui/script.h"
#include "tui/training.h"
#include "tui/words.h"

struct script {
	struct script *outer;
	char *name;
	struct str text;
	struct span rest;
	size_t line, next; /* of `command`, and behind it */
	size_t last;       /* of the one that ran */
	char *command;     /* to run now; owned; NULL: the end */
	bool settle;       /* what was begun is to end first */
	bool training;     /* so is the training run */
};

/* Comments and empty lines are passed over. */
static void advance(struct script *s)
{
	struct span command;

	free(s->command);
	s->command = NULL;
	do {
		s->line = s->next;
		if (!words_command(&s->rest, false, &command, &s->next))
			return;
	} while (command.len == 0);
	s->command = xstrndup(command.s, command.len);
}

static void script_free(struct script *s)
{
	free(s->name);
	free(s->command);
	str_release(&s->text);
	free(s);
}

void script_release(struct script *s)
{
	for (struct script *outer; s; s = outer) {
		outer = s->outer;
		script_free(s);
	}
}

/* ERR_USAGE when `path` would never end. */
static int begun(const struct app *app, const char *path, struct err *err)
{
	int depth = 0;

	for (const struct script *s = app->script; s; s = s->outer)
		if (++depth == SCRIPT_DEPTH || strcmp(s->name, path) == 0)
			return err_set(err, ERR_USAGE,
				       "%s: files that source each other",
				       path);
	return 0;
}

int script_begin(struct app *app, const char *path, struct err *err)
{
	struct script *s = xcalloc(1, sizeof(*s));
	int rc = begun(app, path, err);

	if (rc == 0 && file_read(path, SCRIPT_MAX, &s->text, err) < 0)
		rc = err_recode(err, ERR_DATA);
	if (rc == 0)
		rc = script_check(str_cstr(&s->text), s->text.len, path, err);
	s->name = xstrdup(path);
	if (rc < 0) {
		script_free(s);
		return rc;
	}
	s->rest = (struct span){str_cstr(&s->text), s->text.len};
	s->next = 1;
	s->outer = app->script;
	if (!app->script)
		app->failure = (struct err){0};
	app->script = s;
	advance(s);
	return 0;
}

/* What was begun last is not over, or what comes next is to run. */
static size_t line_of(const struct script *s)
{
	return s->settle || !s->command ? s->last : s->line;
}

char *script_status(const struct app *app)
{
	const struct script *s = app->script;
	struct str text = {0};

	if (!s)
		return NULL;
	str_addf(&text, "%s:%zu", s->name, line_of(s));
	return text.s;
}

void script_stop(struct app *app, const struct err *why)
{
	struct err err = *why;

	if (!app->script)
		return;
	for (const struct script *s = app->script; s; s = s->outer)
		err_context(&err, "%s:%zu", s->name, line_of(s));
	script_release(app->script);
	app->script = NULL;
	app->dirty |= DIRTY_STATUS;
	app_fail(app, &err);
}

static const char *words_of(const struct script *s)
{
	return s->command + (s->command[0] == '-');
}

static bool must_settle(const struct script *s)
{
	const struct cmd *c = s->command ? cmd_of_line(words_of(s)) : NULL;

	if (s->settle || !s->command)
		return true;
	/* `run` predicts what was gathered itself */
	return c && c != &cmd_run && !script_is_edit(c, words_of(s));
}

bool script_ready(const struct app *app)
{
	const struct script *s = app->script;
	const struct cmd *c;

	if (!s || app->failure.code)
		return s != NULL;
	if (s->training && training_runs(app))
		return false;
	if (must_settle(s))
		return !app->open_job && (app->run_at != 0 || !app->engine ||
					  !engine_busy(app->engine));
	c = cmd_of_line(words_of(s));
	return !(c && (c->flags & CMD_MODEL) && app->open_job);
}

void script_wait_training(struct app *app)
{
	app->script->training = true;
}

/* A line that begins with `-` may fail. */
static void run_one(struct app *app, struct script *s)
{
	bool lenient = s->command[0] == '-';
	const struct cmd *c = cmd_of_line(words_of(s));
	char *line = xstrdup(words_of(s));
	struct err err;
	int rc;

	s->settle = c && !script_is_edit(c, line);
	s->training = false;
	s->last = s->line;
	rc = cmd_run_line(app, line, &err);
	if (rc < 0 && lenient && err.code != ERR_CANCELLED) {
		app_note(app, "umie: %s (ignored)", err.text);
		rc = 0;
	}
	if (rc < 0)
		script_stop(app, &err);
	else if (app->script == s) /* it began none, and ended none */
		advance(s);
	free(line);
}

static void end(struct app *app)
{
	struct script *s = app->script;

	app->script = s->outer;
	if (app->script)
		advance(app->script);
	else
		app_note(app, "%s: done", s->name);
	script_free(s);
}

void script_turn(struct app *app)
{
	struct script *s = app->script;
	struct err why = app->failure;

	if (!script_ready(app))
		return;
	app->failure = (struct err){0};
	app->dirty |= DIRTY_STATUS;
	if (why.code || (must_settle(s) && app_lacks_checkpoint(app, &why) < 0))
		script_stop(app, &why);
	else if (must_settle(s) && app->run_at != 0)
		app_predict(app);
	else if (s->command)
		run_one(app, s);
	else
		end(app);
}
