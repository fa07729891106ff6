/* What was said, the newest at the bottom. */
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/pane.h"

static void title(const struct app *app, struct str *out)
{
	if (app->n_said)
		str_addf(out, "%zu", app->n_said);
}

static int draw(const struct app *app, const struct port *p, int scroll)
{
	int n = (int)app->n_log, top;

	top = scroll == SCROLL_AUTO ? MAX(n - p->h, 0)
				    : pane_top(n, p->h, scroll, -1);
	for (int y = 0; y < p->h && y + top < n; y++)
		port_text(p, y, 1, INK_PLAIN, app->log[y + top]);
	pane_more(p, top, n);
	return n;
}

const struct pane_ops pane_messages = {
    .dirty = DIRTY_MESSAGE,
    .title = title,
    .draw = draw,
};
