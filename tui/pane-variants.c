/* The variants table: a row for each change, a column for each result. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/probe/wdiff.h"
#include "tui/app.h"
#include "tui/pane.h"
#include "tui/probe-view.h"

enum {
	ID = 5,     /* "i1*" with its mark and a blank */
	WHAT = 14,  /* least, of what changed */
	G = 6,      /* ".412 " */
	DG = 7,     /* "+-.02" */
	COLUMN = 7, /* of a result: "1 PER", "L3/10" */
	ADDED = 4,
	F1 = 5,
	FLIP = 5,
	FOOT = 2, /* lines below the rows */
};

/* Of the tables that stand here the newest; NONE: there is no table. */
static enum probe_kind shown(const struct probe_view *v)
{
	if (!v)
		return PROBE_NONE;
	if (v->newest == PROBE_SET || v->newest == PROBE_COMPARISON)
		return v->newest;
	return v->table        ? PROBE_TABLE
	       : v->set_result ? PROBE_SET
	       : v->comparison ? PROBE_COMPARISON
			       : PROBE_NONE;
}

static void title(const struct app *app, struct str *out)
{
	const struct probe_view *v = app->probe;

	switch (shown(v)) {
	case PROBE_SET:
		set_title(app, out);
		return;
	case PROBE_COMPARISON:
		compare_title(app, out);
		return;
	case PROBE_TABLE:
		break;
	default:
		return;
	}
	str_add(out, ". as i1  - lost  L label  B edges  n/m: n of m   ");
	str_addf(out, "F1 against %s", v->table->gold ? "gold" : "i1");
	if (v->one.id && v->one.of)
		str_addf(out, "   %zu of %zu", v->one.done, v->one.of);
}

/* ".412", "-.014", "2" */
static void short_number(double v, int digits, char out[16])
{
	char s[32];
	char *at = s;

	if (fabs(v) < 0.5 * pow(10, -digits))
		v = 0; /* never "-.000" */
	snprintf(s, sizeof(s), "%+.*f", digits, v);
	if (s[1] == '0' && s[2] == '.')
		memmove(s + 1, s + 2, strlen(s + 1));
	if (*at == '+')
		at++;
	snprintf(out, 16, "%.15s", at);
}

/* What one cell of a result says. */
static void mark_text(const struct probe_row *r, size_t i, char out[16])
{
	int times;
	enum mark m = probe_row_mark(r, i, &times);

	if (r->n == 1 || times == (int)r->n)
		snprintf(out, 16, "%s", mark_sign(m));
	else
		snprintf(out, 16, "%s%d/%zu", mark_sign(m), times, r->n);
}

struct columns {
	int what;       /* width */
	size_t results; /* shown, from `first` on */
	size_t first;
	bool dg;
};

static struct columns fit(const struct app *app, const struct probe_table *t,
			  int w)
{
	struct columns c = {.dg = w >= 80};
	int fixed = ID + G + (c.dg ? DG : 0) + ADDED + F1 + FLIP;
	int room = MAX((w - fixed - WHAT) / COLUMN, 0);
	size_t chosen = (size_t)MAX(app->selected, 0);

	c.results = MIN((size_t)room, t->base->n_found);
	if (chosen >= c.results && chosen < t->base->n_found && c.results)
		c.first = chosen + 1 - c.results;
	c.what = w - fixed - COLUMN * (int)c.results;
	return c;
}

static void draw_head(const struct app *app, const struct port *p,
		      const struct probe_table *t, const struct columns *c)
{
	int at = port_field(p, 0, ID, c->what - 1, INK_DIM, "what changed") + 1;
	char name[32];

	at = port_field(p, 0, at, G - 1, INK_DIM, "g") + 1;
	if (c->dg)
		at = port_field(p, 0, at, DG - 1, INK_DIM, "dg") + 1;
	for (size_t i = c->first; i < c->first + c->results; i++) {
		const char *label = t->base->found[i].rec.label;

		snprintf(name, sizeof(name), "%zu %.*s", i + 1, i < 9 ? 3 : 2,
			 label);
		at = port_field(p, 0, at, COLUMN - 1,
				(int)i == app->selected ? INK_BOLD : INK_DIM,
				name) +
		     1;
	}
	at = port_field(p, 0, at, ADDED - 1, INK_DIM, "new") + 1;
	at = port_field(p, 0, at, F1 - 1, INK_DIM, "F1") + 1;
	port_field(p, 0, at, FLIP - 1, INK_DIM, "flip");
}

static int put_number(const struct port *p, int y, int at, int w, double v,
		      int digits)
{
	char s[16];

	short_number(v, digits, s);
	return port_field(p, y, at, w - 1, 0, s) + 1;
}

static unsigned mark_ink(const char *s)
{
	return *s == '-'   ? INK_RED
	       : *s == 'L' ? INK_YELLOW
	       : *s == 'B' ? INK_MAGENTA
			   : INK_DIM;
}

static int draw_marks(const struct port *p, int y, int at,
		      const struct probe_row *r, const struct columns *c,
		      bool base)
{
	char s[16];

	for (size_t i = c->first; i < c->first + c->results; i++) {
		if (base)
			s[0] = '\0';
		else
			mark_text(r, i, s);
		at = port_field(p, y, at, COLUMN - 1, mark_ink(s), s) + 1;
	}
	return at;
}

static void draw_row(const struct port *p, int y, const struct probe_table *t,
		     const struct probe_row *r, const struct columns *c,
		     bool now)
{
	bool base = r == t->row;
	char id[16];
	int at;

	snprintf(id, sizeof(id), "%c%s%s", now ? '>' : ' ', r->id,
		 base ? "*" : "");
	port_field(p, y, 0, ID - 1, now ? INK_BOLD : 0, id);
	at = port_field(p, y, ID, c->what - 1, now ? INK_BOLD : 0, r->what) + 1;
	at = put_number(p, y, at, G, (double)r->g, 3);
	if (c->dg && base)
		at += DG;
	else if (c->dg)
		at = put_number(p, y, at, DG, (double)r->dg, 3);
	at = draw_marks(p, y, at, r, c, base);
	at = put_number(p, y, at, ADDED, (double)r->added / (double)r->n,
			r->n > 1);
	at = put_number(p, y, at, F1, probe_row_f1(t, r), 2);
	put_number(p, y, at, FLIP, r->flips, r->n > 1);
}

/* What is edited now, compared with the base on the spot: a table of two rows;
 * NULL when it is the base. */
static struct probe_table *now_table(const struct app *app,
				     const struct probe_table *t)
{
	const struct extraction *x = app->result;
	struct variants v = {0};
	struct extraction *both[2];
	struct probe_table *two;

	if (!x || app->stale || x->task != t->base->task ||
	    (strcmp(x->text, t->base->text) == 0 &&
	     strcmp(x->instruction, t->base->instruction) == 0 &&
	     x->g_used == t->base->g_used))
		return NULL;
	variants_begin(&v, &t->row[0].request);
	variants_add_request(&v, &app->request, "now edited");
	both[0] = t->base;
	both[1] = app->result;
	two = probe_table_new(&v, both, NULL, 0);
	snprintf(two->row[1].id, sizeof(two->row[1].id), "now");
	variants_release(&v);
	return two;
}

static int count_where(const struct probe_table *t, bool stable)
{
	int n = 0;

	for (size_t i = 0; i < t->base->n_found; i++) {
		size_t k = probe_changes(t, i);

		n += stable ? k == 0 : 2 * k >= t->n - 1;
	}
	return n;
}

/* How the instruction that is edited differs from the base's. */
static void draw_diff(const struct port *p, int y, const struct probe_table *t,
		      const struct probe_table *now)
{
	struct str s = {0};

	if (strcmp(t->base->instruction, now->row[1].instruction) == 0)
		return;
	wdiff(t->base->instruction, now->row[1].instruction, &s);
	port_text(p, y, 1, INK_CYAN, str_cstr(&s));
	str_release(&s);
}

static void draw_foot(const struct port *p, int y, const struct probe_table *t)
{
	int worst = probe_worst(t);
	struct str s = {0};

	if (worst < 0)
		return;
	port_printf(p, y, 1, INK_DIM,
		    "stable: %d   fragile: %d   mean flips %.2f   worst F1 "
		    "%.2f (%s)",
		    count_where(t, true), count_where(t, false),
		    probe_mean_flips(t), probe_row_f1(t, &t->row[worst]),
		    t->row[worst].id);
	for (size_t i = 0; i < t->base->n_found; i++)
		if (probe_needs_image(t, i))
			str_addf(&s, "%s%zu", s.len ? ", " : "", i + 1);
	if (s.len)
		port_printf(p, y + 1, 1, 0, "needs the image: %s", s.s);
	str_release(&s);
}

static int draw(const struct app *app, const struct port *p, int scroll)
{
	const struct probe_view *v = app->probe;
	const struct probe_table *t = v ? v->table : NULL;
	struct probe_table *two;
	struct columns c;
	struct port list;
	bool edited;
	int n, top, rows;

	if (shown(v) == PROBE_SET)
		return set_draw(app, p, scroll);
	if (shown(v) == PROBE_COMPARISON)
		return compare_draw(app, p, scroll);
	if (!t) {
		port_text(p, 0, 1, INK_DIM,
			  v && v->one.id
			      ? "computing ..."
			      : "no variants yet: :probe, or :vary for "
				"the list");
		return 1;
	}
	c = fit(app, t, p->w);
	two = now_table(app, t);
	edited = two != NULL;
	n = (int)t->n + edited;
	rows = MAX(p->h - 1 - FOOT - edited, 1);
	top = pane_top(n, rows, scroll, edited ? 1 : 0);
	draw_head(app, p, t, &c);
	for (int i = top; i < n && i - top < rows; i++) {
		bool is_now = edited && i == 1;
		size_t k = (size_t)(i - (edited && i > 1));

		draw_row(p, 1 + i - top, t, is_now ? &two->row[1] : &t->row[k],
			 &c, is_now);
	}
	rows = MIN(n - top, rows);
	list = port_part(p, 1, 0, rows, p->w);
	pane_more(&list, top, n);
	draw_foot(p, 1 + rows, t);
	if (edited)
		draw_diff(p, 1 + rows + FOOT, t, two);
	probe_table_free(two);
	return n + 1 + FOOT + edited;
}

const struct pane_ops pane_variants = {
    .dirty = DIRTY_PROBE | DIRTY_RESULTS | DIRTY_INSTRUCTION,
    .title = title,
    .draw = draw,
};
