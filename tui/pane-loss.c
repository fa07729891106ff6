/* The training loss of a run, and where it stands. */
#include <math.h>
#include <stdlib.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/pane.h"
#include "tui/plot.h"
#include "tui/training.h"

static void title(const struct app *app, struct str *out)
{
	const struct training *t = app->training;

	if (!t)
		return;
	str_addf(out, "%s", t->name);
	if (t->log.ranks > 1)
		str_addf(out, "  sum of %d ranks", t->log.ranks);
	if (t->pid && t->stops)
		str_add(out, "  stopping");
}

static void last_line(const struct run_log *r, const struct port *p, int y)
{
	const struct run_step *s = &r->step[r->n_steps - 1], *best = s;
	long left = (long)run_log_left(r);
	int x;

	for (size_t i = 0; i < r->n_steps; i++)
		if (r->step[i].loss < best->loss)
			best = &r->step[i];
	port_printf(p, y, 1, 0,
		    "last %.4f  best %.4f at %lld  lr %.1e  |grad| %.2f",
		    s->loss, best->loss, (long long)best->step, s->lr, s->norm);
	x = port_printf(p, y + 1, 1, 0, "step %lld/%lld  %.0f tokens/s",
			(long long)s->step, (long long)r->total, s->speed);
	if (left > 0)
		port_printf(p, y + 1, x, 0, "  left %ld:%02ld:%02ld",
			    left / 3600, left % 3600 / 60, left % 60);
}

static int draw(const struct app *app, const struct port *p, int scroll)
{
	const struct training *t = app->training;
	struct port top = port_part(p, 0, 0, p->h - 2, p->w);
	struct curve c = {.name = "train", .mark = '*', .ink = INK_CYAN};

	(void)scroll;
	if (!t || t->log.n_steps == 0) {
		port_text(p, 0, 1, INK_DIM,
			  t ? "no step yet" : "no run (:train, :runs)");
		return 1;
	}
	c.n = run_log_curve(&t->log, RUN_LOSS, &c.x, &c.y);
	plot_draw(&top, &c, 1, "step");
	free(c.x);
	free(c.y);
	last_line(&t->log, p, p->h - 2);
	return p->h;
}

const struct pane_ops pane_loss = {
    .dirty = DIRTY_TRAIN,
    .title = title,
    .draw = draw,
};
