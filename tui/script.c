#include "tui/script.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/commands.h"
#include "tui/face.h"
#include "tui/script-internal.h"
#include "tui/words.h"

/* Predict what was asked, print the result; what failed meanwhile fails. */
static int settle(struct app *app, struct err *err)
{
	if (app_lacks_checkpoint(app, err) < 0)
		return -(int)err->code;
	app->failure = (struct err){0};
	app_wait(app);
	if (app->failure.code) {
		*err = app->failure;
		return -(int)err->code;
	}
	if (app->interrupted)
		return err_set(err, ERR_CANCELLED, "interrupted");
	line_show(app);
	return 0;
}

bool script_is_edit(const struct cmd *c, const char *line)
{
	const char *rest = line + strcspn(line, " \t");

	if (c == &cmd_gate)
		return rest[strspn(rest, " \t")] != '\0';
	return (c->flags & CMD_EDIT) != 0;
}

/* One command, waited for. */
static int run_command(struct app *app, const char *line, struct err *err)
{
	const struct cmd *c = cmd_of_line(line);
	int rc = 0;

	if (c && (c->flags & CMD_MODEL))
		app_wait_open(app);
	/* `run` predicts what was gathered itself */
	if (c && c != &cmd_run && !script_is_edit(c, line))
		rc = settle(app, err);
	if (rc == 0)
		rc = cmd_run_line(app, line, err);
	if (rc == 0 && c && !script_is_edit(c, line))
		rc = settle(app, err);
	return rc;
}

/* A line that begins with `-` may fail. */
static int run_line(struct app *app, char *line, struct err *err)
{
	bool lenient = line[0] == '-';
	int rc = run_command(app, line + lenient, err);

	if (rc == 0 || !lenient || err->code == ERR_CANCELLED)
		return rc;
	app_note(app, "umie: %s (ignored)", err->text);
	return 0;
}

int script_check(const char *text, size_t n, const char *name, struct err *err)
{
	size_t line = 1;

	for (size_t i = 0; i < n; i++) {
		line += text[i] == '\n';
		if (text[i] == '\0')
			return err_set(err, ERR_DATA,
				       "%s:%zu: a NUL byte; a script is text",
				       name, line);
	}
	return 0;
}

int script_run(struct app *app, const char *text, size_t n, const char *name,
	       bool semicolons, struct err *err)
{
	struct span rest = {text, n}, command;
	size_t line = 1, next = 1;
	bool outer = app->in_script;
	int rc = script_check(text, n, name, err);

	app->in_script = true;
	while (rc == 0 && !app->quit &&
	       words_command(&rest, semicolons, &command, &next)) {
		char *copy = xstrndup(command.s, command.len);

		if (*copy)
			rc = run_line(app, copy, err);
		if (rc < 0)
			err_context(err, "%s:%zu", name, line);
		free(copy);
		line = next;
	}
	if (rc == 0)
		rc = settle(app, err);
	app->in_script = outer;
	return rc;
}

int script_run_file(struct app *app, const char *path, struct err *err)
{
	struct str text = {0};
	int rc = file_read(path, SCRIPT_MAX, &text, err);

	if (rc < 0)
		err_recode(err, ERR_DATA);
	else
		rc = script_run(app, str_cstr(&text), text.len, path, false,
				err);
	str_release(&text);
	return rc;
}

static int rc_line(struct app *app, const char *line, struct err *err)
{
	const struct cmd *c = cmd_of_line(line);

	if (c && app->source == FROM_PROJECT && c != &cmd_set)
		return err_set(err, ERR_USAGE,
			       "%s: only `set` may stand in a file that lies "
			       "in the folder one happens to be in",
			       c->name);
	if (c && !(c->flags & CMD_RC))
		return err_set(err, ERR_USAGE,
			       "%s is no command of an rc file; those are "
			       "set, bind, unbind, theme, auto and source",
			       c->name);
	return cmd_run_line(app, line, err);
}

void script_run_rc(struct app *app, const char *path)
{
	struct str text = {0};
	struct span rest, command;
	size_t line = 1, next = 1;
	struct err err;

	if (file_read(path, SCRIPT_MAX, &text, &err) < 0 ||
	    script_check(str_cstr(&text), text.len, path, &err) < 0) {
		app_note(app, "umie: %s", err.text);
		str_release(&text);
		return;
	}
	rest = (struct span){str_cstr(&text), text.len};
	while (words_command(&rest, false, &command, &next)) {
		char *copy = xstrndup(command.s, command.len);

		if (rc_line(app, copy, &err) < 0)
			app_note(app, "umie: %s:%zu: %s", path, line, err.text);
		free(copy);
		line = next;
	}
	str_release(&text);
}
