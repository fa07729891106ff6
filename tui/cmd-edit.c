/* Commands that hand the terminal to another program: editor, shell. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/child.h"
#include "tui/commands.h"
#include "tui/editor.h"
#include "tui/ui.h"

/* In $VISUAL: the text, or the template of the instruction. */
static int edit_outside(struct app *app, enum pane_id what, struct err *err)
{
	char **to =
	    what == PANE_TEXT ? &app->request.text : &app->request.instruction;
	const char *now = *to ? *to : task_instruction(app->request.task);
	char *text;
	int rc;

	app_terminal(app, true);
	rc = editor_edit(now, settings_text(&app->settings, SET_EDITOR), &text,
			 err);
	app_terminal(app, false);
	if (rc < 0)
		return rc;
	if (strcmp(text, now) == 0) {
		app_note(app, "nothing was changed");
		free(text);
		return 0;
	}
	free(*to);
	*to = text;
	app_edited(app);
	return 0;
}

static int exec_edit(struct app *app, const struct args *a, struct err *err)
{
	struct ui *ui = app->ui;
	enum pane_id to =
	    ui && ui->focus == PANE_INSTRUCTION ? PANE_INSTRUCTION : PANE_TEXT;

	if (a->n_pos && strcmp(a->pos[0], "instruction") == 0)
		to = PANE_INSTRUCTION;
	else if (a->n_pos && strcmp(a->pos[0], "text") == 0)
		to = PANE_TEXT;
	else if (a->n_pos)
		return err_set(err, ERR_USAGE,
			       "edit %s: instruction or text expected",
			       a->pos[0]);
	if (to == PANE_INSTRUCTION && app->request.task == TASK_MEE)
		return err_set(err, ERR_USAGE,
			       "mee asks with the instructions of med and "
			       "meae: edit one of those (:task med)");
	if (!ui || args_has(a, "editor"))
		return edit_outside(app, to, err);
	ui_focus(ui, to);
	ui->want |= WANT_EDIT;
	app->dirty = DIRTY_ALL;
	return 0;
}

static const struct option EDIT_OPTIONS[] = {
    {"editor", 0, NULL, "in $VISUAL or $EDITOR, on the full screen too"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_edit = {
    .name = "edit",
    .args = "[instruction|text]",
    .options = EDIT_OPTIONS,
    .flags = CMD_LIVE | CMD_EDIT | CMD_FILES,
    .max_pos = 1,
    .help = "edit in place, predicted while you type; in line mode, in the "
	    "editor",
    .exec = exec_edit,
};

/* So that what the command printed can be read before it is drawn over. */
static void wait_for_enter(const struct app *app)
{
	int c;

	if (!app->ui)
		return;
	fputs("umie: Enter goes back ", stdout);
	fflush(stdout);
	while ((c = getchar()) != '\n' && c != EOF)
		;
}

static int run_shell(struct app *app, const char *command, const char *input,
		     struct err *err)
{
	int status;

	app_terminal(app, true);
	fflush(app->out);
	status = child_run(command, input, input ? strlen(input) : 0, err);
	wait_for_enter(app);
	app_terminal(app, false);
	if (status <= 0)
		return status;
	return err_set(err, ERR_FAILED, "%s: ended with status %d", command,
		       status);
}

static int exec_shell(struct app *app, const struct args *a, struct err *err)
{
	return run_shell(app, a->pos[0], NULL, err);
}

const struct cmd cmd_shell = {
    .name = "shell",
    .alias = "!",
    .args = "CMD",
    .flags = CMD_LIVE | CMD_FILES,
    .min_pos = 1,
    .max_pos = 1,
    .raw = true,
    .help = "run a command of the shell; !CMD is the same",
    .exec = exec_shell,
};

static int exec_pipe(struct app *app, const struct args *a, struct err *err)
{
	struct json *j;
	struct str line = {0};
	char *text;
	int rc;

	if (!app->result)
		return err_set(err, ERR_USAGE,
			       "pipe: there is no result yet (run)");
	j = extraction_json(app->result, true);
	text = json_print(j);
	str_addf(&line, "%s\n", text);
	rc = run_shell(app, a->pos[0], line.s, err);
	str_release(&line);
	free(text);
	json_free(j);
	return rc;
}

const struct cmd cmd_pipe = {
    .name = "pipe",
    .args = "CMD",
    .flags = CMD_LIVE | CMD_FILES,
    .min_pos = 1,
    .max_pos = 1,
    .raw = true,
    .help = "give the newest result as JSON to a command of the shell",
    .exec = exec_pipe,
};
