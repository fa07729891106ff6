#include "tui/decide.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "src/data/tags.h"
#include "tui/app.h"
#include "tui/cmd.h"
#include "tui/items.h"

struct session *decide_here(struct app *app, struct err *err)
{
	struct session *s = app_session(app, err);

	if (s && !session_here(s)) {
		err_set(err, ERR_USAGE,
			"the session has no examples yet (load FILE)");
		return NULL;
	}
	return s;
}

static bool whole(const char *s, long lo, int *out)
{
	char *end;
	long v = strtol(s, &end, 10);

	*out = (int)v;
	return end > s && !*end && v >= lo && v <= INT32_MAX;
}

bool decide_number(const char *s, int *out)
{
	return whole(s, 1, out);
}

int decide_item(const struct args *a, int pos, int *id, struct err *err)
{
	if (pos < a->n_pos && decide_number(a->pos[pos], id))
		return 0;
	return err_set(err, ERR_USAGE,
		       "%s: the number of an item expected%s%s (items lists "
		       "them)",
		       a->cmd->name, pos < a->n_pos ? ", not " : "",
		       pos < a->n_pos ? a->pos[pos] : "");
}

int decide_place(struct app *app, const struct args *a, int pos, int32_t *start,
		 int32_t *end, int *more, struct err *err)
{
	const char *text = session_here(app->session)->ex.text;
	int points = (int)utf8_count(text, strlen(text)), from, to;
	struct anchor found = {0};
	struct str words = {0};
	int rc = 0;

	*more = 0;
	if (a->n_pos == pos + 2 && whole(a->pos[pos], 0, &from) &&
	    whole(a->pos[pos + 1], 0, &to)) {
		*start = from;
		*end = to;
		if (from < to && to <= points)
			return 0;
		return err_set(err, ERR_USAGE,
			       "%s: %d to %d is no place in a text of %d "
			       "characters",
			       a->cmd->name, from, to, points);
	}
	for (int i = pos; i < a->n_pos; i++)
		str_addf(&words, "%s%s", i > pos ? " " : "", a->pos[i]);
	if (words.len == 0)
		return err_set(err, ERR_USAGE,
			       "%s: words of the text expected, or START END",
			       a->cmd->name);
	anchor_find(&found, text, words.s);
	*start = found.start;
	*end = found.end;
	*more = found.places;
	if (found.start < 0)
		rc = err_set(err, ERR_USAGE,
			     "%s: \"%.80s\" does not stand in the text",
			     a->cmd->name, words.s);
	anchor_release(&found);
	str_release(&words);
	return rc;
}

int decide_label(const struct labels *l, enum item_kind kind, const char *given,
		 char **out, struct err *err)
{
	static const enum task tasks[] = {TASK_MNER, TASK_MRE, TASK_MED,
					  TASK_MEAE};
	char *names;
	int k, at;

	if (!l || l->n == 0) {
		*out = xstrdup(given);
		return 0;
	}
	at = tag_find(l, tasks[kind], span_of(given));
	if (at < 0 && decide_number(given, &k) && (size_t)k <= l->n)
		at = k - 1;
	if (at >= 0) {
		*out = xstrdup(l->name[at]);
		return 0;
	}
	names = labels_join(l);
	err_set(err, ERR_USAGE, "%s is not one of: %s", given, names);
	free(names);
	return -ERR_USAGE;
}

/* Items moved in the list: keep the one that was decided on selected. */
static void reselect(struct app *app, const struct session_example *e, int id)
{
	for (size_t i = 0; i < e->n_items; i++)
		if (e->item[i].id == id)
			app->selected = (int)i;
	if (app->selected >= (int)e->n_items)
		app->selected = (int)e->n_items - 1;
}

int decide_said(struct app *app, int id, int rc)
{
	const struct session_example *e = session_here(app->session);
	const struct item *it = example_item(e, id);
	struct str line = {0};

	app->dirty = DIRTY_ALL;
	reselect(app, e, id);
	if (rc < 0 && session_unsaved(app->session) == 0)
		return rc; /* nothing was done */
	if (it) {
		item_text(it, &line);
		app_say(app, "%s", line.s);
		str_release(&line);
	}
	return rc;
}
