#include "tui/plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/probe/svg.h"

enum { LEFT = 8, SVG_W = 720, SVG_H = 400, SVG_EDGE = 60 };

struct range {
	double x0, x1, y0, y1;
};

/* Of all points; false when there is none. */
static bool range_of(const struct curve *c, size_t n, struct range *r)
{
	*r = (struct range){INFINITY, -INFINITY, INFINITY, -INFINITY};
	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < c[k].n; i++) {
			r->x0 = fmin(r->x0, c[k].x[i]);
			r->x1 = fmax(r->x1, c[k].x[i]);
			r->y0 = fmin(r->y0, c[k].y[i]);
			r->y1 = fmax(r->y1, c[k].y[i]);
		}
	if (!(r->x1 >= r->x0))
		return false;
	if (r->x1 - r->x0 <= 0)
		r->x1 = r->x0 + 1;
	if (r->y1 - r->y0 <= 0) {
		double pad = r->y0 == 0 ? 1 : fabs(r->y0) * 0.1;

		r->y0 -= pad;
		r->y1 += pad;
	}
	return true;
}

/* A number in at most seven columns. */
static void number(char out[16], double v)
{
	double a = fabs(v);

	if (a != 0 && (a < 1e-3 || a >= 1e6))
		snprintf(out, 16, "%.1e", v);
	else
		snprintf(out, 16,
			 a >= 1000 ? "%.0f"
			 : a >= 10 ? "%.1f"
				   : "%.3f",
			 v);
}

static void axes(const struct port *p, const struct range *r, int h,
		 const char *x_name)
{
	int marks = h >= 8 ? 4 : h >= 4 ? 2 : 1;
	char text[16];

	for (int y = 0; y < h; y++)
		port_char(p, y, LEFT - 1, INK_DIM, '|');
	for (int i = 0; i <= marks; i++) {
		int y = (h - 1) * i / marks;

		number(text, r->y1 - (r->y1 - r->y0) * y / MAX(h - 1, 1));
		port_text(p, y, MAX(0, LEFT - 2 - (int)strlen(text)), INK_DIM,
			  text);
	}
	port_char(p, h, LEFT - 1, INK_DIM, '+');
	for (int x = LEFT; x < p->w; x++)
		port_char(p, h, x, INK_DIM, '-');
	number(text, r->x0);
	port_text(p, h + 1, LEFT, INK_DIM, text);
	number(text, (r->x0 + r->x1) / 2);
	port_text(p, h + 1, (LEFT + p->w) / 2, INK_DIM, text);
	snprintf(text, sizeof(text), "%.0f", r->x1);
	port_printf(p, h + 1,
		    p->w - (int)strlen(text) - (int)strlen(x_name) - 1, INK_DIM,
		    "%s %s", x_name, text);
}

static void draw_curve(const struct port *p, const struct curve *c,
		       const struct range *r, int h)
{
	int w = p->w - LEFT;
	size_t i = 0;

	for (int col = 0; col < w; col++) {
		double sum = 0, end = r->x0 + (r->x1 - r->x0) * (col + 0.5) /
						  MAX(w - 1, 1);
		size_t n = 0;

		for (; i < c->n && (c->x[i] < end || col == w - 1); i++, n++)
			sum += c->y[i];
		if (n == 0)
			continue;
		sum = (r->y1 - sum / (double)n) / (r->y1 - r->y0);
		port_char(p, (int)lrint(sum * (h - 1)), LEFT + col, c->ink,
			  (uint32_t)c->mark);
	}
}

void plot_draw(const struct port *p, const struct curve *c, size_t n,
	       const char *x_name)
{
	struct range r;
	int h = p->h - 2, x = p->w - 1;

	if (!range_of(c, n, &r) || h < 2 || p->w < LEFT + 8)
		return;
	axes(p, &r, h, x_name);
	for (size_t k = 0; k < n; k++)
		draw_curve(p, &c[k], &r, h);
	for (size_t k = n; k-- > 0 && n > 1;) {
		x -= cells_width(c[k].name) + 3;
		if (x < LEFT)
			break;
		port_printf(p, 0, x, c[k].ink, "%c %s", c[k].mark, c[k].name);
	}
}

void plot_svg(const struct curve *c, size_t n, const char *x_name,
	      struct str *out)
{
	static const char *const color[] = {"#0072b2", "#d55e00", "#009e73",
					    "#cc79a7", "#e69f00", "#56b4e9"};
	struct svg_series *s = xcalloc(MAX(n, (size_t)1), sizeof(*s));
	struct svg_plot plot = {.left = SVG_EDGE,
				.top = SVG_EDGE,
				.w = SVG_W - 2 * SVG_EDGE,
				.h = SVG_H - 2 * SVG_EDGE,
				.title = "",
				.x_title = x_name,
				.mark = NAN};
	struct range r;

	for (size_t k = 0; k < n; k++)
		s[k] = (struct svg_series){.name = c[k].name,
					   .color = color[k % ARRAY_LEN(color)],
					   .x = c[k].x,
					   .y = c[k].y,
					   .n = c[k].n};
	svg_begin(out, SVG_W, SVG_H);
	if (range_of(c, n, &r)) {
		plot.x_min = r.x0;
		plot.x_max = r.x1;
		plot.y_min = r.y0;
		plot.y_max = r.y1;
		svg_lines(out, &plot, s, n);
	}
	svg_end(out);
	free(s);
}

void plot_csv(const struct curve *c, size_t n, struct str *out)
{
	str_add(out, "metric,step,value\n");
	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < c[k].n; i++)
			str_addf(out, "%s,%.0f,%.9g\n", c[k].name, c[k].x[i],
				 c[k].y[i]);
}
