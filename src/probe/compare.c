#include "src/probe/compare.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/probe/probe.h"
#include "src/probe/table.h"

struct comparison *comparison_new(const char *a, const char *b,
				  struct extraction *x, struct extraction *y)
{
	struct comparison *c = xcalloc(1, sizeof(*c));

	c->name[0] = xstrdup(a);
	c->name[1] = xstrdup(b);
	c->x[0] = x;
	c->x[1] = y;
	match(x, y, NULL, 0, &c->m);
	return c;
}

void comparison_free(struct comparison *c)
{
	if (!c)
		return;
	for (int k = 0; k < 2; k++) {
		free(c->name[k]);
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
	table_note(t, "gate %.3f and %.3f", (double)c->x[0]->g_used,
		   (double)c->x[1]->g_used);
	table_fact_text(t, "model_1", c->x[0]->model);
	table_fact_text(t, "model_2", c->x[1]->model);
	table_fact_number(t, "differences", (double)matching_flips(&c->m));
	return t;
}
