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

static const struct option OPTIONS[] = {
    BATCH_OPTIONS,
    {"image", 'i', "FILE", "a JPEG, PNG or BMP picture"},
    {"task", 't', "TASK", "mner, mre, med, meae or mee"},
    {"command", 'c', "CMDS", "run these commands in line mode"},
    {"user", 0, "NAME", "who decides in a session (default: $USER)"},
    {"plain", 0, NULL, "line mode"},
    {NULL, 0, NULL, NULL},
};

/* Not in the command table: `umie` by itself. */
static const struct cmd FACE = {
    .name = "umie",
    .args = "[TEXT|FILE]",
    .options = OPTIONS,
    .max_pos = 1,
    .help = "look at a text and its picture",
};

static bool wants_lines(const struct args *a)
{
	const char *plain = getenv("UMIE_PLAIN"), *term = getenv("TERM");

	return args_has(a, "plain") || args_has(a, "command") ||
	       (plain && *plain) || !isatty(STDIN_FILENO) ||
	       !isatty(STDOUT_FILENO) || !term || !*term ||
	       strcmp(term, "dumb") == 0;
}

/* The first demonstration example becomes what is edited. */
static void first_example(struct app *app)
{
	struct dataset d = {0};
	struct dataset_options o = {0};
	struct err err;
	char *dir = bundle_default(app->argv0, &err), *path;

	if (!dir)
		return;
	path = file_join(dir, "examples.jsonl");
	if (dataset_read(&d, path, &o, &err) == 0 && d.n) {
		char *image = d.ex[0].image;

		example_request(&d.ex[0], &app->request);
		app->request.image = NULL;
		app_set_image(app, image);
		app->request.boxes = d.ex[0].boxes;
		app->request.boxes_relative = d.ex[0].boxes_relative;
	} else {
		app_note(app, "%s", err.text);
	}
	dataset_release(&d);
	free(path);
	free(dir);
}

/* The argument names a file: a session or a data set. */
static bool is_file(const struct args *a)
{
	return a->n_pos && !strchr(a->pos[0], ' ') && file_exists(a->pos[0]) &&
	       !file_is_dir(a->pos[0]);
}

static int open_file(struct app *app, const char *path, struct err *err)
{
	struct dataset_options o = {0};

	if (session_is_file(path))
		return app_session_open(app, path, false, false, err);
	return app_load(app, path, &o, err);
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

static int apply(struct app *app, const struct args *a, struct err *err)
{
	const char *task = args_get(a, "task");
	const char *image = args_get(a, "image");
	long threads;

	if (args_int(a, "threads", 1, 1024, 0, &threads, err) < 0)
		return -(int)err->code;
	app->threads = (int)threads;
	if (args_has(a, "device"))
		app->device = args_get(a, "device");
	if (task && !task_find(task, &app->request.task))
		return err_set(err, ERR_USAGE, "no task %s; the tasks are %s",
			       task, task_names());
	if (image && !file_exists(image))
		return err_set(err, ERR_DATA, "%s: no such picture", image);
	if (app_engine(app, err) < 0)
		return -(int)err->code;
	app->user = args_get(a, "user");
	if (a->n_pos && !is_file(a)) {
		free(app->request.text);
		app->request.text = xstrdup(a->pos[0]);
	}
	if (image)
		app_set_image(app, image);
	return 0;
}

static int open_checkpoint(struct app *app, const struct args *a,
			   struct err *err)
{
	const char *given = args_get(a, "model");
	char *path;
	int rc;

	if (given && strcmp(given, "none") == 0)
		return 0;
	path = given ? xstrdup(given) : bundle_default(app->argv0, err);

	/* One can annotate without a model. */
	if (!path && is_file(a)) {
		app_note(app, "no checkpoint is open: %s", err->text);
		return 0;
	}
	if (!path)
		return -(int)err->code;
	rc = app_open(app, path, err);
	free(path);
	return rc;
}

/* `-c 'CMD; CMD'` */
static int run_commands(struct app *app, const char *commands)
{
	char *copy = xstrdup(commands), *save = NULL, *line;
	struct err err;

	for (line = strtok_r(copy, ";\n", &save); line && !app->quit;
	     line = strtok_r(NULL, ";\n", &save)) {
		app_wait(app);
		if (cmd_run_line(app, line, &err) < 0) {
			app_note(app, "%s", err.text);
			app->exit_code = (int)err.code;
		}
	}
	free(copy);
	app_wait(app);
	line_show(app);
	return app->exit_code;
}

int face_run(struct app *app, int argc, char **argv)
{
	struct args a;
	struct err err;
	int rc = cmd_parse(&FACE, argc, argv, &a, &err);
	bool demo;

	if (rc == 0 && a.n_pos && !strchr(a.pos[0], ' ') &&
	    !args_has(&a, "image") && !file_exists(a.pos[0]))
		rc = err_set(&err, ERR_USAGE,
			     "no command %s (umie --help lists them; a text of "
			     "one word goes to umie extract)",
			     a.pos[0]);
	if (rc == 0)
		rc = apply(app, &a, &err);
	if (rc == 0)
		rc = open_checkpoint(app, &a, &err);
	if (rc == 0 && is_file(&a))
		rc = open_file(app, a.pos[0], &err);
	if (rc < 0) {
		fprintf(stderr, "umie: %s\n", err.text);
		return (int)err.code;
	}
	demo = !a.n_pos && !args_has(&a, "image");
	if (args_has(&a, "command"))
		return run_commands(app, args_get(&a, "command"));
	if (!wants_lines(&a)) {
		if (demo) {
			first_example(app);
			offer(app);
		}
		return screen_mode(app);
	}
	if (demo && !isatty(STDIN_FILENO) && !args_has(&a, "plain"))
		rc = line_demo(app, &err);
	else if (!demo && !app->session)
		app_edited(app);
	if (demo && isatty(STDIN_FILENO))
		offer(app);
	if (rc < 0) {
		fprintf(stderr, "umie: %s\n", err.text);
		return (int)err.code;
	}
	return line_mode(app);
}
