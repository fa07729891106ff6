/* A second one of what a probe found. */
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/probe/calls.h"

static void *array_copy(const void *p, size_t n, size_t size)
{
	void *to = xcalloc(n + 1, size);

	if (n)
		memcpy(to, p, n * size);
	return to;
}

static struct probe_table *table_copy(const struct probe_table *t)
{
	struct probe_table *c = xmalloc(sizeof(*c));
	size_t marks = t->base->n_found * MARK_KINDS;

	*c = *t;
	c->base = extraction_copy(t->base);
	c->row = array_copy(t->row, t->n, sizeof(*t->row));
	for (size_t i = 0; i < t->n; i++) {
		struct probe_row *r = &c->row[i];

		r->what = xstrdup(r->what);
		r->marks = array_copy(r->marks, marks, sizeof(*r->marks));
		r->instruction = xstrdup(r->instruction);
		extract_request_copy(&r->request, &t->row[i].request);
	}
	return c;
}

static struct sweep *sweep_copy(const struct sweep *s)
{
	struct sweep *c = array_copy(s, 1, sizeof(*s));

	c->chosen = xstrdup_null(s->chosen);
	c->set = s->set ? array_copy(s->set, 1, sizeof(*s->set)) : NULL;
	return c;
}

/* Without the counts of each example, which only the run itself has. */
static struct set_result *set_copy(const struct set_result *r)
{
	struct set_result *c = array_copy(r, 1, sizeof(*r));

	c->row = array_copy(r->row, r->n, sizeof(*r->row));
	for (size_t i = 0; i < r->n; i++) {
		c->row[i].what = xstrdup(r->row[i].what);
		c->row[i].c = c->row[i].base = NULL;
	}
	c->type = array_copy(r->type, r->types, sizeof(*r->type));
	for (size_t i = 0; i < r->types; i++)
		c->type[i].name = xstrdup(r->type[i].name);
	for (size_t i = 0; i < r->n_fragile; i++) {
		c->fragile[i].id = xstrdup(r->fragile[i].id);
		c->fragile[i].text = xstrdup(r->fragile[i].text);
	}
	c->sweep = r->sweep ? sweep_copy(r->sweep) : NULL;
	return c;
}

static struct comparison *comparison_copy(const struct comparison *c)
{
	return comparison_new(c->name[0], c->name[1], extraction_copy(c->x[0]),
			      extraction_copy(c->x[1]));
}

struct probe_news *probe_news_copy(const struct probe_news *n)
{
	struct probe_news *c = probe_news_new(n->done, n->of);

	c->note = xstrdup_null(n->note);
	c->table = n->table ? table_copy(n->table) : NULL;
	c->sweep = n->sweep ? sweep_copy(n->sweep) : NULL;
	c->scores = n->scores ? alternatives_copy(n->scores) : NULL;
	c->comparison = n->comparison ? comparison_copy(n->comparison) : NULL;
	c->set = n->set ? set_copy(n->set) : NULL;
	return c;
}
