/* Two answers side by side: the pane of variants after :compare. */
#include <stdlib.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/probe/table.h"
#include "tui/app.h"
#include "tui/pane.h"
#include "tui/probe-view.h"

enum {
	MARK = 3, /* widths */
	P = 5,
	NAME = 8, /* least, of a result */
};

void compare_title(const struct app *app, struct str *out)
{
	size_t n = matching_flips(&app->probe->comparison->m);

	str_addf(out,
		 "%zu difference%s   . same  L label  B edges  - lost  + new",
		 n, n == 1 ? "" : "s");
}

static unsigned mark_ink(const char *mark)
{
	switch (*mark) {
	case '-':
		return INK_RED;
	case 'L':
		return INK_YELLOW;
	case 'B':
		return INK_MAGENTA;
	case '+':
		return INK_GREEN;
	}
	return INK_DIM;
}

/* One of the two: its result, and how probable that is. */
static void draw_side(const struct port *p, int y, int x, int w, unsigned ink,
		      const struct table_value *v)
{
	char number[8];

	if (!v[0].text)
		return;
	pane_probability((float)v[1].number, number);
	port_field(p, y, x, w, ink, v[0].text);
	port_field(p, y, x + w + 1, P - 1, 0, number);
}

/* The columns of comparison_report(): mark, result, p, result, p. */
static void draw_row(const struct port *p, int y, int name,
		     const struct table_value *v)
{
	unsigned ink = mark_ink(v[0].text);

	port_text(p, y, 1, ink, v[0].text);
	draw_side(p, y, MARK, name, ink == INK_DIM ? 0 : ink, v + 1);
	draw_side(p, y, MARK + name + 1 + P, name, ink == INK_DIM ? 0 : ink,
		  v + 3);
}

/* From line y on; returns the line behind it. */
static int draw_all(const struct port *p, int y, const struct comparison *c,
		    const struct table *t)
{
	int name = MAX((p->w - MARK - 2 * (P + 1)) / 2, NAME);

	port_field(p, y, MARK, name, INK_BOLD, c->name[0]);
	port_field(p, y++, MARK + name + 1 + P, name, INK_BOLD, c->name[1]);
	for (size_t i = 0; i < t->rows; i++)
		draw_row(p, y++, name, t->value + i * t->columns);
	for (size_t i = 0; i < t->notes; i++)
		y += pane_paragraph(p, y, 0, t->note[i]);
	return y;
}

int compare_draw(const struct app *app, const struct port *p, int scroll)
{
	const struct comparison *c = app->probe->comparison;
	struct table *t = comparison_report(c);
	struct port nowhere = port_part(p, 0, 0, 0, p->w);
	int rows = draw_all(&nowhere, 0, c, t);
	int top = pane_top(rows, p->h, scroll, 0);

	draw_all(p, -top, c, t);
	table_free(t);
	pane_more(p, top, rows);
	return rows;
}
