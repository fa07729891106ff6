/* Commands that decide about items that are there, and about examples. */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/commands.h"
#include "tui/decide.h"
#include "tui/items.h"

/* --- several items ----------------------------------------------------------
 */

struct ids {
	int *id; /* owned */
	size_t n;
};

/* Everything that is to do; what has no place in the text is left. */
static void all_items(struct app *app, struct ids *out)
{
	const struct session_example *e = session_here(app->session);
	size_t left = 0;

	for (size_t i = 0; i < e->n_items; i++) {
		if (e->item[i].state != ITEM_TODO)
			continue;
		if (item_unplaced(&e->item[i]))
			left++;
		else
			out->id[out->n++] = e->item[i].id;
	}
	if (left)
		app_say(app,
			"%zu not in the text: left to do (edges or reject)",
			left);
}

/* "all", numbers, or on the screen the selected one. */
static int take_ids(struct app *app, const struct args *a, struct ids *out,
		    struct err *err)
{
	const struct item *it = app->screen ? app_item(app) : NULL;
	int rc = 0;

	out->n = 0;
	out->id = xcalloc(session_here(app->session)->n_items + ARGS_MAX,
			  sizeof(*out->id));
	if (a->n_pos == 1 && strcmp(a->pos[0], "all") == 0)
		all_items(app, out);
	else if (a->n_pos == 0 && it)
		out->id[out->n++] = it->id;
	else if (a->n_pos == 0)
		rc = err_set(err, ERR_USAGE, "%s: wants %s", a->cmd->name,
			     a->cmd->args);
	else
		for (; rc == 0 && out->n < (size_t)a->n_pos; out->n++)
			rc = decide_item(a, (int)out->n, &out->id[out->n], err);
	if (rc == 0 && out->n == 0)
		rc = err_set(err, ERR_USAGE, "%s: nothing is to do here",
			     a->cmd->name);
	return rc;
}

static int decide_many(struct app *app, const struct args *a,
		       int (*how)(struct session *s, const int *id, size_t n,
				  struct err *err),
		       struct err *err)
{
	struct session *s = decide_here(app, err);
	struct ids ids;
	int rc;

	if (!s)
		return -(int)err->code;
	rc = take_ids(app, a, &ids, err);
	if (rc == 0)
		rc = how(s, ids.id, ids.n, err);
	/* On the screen they are seen; a line each would cover them. */
	if (rc == 0 && app->screen && ids.n > 1)
		app_say(app, "%s: %zu items", a->cmd->name, ids.n);
	else
		for (size_t i = 0; i < ids.n && rc == 0; i++)
			decide_said(app, ids.id[i], rc);
	free(ids.id);
	app->dirty = DIRTY_ALL;
	return rc;
}

static int exec_accept(struct app *app, const struct args *a, struct err *err)
{
	return decide_many(app, a, session_accept, err);
}

const struct cmd cmd_accept = {
    .name = "accept",
    .alias = "a",
    .args = "N...|all",
    .flags = CMD_LIVE,
    .max_pos = ARGS_MAX - 2,
    .help = "items are right; all: everything that is still to do",
    .exec = exec_accept,
};

static int exec_reject(struct app *app, const struct args *a, struct err *err)
{
	return decide_many(app, a, session_reject, err);
}

const struct cmd cmd_reject = {
    .name = "reject",
    .alias = "x",
    .args = "N...|all",
    .flags = CMD_LIVE,
    .max_pos = ARGS_MAX - 2,
    .help = "items are wrong",
    .exec = exec_reject,
};

static int exec_del(struct app *app, const struct args *a, struct err *err)
{
	int rc = decide_many(app, a, session_delete, err);

	if (rc == 0)
		app_say(app, "deleted");
	return rc;
}

const struct cmd cmd_del = {
    .name = "del",
    .args = "N...",
    .flags = CMD_LIVE,
    .max_pos = ARGS_MAX - 2,
    .help = "take away items that were added, with what belongs to them",
    .exec = exec_del,
};

/* --- one item
 * ----------------------------------------------------------------- */

/* The item of pos[0]; on the screen, without a number, the selected one.
 * *next is the first argument behind it. */
static int take_item(struct app *app, const struct args *a, bool numbered,
		     struct item **out, int *next, struct err *err)
{
	struct item *selected = app->screen ? app_item(app) : NULL;
	int id, rc;

	*next = numbered || !selected;
	if (!*next) {
		*out = selected;
		return 0;
	}
	rc = decide_item(a, 0, &id, err);
	if (rc < 0)
		return rc;
	*out = example_item(session_here(app->session), id);
	if (!*out)
		return err_set(err, ERR_USAGE,
			       "%s: there is no item %d here (items lists "
			       "them)",
			       a->cmd->name, id);
	return 0;
}

static int list_labels(struct app *app, const struct labels *l, int id,
		       struct err *err)
{
	if (!l || l->n == 0)
		return err_set(err, ERR_USAGE,
			       "type: wants N LABEL; labels are listed when a "
			       "checkpoint is open");
	for (size_t i = 0; i < l->n; i++)
		app_say(app, "%zu  %s", i + 1, l->name[i]);
	app_say(app, "type %d NUMBER chooses one", id);
	return 0;
}

static int exec_type(struct app *app, const struct args *a, struct err *err)
{
	struct session *s = decide_here(app, err);
	const struct labels *labels;
	struct item *it;
	char *label;
	int next, id, rc;

	if (!s)
		return -(int)err->code;
	rc = take_item(app, a, a->n_pos == 2, &it, &next, err);
	if (rc < 0)
		return rc;
	id = it->id;
	labels = item_labels(app, session_here(s), it);
	if (a->n_pos == next)
		return list_labels(app, labels, id, err);
	rc = decide_label(labels, it->kind, a->pos[next], &label, err);
	if (rc < 0)
		return rc;
	rc = session_type(s, id, label, err);
	free(label);
	return decide_said(app, id, rc);
}

const struct cmd cmd_type = {
    .name = "type",
    .args = "N [LABEL|NUMBER]",
    .flags = CMD_LIVE,
    .min_pos = 0,
    .max_pos = 2,
    .help = "give an item another type or role; without one, list them",
    .exec = exec_type,
};

/* "head" and "tail" name a part of a relation. */
static enum item_part part_of(const struct args *a, int *pos)
{
	if (*pos >= a->n_pos)
		return PART_SELF;
	if (strcmp(a->pos[*pos], "head") == 0) {
		++*pos;
		return PART_HEAD;
	}
	if (strcmp(a->pos[*pos], "tail") == 0) {
		++*pos;
		return PART_TAIL;
	}
	return PART_SELF;
}

static void say_more(struct app *app, int id, int more)
{
	if (more > 1)
		app_say(app, "it stands in the text %d times: place %d 2 …",
			more, id);
}

static int exec_edges(struct app *app, const struct args *a, struct err *err)
{
	struct session *s = decide_here(app, err);
	enum item_part part;
	struct item *it;
	int32_t start, end;
	int next, id, more, rc;

	if (!s)
		return -(int)err->code;
	rc = take_item(app, a, !app->screen || a->n_pos == 3, &it, &next, err);
	if (rc < 0)
		return rc;
	id = it->id;
	part = part_of(a, &next);
	rc = decide_place(app, a, next, &start, &end, &more, err);
	if (rc < 0)
		return rc;
	rc = decide_said(app, id, session_edges(s, id, part, start, end, err));
	if (rc == 0)
		say_more(app, id, more);
	return rc;
}

const struct cmd cmd_edges = {
    .name = "edges",
    .args = "N [head|tail] WORDS | START END",
    .flags = CMD_LIVE,
    .max_pos = ARGS_MAX - 2,
    .help = "an item is these words of the text, or these characters",
    .exec = exec_edges,
};

static int exec_place(struct app *app, const struct args *a, struct err *err)
{
	struct session *s = decide_here(app, err);
	enum item_part part;
	struct item *it;
	int next, id, k = 0, rc;

	if (!s)
		return -(int)err->code;
	rc = take_item(app, a, a->n_pos > 0, &it, &next, err);
	if (rc < 0)
		return rc;
	id = it->id;
	part = part_of(a, &next);
	if (next < a->n_pos && !decide_number(a->pos[next], &k))
		return err_set(err, ERR_USAGE,
			       "place: the number of a place expected, not %s",
			       a->pos[next]);
	return decide_said(app, id, session_place(s, id, part, k, err));
}

const struct cmd cmd_place = {
    .name = "place",
    .args = "N [head|tail] [K]",
    .flags = CMD_LIVE,
    .max_pos = 3,
    .help = "an item is another of the places of its words: the next, or K",
    .exec = exec_place,
};

/* --- the example
 * ----------------------------------------------------------------- */

static int exec_note(struct app *app, const struct args *a, struct err *err)
{
	const char *text = a->n_pos ? a->pos[0] : "";
	struct session *s;
	char *end;
	long id;
	int rc;

	s = decide_here(app, err);
	if (!s)
		return -(int)err->code;
	id = strtol(text, &end, 10);
	if (end > text && (*end == ' ' || !*end) && id > 0 && id <= INT32_MAX)
		text = end + strspn(end, " ");
	else
		id = 0;
	rc = session_note(s, (int)id, text, err);
	if (rc == 0 && !id)
		app_say(app, *text ? "noted" : "no note any more");
	return decide_said(app, (int)id, rc);
}

const struct cmd cmd_note = {
    .name = "note",
    .args = "[N] [WORDS]",
    .flags = CMD_LIVE,
    .max_pos = 1,
    .raw = true,
    .help = "a note to the example, or to item N; no words: take it away",
    .exec = exec_note,
};

static int exec_flag(struct app *app, const struct args *a, struct err *err)
{
	struct session *s = decide_here(app, err);
	bool on = !a->n_pos || strcmp(a->pos[0], "on") == 0;
	int rc;

	if (!s)
		return -(int)err->code;
	if (!on && strcmp(a->pos[0], "off") != 0)
		return err_set(err, ERR_USAGE, "flag: on or off, not %s",
			       a->pos[0]);
	if (!a->n_pos)
		on = !session_here(s)->flag;
	rc = session_flag(s, on, err);
	if (rc == 0)
		app_say(app, on ? "flagged" : "no longer flagged");
	return decide_said(app, 0, rc);
}

const struct cmd cmd_flag = {
    .name = "flag",
    .args = "[on|off]",
    .flags = CMD_LIVE,
    .max_pos = 1,
    .help = "mark the example to be looked at again, or no longer",
    .exec = exec_flag,
};

static const struct option STAY[] = {
    {"stay", 0, NULL, "do not go to the next example"},
    {NULL, 0, NULL, NULL},
};

/* Done or skipped, and on to the next to do. */
static int finish(struct app *app, const struct args *a,
		  int (*how)(struct session *s, struct err *err),
		  struct err *err)
{
	struct session *s = decide_here(app, err);
	const struct state *st;
	int rc, next;

	if (!s)
		return -(int)err->code;
	st = session_state(s);
	rc = how(s, err);
	if (rc < 0)
		return rc;
	app_say(app, "example %d %s", st->at,
		how == session_done ? "done" : "skipped");
	app->dirty = DIRTY_ALL;
	if (args_has(a, "stay"))
		return 0;
	next = queue_step(&app->queue, st, st->at, 1, true);
	if (next)
		return app_goto(app, next, err);
	app_say(app, "nothing else is to do");
	return 0;
}

static int exec_done(struct app *app, const struct args *a, struct err *err)
{
	return finish(app, a, session_done, err);
}

const struct cmd cmd_done = {
    .name = "done",
    .args = "",
    .options = STAY,
    .flags = CMD_LIVE,
    .help = "the example is done; go to the next to do",
    .exec = exec_done,
};

static int exec_skip(struct app *app, const struct args *a, struct err *err)
{
	return finish(app, a, session_skip, err);
}

const struct cmd cmd_skip = {
    .name = "skip",
    .args = "",
    .options = STAY,
    .flags = CMD_LIVE,
    .help = "leave the example out; go to the next to do",
    .exec = exec_skip,
};
