/* The gates of the dev split's examples, as a histogram. */
#include <math.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/pane.h"
#include "tui/training.h"

enum { LABEL = 8 };

static void title(const struct app *app, struct str *out)
{
	if (app->training && app->training->log.bins)
		str_add(out, "own values");
}

static void means(const struct run_log *r, const struct port *p)
{
	int x = port_text(p, 0, 1, 0, "mean");

	for (int t = 0; t < TASK_MEE; t++)
		if (r->gate_mean[t] >= 0)
			x = port_printf(p, 0, x + 1, 0, " %s %.3f",
					task_name((enum task)t),
					r->gate_mean[t]);
}

static void bar(const struct run_log *r, int i, double most,
		const struct port *p, int y)
{
	int room = p->w - LABEL - 10;
	int n = (int)ceil(r->gate_bin[i] / most * MAX(room, 0));

	if (i < r->bins - 1)
		port_printf(p, y, 1, INK_DIM, "< %-5.4g|", r->gate_edge[i]);
	else
		port_printf(p, y, 1, INK_DIM, "> %-5.4g|", r->gate_edge[i - 1]);
	for (int x = 0; x < n; x++)
		port_char(p, y, LABEL + 1 + x, INK_CYAN, '#');
	port_printf(p, y, LABEL + 2 + n, INK_DIM, "%.0f", r->gate_bin[i]);
}

static int draw(const struct app *app, const struct port *p, int scroll)
{
	const struct training *t = app->training;
	const struct run_log *r = t ? &t->log : NULL;
	double most = 1;
	int top;

	if (!r || r->bins == 0) {
		port_text(p, 0, 1, INK_DIM,
			  t ? "no evaluation with pictures yet"
			    : "no run (:train, :runs)");
		return 1;
	}
	for (int i = 0; i < r->bins; i++)
		most = fmax(most, r->gate_bin[i]);
	top = pane_top(r->bins + 1, p->h, scroll, -1);
	if (top == 0)
		means(r, p);
	for (int i = MAX(top - 1, 0); i < r->bins; i++)
		bar(r, i, most, p, i + 1 - top);
	pane_more(p, top, r->bins + 1);
	return r->bins + 1;
}

const struct pane_ops pane_gates = {
    .dirty = DIRTY_TRAIN,
    .title = title,
    .draw = draw,
};
