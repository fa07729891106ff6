/* What a probe or a comparison over a set found: the pane of variants. */
#include <math.h>
#include <stdlib.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/pane.h"
#include "tui/probe-view.h"

enum {
	ID = 5,
	WHAT = 14,           /* least, of what changed */
	NUMBERS = 6 + 7 + 8, /* n, flips, F1 */
	CHANGE = 26,         /* the interval, where there is room */
	BAR = 10,
};

void set_title(const struct app *app, struct str *out)
{
	const struct set_result *r = app->probe->set_result;

	str_addf(out, "set, %zu of %zu examples   F1 against %s", r->done,
		 r->of,
		 r->gold                  ? "gold"
		 : r->kind == SET_COMPARE ? "1"
					  : "i1");
}

/* Rows that can be scrolled: drawn when they are in view. */
struct sheet {
	const struct port *p;
	int top, y;
};

static bool in_view(struct sheet *s, int *y)
{
	*y = s->y++ - s->top;
	return *y >= 0 && *y < s->p->h;
}

static int what_width(const struct port *p)
{
	int room = p->w - ID - NUMBERS;

	return MAX(room >= WHAT + CHANGE ? room - CHANGE : room, WHAT);
}

static void add_head(struct sheet *s)
{
	int y, w = what_width(s->p);

	if (!in_view(s, &y))
		return;
	port_text(s->p, y, ID, INK_DIM, "what changed");
	port_printf(s->p, y, ID + w, INK_DIM, "%5s %6s %7s", "n", "flips",
		    "F1");
	if (s->p->w >= ID + w + NUMBERS + CHANGE)
		port_text(s->p, y, ID + w + NUMBERS, INK_DIM,
			  " change, 95 % interval");
}

/* flips: of each result that was there; the base has none. */
static void add_row(struct sheet *s, const struct set_row *r, bool base,
		    bool worst)
{
	int y, w = what_width(s->p);
	double rate = r->results ? r->flips / (double)r->results : 0;

	if (!in_view(s, &y))
		return;
	port_printf(s->p, y, 0, 0, " %s%s", r->id, base ? "*" : "");
	port_field(s->p, y, ID, w - 1, 0, r->what);
	port_printf(s->p, y, ID + w, 0, "%5zu", r->examples);
	if (!base)
		port_printf(s->p, y, ID + w + 6, rate > 0 ? 0 : INK_DIM,
			    "%6.3f", rate);
	port_printf(s->p, y, ID + w + 13, worst ? INK_RED | INK_BOLD : 0,
		    "%7.2f", 100 * r->f1);
	if (!isnan(r->change.value) && !base &&
	    s->p->w >= ID + w + NUMBERS + CHANGE)
		port_printf(s->p, y, ID + w + NUMBERS, 0,
			    " %+6.2f  %+6.2f to %+.2f", 100 * r->change.value,
			    100 * r->change.lo, 100 * r->change.hi);
}

static void add_summary(struct sheet *s, const struct set_result *r)
{
	double mean, sd;
	int y, worst = set_worst(r);

	if (r->kind == SET_COMPARE || worst < 0) {
		if (r->kind == SET_COMPARE && in_view(s, &y))
			port_printf(s->p, y, 1, 0,
				    "wholly right under one only: %zu and %zu; "
				    "McNemar p %.3g",
				    r->only[0], r->only[1],
				    mcnemar(r->only[0], r->only[1]));
		return;
	}
	set_spread(r, &mean, &sd);
	if (in_view(s, &y))
		port_printf(s->p, y, 1, 0,
			    "stable: %.1f %%   mean F1 %.2f +- %.2f   worst "
			    "%.2f (%s)",
			    100 * set_stability(r), 100 * mean, 100 * sd,
			    100 * r->row[worst].f1, r->row[worst].id);
}

/* "Person .12 ###......." */
static void add_type(struct sheet *s, const struct set_type *t)
{
	double rate = t->results ? (double)t->changed / (double)t->results : 0;
	int y, x;

	if (!in_view(s, &y))
		return;
	port_field(s->p, y, 3, 20, 0, t->name);
	x = port_printf(s->p, y, 24, 0, "%.3f ", rate);
	for (int i = 0; i < BAR; i++)
		port_char(s->p, y, x + i, 0,
			  i < (int)lrint(rate * BAR) ? '#' : '.');
}

static void add_example(struct sheet *s, const struct set_example *e)
{
	int y, x;

	if (!in_view(s, &y))
		return;
	x = port_printf(s->p, y, 1, 0, "%5.2f  ", e->flips);
	x = port_printf(s->p, y, x, INK_BOLD, "%s",
			*e->id ? e->id : "without a name");
	port_printf(s->p, y, x, 0, "  %s", e->text);
}

static void add_line(struct sheet *s, const char *text)
{
	int y;

	if (in_view(s, &y))
		port_text(s->p, y, 1, INK_DIM, text);
}

int set_draw(const struct app *app, const struct port *p, int scroll)
{
	const struct set_result *r = app->probe->set_result;
	int rows = 2 + (int)(r->n + r->types + r->n_fragile) + (r->types > 0) +
		   (r->n_fragile > 0);
	struct sheet s = {p, pane_top(rows, p->h, scroll, 0), 0};
	int worst = set_worst(r);

	add_head(&s);
	for (size_t i = 0; i < r->n; i++)
		add_row(&s, &r->row[i], i == 0,
			r->kind == SET_PROBE && (int)i == worst);
	add_summary(&s, r);
	if (r->types)
		add_line(&s, "how often results of a type change");
	for (size_t i = 0; i < r->types; i++)
		add_type(&s, &r->type[i]);
	if (r->n_fragile)
		add_line(&s, r->kind == SET_COMPARE
				 ? "examples that differ (goto NAME shows one)"
				 : "most fragile: mean flips (goto NAME shows "
				   "one)");
	for (size_t i = 0; i < r->n_fragile; i++)
		add_example(&s, &r->fragile[i]);
	pane_more(p, s.top, rows);
	return rows;
}
