/* The lines around the panes: status, keys, messages, prompt. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sessions/session.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/keymap.h"
#include "tui/pane.h"
#include "tui/probe-view.h"
#include "tui/progress.h"
#include "tui/script.h"
#include "tui/show.h"

enum { ROOMY = 100 }; /* columns: size and type of the weights find room */

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

/* "  tw15 37/3257 (3219 to do)  anna  *2 unsaved" */
static int status_session(const struct app *app, const struct port *p, int at)
{
	size_t unsaved = session_unsaved(app->session);
	struct queue_progress q;

	queue_progress(&app->queue, session_state(app->session), &q);
	at = port_printf(p, 0, at, INK_REVERSE, "  %s %ld/%zu (%zu to do)  %s",
			 session_name(app->session), q.place, q.n,
			 q.n - q.done - q.skipped, session_who(app->session));
	if (session_read_only(app->session))
		return port_text(p, 0, at, INK_REVERSE, "  read only");
	if (unsaved)
		return port_printf(p, 0, at, INK_REVERSE | INK_BOLD,
				   "  *%zu unsaved", unsaved);
	return port_text(p, 0, at, INK_REVERSE, "  saved");
}

/* "  REPLAY 3/12" */
static int status_show(const struct show *s, const struct port *p, int at)
{
	char *text = show_status(s);

	at = port_printf(p, 0, at, INK_REVERSE | INK_BOLD, "  %s", text);
	free(text);
	return at;
}

void bar_status(const struct app *app, const struct port *p)
{
	char *script = script_status(app);
	struct str set = {0};
	const char *name;
	int at, n;

	port_field(p, 0, 0, p->w, INK_REVERSE, "");
	at = port_text(p, 0, 1, INK_REVERSE | INK_BOLD, "umie");
	if (app->open) {
		n = base_name(app->report.path, &name);
		at = port_printf(p, 0, at, INK_REVERSE, "  %.*s", n, name);
		if (p->w >= ROOMY || !app->session)
			at = port_printf(
			    p, 0, at, INK_REVERSE, " %.1f M %s",
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
			 task_called(app->request.task, app->request.own));
	at = port_text(p, 0, at, INK_REVERSE | INK_BOLD,
		       screen_title(app->ui->screen));
	if (app->show)
		at = status_show(app->show, p, at);
	else if (app->session)
		at = status_session(app, p, at);
	if (script) {
		base_name(script, &name);
		at =
		    port_printf(p, 0, at, INK_REVERSE | INK_BOLD, "  %s", name);
	}
	if (probe_view_progress(app, &set))
		at = port_printf(p, 0, at, INK_REVERSE | INK_BOLD, "  %s",
				 set.s);
	else if (app->result)
		at = port_printf(
		    p, 0, at, INK_REVERSE, "  %.0f ms%s", app->result->ms.total,
		    app->result->constrained ? " constrained" : "");
	port_printf(p, 0, at, INK_REVERSE, "  %s", activity(app));
	str_release(&set);
	free(script);
}

/* Words that explain what is shown, wrapped. */
void bar_caption(const struct app *app, const struct port *p)
{
	const char *s = show_words(app);
	struct glyphs g;
	struct rows r;

	port_field(p, 0, 0, p->w, INK_UNDERLINE, "");
	if (!s)
		return;
	glyphs_of(&g, s, strlen(s));
	rows_wrap(&r, &g, p->w - 3);
	for (size_t y = 0; y < r.n && (int)y + 1 < p->h; y++) {
		int x = 2;

		port_char(p, (int)y + 1, 0, INK_BOLD, '>');
		for (size_t i = r.row[y].begin; i < r.row[y].end; i++) {
			port_glyph(p, (int)y + 1, x, INK_BOLD, &g.g[i]);
			x += g.g[i].width;
		}
	}
	rows_release(&r);
	glyphs_release(&g);
}

/* Some name their keys themselves: "j k result". */
static bool names_keys(const struct binding *b)
{
	return strchr(b->hint, ' ') != NULL;
}

static int hint_width(const struct binding *b)
{
	char name[KEY_NAME];

	return cells_width(b->hint) + 2 +
	       (names_keys(b) ? 0 : cells_width(keymap_name(b->key, name)) + 1);
}

static int draw_hint(const struct port *p, int x, const struct binding *b)
{
	char name[KEY_NAME];
	int end = x + hint_width(b);

	if (!names_keys(b))
		x = port_text(p, 0, x, INK_BOLD, keymap_name(b->key, name)) + 1;
	port_text(p, 0, x, 0, b->hint);
	if (names_keys(b))
		port_ink(p, 0, x, (int)strcspn(b->hint, " "), INK_BOLD);
	return end;
}

/* Shown in this pane, and no other row has the key there. */
static bool hinted(const struct keymap *keys, const struct binding *b,
		   enum pane_id pane, bool session)
{
	if (!b->hint || !(b->panes & 1u << pane) ||
	    keymap_find(keys, pane, b->key) != b)
		return false;
	return session || !(b->panes & HINT_SESSION);
}

/* Always to be seen: those of all panes, in a session only how to get help. */
static bool is_kept(const struct binding *b, bool session)
{
	return session ? b->key == '?' : b->panes == (1u << PANES) - 1;
}

static void draw_hints(const struct port *p, const struct keymap *keys,
		       enum pane_id pane, bool session)
{
	const struct binding *b;
	int x = 1, room = p->w + 1;

	for (b = keys->row; b->command; b++)
		if (b->hint && is_kept(b, session))
			room -= hint_width(b);
	for (b = keys->row; b->command; b++) {
		if (!hinted(keys, b, pane, session))
			continue;
		if (!is_kept(b, session)) {
			if (hint_width(b) > room - 1)
				continue;
			room -= hint_width(b);
		}
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
	if (app->ui->adjust.kind) {
		port_text(p, 0, 1, 0, adjust_keys(app->ui->adjust.kind));
		return;
	}
	if (app->ui->overlay) {
		port_text(p, 0, 1, 0,
			  "PgUp and PgDn scroll, any other key "
			  "closes");
		return;
	}
	if (show_plays(app)) {
		port_text(p, 0, 1, 0, show_keys(app->show));
		return;
	}
	draw_hints(p, &app->keys, app->ui->focus, app->session != NULL);
}

void bar_messages(const struct app *app, const struct port *p)
{
	const struct str *s = &app->ui->hint;
	size_t fresh = MIN(app->n_log, app->n_said - app->said_from),
	       n = MIN(fresh, (size_t)p->h);

	if (s->len) {
		port_text(p, 0, 1, 0, s->s);
		return;
	}
	for (size_t i = 0; i < n; i++)
		port_text(p, (int)i, 1, 0, app->log[app->n_log - n + i]);
}

static double percent(size_t n, size_t of)
{
	return of ? 100.0 * (double)n / (double)of : 0;
}

/* "37/3257 [=====...........]  2.4/min  22 h left   accepted 81% …" */
void bar_progress(const struct app *app, const struct port *p)
{
	enum { BAR = 24 };
	const struct state *s;
	const struct session_counts *c;
	struct queue_progress q;
	size_t decided;
	char left[32];
	int at, full;

	if (!app->session)
		return;
	s = session_state(app->session);
	c = &s->counts;
	queue_progress(&app->queue, s, &q);
	decided = c->accepted + c->edited + c->rejected;
	full = q.n ? (int)((q.done + q.skipped) * BAR / q.n) : 0;
	at = port_printf(p, 0, 1, 0, "%zu/%zu [", q.done + q.skipped, q.n);
	for (int i = 0; i < BAR; i++)
		port_char(p, 0, at + i, 0, i < full ? '=' : '.');
	at = port_text(p, 0, at + BAR, 0, "]");
	if (c->per_minute > 0)
		at = port_printf(p, 0, at, 0, "  %.1f/min", c->per_minute);
	if (q.minutes >= 0)
		at = port_printf(p, 0, at, 0, "  %s left",
				 progress_time(60 * q.minutes, left));
	if (decided)
		port_printf(
		    p, 0, at, 0,
		    "   accepted %.0f%%  edited %.0f%%  rejected %.0f%%",
		    percent(c->accepted, decided), percent(c->edited, decided),
		    percent(c->rejected, decided));
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

/* The command that Enter will run; the label is being looked for. */
static void pick_line(const struct ui *ui, const struct port *p)
{
	const struct adjust *a = &ui->adjust;
	int at = port_printf(p, 0, 0, INK_BOLD, ":%s", a->before);

	at = port_text(p, 0, at, 0, str_cstr(&a->filter));
	port_cursor(p, 0, at);
	port_text(p, 0, at + 1, INK_DIM, a->after);
}

void bar_prompt(const struct app *app, const struct port *p)
{
	const struct ui *ui = app->ui;

	if (ui->typing == TYPING_PROMPT)
		prompt_line(ui, p);
	else if (ui->adjust.kind == ADJUST_PICK)
		pick_line(ui, p);
	else if (ui->asking)
		port_text(p, 0, 0, INK_BOLD,
			  "leave umie? y leaves, any other key stays");
	else if (ui->typing == TYPING_PANE && ui->label.len)
		port_text(p, 0, 0, INK_BOLD, ui->label.s);
	else if (show_plays(app) && app->show->shown.len)
		port_printf(p, 0, 0, 0, ":%s", app->show->shown.s);
}
