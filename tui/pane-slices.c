/* The newest evaluation by slices, then types taken for one another. */
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/evaluate.h"
#include "tui/app.h"
#include "tui/pane.h"

enum { NAME = 20, TYPE = 14, CELL = 6 };

static void title(const struct app *app, struct str *out)
{
	(void)app;
	(void)out;
}

static int slices(const struct evaluation *e, const struct port *p, int y)
{
	const char *field = "";

	for (size_t i = 0; i < e->n_rows; i++) {
		const struct eval_row *r = &e->row[i];
		int x;

		if (!r->field)
			continue;
		if (strcmp(r->field, field) != 0)
			port_printf(p, y++, 1, INK_BOLD, "by %-*.*s %s",
				    NAME - 4, NAME - 5, r->field,
				    " n    F1  95 %");
		field = r->field;
		port_printf(p, y, 2, 0, "%.*s %s", NAME - 8, r->value,
			    task_name(r->task));
		x = port_printf(p, y, NAME, 0, "%5zu %5.1f", r->examples,
				score_f1(&r->c));
		if (r->interval)
			port_printf(p, y, x + 2, 0, "%.1f-%.1f", r->low,
				    r->high);
		y++;
	}
	return y;
}

static const char *type_name(const struct evaluation *e, size_t i)
{
	return i < e->types.n ? e->types.name[i] : "not there";
}

/* Rows are gold, columns what was found. */
static int confusion(const struct evaluation *e, const struct port *p, int y)
{
	size_t side = e->types.n + 1;

	if (!e->confusion)
		return y;
	port_text(p, y, 1, INK_BOLD, "gold \\ found");
	for (size_t b = 0; b < side; b++)
		port_printf(p, y, TYPE + 2 + (int)b * (CELL + 1), INK_DIM,
			    "%.*s", CELL, type_name(e, b));
	y++;
	for (size_t a = 0; a < side; a++, y++) {
		port_printf(p, y, 2, 0, "%.*s", TYPE - 1, type_name(e, a));
		for (size_t b = 0; b < side; b++)
			port_printf(p, y, TYPE + 2 + (int)b * (CELL + 1),
				    a == b ? INK_BOLD : 0, "%*zu", CELL - 1,
				    e->confusion[a * side + b]);
	}
	return y;
}

static int count(const struct evaluation *e)
{
	const char *field = "";
	int n = e->confusion ? (int)e->types.n + 2 : 0;

	for (size_t i = 0; i < e->n_rows; i++) {
		if (!e->row[i].field)
			continue;
		n += 1 + (strcmp(e->row[i].field, field) != 0);
		field = e->row[i].field;
	}
	return n;
}

static int draw(const struct app *app, const struct port *p, int scroll)
{
	const struct evaluation *e = app->scoring.now;
	int rows = e ? count(e) : 0, top;

	if (rows == 0) {
		port_text(p, 0, 1, INK_DIM,
			  e ? "no slices (:eval --slice FIELD FILE)"
			    : "nothing scored yet (:eval FILE)");
		return 1;
	}
	top = pane_top(rows, p->h, scroll, -1);
	confusion(e, p, slices(e, p, -top));
	pane_more(p, top, rows);
	return rows;
}

const struct pane_ops pane_slices = {
    .dirty = DIRTY_EVAL,
    .title = title,
    .draw = draw,
};
