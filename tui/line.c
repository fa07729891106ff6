/* Line mode: commands in, lines out; for pipes, screen readers and tests. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/cmd.h"
#include "tui/face.h"
#include "tui/items.h"

void line_show(struct app *app)
{
	bool session = app->session && session_here(app->session);
	struct str text = {0};

	if (session && (app->looked || app->result))
		example_text(app, &text);
	else if (app->result)
		extraction_text(app->result, app->color, &text);
	app->looked = false;
	if (text.len == 0)
		return;
	text.s[--text.len] = '\0';
	app_say(app, "%s", text.s);
	str_release(&text);
	extraction_free(app->result);
	app->result = NULL;
}

/* Run one line; what it changed is computed and shown before the next. */
static void run_line(struct app *app, const char *line)
{
	struct err err;
	int rc = cmd_run_line(app, line, &err);

	if (rc < 0) {
		app_note(app, "%s", err.text);
		app->exit_code = (int)err.code;
	}
	app_wait(app);
	line_show(app);
	fflush(app->out);
}

/* The next line without its newline, NULL at the end; caller's. */
static char *next_line(bool tty)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	if (tty) {
		line = readline("umie: ");
		if (line && *line)
			add_history(line);
		return line;
	}
	n = getline(&line, &cap, stdin);
	if (n < 0) {
		free(line);
		return NULL;
	}
	while (n && (line[n - 1] == '\n' || line[n - 1] == '\r'))
		line[--n] = '\0';
	return line;
}

int line_mode(struct app *app)
{
	bool tty = isatty(STDIN_FILENO);
	char *line;

	if (tty) {
		rl_readline_name = "umie";
		app_say(app, "umie: help lists the commands, quit leaves");
	}
	app_wait(app);
	line_show(app);
	while (!app->quit && (line = next_line(tty))) {
		run_line(app, line);
		free(line);
	}
	/* At a prompt a mistake was seen; a script has to be told. */
	return tty ? 0 : app->exit_code;
}

int line_demo(struct app *app, struct err *err)
{
	struct dataset d = {0};
	struct dataset_options o = {0};
	char *dir = bundle_default(app->argv0, err), *path;
	int rc;

	if (!dir)
		return -(int)err->code;
	path = file_join(dir, "examples.jsonl");
	rc = dataset_read(&d, path, &o, err);
	free(path);
	free(dir);
	for (size_t i = 0; i < d.n && rc == 0; i++) {
		example_request(&d.ex[i], &app->request);
		app_predict(app);
		app_wait(app);
		line_show(app);
	}
	dataset_release(&d);
	return rc;
}
