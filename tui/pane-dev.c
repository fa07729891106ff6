/* F1 on the dev split, task by task, for the last evaluations. */
#include <stdio.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/pane.h"
#include "tui/training.h"

enum { NAME = 6, COLUMN = 7, LAST = 20 };

static void title(const struct app *app, struct str *out)
{
	if (app->training && app->training->log.n_devs)
		str_add(out, "F1, percent; chosen by their mean");
}

static double value(const struct run_dev *d, int row)
{
	return row < TASK_MEE ? d->f1[row] : d->score;
}

/* Where this row was best; -1 when it has no figure. */
static int best_of(const struct run_log *r, int row)
{
	int best = -1;

	for (size_t i = 0; i < r->n_devs; i++)
		if (value(&r->dev[i], row) >= 0 &&
		    (best < 0 ||
		     value(&r->dev[i], row) > value(&r->dev[best], row)))
			best = (int)i;
	return best;
}

static void head(const struct run_log *r, size_t from, const struct port *p,
		 int y)
{
	int x = NAME + 2;

	port_text(p, y, 1, INK_BOLD, "task");
	for (size_t i = from; i < r->n_devs; i++, x += COLUMN)
		port_printf(p, y, x, INK_BOLD, "ep %-3lld",
			    (long long)r->dev[i].epoch);
	port_text(p, y, x, INK_BOLD, "best           n");
}

static void figures(const struct run_log *r, int row, size_t from,
		    const struct port *p, int y)
{
	const struct run_dev *last = &r->dev[r->n_devs - 1];
	const char *name = row < TASK_MEE ? task_name((enum task)row) : "mean";
	int best = best_of(r, row), x = NAME + 2;

	port_text(p, y, 1, 0, name);
	for (size_t i = from; i < r->n_devs; i++, x += COLUMN)
		if (value(&r->dev[i], row) >= 0)
			port_printf(p, y, x, (int)i == best ? INK_BOLD : 0,
				    "%5.1f", value(&r->dev[i], row));
	x = port_printf(p, y, x, INK_BOLD, "%5.1f ep%-4lld",
			value(&r->dev[best], row),
			(long long)r->dev[best].epoch);
	if (row < TASK_MEE)
		port_printf(p, y, x + 1, INK_DIM, "%6zu", last->examples[row]);
}

static int draw(const struct app *app, const struct port *p, int scroll)
{
	const struct training *t = app->training;
	const struct run_log *r = t ? &t->log : NULL;
	size_t room, from;
	int y = 1;

	(void)scroll;
	if (!r || r->n_devs == 0) {
		port_text(p, 0, 1, INK_DIM,
			  t ? "no evaluation yet (train --dev FILE)"
			    : "no run (:train, :runs)");
		return 1;
	}
	room = (size_t)MAX(1, (p->w - NAME - 2 - LAST) / COLUMN);
	from = r->n_devs > room ? r->n_devs - room : 0;
	head(r, from, p, 0);
	for (int row = 0; row <= TASK_MEE; row++)
		if (best_of(r, row) >= 0)
			figures(r, row, from, p, y++);
	return y;
}

const struct pane_ops pane_dev = {
    .dirty = DIRTY_TRAIN,
    .title = title,
    .draw = draw,
};
