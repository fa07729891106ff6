/* What each rank of a run did in the newest step. */
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/pane.h"
#include "tui/training.h"

static void title(const struct app *app, struct str *out)
{
	if (app->training && app->training->log.device)
		str_addf(out, "%d on %s", app->training->log.ranks,
			 app->training->log.device);
}

/* A step of a rank: what it computed, and what it waited for the others. */
static double step_time(const struct run_rank *k)
{
	return k->busy + k->wait;
}

static double sum_speed(const struct run_log *r)
{
	double sum = 0;

	for (int i = 0; i < r->ranks; i++)
		if (step_time(&r->rank[i]) > 0)
			sum += r->rank[i].examples / step_time(&r->rank[i]);
	return sum;
}

/* The others wait for it: it computes a fifth longer than they do. */
static bool late(const struct run_log *r, int i)
{
	double others = 0;

	for (int k = 0; k < r->ranks; k++)
		if (k != i)
			others += r->rank[k].busy / (r->ranks - 1);
	return r->ranks > 1 && r->rank[i].busy > 1.2 * others;
}

static void row(const struct run_log *r, int i, const struct port *p, int y)
{
	const struct run_rank *k = &r->rank[i];
	double all = step_time(k);

	port_printf(p, y, 1, late(r, i) ? INK_YELLOW : 0,
		    "%-4d %6.1f  %3.0f%%  %7.0f  %7.0f %s", i,
		    all > 0 ? k->examples / all : 0,
		    all > 0 ? 100 * k->busy / all : 0, 1e3 * k->busy,
		    1e3 * k->wait, late(r, i) ? "!" : "");
}

static int draw(const struct app *app, const struct port *p, int scroll)
{
	const struct training *t = app->training;
	const struct run_log *r = t ? &t->log : NULL;
	int rows, top;

	if (!r || r->ranks == 0) {
		port_text(p, 0, 1, INK_DIM,
			  t ? "no step yet" : "no run (:train, :runs)");
		return 1;
	}
	rows = r->ranks + 3;
	top = pane_top(rows, p->h, scroll, -1);
	port_text(p, 0 - top, 1, INK_BOLD,
		  "rank   ex/s  busy   comp ms  wait ms");
	for (int i = 0; i < r->ranks; i++)
		row(r, i, p, 1 + i - top);
	port_printf(p, r->ranks + 1 - top, 1, 0, "sum  %6.1f ex/s",
		    sum_speed(r));
	if (r->ranks > 1)
		port_text(p, r->ranks + 2 - top, 1, INK_DIM,
			  "! the others wait for it");
	pane_more(p, top, rows);
	return rows;
}

const struct pane_ops pane_ranks = {
    .dirty = DIRTY_TRAIN,
    .title = title,
    .draw = draw,
};
