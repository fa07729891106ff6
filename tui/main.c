/*
 * main -- argv to a command, a script, line mode or the full screen.
 */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "src/base/err.h"
#include "src/base/str.h"
#include "src/image/decode.h"
#include "tui/app.h"
#include "tui/cmd.h"
#include "tui/face.h"
#include "tui/pager.h"
#include "tui/rc.h"
#include "tui/signals.h"

static int fail(const struct err *err)
{
	fprintf(stderr, "umie: %s\n", err->text);
	return (int)err->code;
}

/* One of two options before `--`; the others do not count then. */
static bool has_option(int argc, char **argv, const char *a, const char *b)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0)
			return false;
		if (strcmp(argv[i], a) == 0 || strcmp(argv[i], b) == 0)
			return true;
	}
	return false;
}

/* Long texts go through a pager when somebody looks. */
static int show(const char *text)
{
	struct err err;

	return pager_show(text, NULL, &err) < 0 ? fail(&err) : 0;
}

static int usage_of(const struct cmd *c)
{
	struct str text = {0};
	int status;

	if (c)
		cmd_usage(c, &text);
	else
		face_usage(&text);
	status = show(text.s);
	str_release(&text);
	return status;
}

/* One batch command; `argv[0]` is its name. */
static int batch(struct app *app, const struct cmd *c, int argc, char **argv)
{
	struct args a;
	struct err err;

	if (rc_read(app, &err) < 0 || cmd_parse(c, argc, argv, &a, &err) < 0)
		return fail(&err);
	a.settings = &app->settings;
	app->color = face_color(app);
	if (c->exec(app, &a, &err) < 0)
		return fail(&err);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		if (errno == EPIPE) /* whoever read it has seen enough */
			return 128 + SIGPIPE;
		fprintf(stderr, "umie: standard output: cannot write\n");
		return 1;
	}
	return app->exit_code;
}

/*
 * OpenMP threads that spin while they wait are slow as soon as anything else
 * wants a core: on a busy machine by a factor of twenty.  The library reads
 * its environment before main() does, hence a new start.
 */
static void wait_quietly(char **argv)
{
	if (getenv("OMP_WAIT_POLICY") || getenv("GOMP_SPINCOUNT"))
		return;
	setenv("GOMP_SPINCOUNT", "2000", 1);
	execv("/proc/self/exe", argv); /* when it fails we just go on */
}

/* What needs neither settings nor the helper; -1: something else. */
static int at_once(const struct cmd *c, int argc, char **argv)
{
	struct err err;

	if (has_option(argc, argv, "--help", "-h"))
		return usage_of(c);
	if (!c && has_option(argc, argv, "--version", "--version"))
		return puts(PACKAGE_STRING) < 0;
	if (!c &&
	    has_option(argc, argv, "--reset-terminal", "--reset-terminal"))
		return signals_reset_terminal(&err) < 0 ? fail(&err) : 0;
	return -1;
}

int main(int argc, char **argv)
{
	struct decoder *decoder = NULL;
	const struct cmd *c;
	struct app app;
	struct err err;
	int status;

	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C");
	/* A parent may have told us to ignore it; `umie … | head` ends us. */
	signal(SIGPIPE, SIG_DFL);
	signal(SIGCHLD, SIG_DFL); /* or no child would ever be reported */
	c = argc > 1 ? cmd_find(argv[1], CMD_BATCH) : NULL;
	status = at_once(c, argc, argv);
	if (status >= 0)
		return status;
	wait_quietly(argv);
	/* The helper forks before there is a thread or a model. */
	decoder = decoder_start(&err);
	if (!decoder)
		return fail(&err);
	app_init(&app, argv[0], decoder);
	status =
	    c ? batch(&app, c, argc - 1, argv + 1) : face_run(&app, argc, argv);
	app_release(&app);
	decoder_stop(decoder);
	return status;
}
