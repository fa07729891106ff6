/*
 * plot -- curves as characters, as SVG, as CSV; pure.
 */
#ifndef UMIE_TUI_PLOT_H
#define UMIE_TUI_PLOT_H

#include "tui/grid.h"

struct curve {
	const char *name;
	double *x, *y; /* n of each; x rises */
	size_t n;
	char mark;
	unsigned ink;
};

/*
 * Axes and curves over the whole port.  Where several points share a column,
 * their mean is drawn.  x_name stands under the axis.
 */
void plot_draw(const struct port *p, const struct curve *c, size_t n,
	       const char *x_name);
void plot_svg(const struct curve *c, size_t n, const char *x_name,
	      struct str *out);
/* name,x,y */
void plot_csv(const struct curve *c, size_t n, struct str *out);

#endif
