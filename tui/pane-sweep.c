/* The gate sweep: a figure over held values of g, own value marked. */
#include <math.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/pane.h"
#include "tui/probe-view.h"

enum { LEFT = 5, LEAST_ROWS = 5 };

static const struct sweep *newest(const struct app *app)
{
	return app->probe ? app->probe->sweep : NULL;
}

static void title(const struct app *app, struct str *out)
{
	const struct sweep *s = newest(app);

	if (!s)
		return;
	str_addf(out, "%s, %zu points", sweep_metric_name(s->o.metric), s->n);
	if (s->set)
		str_addf(out, ", %zu of %zu examples", s->set->done,
			 s->set->of);
	else
		str_addf(out, ", %.0f ms", s->ms);
}

/* Column of a value of g in a plot w wide. */
static int column(const struct sweep *s, double g, int w)
{
	double span = s->o.to - s->o.from;
	double f = span > 0 ? (g - s->o.from) / span : 0.5;

	return (int)lrint(fmin(fmax(f, 0), 1) * (w - 1));
}

/* Row of a value from 0 to 1, 0 at the bottom of h rows. */
static int row(double y, int h)
{
	return h - 1 - (int)lrint(fmin(fmax(y, 0), 1) * (h - 1));
}

static void draw_axes(const struct port *p, const struct sweep *s, int h)
{
	struct str scale = {0};
	int w = p->w - LEFT - 1;

	port_text(p, 0, 0, INK_DIM, " 1.0");
	if (h > 4)
		port_text(p, h / 2, 0, INK_DIM, "  .5");
	for (int y = 0; y < h; y++)
		port_char(p, y, LEFT - 1, INK_DIM, '|');
	port_char(p, h, LEFT - 1, INK_DIM, '+');
	for (int x = 0; x < w; x++)
		port_char(p, h, LEFT + x, INK_DIM, x % 6 == 5 ? '+' : '-');
	if (s->own_g >= s->o.from && s->own_g <= s->o.to)
		port_char(p, h, LEFT + column(s, s->own_g, w), INK_BOLD, '^');
	port_printf(p, h + 1, LEFT, INK_DIM, "%.3g", s->o.from);
	str_addf(&scale, "%.3g   ^ own g %.3f", s->o.to, s->own_g);
	port_text(p, h + 1, MAX(p->w - (int)scale.len - 1, LEFT + 6), INK_DIM,
		  scale.s);
	str_release(&scale);
}

static void draw_points(const struct port *p, const struct sweep *s, int h)
{
	const double *y = s->y[s->o.metric];
	int w = p->w - LEFT - 1, last = -1;

	for (size_t i = 0; i < s->n; i++) {
		int x = column(s, s->g[i], w);

		if (isnan(y[i]))
			continue;
		/* A line of dashes to the point before, when it is level. */
		for (int k = last + 1; last >= 0 && k < x; k++)
			if (row(y[i], h) == row(y[i - 1], h))
				port_char(p, row(y[i], h), LEFT + k, INK_DIM,
					  '-');
		port_char(p, row(y[i], h), LEFT + x, INK_CYAN | INK_BOLD, 'o');
		last = x;
	}
}

static void describe(const struct sweep *s, struct str *out)
{
	const struct sweep_set *e = s->set;

	if (!e) {
		str_addf(out, "own: F1 %.2f", s->own[SWEEP_F1]);
		if (s->chosen)
			str_addf(out, "  %s: p %.2f", s->chosen,
				 s->own[SWEEP_PROB]);
		return;
	}
	str_addf(out,
		 "F1 off %.1f  own %.1f  best %.1f at %.3g  other %.1f  "
		 "shuffled %.1f",
		 100 * e->f1_off, 100 * s->own[SWEEP_F1],
		 100 * s->y[SWEEP_F1][e->best], s->g[e->best],
		 100 * e->f1_other, 100 * e->f1_shuffled);
}

/* A line of columns: how many examples have which own g. */
static void draw_histogram(const struct port *p, int y,
			   const struct sweep_set *e)
{
	static const char bar[] = " .:-=+*#%@";
	size_t most = 1;
	int at = port_text(p, y, 0, INK_DIM, "own g ");

	for (int i = 0; i < SWEEP_BINS; i++)
		most = MAX(most, e->bin[i]);
	for (int i = 0; i < SWEEP_BINS; i++) {
		size_t level = e->bin[i] * 9 / most;

		port_char(p, y, at + i, 0,
			  (uint32_t)bar[e->bin[i] ? MAX(level, 1) : 0]);
	}
	port_printf(p, y, at + SWEEP_BINS + 1, INK_DIM, "0..%.3g, mean %.3f",
		    e->bin_width * SWEEP_BINS, e->mean_g);
}

static int draw(const struct app *app, const struct port *p, int scroll)
{
	const struct sweep *s = newest(app);
	struct str line = {0};
	int below = 3, h;

	(void)scroll;
	if (!s) {
		port_text(p, 0, 1, INK_DIM, "no sweep yet: :gate sweep");
		return 1;
	}
	below += s->set != NULL;
	h = p->h - below;
	describe(s, &line);
	if (h < LEAST_ROWS - 2 || p->w < 24) {
		port_text(p, 0, 0, 0, line.s);
		str_release(&line);
		return 1;
	}
	draw_axes(p, s, h);
	draw_points(p, s, h);
	port_text(p, h + 2, 0, 0, line.s);
	if (s->set)
		draw_histogram(p, h + 3, s->set);
	str_release(&line);
	return p->h;
}

const struct pane_ops pane_sweep = {
    .dirty = DIRTY_PROBE,
    .title = title,
    .draw = draw,
};
