/* The text, wrapped, with marks under what was found in it. */
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "tui/app.h"
#include "tui/here.h"
#include "tui/marks.h"
#include "tui/pane.h"

enum { LANES = 4 }; /* rows of marks under a row of text at most */

struct page {
	const struct app *app;
	struct glyphs g;
	struct rows rows;
	struct marks marks;
	size_t *begin, *end; /* of each mark, in glyphs */
	uint8_t *lane;       /* of each mark */
	bool live;           /* being edited */
};

static const char *shown(const struct app *app, bool *live)
{
	*live = app->ui->typing == TYPING_PANE && app->ui->focus == PANE_TEXT;
	return *live ? str_cstr(&app->ui->line) : app->request.text;
}

static void title(const struct app *app, struct str *out)
{
	bool live;
	const char *s = shown(app, &live);
	const struct extraction *x = here_answer(app);

	str_addf(out, "%zu characters", utf8_count(s, strlen(s)));
	if (x && !app->stale && x->cut_tokens)
		str_addf(out, ", the last %d tokens do not fit", x->cut_tokens);
	if (live)
		str_add(out, ", editing");
}

/* The first lane in which no earlier mark reaches into mark i. */
static uint8_t free_lane(const struct page *v, size_t i)
{
	unsigned taken = 0;

	for (size_t j = 0; j < i; j++)
		if (v->begin[i] < v->end[j] && v->begin[j] < v->end[i])
			taken |= 1u << v->lane[j];
	for (uint8_t lane = 0; lane < LANES; lane++)
		if (!(taken & 1u << lane))
			return lane;
	return LANES - 1;
}

static void page_init(struct page *v, const struct app *app, int width)
{
	const struct session_example *e = here_example(app);
	const char *s = shown(app, &v->live);

	v->app = app;
	glyphs_of(&v->g, s, strlen(s));
	rows_wrap(&v->rows, &v->g, MAX(width, 1));
	if (e)
		marks_of_items(&v->marks, e, app->selected, &app->ui->adjust,
			       s);
	else
		marks_of(&v->marks, app->result, app->selected, s);
	v->begin = xcalloc(v->marks.n + 1, sizeof(*v->begin));
	v->end = xcalloc(v->marks.n + 1, sizeof(*v->end));
	v->lane = xcalloc(v->marks.n + 1, sizeof(*v->lane));
	for (size_t i = 0; i < v->marks.n; i++) {
		v->begin[i] = glyphs_point(&v->g, v->marks.m[i].start);
		v->end[i] = glyphs_point(&v->g, v->marks.m[i].end);
		v->lane[i] = free_lane(v, i);
	}
}

static void page_release(struct page *v)
{
	glyphs_release(&v->g);
	rows_release(&v->rows);
	marks_release(&v->marks);
	free(v->begin);
	free(v->end);
	free(v->lane);
}

static bool on_row(const struct page *v, size_t mark, size_t row)
{
	return v->begin[mark] < v->rows.row[row].end &&
	       v->end[mark] > v->rows.row[row].begin;
}

static int lanes(const struct page *v, size_t row)
{
	int n = 0;

	for (size_t i = 0; i < v->marks.n; i++)
		if (on_row(v, i, row))
			n = MAX(n, v->lane[i] + 1);
	return n;
}

static unsigned mark_ink(const struct page *v, const struct mark *m)
{
	return pane_tag(v->app, m->ink_of) | (m->selected ? INK_BOLD : 0) |
	       (v->app->stale ? INK_DIM : 0);
}

/* Number and label, as much of them as there is room for. */
static void draw_name(const struct port *p, const struct mark *m, unsigned ink)
{
	char *name = m->number ? xasprintf("%d %s", m->number, m->label)
			       : xstrdup(m->label);
	struct glyphs g;
	int x = 0;

	glyphs_of(&g, name, strlen(name));
	for (size_t i = 0; i < g.n && x + g.g[i].width <= p->w; i++) {
		port_glyph(p, 0, x, ink, &g.g[i]);
		x += g.g[i].width;
	}
	glyphs_release(&g);
	free(name);
}

/* "[1 Person ]"; across a break "[3 Loc >" and ">----]". */
static void draw_mark(const struct page *v, const struct port *p, size_t i,
		      size_t row, int y)
{
	const struct mark *m = &v->marks.m[i];
	const struct row *r = &v->rows.row[row];
	size_t from = MAX(v->begin[i], r->begin), to = MIN(v->end[i], r->end);
	int x = glyphs_width(&v->g, r->begin, from);
	int w = MIN(glyphs_width(&v->g, from, to), p->w - x);
	bool first = from == v->begin[i], last = to == v->end[i];
	unsigned ink = mark_ink(v, m);
	struct port inner = port_part(p, y, x + 1, 1, w - 2);

	if (w == 1)
		port_char(p, y, x, ink,
			  m->number && m->number < 10
			      ? (uint32_t)('0' + m->number)
			      : '*');
	if (w < 2)
		return;
	port_char(p, y, x, ink, first ? '[' : '>');
	for (int at = x + 1; at < x + w - 1; at++)
		port_char(p, y, at, ink, first ? ' ' : '-');
	port_char(p, y, x + w - 1, ink, last ? ']' : '>');
	if (first)
		draw_name(&inner, m, ink);
}

static void draw_row(const struct page *v, const struct port *p, size_t row,
		     int y)
{
	const struct row *r = &v->rows.row[row];
	int x = 0;

	for (size_t i = r->begin; i < r->end; i++) {
		if (x + v->g.g[i].width <= p->w)
			port_glyph(p, y, x, INK_PLAIN, &v->g.g[i]);
		x += v->g.g[i].width;
	}
	for (size_t i = 0; i < v->marks.n; i++) {
		size_t from = MAX(v->begin[i], r->begin);
		size_t to = MIN(v->end[i], r->end);

		if (!on_row(v, i, row))
			continue;
		port_ink(p, y, glyphs_width(&v->g, r->begin, from),
			 glyphs_width(&v->g, from, to),
			 v->marks.m[i].selected ? INK_REVERSE : INK_BOLD);
		draw_mark(v, p, i, row, y + 1 + v->lane[i]);
	}
}

static void draw_cursor(const struct page *v, const struct port *p, int top)
{
	size_t at = glyphs_byte(&v->g, v->app->ui->point);
	size_t row = rows_of(&v->rows, at);
	int y = -top;

	for (size_t i = 0; i < row; i++)
		y += 1 + lanes(v, i);
	port_cursor(p, y, glyphs_width(&v->g, v->rows.row[row].begin, at));
}

/* The line with the cursor or the selected result; -1: none. */
static int wanted(const struct page *v)
{
	size_t at = SIZE_MAX;
	int y = 0;

	if (v->live)
		at = rows_of(&v->rows, glyphs_byte(&v->g, v->app->ui->point));
	for (size_t i = 0; i < v->marks.n && at == SIZE_MAX; i++)
		if (v->marks.m[i].selected)
			at = rows_of(&v->rows, v->begin[i]);
	if (at == SIZE_MAX)
		return -1;
	for (size_t i = 0; i < at; i++)
		y += 1 + lanes(v, i);
	return y;
}

static int draw(const struct app *app, const struct port *p, int scroll)
{
	struct page v = {0};
	int total = 0, top, y;

	page_init(&v, app, p->w);
	for (size_t i = 0; i < v.rows.n; i++)
		total += 1 + lanes(&v, i);
	top = pane_top(total, p->h, v.live ? SCROLL_AUTO : scroll, wanted(&v));
	y = -top;
	for (size_t i = 0; i < v.rows.n; i++) {
		draw_row(&v, p, i, y);
		y += 1 + lanes(&v, i);
	}
	pane_more(p, top, total);
	if (v.live)
		draw_cursor(&v, p, top);
	else if (v.g.n == 0)
		port_text(p, 0, 0, INK_DIM, "no text yet: e to type one");
	page_release(&v);
	return total;
}

const struct pane_ops pane_text = {
    .dirty = DIRTY_TEXT | DIRTY_RESULTS,
    .title = title,
    .draw = draw,
};
