/* Commands that move through the queue and order it. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sessions/filter.h"
#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/commands.h"
#include "tui/demo.h"
#include "tui/items.h"

static int step(struct app *app, int by, bool todo, struct err *err)
{
	const struct state *s;
	int to;

	if (!app->session && app->demo && !todo) {
		demo_step(app, by);
		return 0;
	}
	if (!app_session(app, err))
		return -(int)err->code;
	s = session_state(app->session);
	to = queue_step(&app->queue, s, s->at, by, todo);
	if (to)
		return app_goto(app, to, err);
	app_say(app, todo ? "nothing else is to do" : "no more examples");
	return 0;
}

static int exec_next(struct app *app, const struct args *a, struct err *err)
{
	if (a->n_pos && strcmp(a->pos[0], "todo") != 0)
		return err_set(err, ERR_USAGE, "next: todo or nothing, not %s",
			       a->pos[0]);
	return step(app, 1, a->n_pos, err);
}

const struct cmd cmd_next = {
    .name = "next",
    .alias = "n",
    .args = "[todo]",
    .flags = CMD_LIVE,
    .max_pos = 1,
    .help = "go to the next example of the queue, or to the next to do",
    .exec = exec_next,
};

static int exec_prev(struct app *app, const struct args *a, struct err *err)
{
	if (a->n_pos && strcmp(a->pos[0], "todo") != 0)
		return err_set(err, ERR_USAGE, "prev: todo or nothing, not %s",
			       a->pos[0]);
	return step(app, -1, a->n_pos, err);
}

const struct cmd cmd_prev = {
    .name = "prev",
    .alias = "p",
    .args = "[todo]",
    .flags = CMD_LIVE,
    .max_pos = 1,
    .help = "go to the example before, or to the one before that is to do",
    .exec = exec_prev,
};

/* To how things were after an act that `history` lists. */
static int travel(struct app *app, const char *number, struct err *err)
{
	const struct state *st = session_state(app->session);
	char *end;
	long long seq = strtoll(number, &end, 10);
	size_t before = st->n_log;
	int rc;

	if (!*number || *end || seq < 0 || (size_t)seq > st->n_log)
		return err_set(err, ERR_USAGE,
			       "goto @%s: the number of an act from 0 to %zu "
			       "expected (history lists them)",
			       number, st->n_log);
	rc = session_travel(app->session, seq, err);
	if (rc == 0)
		app_say(app, "%zu acts undone or done again",
			st->n_log - before);
	app_look(app);
	return rc;
}

static int exec_goto(struct app *app, const struct args *a, struct err *err)
{
	int n;

	if (!app_session(app, err))
		return -(int)err->code;
	if (*a->pos[0] == '@')
		return travel(app, a->pos[0] + 1, err);
	n = session_find(app->session, a->pos[0]);
	if (n == 0)
		return err_set(err, ERR_USAGE,
			       "goto: no example has the number or name %s",
			       a->pos[0]);
	return app_goto(app, n, err);
}

const struct cmd cmd_goto = {
    .name = "goto",
    .args = "N|NAME|@N",
    .flags = CMD_LIVE,
    .min_pos = 1,
    .max_pos = 1,
    .help = "go to an example by its number or its name, or to how things "
	    "were after act @N",
    .exec = exec_goto,
};

static int exec_items(struct app *app, const struct args *a, struct err *err)
{
	const struct session *s = app_session(app, err);
	char *line, *save = NULL;
	struct str out = {0};

	(void)a;
	if (!s)
		return -(int)err->code;
	if (!session_here(s))
		return err_set(err, ERR_USAGE,
			       "the session has no examples yet (load FILE)");
	example_text(app, &out);
	for (line = strtok_r(out.s, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		app_say(app, "%s", line);
	str_release(&out);
	return 0;
}

const struct cmd cmd_items = {
    .name = "items",
    .args = "",
    .flags = CMD_LIVE,
    .help = "list what is found, known and added here, by its numbers",
    .exec = exec_items,
};

/* --- order and choice --------------------------------------------------------
 */

static int tell_queue(struct app *app)
{
	const struct state *s = session_state(app->session);
	struct queue_progress p;

	queue_progress(&app->queue, s, &p);
	app_say(app, "%zu examples, %zu to do; order: %s; filter: %s", p.n,
		p.n - p.done - p.skipped, s->sort ? s->sort : "file",
		s->filter ? s->filter : "all");
	app->dirty = DIRTY_ALL;
	return 0;
}

/* Keep a setting, order the queue by it, and go to its first to do. */
static int change_queue(struct app *app, const char *key, const char *value,
			struct err *err)
{
	const struct state *s = session_state(app->session);
	int rc = 0, first;

	if (!session_read_only(app->session))
		rc = session_set(app->session, key, value, err);
	if (rc == 0)
		rc = app_queue(app, err);
	if (rc < 0)
		return rc;
	tell_queue(app);
	first = queue_step(&app->queue, s, 0, 1, true);
	return first && first != s->at ? app_goto(app, first, err) : 0;
}

static int exec_sort(struct app *app, const struct args *a, struct err *err)
{
	enum queue_order o;

	if (!app_session(app, err))
		return -(int)err->code;
	if (a->n_pos == 0)
		return tell_queue(app);
	if (!queue_order_find(a->pos[0], &o))
		return err_set(err, ERR_USAGE,
			       "sort: no order %s; the orders are %s",
			       a->pos[0], queue_order_names());
	return change_queue(app, "sort", a->pos[0], err);
}

const struct cmd cmd_sort = {
    .name = "sort",
    .args = "[file|uncertain|gate|disagree|flips|length]",
    .flags = CMD_LIVE,
    .max_pos = 1,
    .help = "order the queue: what is most so comes first",
    .exec = exec_sort,
};

static int exec_filter(struct app *app, const struct args *a, struct err *err)
{
	const char *expr = a->n_pos ? a->pos[0] : NULL;
	struct filter *f;

	if (!app_session(app, err))
		return -(int)err->code;
	if (!expr)
		return tell_queue(app);
	if (strcmp(expr, "all") == 0)
		expr = "";
	if (filter_parse(&f, expr, session_state(app->session), err) < 0)
		return -(int)err->code;
	filter_free(f);
	return change_queue(app, "filter", expr, err);
}

const struct cmd cmd_filter = {
    .name = "filter",
    .args = "[all|EXPR]",
    .flags = CMD_LIVE,
    .max_pos = 1,
    .raw = true,
    .help = "choose examples: state=todo and (unc>.5 or text~\"Kevin\")",
    .exec = exec_filter,
};

static int tell_slices(struct app *app)
{
	const struct state *s = session_state(app->session);

	for (size_t i = 0; i < s->n_slices; i++) {
		struct filter *f;
		struct err err;
		size_t n = 0;

		if (filter_parse(&f, s->slice[i].expr, s, &err) < 0) {
			app_say(app, "%s = %s  (%s)", s->slice[i].name,
				s->slice[i].expr, err.text);
			continue;
		}
		for (size_t k = 0; k < s->n_examples; k++)
			n += !s->example[k]->parent &&
			     filter_match(f, s->example[k]);
		filter_free(f);
		app_say(app, "%s = %s  (%zu examples)", s->slice[i].name,
			s->slice[i].expr, n);
	}
	if (s->n_slices == 0)
		app_say(app, "no slices yet (slice NAME = EXPR)");
	return 0;
}

static bool is_name(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) && s[i] != '_' && s[i] != '-')
			return false;
	return n > 0;
}

static int exec_slice(struct app *app, const struct args *a, struct err *err)
{
	struct span name, expr;
	struct filter *f;
	const char *eq;
	char *key, *value;
	int rc;

	if (!app_session(app, err))
		return -(int)err->code;
	if (a->n_pos == 0)
		return tell_slices(app);
	eq = strchr(a->pos[0], '=');
	name = span_trim((struct span){a->pos[0], eq ? (size_t)(eq - a->pos[0])
						     : strlen(a->pos[0])});
	if (!eq || !is_name(name.s, name.len))
		return err_set(err, ERR_USAGE,
			       "slice: NAME = EXPR expected; a name has "
			       "letters, digits, - and _");
	expr = span_trim(span_of(eq + 1));
	value = xstrndup(expr.s, expr.len);
	key = xasprintf("slice %.*s", (int)name.len, name.s);
	rc = filter_parse(&f, value, session_state(app->session), err);
	filter_free(f);
	if (rc == 0)
		rc = session_set(app->session, key, value, err);
	free(key);
	free(value);
	return rc < 0 ? rc : tell_slices(app);
}

const struct cmd cmd_slice = {
    .name = "slice",
    .args = "[NAME = EXPR]",
    .flags = CMD_LIVE,
    .max_pos = 1,
    .raw = true,
    .help = "give a filter a name, list the names; no EXPR: forget it",
    .exec = exec_slice,
};
