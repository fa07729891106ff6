#include "tui/face.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/cmd.h"
#include "tui/commands.h"
#include "tui/demo.h"
#include "tui/rc.h"
#include "tui/script.h"

static const struct option OPTIONS[] = {
    BATCH_OPTIONS,
    {"image", 'i', "FILE", "a JPEG, PNG or BMP picture; - reads it from stdin"},
    {"task", 't', "TASK", "mner, mre, med, meae or mee"},
    {"command", 'c', "CMDS", "run these commands, with ; between them"},
    {"script", 'x', "FILE", "run the commands of a file (- is stdin)"},
    {"user", 0, "NAME", "who decides in a session (default: $USER)"},
    {"plain", 0, NULL, "line mode: no screen, no escape codes"},
    {"theme", 0, "default|light|dark|mono|high-contrast",
     "colours of the screen"},
    {"color", 0, "auto|always|never", "colours of batch output"},
    {"tour", 0, NULL, "five minutes that show what there is; no checkpoint"},
    {"norc", 0, NULL, "read no rc file and no ~/.inputrc"},
    {"reset-terminal", 0, NULL, "put a garbled terminal right, and leave"},
    {"help", 'h', NULL, "this text; umie COMMAND --help for one command"},
    {"version", 0, NULL, "name and version"},
    {NULL, 0, NULL, NULL},
};

const struct cmd FACE = {
    .name = "umie",
    .args = "[TEXT|FILE]",
    .options = OPTIONS,
    .max_pos = 1,
    .help = "look at a text and its picture",
};

void face_usage(struct str *out)
{
	struct str rows = {0};

	str_add(
	    out,
	    "usage: umie [OPTION...] [TEXT]      look at a text and its "
	    "picture\n"
	    "       umie [OPTION...] FILE        annotate a data set, or go on "
	    "with a session\n"
	    "       umie [OPTION...] FILE.umie   run a script\n"
	    "       umie COMMAND [OPTION...]     compute without a screen\n"
	    "\n"
	    "examples:\n"
	    "  umie                             the demonstration\n"
	    "  umie --tour                      what there is, in five "
	    "minutes\n"
	    "  umie -i dog.jpg 'Rocky is here'  your text and picture\n"
	    "  umie extract --json -i dog.jpg 'Rocky is here'\n"
	    "  umie -c 'text Rocky is here; gate off'\n"
	    "\n"
	    "options:\n");
	cmd_usage(&FACE, &rows);
	str_add(out, strstr(rows.s, "\n  ") + 1);
	str_add(out, "\ncommands (umie COMMAND --help explains one):\n");
	cmd_list(CMD_BATCH, out);
	str_release(&rows);
}

static bool is_script(const char *path)
{
	size_t n = strlen(path);

	/* a session's file is called so, too */
	return n > 5 && strcmp(path + n - 5, ".umie") == 0 &&
	       !session_is_file(path);
}

static bool is_dumb(void)
{
	const char *term = getenv("TERM");

	return !term || !*term || strcmp(term, "dumb") == 0;
}

bool face_wants_lines(const struct app *app)
{
	return settings_on(&app->settings, SET_PLAIN) ||
	       !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || is_dumb();
}

bool face_color(const struct app *app)
{
	const char *no = getenv("NO_COLOR");
	const char *when = settings_text(&app->settings, SET_COLOR);

	if (strcmp(when, "auto") != 0)
		return strcmp(when, "always") == 0;
	return isatty(STDOUT_FILENO) && !(no && *no) && !is_dumb();
}

/* The argument names a file: a session or a data set. */
static bool is_file(const struct args *a)
{
	return a->n_pos && !strchr(a->pos[0], ' ') && file_exists(a->pos[0]) &&
	       !file_is_dir(a->pos[0]) && !is_script(a->pos[0]);
}

static int open_file(struct app *app, const char *path, struct err *err)
{
	struct dataset_options o = {0};

	if (session_is_file(path))
		return app_session_open(app, path, false, false, err);
	return app_load(app, path, NULL, &o, err);
}

/* Say which session was the last one. */
static void offer(struct app *app)
{
	struct labels names = {0};
	struct err err;

	if (session_list(&names, &err) == 0 && names.n)
		app_note(app, "the last session: session open %s",
			 names.name[0]);
	labels_release(&names);
}

/* Options that are settings as well. */
static int take_settings(struct app *app, const struct args *a, struct err *err)
{
	static const enum setting value[] = {SET_THEME, SET_COLOR};
	int rc = app_options(app, a, err);

	for (size_t i = 0; i < ARRAY_LEN(value) && rc == 0; i++) {
		const char *name = setting_row(value[i])->name;

		if (args_has(a, name))
			rc = settings_set(&app->settings, name,
					  args_get(a, name), FROM_FLAG, err);
	}
	if (rc == 0 && args_has(a, "plain"))
		rc =
		    settings_set(&app->settings, "plain", "on", FROM_FLAG, err);
	return rc;
}

static int read_config(struct app *app, const struct args *a, struct err *err)
{
	int rc;

	if (!args_has(a, "norc"))
		rc = rc_read(app, err);
	else
		rc = rc_environment(app, err);
	if (args_has(a, "norc"))
		setenv("INPUTRC", "/dev/null", 1);
	return rc < 0 ? rc : take_settings(app, a, err);
}

static int take_request(struct app *app, const struct args *a, struct err *err)
{
	const char *task = args_get(a, "task");
	const char *image = args_get(a, "image");

	if (task && !task_read(task, &app->request.task, &app->request.own))
		return err_set(err, ERR_USAGE, "no task %s; the tasks are %s",
			       task, task_names_all());
	app->user = args_get(a, "user");
	if (a->n_pos && !is_script(a->pos[0]) && !is_file(a)) {
		free(app->request.text);
		app->request.text = xstrdup(a->pos[0]);
		app_edited(app);
	}
	return image ? app_image(app, image, err) : 0;
}

/* A checkpoint that was named has to open; of the usual one we say so. */
static int open_checkpoint(struct app *app, const struct args *a,
			   struct err *err)
{
	const char *given = args_get(a, "model");
	bool none = given && strcmp(given, "none") == 0;
	char *path = none    ? NULL
		     : given ? xstrdup(given)
			     : app_checkpoint(app, err);
	int rc = 0;

	if (path)
		rc = app_open(app, path, err);
	else if (!none && (isatty(STDIN_FILENO) || is_file(a)) &&
		 !args_has(a, "command") && !args_has(a, "script"))
		app_note(app, "no checkpoint is open: %s", err->text);
	free(path);
	return rc;
}

static int check_word(const struct args *a, struct err *err)
{
	if (a->n_pos && is_script(a->pos[0]) && !file_exists(a->pos[0]))
		return err_set(err, ERR_DATA, "%s: no such script", a->pos[0]);
	if (a->n_pos && !strpbrk(a->pos[0], " \n") &&
	    strpbrk(a->pos[0], "/.") && !file_exists(a->pos[0]) &&
	    !args_has(a, "image"))
		return err_set(err, ERR_DATA,
			       "%s: no such file (a text of one word goes to "
			       "umie extract)",
			       a->pos[0]);
	if (a->n_pos && !strchr(a->pos[0], ' ') && !args_has(a, "image") &&
	    !file_exists(a->pos[0]))
		return err_set(err, ERR_USAGE,
			       "no command %s (umie --help lists them; a text "
			       "of one word goes to umie extract)",
			       a->pos[0]);
	return 0;
}

static int prepare(struct app *app, const struct args *a, struct err *err)
{
	int rc = check_word(a, err);

	if (rc == 0)
		rc = read_config(app, a, err);
	if (rc == 0)
		rc = app_engine(app, err);
	if (rc == 0)
		rc = take_request(app, a, err);
	return rc < 0 ? rc : open_checkpoint(app, a, err);
}

/* -c, -x and FILE.umie; *ran: there was something. */
static int run_scripts(struct app *app, const struct args *a, bool *ran,
		       struct err *err)
{
	const char *commands = args_get(a, "command");
	const char *script = args_get(a, "script");
	int rc = 0;

	if (!script && a->n_pos && is_script(a->pos[0]))
		script = a->pos[0];
	*ran = commands || script;
	if (*ran)
		rc = line_signals(app, err);
	if (rc == 0 && script)
		rc = script_run_file(app, script, err);
	if (rc == 0 && commands && !app->quit)
		rc = script_run(app, commands, strlen(commands), "-c", true,
				err);
	return rc;
}

/* A recording that is shipped: it needs no checkpoint, GPU or pictures. */
static int tour(struct app *app, struct err *err)
{
	char *dir = bundle_shipped(app->argv0, "tour.rec"), *path, *model;
	char *argv[] = {(char *)"replay", NULL, (char *)"-m", NULL};
	struct args a;
	struct err none;
	int rc;

	if (!dir)
		return err_set(err, ERR_FAILED,
			       "the tour is neither beside the program nor in "
			       "%s",
			       PKGDATADIR "/demo");
	path = file_join(dir, "tour.rec");
	/* Who leaves the tour to try something finds it open. */
	model = app_checkpoint(app, &none);
	argv[1] = path;
	argv[3] = model;
	rc = cmd_parse(&cmd_replay, model && file_exists(model) ? 4 : 2, argv,
		       &a, err);
	if (rc == 0)
		rc = cmd_replay.exec(app, &a, err);
	free(model);
	free(path);
	free(dir);
	return rc;
}

int face_run(struct app *app, int argc, char **argv)
{
	struct args a;
	struct err err;
	int rc = cmd_parse(&FACE, argc, argv, &a, &err);
	bool demo, ran = false;

	if (rc == 0 && args_has(&a, "tour")) {
		rc = read_config(app, &a, &err);
		if (rc == 0)
			rc = tour(app, &err);
		if (rc < 0)
			app_fail(app, &err);
		return app->exit_code;
	}
	if (rc == 0)
		rc = prepare(app, &a, &err);
	if (rc == 0 && is_file(&a))
		rc = open_file(app, a.pos[0], &err);
	if (rc == 0)
		rc = run_scripts(app, &a, &ran, &err);
	demo = rc == 0 && !a.n_pos && !args_has(&a, "image");
	if (rc == 0 && !ran && !face_wants_lines(app)) {
		if (demo) {
			demo_begin(app);
			offer(app);
		}
		return screen_mode(app);
	}
	if (rc == 0 && !ran && demo && !isatty(STDIN_FILENO) &&
	    !settings_on(&app->settings, SET_PLAIN))
		rc = demo_lines(app, &err);
	if (rc == 0 && !ran && demo && isatty(STDIN_FILENO))
		offer(app);
	if (rc < 0) {
		app_fail(app, &err);
		return (int)err.code;
	}
	return ran ? app->exit_code : line_mode(app);
}
