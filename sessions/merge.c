/* The layers of an example: what data set and model say becomes items. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sessions/state-internal.h"
#include "src/base/mem.h"
#include "src/base/str.h"

static void key_anchor(struct str *k, const struct anchor *a)
{
	if (a->start >= 0)
		str_addf(k, "|%d-%d", a->start, a->end);
	else
		str_addf(k, "|!%s", a->text ? a->text : "");
}

char *item_key(const struct session_example *e, const struct item *it)
{
	const struct item *event = example_item(e, it->event);
	struct str k = {0};

	str_addf(&k, "%s|%s", item_kind_name(it->kind), it->label);
	if (it->kind == ITEM_RELATION) {
		key_anchor(&k, &it->head);
		key_anchor(&k, &it->tail);
		return str_detach(&k);
	}
	if (it->region)
		str_addf(&k, "|O%d", it->region);
	else if (it->has_box)
		str_addf(&k, "|%g,%g,%g,%g", (double)it->box.x1,
			 (double)it->box.y1, (double)it->box.x2,
			 (double)it->box.y2);
	else
		key_anchor(&k, &it->self);
	if (it->event_type)
		str_addf(&k, "|%s", it->event_type);
	if (event)
		key_anchor(&k, &event->self);
	return str_detach(&k);
}

struct item *example_item(const struct session_example *e, int id)
{
	for (size_t i = 0; id > 0 && i < e->n_items; i++)
		if (e->item[i].id == id)
			return &e->item[i];
	return NULL;
}

struct item *example_add_item(struct session_example *e, int id,
			      enum item_kind kind)
{
	struct item *it;

	e->item = xrealloc(e->item, e->n_items + 1, sizeof(*e->item));
	it = &e->item[e->n_items++];
	*it = (struct item){.id = id, .kind = kind, .p = NAN, .found = -1};
	it->self.start = it->self.end = -1;
	it->head.start = it->head.end = -1;
	it->tail.start = it->tail.end = -1;
	it->last.gate = it->last.p = NAN;
	e->next_id = MAX(e->next_id, id + 1);
	return it;
}

void example_remove_item(struct session_example *e, struct item *it)
{
	size_t i = (size_t)(it - e->item);

	item_release(it);
	memmove(it, it + 1, (e->n_items - i - 1) * sizeof(*it));
	e->n_items--;
}

static enum item_kind kind_of(enum task t)
{
	switch (t) {
	case TASK_MNER:
		return ITEM_ENTITY;
	case TASK_MRE:
		return ITEM_RELATION;
	case TASK_MED:
		return ITEM_EVENT;
	case TASK_MEAE:
	case TASK_MEE:
		return ITEM_ARGUMENT;
	}
	return ITEM_ENTITY;
}

/* A box of the data set in pixels; false: fractions of an unknown size. */
static bool to_pixels(const struct example *ex, const struct box *b,
		      struct box *out)
{
	float w = ex->boxes_relative ? (float)ex->width : 1;
	float h = ex->boxes_relative ? (float)ex->height : 1;

	*out = (struct box){b->x1 * w, b->y1 * h, b->x2 * w, b->y2 * h};
	return w > 0 && h > 0;
}

/* The box of region k: what the model saw, else what the file gives. */
static void take_region(struct session_example *e, const struct extraction *x,
			struct item *it, int k)
{
	it->region = k;
	if (x && k < x->regions.n) {
		it->box = x->regions.box[k];
		it->has_box = true;
	} else if (!x && k < e->ex.boxes.n) {
		it->has_box = to_pixels(&e->ex, &e->ex.boxes.box[k], &it->box);
	}
}

/* A string of a record; one whose place is known stands there. */
static void take_string(struct anchor *a, const char *text, const char *string,
			struct place at)
{
	if (string && place_known(at))
		anchor_set(a, text, at.start, at.end);
	else if (string)
		anchor_find(a, text, string);
}

/* Fill label and strings of a new item from a record. */
static void take_record(struct session_example *e, const struct extraction *x,
			struct item *it, const struct record *r)
{
	const char *text = e->ex.text;

	it->label = xstrdup(r->label);
	take_string(&it->head, text, r->head, r->head_at);
	take_string(&it->tail, text, r->tail, r->tail_at);
	if (r->event)
		it->event_type = xstrdup(r->event);
	if (r->region)
		take_region(e, x, it, r->region);
	else
		take_string(&it->self, text, r->text, r->at);
	if (r->boxed)
		it->has_box = to_pixels(&e->ex, &r->box, &it->box);
}

static bool gold_stands(struct session_example *e, const struct record *r,
			bool settled, const struct anchor *a);

/*
 * The nth time that a string is named without a place it means its nth place
 * among those that no gold record has.  `settled`: the gold records without a
 * place have got theirs.
 */
static void take_turn(struct session_example *e, struct item *it,
		      const struct record *r, bool settled, int turn)
{
	int places = it->self.places;

	for (int k = 1; k <= places && places > 1 && turn > 0; k++) {
		anchor_place(&it->self, e->ex.text, k);
		turn -= !gold_stands(e, r, settled, &it->self);
	}
}

/* Number of the item that a gold argument's event is; 0: none.  Gold record
 * i is item i + 1. */
static int gold_event(const struct session_example *e, const struct record *r)
{
	const struct records *g = &e->ex.gold;

	for (size_t i = 0; r->event_id && i < g->n; i++)
		if (g->rec[i].task == TASK_MED &&
		    string_is(g->rec[i].id, r->event_id))
			return (int)i + 1;
	for (size_t i = 0; i < g->n; i++)
		if (g->rec[i].task == TASK_MED &&
		    string_is(g->rec[i].label, r->event))
			return (int)i + 1;
	return 0;
}

static struct item blank_item(enum task t)
{
	struct item it = {.kind = kind_of(t)};

	anchor_release(&it.self);
	anchor_release(&it.head);
	anchor_release(&it.tail);
	return it;
}

/* Gold record i as an item by itself; item_release() it. */
static struct item gold_item(struct session_example *e, size_t i)
{
	const struct record *g = e->ex.gold.rec, *r = &g[i];
	struct item it = blank_item(r->task);
	int turn = 1;

	take_record(e, NULL, &it, r);
	if (it.kind == ITEM_ARGUMENT)
		it.event = gold_event(e, r);
	for (size_t k = 0; k < i; k++)
		turn += record_equal(&g[k], r) && !place_known(g[k].at);
	if (!place_known(r->at))
		take_turn(e, &it, r, false, turn);
	return it;
}

/* Does the data set say this record of this very place? */
static bool gold_stands(struct session_example *e, const struct record *r,
			bool settled, const struct anchor *a)
{
	bool found = false;

	for (size_t i = 0; i < e->ex.gold.n && !found; i++) {
		const struct record *g = &e->ex.gold.rec[i];
		struct item it;

		if (!record_equal(g, r) || !(settled || place_known(g->at)))
			continue;
		it = gold_item(e, i);
		found = it.self.start == a->start && it.self.end == a->end;
		item_release(&it);
	}
	return found;
}

/* `it` becomes item number `id`; it is taken over. */
static struct item *put_item(struct session_example *e, int id, struct item it)
{
	struct item *to = example_add_item(e, id, it.kind);

	it.id = id;
	it.p = to->p;
	it.found = to->found;
	it.last = to->last;
	*to = it;
	return to;
}

void merge_gold(struct session_example *e)
{
	for (size_t i = 0; i < e->ex.gold.n; i++)
		put_item(e, (int)i + 1, gold_item(e, i))->layers = LAYER_GOLD;
	for (size_t i = 0; i < e->n_items; i++)
		e->item[i].key = item_key(e, &e->item[i]);
}

struct item *example_find_key(const struct session_example *e, const char *key)
{
	for (size_t i = 0; i < e->n_items; i++)
		if (string_is(e->item[i].key, key))
			return &e->item[i];
	for (size_t i = 0; i < e->n_items; i++) {
		char *now = item_key(e, &e->item[i]);
		bool same = strcmp(now, key) == 0;

		free(now);
		if (same)
			return &e->item[i];
	}
	return NULL;
}

static void take_anchors(struct item *it, struct item *from)
{
	const struct item was = *it;

	it->self = from->self;
	it->head = from->head;
	it->tail = from->tail;
	from->self = was.self;
	from->head = was.head;
	from->tail = was.tail;
	item_release(from);
}

/*
 * What the answer says for the nth time stands where the data set says it for
 * the nth time; true when it does.
 */
static bool take_gold_place(struct session_example *e, struct item *it,
			    const struct record *r, int *turn)
{
	for (size_t i = 0; i < e->ex.gold.n; i++) {
		struct item g;

		if (!record_equal(&e->ex.gold.rec[i], r))
			continue;
		g = gold_item(e, i);
		if (g.event == it->event && --*turn == 0) {
			take_anchors(it, &g);
			return true;
		}
		item_release(&g);
	}
	return false;
}

/*
 * Record k of a reply as an item by itself; item_release() it.  `id` knows
 * the items of the records before it.
 */
static struct item item_of(struct session_example *e,
			   const struct extraction *x, size_t k, const int *id)
{
	const struct found *f = &x->found[k];
	struct item it = blank_item(f->rec.task);
	int turn = 1;

	take_record(e, x, &it, &f->rec);
	it.event = f->event >= 0 ? id[f->event] : 0;
	for (size_t i = 0; i < k; i++)
		turn += x->found[i].event == f->event &&
			record_equal(&x->found[i].rec, &f->rec);
	if (!take_gold_place(e, &it, &f->rec, &turn))
		take_turn(e, &it, &f->rec, true, turn);
	return it;
}

void merge_ids(const struct session_example *e, const struct extraction *x,
	       int *id)
{
	/* The records become items of a copy's list one after the other, so
	 * that arguments find their event and twins each other. */
	struct session_example scratch = *e;

	scratch.item =
	    xcalloc(e->n_items + x->n_found + 1, sizeof(*scratch.item));
	memcpy(scratch.item, e->item, e->n_items * sizeof(*e->item));
	for (size_t k = 0; k < x->n_found; k++) {
		struct item *it = &scratch.item[scratch.n_items], *old;
		char *key;

		*it = item_of(&scratch, x, k, id);
		key = item_key(&scratch, it);
		old = example_find_key(&scratch, key);
		id[k] = it->id = old ? old->id : scratch.next_id++;
		if (old)
			item_release(it);
		else
			scratch.n_items++;
		free(key);
	}
	for (size_t i = e->n_items; i < scratch.n_items; i++)
		item_release(&scratch.item[i]);
	free(scratch.item);
}

static void take_found(struct session_example *e, const struct extraction *x,
		       size_t k, const int *id)
{
	struct item *it = example_item(e, id[k]);

	if (!it)
		it = put_item(e, id[k], item_of(e, x, k, id));
	it->layers |= LAYER_MODEL;
	it->p = x->found[k].p;
	it->found = (int)k;
	if (!it->key)
		it->key = item_key(e, it);
}

/* An item that nobody has any more and nothing was said about goes. */
static bool forgotten(const struct item *it)
{
	return it->layers == 0 && it->state == ITEM_TODO && !it->note;
}

void merge_reply(struct session_example *e, struct extraction *x, const int *id)
{
	for (size_t i = 0; i < e->n_items; i++) {
		e->item[i].layers &= ~(unsigned)LAYER_MODEL;
		e->item[i].p = NAN;
		e->item[i].found = -1;
	}
	for (size_t k = 0; k < x->n_found; k++)
		take_found(e, x, k, id);
	for (size_t i = e->n_items; i-- > 0;)
		if (forgotten(&e->item[i]))
			example_remove_item(e, &e->item[i]);
		else if (e->item[i].layers == 0)
			e->item[i].layers = LAYER_HUMAN;
	extraction_free(e->reply);
	e->reply = x;
	if (e->ex.image && !x->image_path)
		x->image_path = xstrdup(e->ex.image);
}
