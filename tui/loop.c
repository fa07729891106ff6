/*
 * The full screen: wait for keys, signals, the engine and the clock; let
 * commands change the app; draw what is dirty.  No key waits for the engine.
 */
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/turn.h"
#include "src/engine/clock.h"
#include "tui/cmd.h"
#include "tui/face.h"
#include "tui/loop-internal.h"
#include "tui/pane.h"
#include "tui/reader.h"
#include "tui/show.h"
#include "tui/signals.h"

enum {
	CAPTION = 4, /* rows: a line, and three of words */
	CLOCK = 100, /* ms between looks at a running computation */
};

static void relayout(struct loop *l)
{
	struct ui *ui = &l->ui;

	if (l->grid.w != ui->w || l->grid.h != ui->h) {
		grid_release(&l->grid);
		grid_init(&l->grid, ui->w, ui->h);
		l->app->dirty = DIRTY_ALL;
	}
	ui->progress = l->app->session != NULL;
	ui->caption = show_words(l->app) ? CAPTION : 0;
	layout_make(&l->layout, ui);
	if (!l->layout.too_small && l->layout.pane[ui->focus].h == 0)
		ui->focus = layout_next(&l->layout, ui, 1);
	prompt_columns(l->prompt, l->layout.pane[ui->focus].w - 2);
}

void loop_resize(struct loop *l)
{
	l->pixeled = false; /* what they showed is drawn over */
	screen_size(l->screen, &l->ui.w, &l->ui.h);
	l->app->dirty = DIRTY_ALL;
}

void loop_command(struct loop *l, const char *line)
{
	struct app *app = l->app;
	size_t before = app->n_said;
	struct err err;

	if (cmd_run_line(app, line, &err) < 0)
		app_note(app, "%s", err.text);
	if (app->n_said > before + (size_t)MAX(l->layout.messages.h, 1)) {
		l->ui.overlay = OVERLAY_MESSAGES;
		l->ui.overlay_scroll = 0;
		l->ui.last_messages = app->n_said - before;
		app->dirty = DIRTY_ALL;
	}
}

/* Settings that the terminal follows. */
static void follow_settings(struct loop *l)
{
	const struct settings *s = &l->app->settings;
	bool mouse = settings_on(s, SET_MOUSE);
	enum theme theme = THEME_DEFAULT;

	theme_find(settings_text(s, SET_THEME), &theme);
	widest_find(settings_text(s, SET_LAYOUT), &l->ui.widest);
	if (theme != l->theme)
		screen_theme(l->screen, theme);
	if (mouse != l->mouse)
		screen_mouse(l->screen, mouse);
	l->theme = theme;
	l->mouse = mouse;
}

static void take_signals(struct loop *l)
{
	int sig;

	while ((sig = signals_next()))
		switch (sig) {
		case SIGWINCH:
			loop_resize(l);
			break;
		case SIGTSTP:
			loop_command(l, "suspend");
			break;
		case SIGINT:
			loop_command(l, "cancel");
			break;
		default:
			l->signal = sig;
		}
	loop_wishes(l);
}

/* Lines that a library wrote to standard error are messages. */
static void take_stderr(struct loop *l)
{
	char block[4096];
	ssize_t n;

	while ((n = read(screen_log_fd(l->screen), block, sizeof(block))) > 0)
		for (ssize_t i = 0; i < n; i++) {
			if (block[i] != '\n') {
				str_addc(&l->stderr_line, block[i]);
				continue;
			}
			app_note(l->app, "%s", str_cstr(&l->stderr_line));
			str_clear(&l->stderr_line);
		}
}

static int timeout(const struct loop *l)
{
	const struct app *app = l->app;
	int ms = app_timeout(app),
	    asked = pixels_timeout(&l->pixels, clock_ms());

	if (asked >= 0)
		ms = ms < 0 ? asked : MIN(ms, asked);

	if (app->live_job || app->open_job)
		ms = ms < 0 ? CLOCK : MIN(ms, CLOCK);
	return ms;
}

static void wait_for(struct loop *l)
{
	struct app *app = l->app;
	struct pollfd p[] = {
	    {STDIN_FILENO, POLLIN, 0},
	    {signals_fd(), POLLIN, 0},
	    {screen_log_fd(l->screen), POLLIN, 0},
	    {app->engine ? engine_fd(app->engine) : -1, POLLIN, 0},
	};

	if (poll(p, ARRAY_LEN(p), timeout(l)) < 0)
		p[0].revents = p[1].revents = POLLIN;
	if (p[1].revents)
		take_signals(l);
	if (p[0].revents & (POLLHUP | POLLERR))
		l->signal = SIGHUP;
	else if (p[0].revents)
		loop_keys(l);
	if (p[2].revents)
		take_stderr(l);
	loop_pixels_pass(l);
	app_drain(app);
	app_tick(app);
	if (app->live_job)
		app->dirty |= DIRTY_RESULTS | DIRTY_STATUS;
}

static void run(struct loop *l)
{
	struct app *app = l->app;

	turn_soon();
	loop_resize(l);
	if (app->show)
		show_begin(app, 0);
	while (!app->quit && !l->signal) {
		follow_settings(l);
		relayout(l);
		if (app->dirty && !l->pixeled) {
			paint(app, &l->layout, &l->grid);
			screen_draw(l->screen, &l->grid);
		}
		wait_for(l);
	}
}

static void summary(const struct app *app)
{
	const struct extraction *x = app->result;

	printf("umie: %s; %s", app->open ? app->report.path : "no checkpoint",
	       task_called(app->request.task, app->request.own));
	if (app->request.image)
		printf("; %s", app->request.image);
	if (x)
		printf("\numie: %zu found, gate %.3f, %.0f ms\n", x->n_found,
		       fabs((double)x->g_used), x->ms.total);
	else
		puts("\numie: nothing was computed");
}

static void release(struct loop *l)
{
	ui_release(&l->ui);
	str_release(&l->stderr_line);
	grid_release(&l->grid);
	l->app->ui = NULL;
	l->app->screen = false;
}

/* For the commands that run another program. */
static void terminal(struct app *app, bool give)
{
	struct loop *l =
	    (struct loop *)((char *)app->ui - offsetof(struct loop, ui));

	if (give)
		screen_leave(l->screen);
	else
		screen_return(l->screen);
	loop_resize(l);
}

int screen_mode(struct app *app)
{
	struct loop l = {.app = app};
	struct err err;

	ui_init(&l.ui);
	l.screen = screen_open(&err);
	if (!l.screen) {
		fprintf(stderr, "umie: %s\n", err.text);
		return (int)err.code;
	}
	l.ui.mode = screen_mode_of(l.screen);
	l.ui.utf8 = screen_utf8(l.screen);
	reader_for(app);
	l.prompt = prompt_new(&l.ui);
	if (app->session)
		ui_focus(&l.ui, PANE_RESULTS);
	app->ui = &l.ui;
	app->terminal = terminal;
	app->screen = true;
	run(&l);
	if (l.signal)
		signals_last();
	prompt_free(l.prompt);
	screen_close(l.screen);
	summary(app);
	release(&l);
	return l.signal ? 128 + l.signal : 0;
}
