/*
 * The full screen: wait for keys, signals, the engine and the clock; let
 * commands change the app; draw what is dirty.  No key waits for the engine.
 */
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/turn.h"
#include "src/base/utf8.h"
#include "src/engine/clock.h"
#include "tui/app.h"
#include "tui/cmd.h"
#include "tui/face.h"
#include "tui/keymap.h"
#include "tui/pane.h"
#include "tui/pixels.h"
#include "tui/prompt.h"
#include "tui/reader.h"
#include "tui/screen.h"
#include "tui/show.h"
#include "tui/signals.h"

enum {
	KEYS_AT_ONCE = 256,
	CAPTION = 4, /* rows: a line, and three of words */
	CLOCK = 100, /* ms between looks at a running computation */
};

struct loop {
	struct app *app;
	struct ui ui;
	struct screen *screen;
	struct prompt *prompt;
	struct layout layout;
	struct grid grid;
	struct str stderr_line; /* without its newline yet */
	int signal;             /* that ended the loop; 0: none */
	bool pasting;           /* over the panes: not meant as keys */
	enum theme theme;       /* that the screen has */
	bool mouse;             /* it has been asked for */
	struct pixel_query pixels;
	bool asked;   /* for pixels: they are shown when it can */
	bool pixeled; /* they are there, until the next key */
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

static void resize(struct loop *l)
{
	l->pixeled = false; /* what they showed is drawn over */
	screen_size(l->screen, &l->ui.w, &l->ui.h);
	l->app->dirty = DIRTY_ALL;
}

/* Run a line; an answer of many lines is laid over the panes. */
static void command(struct loop *l, const char *line)
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

/* The template that is edited; the caller's. */
static char *instruction_now(const struct app *app)
{
	const struct extract_request *r = &app->request;
	const struct extraction *x = app->result;
	bool cascade = r->task == TASK_MEE || (r->task == TASK_MRE && !r->head);
	struct str out = {0};

	if (r->instruction)
		return xstrdup(r->instruction);
	if (!x || x->task != r->task || cascade)
		return xstrdup(task_instruction(r->task));
	/* As it was filled in; a brace of its own stays one. */
	for (const char *s = x->instruction; *s; s++)
		str_add(&out, *s == '{' ? "{{" : (char[]){*s, '\0'});
	return str_detach(&out);
}

static void begin_edit(struct loop *l)
{
	struct app *app = l->app;
	char *text = l->ui.focus == PANE_INSTRUCTION
			 ? instruction_now(app)
			 : xstrdup(app->request.text);

	prompt_edit(l->prompt, text);
	free(text);
	app->dirty = DIRTY_ALL;
}

/* What was typed in a pane becomes what is asked. */
static void take_edit(struct loop *l, const char *typed)
{
	struct app *app = l->app;
	char **to = l->ui.focus == PANE_INSTRUCTION ? &app->request.instruction
						    : &app->request.text;
	char *now = l->ui.focus == PANE_INSTRUCTION ? instruction_now(app)
						    : xstrdup(*to);

	if (strcmp(now, typed) != 0 &&
	    !typed[utf8_valid(typed, strlen(typed))]) {
		free(*to);
		*to = xstrdup(typed);
		app_edited(app);
	}
	free(now);
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

/* The picture alone, in the terminal's pixels, until the next key. */
static void show_pixels(struct loop *l)
{
	const struct app *app = l->app;
	struct str out = {0};
	int w, h;

	screen_cell(l->screen, &w, &h);
	str_addf(&out, "\033[2J\033[1;1H%s %dx%d   any key goes back\033[2;1H",
		 app->request.image, app->picture_w, app->picture_h);
	if (pixels_print(&app->picture, l->pixels.can, l->ui.h - 2, l->ui.w, w,
			 h, &out)) {
		screen_send(l->screen, out.s);
		l->pixeled = true;
	} else {
		app_note(l->app, "pixels: umie was built without libchafa");
	}
	str_release(&out);
}

/* The terminal has said what it can, or has said nothing for too long. */
static void pixels_answered(struct loop *l)
{
	if (!l->asked || l->pixels.can == PIXELS_UNKNOWN || l->pixels.until > 0)
		return;
	l->asked = false;
	if (l->pixels.can == PIXELS_NONE)
		app_note(l->app, "pixels: this terminal shows neither sixel "
				 "nor kitty pictures; z enlarges the cells");
	else if (l->app->picture.rgb)
		show_pixels(l);
}

static void want_pixels(struct loop *l)
{
	l->asked = true;
	if (l->pixels.can == PIXELS_UNKNOWN)
		screen_send(l->screen, pixels_ask(&l->pixels, clock_ms()));
	pixels_answered(l);
}

static void leave_pixels(struct loop *l)
{
	l->pixeled = false;
	screen_send(l->screen, pixels_erase(l->pixels.can));
	screen_repaint(l->screen);
	resize(l);
}

static void act_on_wishes(struct loop *l)
{
	unsigned want = l->ui.want;

	l->ui.want = 0;
	if (l->ui.send.len)
		screen_send(l->screen, l->ui.send.s);
	str_clear(&l->ui.send);
	if (want & WANT_PIXELS)
		want_pixels(l);
	if (want & WANT_PROMPT) {
		prompt_command(l->prompt, str_cstr(&l->ui.begun));
		str_clear(&l->ui.begun);
	}
	if (want & WANT_EDIT)
		begin_edit(l);
	if (want & WANT_SUSPEND) {
		screen_suspend(l->screen);
		resize(l);
	}
	if (want & WANT_REPAINT) {
		screen_repaint(l->screen);
		resize(l);
	}
}

/* A key while readline has the focus. */
static void typed_key(struct loop *l, int key, bool alone)
{
	bool pane = l->ui.typing == TYPING_PANE, ended = false;
	char *line = NULL;

	if (key == KEY_CTRL('c')) {
		prompt_leave(l->prompt);
		ended = true;
	} else {
		ended = prompt_key(l->prompt, key, alone, &line);
	}
	if (pane && !ended && !prompt_pasting(l->prompt))
		take_edit(l, str_cstr(&l->ui.line));
	if (ended && !pane && line)
		command(l, line);
	if (ended)
		l->app->dirty = DIRTY_ALL; /* the layout may change as well */
	free(line);
}

/* Keys that mean the same wherever the focus is. */
static bool is_global(int key)
{
	return key == KEY_CTRL('z') || key == KEY_CTRL('l');
}

static enum pane_id pane_at(const struct loop *l, int y, int x)
{
	for (int i = 0; i < PANES; i++) {
		const struct rect *r = &l->layout.pane[i];

		if (y >= r->y && y < r->y + r->h && x >= r->x &&
		    x < r->x + r->w)
			return (enum pane_id)i;
	}
	return PANE_NONE;
}

/* A click goes to the pane and does what the pane says; the wheel scrolls. */
static void pointer(struct loop *l, int key)
{
	struct str line = {0};
	struct port p = {&l->grid, 0, 0, 0, 0};
	enum pane_id id;
	int y, x;

	screen_pointer(l->screen, &y, &x);
	id = pane_at(l, y, x);
	if (key != K_CLICK) {
		command(l, key == K_WHEEL_UP ? "scroll up" : "scroll down");
		return;
	}
	if (id == PANE_NONE || l->ui.overlay || l->ui.typing ||
	    show_plays(l->app))
		return;
	str_addf(&line, "focus %s", pane_name(id));
	command(l, line.s);
	str_clear(&line);
	p.h = l->layout.pane[id].h - 2;
	p.w = l->layout.pane[id].w - 2;
	y -= l->layout.pane[id].y + 1;
	if (y >= 0 && y < p.h && pane_ops(id)->click &&
	    pane_ops(id)->click(l->app, &p, l->ui.scroll[id], y, &line))
		command(l, line.s);
	str_release(&line);
}

static bool is_pointer(int key)
{
	return key == K_CLICK || key == K_WHEEL_UP || key == K_WHEEL_DOWN;
}

static void pane_key(struct loop *l, int key)
{
	const struct binding *b = keymap_find(&l->app->keys, l->ui.focus, key);
	struct ui *ui = &l->ui;

	if (l->pasting || key == K_PASTE_BEGIN) {
		l->pasting = key != K_PASTE_END;
		if (!l->pasting)
			app_note(l->app, "nothing was pasted: e edits the "
					 "text, : begins a command");
	} else if (ui->asking) {
		ui->asking = false;
		l->app->quit = key == 'y' || key == 'Y' || key == KEY_CTRL('c');
	} else if (ui->overlay && key != K_PAGE_UP && key != K_PAGE_DOWN) {
		ui->overlay = OVERLAY_NONE;
		l->app->dirty = DIRTY_ALL;
	} else if (ui->adjust.kind && adjust_key(l->app, key)) {
		return;
	} else if (!ui->overlay && show_key(l->app, key)) {
		return;
	} else if (b) {
		command(l, b->command);
	}
}

static void global_key(struct loop *l, int key)
{
	const struct binding *b = keymap_find(&l->app->keys, l->ui.focus, key);

	if (b)
		command(l, b->command);
}

/* Keys that came together; Alt sends Esc first. */
static void handle_keys(struct loop *l, const int *key, int n)
{
	for (int i = 0; i < n; i++) {
		if (l->pixeled)
			leave_pixels(l);
		else if (is_pointer(key[i]))
			pointer(l, key[i]);
		else if (is_global(key[i]))
			global_key(l, key[i]);
		else if (l->ui.typing)
			typed_key(l, key[i], i + 1 == n && n < KEYS_AT_ONCE);
		else if (key[i] == K_ESCAPE && i + 1 < n)
			pane_key(l, key[++i] | K_META);
		else
			pane_key(l, key[i]);
		act_on_wishes(l);
	}
}

static void take_keys(struct loop *l)
{
	int key[KEYS_AT_ONCE], n = 0;
	int left[KEYS_AT_ONCE + PIXELS_HELD];

	while (n < KEYS_AT_ONCE && screen_key(l->screen, &key[n]))
		n++;
	handle_keys(
	    l, left,
	    (int)pixels_filter(&l->pixels, key, (size_t)n, clock_ms(), left));
	pixels_answered(l);
	if (n == 0 && screen_gone(l->screen))
		l->signal = SIGHUP;
	l->app->dirty |= DIRTY_STATUS;
}

static void pixels_pass(struct loop *l)
{
	int left[PIXELS_HELD];

	handle_keys(l, left, (int)pixels_tick(&l->pixels, clock_ms(), left));
	pixels_answered(l);
}

static void take_signals(struct loop *l)
{
	int sig;

	while ((sig = signals_next()))
		switch (sig) {
		case SIGWINCH:
			resize(l);
			break;
		case SIGTSTP:
			command(l, "suspend");
			break;
		case SIGINT:
			command(l, "cancel");
			break;
		default:
			l->signal = sig;
		}
	act_on_wishes(l);
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
		take_keys(l);
	if (p[2].revents)
		take_stderr(l);
	pixels_pass(l);
	app_drain(app);
	app_tick(app);
	if (app->live_job)
		app->dirty |= DIRTY_RESULTS | DIRTY_STATUS;
}

static void run(struct loop *l)
{
	struct app *app = l->app;

	turn_soon();
	resize(l);
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
	       task_name(app->request.task));
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
	resize(l);
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
