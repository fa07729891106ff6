/* attn: whose attention the picture shows. */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "tui/app.h"
#include "tui/commands.h"

/* Heads are numbered from 1, and 0 is their mean: a ring. */
static long head_beside(const struct app *app, int step)
{
	int n = app->report.heads + 1;

	return (app->request.head_shown + step + n) % n;
}

static int number_word(const struct args *a, int *i, long *out, struct err *err)
{
	const char *name = a->pos[*i];
	const char *s = *i + 1 < a->n_pos ? a->pos[++*i] : "";
	char *end;

	if (strcmp(s, "mean") == 0) {
		*out = 0;
		return 0;
	}
	*out = strtol(s, &end, 10);
	if (end == s || *end || *out < 1)
		return err_set(err, ERR_USAGE,
			       "attn: %s wants a number from 1, or mean", name);
	return 0;
}

static int exec_attn(struct app *app, const struct args *a, struct err *err)
{
	int found = app->result ? (int)app->result->n_found : 0;
	long v;

	for (int i = 0; i < a->n_pos; i++) {
		const char *what = a->pos[i];
		const char *to = i + 1 < a->n_pos ? a->pos[i + 1] : "";
		int step = strcmp(to, "next") == 0       ? 1
			   : strcmp(to, "previous") == 0 ? -1
							 : 0;

		if (step && strcmp(what, "head") == 0) {
			v = head_beside(app, step);
			i++;
		} else if (number_word(a, &i, &v, err) < 0) {
			return -(int)err->code;
		}
		if (strcmp(what, "head") == 0) {
			app->request.head_shown = (int)v;
			app->dirty |= DIRTY_PICTURE;
			app_edited(app);
		} else if (strcmp(what, "result") == 0 && v <= found) {
			app->selected = (int)v - 1;
			app->dirty |= DIRTY_ALL & ~DIRTY_MESSAGE;
		} else if (strcmp(what, "result") == 0) {
			return err_set(err, ERR_USAGE,
				       "attn: no result %ld: there %s %d", v,
				       found == 1 ? "is" : "are", found);
		} else if (strcmp(what, "layer") == 0 && v <= 1) {
			continue;
		} else {
			return err_set(err, ERR_USAGE,
				       "attn %s: result N or head H expected; "
				       "the gated attention has one layer",
				       what);
		}
	}
	if (app->request.head_shown)
		app_say(app, "attention of head %d", app->request.head_shown);
	else
		app_say(app, "attention of the mean of all heads");
	return 0;
}

const struct cmd cmd_attn = {
    .name = "attn",
    .args = "[result N|mean] [head H|mean|next|previous]",
    .flags = CMD_LIVE,
    .max_pos = 6,
    .help = "whose attention over the regions is shown: a result's, a head's",
    .exec = exec_attn,
};
