#include "src/data/graph.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/text/align.h"

struct node *graph_add(struct graph *g, enum node_kind kind)
{
	g->node = xgrow(g->node, g->n, &g->cap, sizeof(*g->node));
	g->node[g->n] = (struct node){.kind = kind, .p = NAN};
	return &g->node[g->n++];
}

struct link *graph_link(struct graph *g, bool argument, size_t from, size_t to)
{
	g->link = xgrow(g->link, g->n_links, &g->cap_links, sizeof(*g->link));
	g->link[g->n_links] = (struct link){
	    .argument = argument, .from = from, .to = to, .p = NAN};
	return &g->link[g->n_links++];
}

bool graph_find(const struct graph *g, const char *id, size_t *out)
{
	for (size_t i = 0; i < g->n; i++)
		if (string_is(g->node[i].id, id)) {
			*out = i;
			return true;
		}
	return false;
}

static void node_release(struct node *n)
{
	free(n->id);
	free(n->span_id);
	free(n->label);
	free(n->text);
}

void graph_release(struct graph *g)
{
	for (size_t i = 0; i < g->n; i++)
		node_release(&g->node[i]);
	for (size_t i = 0; i < g->n_links; i++) {
		free(g->link[i].id);
		free(g->link[i].label);
	}
	free(g->node);
	free(g->link);
	*g = (struct graph){0};
}

/* A document being taken in. */
struct taking {
	struct graph *g;
	const struct example *e; /* whose records these are */
	const struct offsets *o;
	bool places;
	struct losses *lost;
};

/*
 * Find a place for a string that has none; false: the text lacks it.  *words
 * is then as it stands there, which formats with offsets insist on, and
 * otherwise the string itself; caller's.
 */
static bool settle(const struct taking *t, const char *text, struct place *at,
		   char **words)
{
	struct alignment a = {0};
	bool found = true;

	*words = NULL;
	if (place_known(*at) || !t->places) {
		*words = xstrdup_null(text);
		return true;
	}
	align(t->o->text, strlen(t->o->text), text, strlen(text), &a);
	if (a.n) {
		*at = a.place[0];
		*words = offsets_copy(t->o, *at);
		t->lost->n[LOSS_GUESSED] += a.n > 1 || a.fit == FIT_NEAR;
	} else {
		t->lost->n[LOSS_ABSENT]++;
		found = false;
	}
	alignment_release(&a);
	return found;
}

static void take_spot(const struct taking *t, const struct record *r, double p)
{
	struct place at = r->at;
	char *words = NULL;
	struct node *n;

	if (r->text && !settle(t, r->text, &at, &words))
		return;
	n = graph_add(t->g, r->task == TASK_MNER ? NODE_ENTITY : NODE_EVENT);
	n->id = xstrdup_null(r->id);
	n->span_id = xstrdup_null(r->text_id);
	n->label = xstrdup(r->label);
	n->text = words;
	n->at = at;
	n->p = p;
}

/* Could `n` be what a link calls `text` at `at`? */
static bool is_span(const struct node *n, const char *text, struct place at)
{
	if (n->kind == NODE_BOX || !n->text)
		return false;
	if (place_known(at))
		return place_equal(n->at, at);
	return !place_known(n->at) && strcmp(n->text, text) == 0;
}

/*
 * The node that a link ends at: by its name, or what stands there, an entity
 * before an event; else a new span without a type.
 */
static bool take_end(const struct taking *t, const char *id, const char *text,
		     struct place at, size_t *out)
{
	char *words;
	struct node *n;

	if (id && graph_find(t->g, id, out))
		return true;
	if (!settle(t, text, &at, &words))
		return false;
	for (int k = NODE_ENTITY; k <= NODE_SPAN; k++)
		for (size_t i = 0; i < t->g->n; i++)
			if (t->g->node[i].kind == (enum node_kind)k &&
			    (!id || !t->g->node[i].id) &&
			    is_span(&t->g->node[i], text, at)) {
				*out = i;
				free(words);
				return true;
			}
	*out = t->g->n;
	n = graph_add(t->g, NODE_SPAN);
	n->id = xstrdup_null(id);
	n->text = words;
	n->at = at;
	return true;
}

/* The event of an argument: by its name, or the first of its type; an event
 * that nobody has told of has no trigger. */
static size_t take_event(const struct taking *t, const struct record *r)
{
	struct node *n;
	size_t i;

	if (r->event_id && graph_find(t->g, r->event_id, &i) &&
	    t->g->node[i].kind == NODE_EVENT)
		return i;
	for (i = 0; !r->event_id && i < t->g->n; i++)
		if (t->g->node[i].kind == NODE_EVENT &&
		    strcmp(t->g->node[i].label, r->event) == 0)
			return i;
	i = t->g->n;
	n = graph_add(t->g, NODE_EVENT);
	n->id = xstrdup_null(r->event_id);
	n->label = xstrdup(r->event);
	return i;
}

static size_t take_box(const struct taking *t, const struct record *r)
{
	struct node *n;
	size_t i;

	for (i = 0; i < t->g->n; i++)
		if (t->g->node[i].kind == NODE_BOX &&
		    ((r->text_id && string_is(t->g->node[i].id, r->text_id)) ||
		     (!r->text_id && r->region && !r->boxed &&
		      t->g->node[i].region == r->region)))
			return i;
	n = graph_add(t->g, NODE_BOX);
	n->id = xstrdup_null(r->text_id);
	n->region = r->region;
	n->boxed = r->boxed;
	n->box = r->box;
	if (!r->boxed && r->region && r->region < t->e->boxes.n) {
		n->boxed = BOXED_ONE;
		n->box = t->e->boxes.box[r->region];
	}
	return i;
}

static void take_link(const struct taking *t, const struct record *r, double p)
{
	size_t from, to;
	struct link *l;
	bool there;

	if (r->task == TASK_MRE) {
		there = take_end(t, r->head_id, r->head, r->head_at, &from) &&
			take_end(t, r->tail_id, r->tail, r->tail_at, &to);
	} else {
		from = take_event(t, r);
		there = true;
		if (r->region || r->boxed)
			to = take_box(t, r);
		else
			there = take_end(t, r->text_id, r->text, r->at, &to);
	}
	if (!there)
		return;
	l = graph_link(t->g, r->task == TASK_MEAE, from, to);
	l->id = xstrdup_null(r->id);
	l->label = xstrdup(r->label);
	l->p = p;
}

/* Spans before the links between them. */
static void take_kind(const struct taking *t, const struct record *r,
		      enum task kind, double p)
{
	if (r->task != kind)
		return;
	if (kind == TASK_MNER || kind == TASK_MED)
		take_spot(t, r, p);
	else
		take_link(t, r, p);
}

static const enum task order[] = {TASK_MNER, TASK_MED, TASK_MRE, TASK_MEAE};

void graph_take_output(struct graph *g, const struct example *e,
		       const struct output *from, const struct offsets *o,
		       struct losses *lost)
{
	const struct taking t = {g, e, o, true, lost};

	for (size_t k = 0; k < ARRAY_LEN(order); k++)
		for (size_t i = 0; i < from->n; i++)
			take_kind(&t, &from->result[i].rec, order[k],
				  from->result[i].p);
}

void graph_take(struct graph *g, const struct example *e, size_t n,
		const struct offsets *o, bool places, struct losses *lost)
{
	struct records *all = xcalloc(n, sizeof(*all));

	for (size_t i = 0; i < n; i++)
		example_records(&e[i], &all[i]);
	for (size_t k = 0; k < ARRAY_LEN(order); k++)
		for (size_t i = 0; i < n; i++) {
			const struct taking t = {g, &e[i], o, places, lost};

			for (size_t j = 0; j < all[i].n; j++)
				take_kind(&t, &all[i].rec[j], order[k], NAN);
		}
	for (size_t i = 0; i < n; i++)
		records_release(&all[i]);
	free(all);
}

size_t document_length(const struct dataset *d, size_t i)
{
	const struct example *first = &d->ex[i];
	unsigned seen = 0;
	size_t n = 0;

	for (; i + n < d->n; n++) {
		const struct example *e = &d->ex[i + n];
		unsigned bit = 1u << e->task;
		/* a question about a pair or an event may be asked again */
		bool asks = e->head || e->event;

		if ((seen & bit && !asks) || strcmp(e->id, first->id) != 0 ||
		    strcmp(e->text, first->text) != 0 ||
		    (e->image != first->image &&
		     !string_is(e->image, first->image)))
			break;
		seen |= bit;
	}
	return n;
}
