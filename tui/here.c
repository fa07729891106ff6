#include "tui/here.h"

#include <string.h>

#include "sessions/session.h"
#include "tui/app.h"

const struct session_example *here_example(const struct app *app)
{
	return app->session ? session_here(app->session) : NULL;
}

const struct extraction *here_answer(const struct app *app)
{
	const struct session_example *e = here_example(app);

	return e && e->reply ? e->reply : app->result;
}

int here_rows(const struct app *app)
{
	const struct session_example *e = here_example(app);

	if (e)
		return (int)e->n_items;
	return app->result ? (int)app->result->n_found : 0;
}

const struct item *here_item(const struct app *app)
{
	const struct session_example *e = here_example(app);

	if (!e || app->selected < 0 || app->selected >= (int)e->n_items)
		return NULL;
	return &e->item[app->selected];
}

const struct found *here_found(const struct app *app)
{
	const struct extraction *x = here_answer(app);
	const struct session_example *e = here_example(app);
	const struct item *it = here_item(app);
	int k = e ? (it ? it->found : -1) : app->selected;

	return x && k >= 0 && k < (int)x->n_found ? &x->found[k] : NULL;
}

static void add_new(struct labels *out, const char *name)
{
	if (labels_find(out, name, strlen(name)) < 0)
		labels_add(out, name, strlen(name));
}

static void add_all(struct labels *out, const struct labels *from)
{
	for (size_t i = 0; i < from->n; i++)
		add_new(out, from->name[i]);
}

static void add_schema(const struct schema *s, enum item_kind kind,
		       const char *event, struct labels *out)
{
	int of = event ? labels_find(&s->events, event, strlen(event)) : -1;

	switch (kind) {
	case ITEM_ENTITY:
		add_all(out, &s->entities);
		break;
	case ITEM_RELATION:
		add_all(out, &s->relations);
		break;
	case ITEM_EVENT:
		add_all(out, &s->events);
		break;
	case ITEM_ARGUMENT:
		add_all(out, schema_roles(s, of));
		break;
	}
}

void here_labels(const struct app *app, enum item_kind kind, const char *event,
		 struct labels *out)
{
	const struct state *s =
	    app->session ? session_state(app->session) : NULL;
	const struct session_example *e = here_example(app);

	*out = (struct labels){0};
	if (kind == ITEM_ENTITY && e && e->ex.own) {
		add_all(out, &e->ex.labels); /* no others are taken */
		return;
	}
	add_schema(&app->report.schema, kind, event, out);
	for (size_t i = 0; s && i < s->n_examples; i++)
		for (size_t k = 0; k < s->example[i]->n_items; k++)
			if (s->example[i]->item[k].kind == kind)
				add_new(out, s->example[i]->item[k].label);
}
