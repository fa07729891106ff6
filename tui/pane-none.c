/* Panes whose content is not written yet: each says how to get something. */
#include "tui/app.h"
#include "tui/pane.h"

static void title(const struct app *app, struct str *out)
{
	(void)app;
	(void)out;
}

#define NONE(name, bits, sentence)                                          \
	static int draw_##name(const struct app *app, const struct port *p, \
			       int scroll)                                  \
	{                                                                   \
		(void)app;                                                  \
		(void)scroll;                                               \
		port_text(p, 0, 1, INK_DIM, sentence);                      \
		return 1;                                                   \
	}                                                                   \
	const struct pane_ops pane_##name = {                               \
	    .dirty = bits, .title = title, .draw = draw_##name};

NONE(queue, DIRTY_QUEUE, "no session")
