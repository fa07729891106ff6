/* One result across the variants: what it could have been, forced. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/pane.h"
#include "tui/probe-view.h"

enum { ID = 6, BAR = 10, SHOWN_MAX = 12 };
#define LEAST 0.005

static void title(const struct app *app, struct str *out)
{
	const struct alternatives *a = app->probe ? app->probe->scores : NULL;

	if (a)
		str_addf(out, "result %zu, %s", a->result + 1, a->name);
}

/* The most probable alternatives of a row, best first; returns how many. */
static int best_of(const struct alternative_row *r, size_t n, size_t *best,
		   int most)
{
	int k = 0;

	for (size_t i = 0; i < n; i++) {
		int at = k;

		while (at > 0 && r->p[best[at - 1]] < r->p[i])
			at--;
		if (at == most)
			continue;
		for (int m = MIN(k, most - 1); m > at; m--)
			best[m] = best[m - 1];
		best[at] = i;
		k = MIN(k + 1, most);
	}
	return k;
}

static void draw_bar(const struct port *p, int y, double share)
{
	int full = (int)lrint(share * BAR);

	for (int i = 0; i < BAR; i++)
		port_char(p, y, p->w - BAR - 1 + i, i < full ? 0 : INK_DIM,
			  i < full ? '#' : '.');
}

static void draw_row(const struct app *app, const struct port *p, int y,
		     const struct alternatives *a,
		     const struct alternative_row *r)
{
	size_t best[SHOWN_MAX];
	bool bar = p->w >= 40;
	struct port in = port_part(p, 0, 0, p->h, bar ? p->w - BAR - 2 : p->w);
	int n = best_of(r, a->label.n, best, SHOWN_MAX), at;
	char prob[8];

	at = port_field(&in, y, 1, ID - 2, r == a->row ? INK_BOLD : 0, r->id) +
	     1;
	/* What would be shown as .00 is not worth its room. */
	for (int i = 0; i < n && at < in.w && r->p[best[i]] >= LEAST; i++) {
		unsigned ink = best[i] == a->own ? INK_BOLD : 0;

		pane_probability((float)r->p[best[i]], prob);
		at = port_text(&in, y, at,
			       ink | pane_tag(app, a->label.name[best[i]]),
			       a->label.name[best[i]]);
		at = port_printf(&in, y, at + 1, ink, "%s", prob) + 2;
	}
	if (bar)
		draw_bar(p, y, r->p[a->own]);
}

static int draw(const struct app *app, const struct port *p, int scroll)
{
	const struct alternatives *a = app->probe ? app->probe->scores : NULL;
	int n, top;

	if (!a) {
		port_text(p, 0, 1, INK_DIM,
			  "no scores yet: :score, for the selected result");
		return 1;
	}
	n = (int)a->n + 1;
	top = pane_top(n, p->h, scroll, 0);
	for (size_t i = 0; i < a->n; i++)
		draw_row(app, p, (int)i - top, a, &a->row[i]);
	port_printf(p, (int)a->n - top, 1, INK_DIM, "bar: %s, as the base says",
		    a->label.name[a->own]);
	pane_more(p, top, n);
	return n;
}

const struct pane_ops pane_scores = {
    .dirty = DIRTY_PROBE,
    .title = title,
    .draw = draw,
};
