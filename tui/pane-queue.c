/* The examples of the session, in the order in which they come. */
#include <math.h>
#include <string.h>

#include "sessions/session.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/here.h"
#include "tui/pane.h"

enum { TOTALS = 2 }; /* rows below the list */

static void title(const struct app *app, struct str *out)
{
	const struct state *s;

	if (!app->session)
		return;
	s = session_state(app->session);
	str_addf(out, "by %s", s->sort ? s->sort : "file");
	if (s->filter && *s->filter)
		str_addf(out, ", %s", s->filter);
}

/* What was said about it as a whole. */
static char mark(const struct session_example *e)
{
	static const char marks[] = {[PROGRESS_TODO] = ' ',
				     [PROGRESS_DONE] = '+',
				     [PROGRESS_SKIPPED] = 's'};

	return e->flag ? '!' : marks[e->progress];
}

static void draw_example(const struct port *p, int y,
			 const struct session_example *e, bool here)
{
	unsigned ink = e->progress == PROGRESS_TODO ? 0 : INK_DIM;
	char unc[8] = "";
	int at;

	if (!isnan(e->uncertainty))
		pane_probability(e->uncertainty, unc);
	at = port_printf(p, y, 0, ink | (here ? INK_BOLD : 0), "%c%4d %c ",
			 here ? '>' : ' ', e->number, mark(e));
	if (p->w >= 26)
		at = port_field(p, y, at, 4, ink, unc);
	port_text(p, y, at, ink, e->ex.text);
	if (here)
		port_ink(p, y, 0, p->w, INK_REVERSE);
}

static void draw_totals(const struct app *app, const struct port *p, int y)
{
	struct queue_progress q;

	queue_progress(&app->queue, session_state(app->session), &q);
	port_printf(p, y, 1, 0, "done %zu  skipped %zu", q.done, q.skipped);
	port_printf(p, y + 1, 1, 0, "to do %zu of %zu",
		    q.n - q.done - q.skipped, q.n);
}

static int top_row(const struct app *app, int h, int scroll)
{
	const struct session_example *e = here_example(app);

	return pane_top((int)app->queue.n, h, scroll,
			e ? (int)queue_find(&app->queue, e->number) + 1 : -1);
}

static int draw(const struct app *app, const struct port *p, int scroll)
{
	const struct session_example *here = here_example(app);
	struct port list = port_part(p, 0, 0, MAX(p->h - TOTALS, 1), p->w);
	int n = (int)app->queue.n, top;

	if (!app->session) {
		port_text(p, 0, 1, INK_DIM, "no data set (:load FILE)");
		return 1;
	}
	top = top_row(app, list.h, scroll);
	for (int y = 0; y < list.h && y + top < n; y++) {
		const struct session_example *e = state_example(
		    session_state(app->session), app->queue.number[y + top]);

		draw_example(&list, y, e, e == here);
	}
	if (n == 0)
		port_text(&list, 0, 1, INK_DIM, "no example (:filter)");
	pane_more(&list, top, n);
	if (p->h > TOTALS)
		draw_totals(app, p, list.h);
	return n + TOTALS;
}

static bool click(const struct app *app, const struct port *p, int scroll,
		  int y, struct str *line)
{
	int h = MAX(p->h - TOTALS, 1), at = y + top_row(app, h, scroll);

	if (!app->session || y >= h || at >= (int)app->queue.n)
		return false;
	str_addf(line, "goto %d", app->queue.number[at]);
	return true;
}

const struct pane_ops pane_queue = {
    .dirty = DIRTY_QUEUE | DIRTY_RESULTS,
    .title = title,
    .draw = draw,
    .click = click,
};
