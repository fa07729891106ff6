/* The newest evaluation: tasks and their types. */
#include <stdlib.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/evaluate.h"
#include "tui/app.h"
#include "tui/pane.h"

enum { NAME = 20 };

static void title(const struct app *app, struct str *out)
{
	const struct scoring *s = &app->scoring;

	if (s->now)
		str_addf(out, "%s, %s scorer, ", s->now->name,
			 scorer_name(s->now->scorer));
	if (s->job && s->now)
		str_addf(out, "%zu of %zu ...", s->now->done, s->now->of);
	else if (s->job)
		str_add(out, "reading ...");
	else if (s->now)
		str_addf(out, "%zu examples", s->now->done);
}

/* A line of the table: figures, or below a task's its regime. */
struct line {
	const struct eval_row *r;
	bool regime;
};

static void show(const struct evaluation *e, const struct line *l,
		 const struct port *p, int y)
{
	const struct eval_row *r = l->r;
	unsigned ink = r->label ? 0 : INK_BOLD;
	int x;

	if (l->regime) {
		x = port_text(p, y, 3, INK_DIM, evaluation_regime(e, r->task));
		if (r->task == TASK_MEAE && evaluation_boxes(e))
			port_printf(p, y, x, INK_DIM, "; boxes: IoU >= %g",
				    SCORE_IOU);
		return;
	}
	port_printf(p, y, r->label ? 3 : 1, ink, "%.*s", NAME - 4,
		    r->label ? r->label : task_name(r->task));
	x = port_printf(p, y, NAME, ink, "%5zu %5.1f %5.1f %5.1f", r->examples,
			score_precision(&r->c), score_recall(&r->c),
			score_f1(&r->c));
	if (r->interval)
		port_printf(p, y, x + 2, ink, "%.1f-%.1f", r->low, r->high);
}

/* Each task, its regime, its types; caller's. */
static struct line *in_order(const struct evaluation *e, int *n)
{
	struct line *all = xcalloc(2 * e->n_rows, sizeof(*all));

	*n = 0;
	for (int t = 0; t < TASK_COUNT; t++)
		for (int label = 0; label < 2; label++)
			for (size_t i = 0; i < e->n_rows; i++) {
				const struct eval_row *r = &e->row[i];

				if (r->task != (enum task)t || r->field ||
				    !r->label != !label)
					continue;
				all[(*n)++] = (struct line){r, false};
				if (!r->label)
					all[(*n)++] = (struct line){r, true};
			}
	return all;
}

static int draw(const struct app *app, const struct port *p, int scroll)
{
	const struct evaluation *e = app->scoring.now;
	struct line *all;
	int n, rows, top;

	if (!e) {
		port_text(p, 0, 1, INK_DIM,
			  app->scoring.job ? "computing"
					   : "nothing scored yet (:eval FILE)");
		return 1;
	}
	all = in_order(e, &n);
	rows = n + 3;
	top = pane_top(rows, p->h, scroll, -1);
	if (top == 0)
		port_printf(p, 0, 1, INK_BOLD, "%-*s %4s %5s %5s %5s  %s",
			    NAME - 1, "task, type", "n", "P", "R", "F1",
			    "95 % of F1");
	for (int i = MAX(top - 1, 0); i < n; i++)
		show(e, &all[i], p, i + 1 - top);
	port_printf(p, n + 1 - top, 1, 0,
		    "mean F1 %.2f   with picture %zu, picture missing %zu",
		    evaluation_score(e), e->with_image, e->missing);
	port_printf(p, n + 2 - top, 1, 0,
		    "not in the text %zu, segments not used %zu", e->absent,
		    e->dropped);
	pane_more(p, top, rows);
	free(all);
	return rows;
}

const struct pane_ops pane_table = {
    .dirty = DIRTY_EVAL,
    .title = title,
    .draw = draw,
};
