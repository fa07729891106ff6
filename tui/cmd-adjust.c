/* The command behind e, v, b, r, t and the digits of the annotate screen. */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "tui/adjust.h"
#include "tui/app.h"
#include "tui/commands.h"

static int focus_numbered(struct app *app, const char *n, struct err *err)
{
	char *line = xasprintf("focus %s", n);
	int rc = cmd_run_line(app, line, err);

	free(line);
	return rc;
}

static int exec_adjust(struct app *app, const struct args *a, struct err *err)
{
	const char *what = a->pos[0];

	if (!app->ui)
		return err_set(err, ERR_USAGE,
			       "adjust: only on the full screen; elsewhere "
			       "edges, span, box, rel and type say it at once");
	if (strspn(what, "0123456789") != strlen(what))
		return adjust_begin(app, what, err);
	if (app->session)
		return adjust_label(app, atoi(what), err);
	/* Nothing is to be decided: numbers are those of the panes. */
	return focus_numbered(app, what, err);
}

const struct cmd cmd_adjust = {
    .name = "adjust",
    .args = "edges|span|box|relation|type|N",
    .flags = CMD_LIVE | CMD_SCREEN,
    .min_pos = 1,
    .max_pos = 1,
    .help = "screen: set edges, a new span, a box, a relation or a type with "
	    "keys; N: the type with this number, without a data set the pane",
    .exec = exec_adjust,
};
