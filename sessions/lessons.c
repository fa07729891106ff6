#include "sessions/lessons.h"

#include <stdlib.h>
#include <string.h>

#include "sessions/export.h"
#include "src/base/mem.h"
#include "src/base/str.h"

/* What the person saw who decided last; NULL: no model had answered. */
static const struct decision *last_decision(const struct session_example *e)
{
	const struct decision *last = NULL;

	for (size_t i = 0; i < e->n_items; i++) {
		const struct decision *d = &e->item[i].last;

		if (d->seq && d->model && *d->model &&
		    (!last || d->seq > last->seq))
			last = d;
	}
	return last;
}

/* A filled-in instruction as a template that fills in to itself. */
static char *template_of(const char *filled)
{
	struct str out = {0};

	for (const char *c = filled; *c; c++) {
		if (*c == '{')
			str_addc(&out, '{');
		str_addc(&out, *c);
	}
	return str_detach(&out);
}

static struct example *add_lesson(struct dataset *d, const struct example *from,
				  enum task t)
{
	struct example *e;

	d->ex = xgrow(d->ex, d->n, &d->cap, sizeof(*d->ex));
	e = &d->ex[d->n++];
	example_blank(e, from);
	e->task = t;
	e->has_gold = true;
	return e;
}

static void take(struct example *e, const struct record *r)
{
	record_copy(records_add(&e->gold, r->task), r);
}

/* What an example with this task is asked at once. */
static void add_plain(struct dataset *d, const struct example *from)
{
	struct example *e = add_lesson(d, from, from->task);

	for (size_t i = 0; i < from->gold.n; i++)
		if (from->gold.rec[i].task == from->task)
			take(e, &from->gold.rec[i]);
}

/* The pair of relation i came before. */
static bool pair_before(const struct records *g, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (g->rec[k].task == TASK_MRE &&
		    string_is(g->rec[k].head, g->rec[i].head) &&
		    string_is(g->rec[k].tail, g->rec[i].tail))
			return true;
	return false;
}

static void add_pairs(struct dataset *d, const struct example *from)
{
	const struct records *g = &from->gold;

	for (size_t i = 0; i < g->n; i++) {
		const struct record *r = &g->rec[i];
		struct example *e;

		if (r->task != TASK_MRE || pair_before(g, i))
			continue;
		e = add_lesson(d, from, TASK_MRE);
		e->head = xstrdup(r->head);
		e->tail = xstrdup(r->tail);
		for (size_t k = i; k < g->n; k++)
			if (g->rec[k].task == TASK_MRE &&
			    string_is(g->rec[k].head, r->head) &&
			    string_is(g->rec[k].tail, r->tail))
				take(e, &g->rec[k]);
	}
}

static bool type_before(const struct records *g, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (g->rec[k].task == TASK_MED &&
		    string_is(g->rec[k].label, g->rec[i].label))
			return true;
	return false;
}

/* The arguments of each event type, also when there are none. */
static void add_arguments(struct dataset *d, const struct example *from)
{
	const struct records *g = &from->gold;

	for (size_t i = 0; i < g->n; i++) {
		struct example *e;

		if (g->rec[i].task != TASK_MED || type_before(g, i))
			continue;
		e = add_lesson(d, from, TASK_MEAE);
		free(e->instruction); /* was about triggers */
		e->instruction = NULL;
		e->event = xstrdup(g->rec[i].label);
		for (size_t k = 0; k < g->n; k++)
			if (g->rec[k].task == TASK_MEAE &&
			    string_is(g->rec[k].event, e->event))
				take(e, &g->rec[k]);
	}
}

static void add_events(struct dataset *d, const struct example *from)
{
	struct example *e = add_lesson(d, from, TASK_MED);

	for (size_t i = 0; i < from->gold.n; i++)
		if (from->gold.rec[i].task == TASK_MED)
			take(e, &from->gold.rec[i]);
	add_arguments(d, from);
}

/* With the gate off nobody saw the picture; what stands in it was seen. */
static bool blind(struct example *e)
{
	if (!e->image)
		return false;
	for (size_t i = 0; i < e->gold.n; i++)
		if (e->gold.rec[i].region || e->gold.rec[i].boxed)
			return false;
	free(e->image);
	free(e->sha256);
	e->image = e->sha256 = NULL;
	e->image_state = IMAGE_NONE;
	e->boxes = (struct regions){0};
	return true;
}

static void add_example(struct dataset *d, const struct session_example *e,
			struct lesson_counts *c)
{
	const struct decision *last = last_decision(e);
	size_t before = d->n;
	struct example all;

	session_export(e, &all);
	if (last && *last->instruction) {
		free(all.instruction);
		all.instruction = template_of(last->instruction);
	}
	if (all.task == TASK_MEE)
		add_events(d, &all);
	else if (all.task == TASK_MRE && !all.head)
		add_pairs(d, &all);
	else
		add_plain(d, &all);
	c->examples++;
	c->lessons += d->n - before;
	for (; last && last->gate == 0 && before < d->n; before++)
		c->blind += blind(&d->ex[before]);
	example_release(&all);
}

void session_lessons(const struct state *s, struct dataset *d,
		     struct lesson_counts *c)
{
	*c = (struct lesson_counts){0};
	for (size_t i = 0; i < s->n_examples; i++)
		if (!s->example[i]->parent &&
		    s->example[i]->progress == PROGRESS_DONE)
			add_example(d, s->example[i], c);
}
