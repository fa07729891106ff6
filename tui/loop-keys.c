/* Keys on the full screen: to readline, to a pane, or to what lies over it. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "src/engine/clock.h"
#include "tui/keymap.h"
#include "tui/loop-internal.h"
#include "tui/pane.h"
#include "tui/show.h"

enum { KEYS_AT_ONCE = 256 };

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

void loop_wishes(struct loop *l)
{
	unsigned want = l->ui.want;

	l->ui.want = 0;
	if (l->ui.send.len)
		screen_send(l->screen, l->ui.send.s);
	str_clear(&l->ui.send);
	if (want & WANT_PIXELS)
		loop_pixels_want(l);
	if (want & WANT_PROMPT) {
		prompt_command(l->prompt, str_cstr(&l->ui.begun));
		str_clear(&l->ui.begun);
	}
	if (want & WANT_EDIT)
		begin_edit(l);
	if (want & WANT_SUSPEND) {
		screen_suspend(l->screen);
		loop_resize(l);
	}
	if (want & WANT_REPAINT) {
		screen_repaint(l->screen);
		loop_resize(l);
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
		loop_command(l, line);
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
		loop_command(l,
			     key == K_WHEEL_UP ? "scroll up" : "scroll down");
		return;
	}
	if (id == PANE_NONE || l->ui.overlay || l->ui.typing ||
	    show_plays(l->app))
		return;
	str_addf(&line, "focus %s", pane_name(id));
	loop_command(l, line.s);
	str_clear(&line);
	p.h = l->layout.pane[id].h - 2;
	p.w = l->layout.pane[id].w - 2;
	y -= l->layout.pane[id].y + 1;
	if (y >= 0 && y < p.h && pane_ops(id)->click &&
	    pane_ops(id)->click(l->app, &p, l->ui.scroll[id], y, &line))
		loop_command(l, line.s);
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
		loop_command(l, b->command);
	}
}

static void global_key(struct loop *l, int key)
{
	const struct binding *b = keymap_find(&l->app->keys, l->ui.focus, key);

	if (b)
		loop_command(l, b->command);
}

void loop_handle(struct loop *l, const int *key, int n)
{
	for (int i = 0; i < n; i++) {
		if (l->pixeled)
			loop_pixels_leave(l);
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
		loop_wishes(l);
	}
}

void loop_keys(struct loop *l)
{
	int key[KEYS_AT_ONCE], n = 0;
	int left[KEYS_AT_ONCE + PIXELS_HELD];

	while (n < KEYS_AT_ONCE && screen_key(l->screen, &key[n]))
		n++;
	loop_handle(
	    l, left,
	    (int)pixels_filter(&l->pixels, key, (size_t)n, clock_ms(), left));
	loop_pixels_answered(l);
	if (n == 0 && screen_gone(l->screen))
		l->signal = SIGHUP;
	l->app->dirty |= DIRTY_STATUS;
}
