/* What happened in a run, newest at the bottom. */
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/pane.h"
#include "tui/training.h"

static void title(const struct app *app, struct str *out)
{
	if (app->training)
		str_addf(out, "full: %s/log.jsonl", app->training->dir);
}

static int draw(const struct app *app, const struct port *p, int scroll)
{
	const struct training *t = app->training;
	int n = t ? (int)t->log.events.n : 0, top;

	if (n == 0) {
		port_text(p, 0, 1, INK_DIM,
			  t ? "nothing has happened yet"
			    : "no run (:train, :runs)");
		return 1;
	}
	top = pane_top(n, p->h, scroll, n - 1);
	for (int y = 0; y < p->h && top + y < n; y++)
		port_text(p, y, 1, 0, t->log.events.name[top + y]);
	pane_more(p, top, n);
	return n;
}

const struct pane_ops pane_log = {
    .dirty = DIRTY_TRAIN,
    .title = title,
    .draw = draw,
};
