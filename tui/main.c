/*
 * main -- argv to a command, a script, line mode or the full screen.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "src/base/err.h"
#include "src/base/str.h"
#include "src/image/decode.h"
#include "tui/app.h"
#include "tui/cmd.h"
#include "tui/face.h"

static void usage(FILE *to)
{
	struct str out = {0};

	str_add(
	    &out,
	    "usage: umie [OPTION...] [TEXT]      look at a text and its "
	    "picture\n"
	    "       umie [OPTION...] FILE        annotate a data set, or go on "
	    "with a session\n"
	    "       umie COMMAND [OPTION...]     compute without a screen\n"
	    "\n"
	    "examples:\n"
	    "  umie                             the demonstration\n"
	    "  umie -i dog.jpg 'Rocky is here'  your text and picture\n"
	    "  umie extract --json -i dog.jpg 'Rocky is here'\n"
	    "\n"
	    "options:\n"
	    "  -m, --model CKPT     checkpoint folder\n"
	    "  -i, --image FILE     picture\n"
	    "  -t, --task TASK      mner, mre, med, meae or mee\n"
	    "  -c, --command CMDS   run commands (separated by ;) in line "
	    "mode\n"
	    "      --user NAME      who decides in a session\n"
	    "      --plain          line mode: no screen, no escape codes\n"
	    "      --threads N      processor threads\n"
	    "  -h, --help           this text; umie COMMAND --help for one\n"
	    "      --version\n"
	    "\n"
	    "commands:\n");
	cmd_list(CMD_BATCH, &out);
	fputs(out.s, to);
	str_release(&out);
}

static int fail(const struct err *err)
{
	fprintf(stderr, "umie: %s\n", err->text);
	return (int)err->code;
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0)
			return false;
		if (strcmp(argv[i], "--help") == 0 ||
		    strcmp(argv[i], "-h") == 0)
			return true;
	}
	return false;
}

/* One batch command; `argv[0]` is its name. */
static int batch(struct app *app, const struct cmd *c, int argc, char **argv)
{
	struct str text = {0};
	struct args a;
	struct err err;

	if (wants_help(argc, argv)) {
		cmd_usage(c, &text);
		fputs(text.s, stdout);
		str_release(&text);
		return 0;
	}
	if (cmd_parse(c, argc, argv, &a, &err) < 0)
		return fail(&err);
	if (c->exec(app, &a, &err) < 0)
		return fail(&err);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "umie: standard output: cannot write\n");
		return 1;
	}
	return 0;
}

static bool use_color(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && *no) && term &&
	       strcmp(term, "dumb") != 0;
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

int main(int argc, char **argv)
{
	struct decoder *decoder = NULL;
	const struct cmd *c;
	struct app app;
	struct err err;
	int status;

	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C");
	c = argc > 1 ? cmd_find(argv[1], CMD_BATCH) : NULL;
	if (!c && argc > 1 && strcmp(argv[1], "--version") == 0) {
		puts(PACKAGE_STRING);
		return 0;
	}
	if (!c && wants_help(argc, argv)) {
		usage(stdout);
		return 0;
	}
	wait_quietly(argv);
	/* The helper forks before there is a thread or a model. */
	decoder = decoder_start(&err);
	if (!decoder)
		return fail(&err);
	app_init(&app, argv[0], decoder);
	app.color = use_color();
	status =
	    c ? batch(&app, c, argc - 1, argv + 1) : face_run(&app, argc, argv);
	app_release(&app);
	decoder_stop(decoder);
	return status;
}
