/*
 * graph-give -- a document of another program becomes examples; and what a
 * document says, as lines that can be compared.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/data/graph.h"
#include "src/data/reader.h"

static void give_spot(const struct node *n, struct records *out)
{
	struct record *r =
	    records_add(out, n->kind == NODE_ENTITY ? TASK_MNER : TASK_MED);

	r->label = xstrdup(n->label);
	r->text = xstrdup_null(n->text);
	r->at = n->at;
	r->id = xstrdup_null(n->id);
	r->text_id = xstrdup_null(n->span_id);
}

static void give_relation(const struct graph *g, const struct link *l,
			  struct records *out)
{
	const struct node *head = &g->node[l->from], *tail = &g->node[l->to];
	struct record *r = records_add(out, TASK_MRE);

	r->id = xstrdup_null(l->id);
	r->label = xstrdup(l->label);
	r->head = xstrdup(head->text);
	r->head_at = head->at;
	r->head_id = xstrdup_null(head->id);
	r->tail = xstrdup(tail->text);
	r->tail_at = tail->at;
	r->tail_id = xstrdup_null(tail->id);
}

static void give_argument(const struct graph *g, const struct link *l,
			  struct records *out)
{
	const struct node *event = &g->node[l->from], *to = &g->node[l->to];
	struct record *r = records_add(out, TASK_MEAE);

	r->id = xstrdup_null(l->id);
	r->label = xstrdup(l->label);
	r->event = xstrdup(event->label);
	r->event_id = xstrdup_null(event->id);
	r->text_id = xstrdup_null(to->id);
	r->region = to->region;
	if (to->region) {
		r->text = xasprintf("O%d", to->region);
	} else if (to->kind != NODE_BOX) {
		r->text = xstrdup(to->text);
		r->at = to->at;
	}
	if (!to->region) {
		r->boxed = to->boxed;
		r->box = to->box;
	}
}

static bool belongs(enum task t, enum node_kind k)
{
	return t == TASK_MNER ? k == NODE_ENTITY
			      : t == TASK_MEE && k == NODE_EVENT;
}

/*
 * The records of a task, MEE for events and their arguments.  An event
 * without a trigger that no picture shows is only there in its arguments.
 */
static void give(const struct graph *g, enum task t, bool picture,
		 struct records *out)
{
	for (size_t i = 0; i < g->n; i++)
		if (belongs(t, g->node[i].kind) && (picture || g->node[i].text))
			give_spot(&g->node[i], out);
	for (size_t i = 0; i < g->n_links; i++)
		if (g->link[i].argument && t == TASK_MEE)
			give_argument(g, &g->link[i], out);
		else if (!g->link[i].argument && t == TASK_MRE)
			give_relation(g, &g->link[i], out);
}

void graph_records(const struct graph *g, bool picture, struct records *out)
{
	give(g, TASK_MNER, picture, out);
	give(g, TASK_MRE, picture, out);
	give(g, TASK_MEE, picture, out);
}

/* The probabilities in the order of graph_records(). */
static void give_scores(const struct graph *g, bool picture, double *p)
{
	for (int k = NODE_ENTITY; k <= NODE_EVENT; k++) {
		for (size_t i = 0; i < g->n; i++)
			if (g->node[i].kind == (enum node_kind)k &&
			    (picture || g->node[i].text))
				*p++ = g->node[i].p;
		for (size_t i = 0; i < g->n_links; i++)
			if (g->link[i].argument == (k == NODE_EVENT))
				*p++ = g->link[i].p;
	}
}

void graph_give_output(const struct graph *g, bool picture, struct output *out)
{
	struct records all = {0};
	double *p = xcalloc(g->n + g->n_links, sizeof(*p));

	graph_records(g, picture, &all);
	give_scores(g, picture, p);
	for (size_t i = 0; i < all.n; i++) {
		struct result *r = output_add(out, all.rec[i].task);

		record_copy(&r->rec, &all.rec[i]);
		r->p = p[i];
	}
	records_release(&all);
	free(p);
}

/* One more example of the same document. */
static struct example *another(struct reader *r, size_t base)
{
	struct example *e = reader_add(r), *first = &r->d->ex[base];

	e->id = xstrdup(first->id);
	e->text = xstrdup(first->text);
	e->image = xstrdup_null(first->image);
	e->image_state = first->image_state;
	e->boxes = first->boxes;
	e->boxes_relative = first->boxes_relative;
	e->width = first->width;
	e->height = first->height;
	e->split = xstrdup_null(first->split);
	return e;
}

void graph_give(struct reader *r, const struct graph *g)
{
	static const enum task tasks[] = {TASK_MNER, TASK_MRE, TASK_MEE};
	size_t base = r->d->n - 1, given = 0;
	bool has[3] = {false};

	for (size_t i = 0; i < g->n; i++) {
		has[0] |= g->node[i].kind == NODE_ENTITY;
		has[2] |= g->node[i].kind == NODE_EVENT;
	}
	for (size_t i = 0; i < g->n_links; i++)
		has[1] |= !g->link[i].argument;
	has[0] |= !has[1] && !has[2];
	for (int k = 0; k < 3; k++) {
		struct example *e;

		if (!has[k])
			continue;
		e = given++ ? another(r, base) : &r->d->ex[base];
		e->task = tasks[k];
		e->has_gold = true;
		give(g, tasks[k], e->image != NULL, &e->gold);
		reader_respell(r, e);
	}
}

static void say_end(struct str *s, const struct node *n)
{
	if (n->kind == NODE_BOX && n->boxed)
		str_addf(s, "%sbox %.9g,%.9g,%.9g,%.9g",
			 n->boxed == BOXED_UNION ? "union " : "",
			 (double)n->box.x1, (double)n->box.y1,
			 (double)n->box.x2, (double)n->box.y2);
	else if (n->kind == NODE_BOX)
		str_addf(s, "region %d", n->region);
	else if (!n->text)
		str_add(s, "the picture");
	else if (place_known(n->at))
		str_addf(s, "\"%s\" %d-%d", n->text, n->at.start, n->at.end);
	else
		str_addf(s, "\"%s\"", n->text);
}

static void say_spot(struct str *s, const struct node *n)
{
	str_addf(s, "%s %s ", n->kind == NODE_EVENT ? "event" : "entity",
		 n->label);
	say_end(s, n);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

struct labels graph_lines(const struct graph *g)
{
	struct labels lines = {0};
	struct str s = {0};

	for (size_t i = 0; i < g->n; i++) {
		if (g->node[i].kind > NODE_EVENT)
			continue;
		str_clear(&s);
		say_spot(&s, &g->node[i]);
		labels_add(&lines, s.s, s.len);
	}
	for (size_t i = 0; i < g->n_links; i++) {
		const struct link *l = &g->link[i];

		str_clear(&s);
		str_addf(&s, "%s %s ", l->argument ? "argument" : "relation",
			 l->label);
		say_end(&s, &g->node[l->to]);
		str_add(&s, l->argument ? " of " : " with head ");
		if (l->argument)
			say_spot(&s, &g->node[l->from]);
		else
			say_end(&s, &g->node[l->from]);
		labels_add(&lines, s.s, s.len);
	}
	str_release(&s);
	if (lines.n)
		qsort(lines.name, lines.n, sizeof(*lines.name), compare);
	return lines;
}
