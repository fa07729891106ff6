/* The lines around the panes: status, keys, messages, prompt. */
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/keymap.h"
#include "tui/pane.h"

/* Last part of a path, slashes at its end aside. */
static int base_name(const char *path, const char **name)
{
	size_t n = strlen(path);
	const char *slash;

	while (n > 1 && path[n - 1] == '/')
		n--;
	slash = memrchr(path, '/', n);
	*name = slash && n > 1 ? slash + 1 : path;
	return (int)(path + n - *name);
}

static const char *activity(const struct app *app)
{
	if (app->open_job)
		return "opening ...";
	if (pane_busy(app) > 0)
		return "computing ...";
	return app->result && app->stale ? "old" : "";
}

void bar_status(const struct app *app, const struct port *p)
{
	const char *name;
	int at, n;

	port_field(p, 0, 0, p->w, INK_REVERSE, "");
	at = port_text(p, 0, 1, INK_REVERSE | INK_BOLD, "umie");
	if (app->open) {
		n = base_name(app->report.path, &name);
		at = port_printf(p, 0, at, INK_REVERSE, "  %.*s %.1f M %s", n,
				 name,
				 (double)(app->report.parameters +
					  app->report.vision_parameters) /
				     1e6,
				 app->report.dtype);
	} else {
		at = port_text(p, 0, at, INK_REVERSE, "  no checkpoint");
	}
	if (app->result)
		at = port_printf(p, 0, at, INK_REVERSE, "  %s",
				 app->result->device);
	at = port_printf(p, 0, at, INK_REVERSE, "  %s  ",
			 task_name(app->request.task));
	at = port_text(p, 0, at, INK_REVERSE | INK_BOLD,
		       screen_title(app->ui->screen));
	if (app->result)
		at = port_printf(p, 0, at, INK_REVERSE, "  %.0f ms",
				 app->result->ms.total);
	port_printf(p, 0, at, INK_REVERSE, "  %s", activity(app));
}

/* Some name their keys themselves: "j k result". */
static bool names_keys(const struct binding *b)
{
	return strchr(b->hint, ' ') != NULL;
}

static int hint_width(const struct binding *b)
{
	char name[16];

	return cells_width(b->hint) + 2 +
	       (names_keys(b) ? 0 : cells_width(keymap_name(b->key, name)) + 1);
}

static int draw_hint(const struct port *p, int x, const struct binding *b)
{
	char name[16];
	int end = x + hint_width(b);

	if (!names_keys(b))
		x = port_text(p, 0, x, INK_BOLD, keymap_name(b->key, name)) + 1;
	port_text(p, 0, x, 0, b->hint);
	if (names_keys(b))
		port_ink(p, 0, x, (int)strcspn(b->hint, " "), INK_BOLD);
	return end;
}

/* Those that belong everywhere always find room; the pane's, where it is. */
static void draw_hints(const struct port *p, unsigned pane)
{
	const unsigned all = (1u << PANES) - 1;
	const struct binding *b;
	int x = 1, room = p->w + 1;

	for (b = BINDINGS; b->command; b++)
		if (b->hint && b->panes == all)
			room -= hint_width(b);
	for (b = BINDINGS; b->command; b++) {
		if (!b->hint || !(b->panes & pane))
			continue;
		if (b->panes != all && hint_width(b) > room - 1)
			continue;
		if (b->panes != all)
			room -= hint_width(b);
		x = draw_hint(p, x, b);
	}
}

void bar_keys(const struct app *app, const struct port *p)
{
	if (app->ui->typing == TYPING_PANE) {
		port_printf(p, 0, 1, 0,
			    "editing the %s: it is predicted while you type; "
			    "Enter or Esc leaves, C-_ undoes",
			    pane_name(app->ui->focus));
		return;
	}
	if (app->ui->typing == TYPING_PROMPT) {
		port_text(p, 0, 1, 0,
			  "Tab completes, up and C-r look back, Esc leaves; "
			  ":help lists the commands");
		return;
	}
	if (app->ui->overlay) {
		port_text(p, 0, 1, 0,
			  "PgUp and PgDn scroll, any other key "
			  "closes");
		return;
	}
	draw_hints(p, 1u << app->ui->focus);
}

void bar_messages(const struct app *app, const struct port *p)
{
	const struct str *s = &app->ui->hint;
	size_t n = MIN(app->n_log, (size_t)p->h);

	if (s->len) {
		port_text(p, 0, 1, 0, s->s);
		return;
	}
	for (size_t i = 0; i < n; i++)
		port_text(p, (int)i, 1, 0, app->log[app->n_log - n + i]);
}

void bar_progress(const struct app *app, const struct port *p)
{
	(void)app;
	(void)p;
}

/* The command line scrolls sideways so that the cursor is in view. */
static void prompt_line(const struct ui *ui, const struct port *p)
{
	int x = port_text(p, 0, 0, INK_BOLD, str_cstr(&ui->label)),
	    w = p->w - x;
	struct glyphs g;
	size_t from = 0, at;

	glyphs_of(&g, str_cstr(&ui->line), ui->line.len);
	at = glyphs_byte(&g, ui->point);
	while (from < at && glyphs_width(&g, from, at) >= w - 1)
		from++;
	port_cursor(p, 0, x + glyphs_width(&g, from, at));
	for (size_t i = from; i < g.n && x + g.g[i].width <= p->w; i++) {
		port_glyph(p, 0, x, 0, &g.g[i]);
		x += g.g[i].width;
	}
	glyphs_release(&g);
}

void bar_prompt(const struct app *app, const struct port *p)
{
	const struct ui *ui = app->ui;

	if (ui->typing == TYPING_PROMPT)
		prompt_line(ui, p);
	else if (ui->asking)
		port_text(p, 0, 0, INK_BOLD,
			  "leave umie? y leaves, any other key stays");
	else if (ui->typing == TYPING_PANE && ui->label.len)
		port_text(p, 0, 0, INK_BOLD, ui->label.s);
}
