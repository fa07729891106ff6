/* Commands that add what the model did not find. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/commands.h"
#include "tui/decide.h"
#include "tui/items.h"

/* The label at pos of a new item of this kind; the caller's. */
static int new_label(struct app *app, const struct args *a, int pos,
		     enum item_kind kind, const char *event, char **out,
		     struct err *err)
{
	struct item like = {.kind = kind, .event_type = (char *)event};

	return decide_label(item_labels(app, session_here(app->session), &like),
			    kind, a->pos[pos], out, err);
}

static int add_place(struct app *app, const struct args *a, enum item_kind kind,
		     int (*how)(struct session *s, const char *label,
				int32_t start, int32_t end, int *id,
				struct err *err),
		     struct err *err)
{
	struct session *s = decide_here(app, err);
	int32_t start, end;
	int more, id = 0, rc;
	char *label;

	if (!s)
		return -(int)err->code;
	rc = decide_place(app, a, 1, &start, &end, &more, err);
	if (rc == 0)
		rc = new_label(app, a, 0, kind, NULL, &label, err);
	if (rc < 0)
		return rc;
	rc = how(s, label, start, end, &id, err);
	free(label);
	rc = decide_said(app, id, rc);
	if (rc == 0 && more > 1)
		app_say(app, "it stands in the text %d times: place %d 2 …",
			more, id);
	return rc;
}

static int exec_span(struct app *app, const struct args *a, struct err *err)
{
	return add_place(app, a, ITEM_ENTITY, session_span, err);
}

const struct cmd cmd_span = {
    .name = "span",
    .args = "TYPE WORDS | TYPE START END",
    .flags = CMD_LIVE,
    .min_pos = 2,
    .max_pos = ARGS_MAX - 2,
    .help = "add an entity: these words of the text, or these characters",
    .exec = exec_span,
};

static int exec_trigger(struct app *app, const struct args *a, struct err *err)
{
	return add_place(app, a, ITEM_EVENT, session_trigger, err);
}

const struct cmd cmd_trigger = {
    .name = "trigger",
    .args = "TYPE WORDS | TYPE START END",
    .flags = CMD_LIVE,
    .min_pos = 2,
    .max_pos = ARGS_MAX - 2,
    .help = "add an event of this type with its trigger",
    .exec = exec_trigger,
};

static int exec_rel(struct app *app, const struct args *a, struct err *err)
{
	struct session *s = decide_here(app, err);
	int head, tail, id, rc;
	char *label;

	if (!s)
		return -(int)err->code;
	rc = decide_item(a, 1, &head, err);
	if (rc == 0)
		rc = decide_item(a, 2, &tail, err);
	if (rc == 0)
		rc = new_label(app, a, 0, ITEM_RELATION, NULL, &label, err);
	if (rc < 0)
		return rc;
	rc = session_rel(s, label, head, tail, &id, err);
	free(label);
	return decide_said(app, id, rc);
}

const struct cmd cmd_rel = {
    .name = "rel",
    .args = "TYPE HEAD TAIL",
    .flags = CMD_LIVE,
    .min_pos = 3,
    .max_pos = 3,
    .help = "add a relation between two entities, by their numbers",
    .exec = exec_rel,
};

/* "10,20,110,220" */
static bool read_box(const char *s, struct box *b)
{
	char end;

	return sscanf(s, "%f,%f,%f,%f%c", &b->x1, &b->y1, &b->x2, &b->y2,
		      &end) == 4;
}

static int add_argument(struct app *app, const struct args *a, const char *role,
			int event, int *id, struct err *err)
{
	struct session *s = app->session;
	int32_t start, end;
	struct box b;
	int more, k, rc;

	k = a->n_pos == 3 ? region_of(a->pos[2]) : 0;
	if (k)
		return session_arg_box(s, role, event, k, NULL, id, err);
	if (a->n_pos == 3 && read_box(a->pos[2], &b))
		return session_arg_box(s, role, event, 0, &b, id, err);
	rc = decide_place(app, a, 2, &start, &end, &more, err);
	return rc < 0 ? rc : session_arg(s, role, event, start, end, id, err);
}

static int exec_arg(struct app *app, const struct args *a, struct err *err)
{
	struct session *s = decide_here(app, err);
	const struct item *event = NULL;
	int number = 0, id = 0, rc = 0;
	char *role;

	if (!s)
		return -(int)err->code;
	if (strcmp(a->pos[0], "-") != 0) {
		rc = decide_item(a, 0, &number, err);
		event = example_item(session_here(s), number);
		if (rc == 0 && (!event || event->kind != ITEM_EVENT))
			rc = err_set(err, ERR_USAGE, "arg: item %d is no event",
				     number);
	}
	if (rc == 0)
		rc = new_label(app, a, 1, ITEM_ARGUMENT,
			       event ? event->label : NULL, &role, err);
	if (rc < 0)
		return rc;
	rc = add_argument(app, a, role, number, &id, err);
	free(role);
	return decide_said(app, id, rc);
}

const struct cmd cmd_arg = {
    .name = "arg",
    .args = "EVENT ROLE WORDS | START END | O1 | X1,Y1,X2,Y2",
    .flags = CMD_LIVE,
    .min_pos = 3,
    .max_pos = ARGS_MAX - 2,
    .help = "add an argument to an event (-: to none), in text or picture",
    .exec = exec_arg,
};

static int exec_box(struct app *app, const struct args *a, struct err *err)
{
	struct session *s = decide_here(app, err);
	struct box b;
	int id, rc;

	if (!s)
		return -(int)err->code;
	rc = decide_item(a, 0, &id, err);
	if (rc == 0 && !read_box(a->pos[1], &b))
		rc = err_set(err, ERR_USAGE,
			     "box: X1,Y1,X2,Y2 in pixels expected, not %s",
			     a->pos[1]);
	return rc < 0 ? rc : decide_said(app, id, session_box(s, id, &b, err));
}

const struct cmd cmd_box = {
    .name = "box",
    .args = "N X1,Y1,X2,Y2",
    .flags = CMD_LIVE,
    .min_pos = 2,
    .max_pos = 2,
    .help = "an argument stands in this box of the picture",
    .exec = exec_box,
};
