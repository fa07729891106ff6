#include "src/probe/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/probe/probe.h"
#include "src/probe/table.h"
#include "src/probe/wdiff.h"

static char *base_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return xstrdup_null(slash ? slash + 1 : path);
}

/* Two files of one name are two pictures. */
static void name_pictures(struct comparison *c)
{
	char *other;

	for (int k = 0; k < 2; k++)
		c->picture[k] = base_name(c->x[k]->image_path);
	if (!c->picture[1] || !string_equal(c->picture[0], c->picture[1]) ||
	    string_equal(c->x[0]->image_path, c->x[1]->image_path))
		return;
	other = xasprintf("%s (another)", c->picture[1]);
	free(c->picture[1]);
	c->picture[1] = other;
}

static void match_both(struct comparison *c)
{
	const struct extraction *x = c->x[0], *y = c->x[1];
	int32_t *origin = NULL;
	size_t n = 0;

	if (strcmp(x->text, y->text) != 0)
		origin = wdiff_origin(x->text, y->text, &n);
	match(x, y, origin, n, &c->m);
	free(origin);
}

struct comparison *comparison_new(const char *a, const char *b,
				  struct extraction *x, struct extraction *y)
{
	struct comparison *c = xcalloc(1, sizeof(*c));

	c->name[0] = xstrdup(a);
	c->name[1] = xstrdup(b);
	c->x[0] = x;
	c->x[1] = y;
	name_pictures(c);
	match_both(c);
	return c;
}

void comparison_free(struct comparison *c)
{
	if (!c)
		return;
	for (int k = 0; k < 2; k++) {
		free(c->name[k]);
		free(c->picture[k]);
		extraction_free(c->x[k]);
	}
	matching_release(&c->m);
	free(c);
}

enum { MARK, FIRST, P1, SECOND, P2 };

static void put(struct table *t, size_t row, size_t column,
		const struct extraction *x, int i)
{
	char *name;

	if (i < 0)
		return;
	name = result_name(x, (size_t)i);
	table_text(t, row, column, "%s", name);
	table_number(t, row, column + 1, (double)x->found[i].p);
	free(name);
}

static void add_pair(struct table *t, const struct comparison *c,
		     const char *mark, int a, int b)
{
	size_t row = table_row(t);

	table_text(t, row, MARK, "%s", mark);
	put(t, row, FIRST, c->x[0], a);
	put(t, row, SECOND, c->x[1], b);
}

/* Base results that are the same, or those that are not. */
static void add_pairs(struct table *t, const struct comparison *c, bool same)
{
	for (size_t i = 0; i < c->m.n; i++)
		if ((c->m.mark[i] == MARK_SAME) == same)
			add_pair(t, c, mark_sign(c->m.mark[i]), (int)i,
				 c->m.with[i]);
}

static bool is_new(const struct matching *m, int k)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->with[i] == k)
			return false;
	return true;
}

static const char *or_none(const char *s)
{
	return s ? s : "none";
}

/* What was asked otherwise, a line each. */
static void tell_differences(struct table *t, const struct comparison *c)
{
	const struct extraction *x = c->x[0], *y = c->x[1];
	struct str words = {0};

	if (x->task != y->task)
		table_note(t, "task %s and %s", task_name(x->task),
			   task_name(y->task));
	if (strcmp(x->text, y->text) != 0) {
		table_note(t, "text 1: %s", x->text);
		table_note(t, "text 2: %s", y->text);
	}
	if (!string_equal(c->picture[0], c->picture[1]))
		table_note(t, "picture %s and %s", or_none(c->picture[0]),
			   or_none(c->picture[1]));
	if (strcmp(x->instruction, y->instruction) == 0)
		return;
	wdiff(x->instruction, y->instruction, &words);
	table_note(t, "instruction: %s", str_cstr(&words));
	str_release(&words);
}

/* Never "-0.000". */
static double shown_gate(const struct extraction *x)
{
	return fabs((double)x->g_used) < 0.0005 ? 0 : (double)x->g_used;
}

static void add_facts(struct table *t, const struct extraction *x,
		      const char *model, const char *text,
		      const char *instruction, const char *gate)
{
	table_fact_text(t, model, x->model);
	table_fact_text(t, text, x->text);
	table_fact_text(t, instruction, x->instruction);
	table_fact_number(t, gate, (double)x->g_used);
}

struct table *comparison_report(const struct comparison *c)
{
	char *title = xasprintf(
	    "%zu difference%s   . same  L label  B edges  - lost  + new",
	    matching_flips(&c->m), matching_flips(&c->m) == 1 ? "" : "s");
	struct table *t = table_new("compare", title);

	free(title);
	table_column(t, "mark", "", -1);
	table_column(t, "first", c->name[0], -1);
	table_column(t, "p1", "p", 2);
	table_column(t, "second", c->name[1], -1);
	table_column(t, "p2", "p", 2);
	add_pairs(t, c, false);
	for (size_t k = 0; k < c->x[1]->n_found; k++)
		if (is_new(&c->m, (int)k))
			add_pair(t, c, "+", -1, (int)k);
	add_pairs(t, c, true);
	tell_differences(t, c);
	table_note(t, "gate %.3f and %.3f", shown_gate(c->x[0]),
		   shown_gate(c->x[1]));
	add_facts(t, c->x[0], "model_1", "text_1", "instruction_1", "gate_1");
	add_facts(t, c->x[1], "model_2", "text_2", "instruction_2", "gate_2");
	table_fact_number(t, "differences", (double)matching_flips(&c->m));
	return t;
}
