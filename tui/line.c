/* Line mode: commands in, lines out; for pipes, screen readers and tests. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
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
#include "src/engine/clock.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/cmd.h"
#include "tui/face.h"
#include "tui/items.h"
#include "tui/prompt-guard.h"
#include "tui/reader.h"

enum { TWICE = 2000 }; /* ms between two C-c that mean leave */

/* A handler has no argument, nor have readline's callbacks. */
static struct {
	int pipe[2];
	volatile sig_atomic_t signal; /* newest; 0: none */
	bool ended;                   /* readline handed in a line */
	char *line;
	bool tty;      /* lines are typed */
	struct str in; /* read from a pipe, not yet taken */
} state = {.pipe = {-1, -1}};

void line_show(struct app *app)
{
	bool session = app->session && session_here(app->session);
	struct str text = {0};

	if (session && (app->looked || app->unseen))
		example_text(app, &text);
	else if (app->result && app->unseen)
		extraction_text(app->result, false, &text);
	app->looked = app->unseen = false;
	if (text.len == 0)
		return;
	text.s[--text.len] = '\0';
	app_say(app, "%s", text.s);
	str_release(&text);
}

static void tell(int sig)
{
	int saved = errno;
	unsigned char byte = (unsigned char)sig;

	state.signal = sig;
	if (write(state.pipe[1], &byte, 1) < 0)
		errno = saved; /* full: whoever waits wakes anyway */
	errno = saved;
}

int line_signals(struct app *app, struct err *err)
{
	static const int which[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction sa = {.sa_handler = tell};

	if (state.pipe[0] >= 0)
		return 0;
	if (pipe2(state.pipe, O_NONBLOCK | O_CLOEXEC) < 0)
		return err_errno(err, ERR_FAILED, "a pipe for signals");
	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(which); i++)
		sigaction(which[i], &sa, NULL);
	app->interrupt_fd = state.pipe[0];
	return 0;
}

int line_signal(void)
{
	char block[16];
	int sig = state.signal;

	state.signal = 0;
	while (read(state.pipe[0], block, sizeof(block)) > 0)
		;
	return sig;
}

/* Run one line; what it changed is computed and shown before the next. */
static void run_line(struct app *app, const char *line)
{
	struct err err;

	if (cmd_run_line(app, line, &err) < 0 ||
	    app_lacks_checkpoint(app, &err) < 0)
		app_fail(app, &err);
	app_wait(app);
	line_show(app);
	/* Whoever read our lines has gone: nothing is left to do. */
	if (fflush(app->out) != 0) {
		app->quit = true;
		app->exit_code = 128 + SIGPIPE;
	}
}

static void take_line(char *line)
{
	state.ended = true;
	state.line = line;
	rl_callback_handler_remove();
}

/* C-c at the prompt: the line is dropped; twice, the program is left. */
static void drop_line(struct app *app, double *last)
{
	double now = clock_ms();

	if (*last > 0 && now - *last < TWICE) {
		app->quit = true;
		app->exit_code = INTERRUPTED;
		return;
	}
	*last = now;
	rl_callback_sigcleanup();
	rl_replace_line("", 1);
	fputc('\n', rl_outstream);
	app_note(app, "C-c again within 2 seconds leaves");
	rl_on_new_line();
	rl_redisplay();
}

/* SIGTERM and SIGHUP end the program as they would without us. */
static void take_signal(struct app *app, double *last)
{
	int sig = line_signal();

	if (sig == SIGINT) {
		drop_line(app, last);
	} else if (sig) {
		app->quit = true;
		app->exit_code = 128 + sig;
	}
}

/* A line with readline; NULL at its end. */
static char *typed_line(struct app *app)
{
	double last = app->interrupted ? clock_ms() : 0;

	state.ended = false;
	state.line = NULL;
	rl_callback_handler_install("umie: ", take_line);
	while (!state.ended && !app->quit) {
		struct pollfd p[] = {{STDIN_FILENO, POLLIN, 0},
				     {state.pipe[0], POLLIN, 0}};

		if (poll(p, 2, -1) < 0)
			p[1].revents = POLLIN;
		if (p[1].revents)
			take_signal(app, &last);
		else if (p[0].revents)
			guard_read();
	}
	if (!state.ended)
		rl_callback_handler_remove();
	if (!state.line)
		fputc('\n', rl_outstream);
	else
		reader_remember(state.line);
	return state.line;
}

/* The first line of what was read, taken off; at the end, what is left. */
static char *take_first(struct str *in, bool ended)
{
	char *end = in->len ? memchr(in->s, '\n', in->len) : NULL, *line;
	size_t n = end ? (size_t)(end - in->s) : in->len;
	size_t gone = end ? n + 1 : n;

	if (!end && (!ended || in->len == 0))
		return NULL;
	line = xstrndup(in->s, n && in->s[n - 1] == '\r' ? n - 1 : n);
	memmove(in->s, in->s + gone, in->len - gone);
	in->len -= gone;
	return line;
}

/*
 * The next line without its newline, NULL at the end; caller's.  A signal may
 * reach any thread, so it is waited for where the input is.
 */
static char *next_line(struct app *app)
{
	struct str *in = &state.in;
	char block[4096], *line;
	ssize_t n = 1;

	while (!(line = take_first(in, n <= 0)) && n > 0) {
		struct pollfd p[] = {{STDIN_FILENO, POLLIN, 0},
				     {state.pipe[0], POLLIN, 0}};

		if (poll(p, 2, -1) < 0)
			continue;   /* by a signal: the pipe tells which */
		if (p[1].revents) { /* nothing is running: once is enough */
			app->exit_code = 128 + line_signal();
			return NULL;
		}
		n = read(STDIN_FILENO, block, sizeof(block));
		if (n > 0)
			str_addn(in, block, (size_t)n);
	}
	return line;
}

/* Readline as on a terminal that can do nothing: no escape sequence. */
static void start_reader(struct app *app)
{
	rl_terminal_name = "dumb";
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	reader_for(app);
	reader_start();
	rl_initialize();
	rl_variable_bind("enable-bracketed-paste", "off");
	rl_variable_bind("bell-style", "none");
	app_say(app, "umie: help lists the commands, quit leaves");
}

static char *read_line(struct app *app)
{
	return state.tty ? typed_line(app) : next_line(app);
}

int line_mode(struct app *app)
{
	struct err err;
	char *line;

	if (line_signals(app, &err) < 0) {
		app_fail(app, &err);
		return app->exit_code;
	}
	state.tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	app->ask = read_line;
	if (state.tty)
		start_reader(app);
	app_wait(app);
	line_show(app);
	while (!app->quit && (line = read_line(app))) {
		run_line(app, line);
		free(line);
	}
	app->ask = NULL;
	str_release(&state.in);
	if (!state.tty)
		return app->exit_code; /* a script has to be told */
	reader_stop();
	/* At a prompt a mistake was seen. */
	return app->exit_code > 128 ? app->exit_code : 0;
}
