/* Items of an example in their order, linked, and what follows from them. */
#include <math.h>
#include <stdlib.h>

#include "sessions/state-internal.h"
#include "src/base/mem.h"
#include "src/base/str.h"

/* The entity at the place of an anchor; 0: none. */
static int entity_at(const struct session_example *e, const struct anchor *a)
{
	for (size_t i = 0; a->start >= 0 && i < e->n_items; i++)
		if (e->item[i].kind == ITEM_ENTITY &&
		    e->item[i].self.start == a->start &&
		    e->item[i].self.end == a->end)
			return e->item[i].id;
	return 0;
}

/* An added relation follows its entities, if it has any; others look for
 * theirs. */
static void link_part(struct session_example *e, bool follows, int *id,
		      struct anchor *a)
{
	const struct item *entity = example_item(e, *id);

	if (!follows || !*id) {
		*id = entity_at(e, a);
		return;
	}
	if (!entity || (entity->self.start == a->start &&
			entity->self.end == a->end && a->text))
		return;
	anchor_release(a);
	*a = entity->self;
	a->text = xstrdup(entity->self.text);
}

static void link_items(struct session_example *e)
{
	for (size_t i = 0; i < e->n_items; i++) {
		struct item *it = &e->item[i];
		const struct item *event = example_item(e, it->event);
		bool follows = it->state == ITEM_ADDED;

		if (it->kind == ITEM_RELATION) {
			link_part(e, follows, &it->head_id, &it->head);
			link_part(e, follows, &it->tail_id, &it->tail);
		} else if (it->kind == ITEM_ARGUMENT && !event) {
			it->event = 0;
		} else if (it->kind == ITEM_ARGUMENT &&
			   !string_is(it->event_type, event->label)) {
			free(it->event_type);
			it->event_type = xstrdup(event->label);
		}
	}
}

/* What an item is sorted by, and where it stands in the list as it is. */
struct rank {
	int by[7]; /* kind, its event's place and number, below it, its own
		      start, end and number */
	size_t at;
};

static int place_rank(int32_t start)
{
	return start >= 0 ? start : INT32_MAX;
}

static struct rank rank_of(const struct session_example *e, size_t i)
{
	const struct item *it = &e->item[i], *event = it;
	const struct anchor *a =
	    it->kind == ITEM_RELATION ? &it->head : &it->self;
	bool argument = it->kind == ITEM_ARGUMENT;
	struct rank r = {.at = i};

	if (argument)
		event = example_item(e, it->event);
	r.by[0] = argument ? (int)ITEM_EVENT : (int)it->kind;
	if (r.by[0] == ITEM_EVENT) {
		r.by[1] = event ? place_rank(event->self.start) : INT32_MAX;
		r.by[2] = event ? event->id : INT32_MAX;
		r.by[3] = argument;
	}
	r.by[4] = place_rank(a->start);
	r.by[5] = -a->end;
	r.by[6] = it->id;
	return r;
}

static int by_rank(const void *pa, const void *pb)
{
	const struct rank *a = pa, *b = pb;

	for (size_t i = 0; i < ARRAY_LEN(a->by); i++)
		if (a->by[i] != b->by[i])
			return a->by[i] < b->by[i] ? -1 : 1;
	return 0;
}

static void sort_items(struct session_example *e)
{
	struct rank *r = xcalloc(e->n_items + 1, sizeof(*r));
	struct item *sorted = xcalloc(e->n_items + 1, sizeof(*sorted));

	for (size_t i = 0; i < e->n_items; i++)
		r[i] = rank_of(e, i);
	qsort(r, e->n_items, sizeof(*r), by_rank);
	for (size_t i = 0; i < e->n_items; i++)
		sorted[i] = e->item[r[i].at];
	free(r);
	free(e->item);
	e->item = sorted;
}

static void take_figures(struct session_example *e)
{
	e->uncertainty = e->reply ? 0 : NAN;
	e->disagree = 0;
	for (size_t i = 0; i < e->n_items; i++) {
		const struct item *it = &e->item[i];
		unsigned both = it->layers & (LAYER_MODEL | LAYER_GOLD);

		if (it->layers & LAYER_MODEL)
			e->uncertainty = fmaxf(e->uncertainty, 1 - it->p);
		e->disagree += e->reply && e->ex.has_gold && both &&
			       both != (LAYER_MODEL | LAYER_GOLD);
	}
}

void example_arrange(struct session_example *e)
{
	link_items(e);
	sort_items(e);
	take_figures(e);
}
