/*
 * svg -- a few shapes, enough for a line plot, a histogram and a table.
 *
 * Units are pixels.  The same input gives the same bytes.  No script, no
 * style sheet, no font but the viewer's monospace.
 */
#ifndef UMIE_PROBE_SVG_H
#define UMIE_PROBE_SVG_H

#include <stdbool.h>
#include <stddef.h>

struct str;

enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_END };

void svg_begin(struct str *out, double w, double h);
void svg_end(struct str *out);
/* `s` is escaped. */
void svg_text(struct str *out, double x, double y, enum svg_anchor a,
	      const char *s);
void svg_line(struct str *out, double x1, double y1, double x2, double y2,
	      const char *color);
void svg_rect(struct str *out, double x, double y, double w, double h,
	      const char *color);

/* One line of a plot; NaN leaves a gap. */
struct svg_series {
	const char *name, *color;
	const double *x, *y;
	size_t n;
};

/* Where a plot stands, and what its axes span. */
struct svg_plot {
	double left, top, w, h;
	double x_min, x_max, y_min, y_max;
	const char *title, *x_title;
	double mark; /* a vertical line at this x; NaN: none */
	const char *mark_name;
};
void svg_lines(struct str *out, const struct svg_plot *p,
	       const struct svg_series *s, size_t n);
/* n bars of equal width over x_min … x_max, as high as `count`. */
void svg_bars(struct str *out, const struct svg_plot *p, const size_t *count,
	      size_t n);

#endif
