#include "sessions/export.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/utf8.h"

static char *copy(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

/* What stands in the text there; what the model wrote when it is nowhere. */
static char *anchor_string(const struct example *ex, const struct anchor *a)
{
	size_t n = strlen(ex->text), from, to;

	if (a->start < 0)
		return copy(a->text);
	from = utf8_offset(ex->text, n, (size_t)a->start);
	to = utf8_offset(ex->text, n, (size_t)a->end);
	return xstrndup(ex->text + from, to - from);
}

static bool same_box(const struct box *a, const struct box *b)
{
	return a->x1 == b->x1 && a->y1 == b->y1 && a->x2 == b->x2 &&
	       a->y2 == b->y2;
}

/*
 * The number of a box among those of the example, where it is put if it is
 * not there; 0: there is no room, or the boxes are not in pixels.
 */
static int region_number(struct example *out, const struct item *it)
{
	struct regions *r = &out->boxes;

	if (!it->has_box || (out->boxes_relative && r->n > 1))
		return it->region;
	for (int k = 1; k < r->n; k++)
		if (same_box(&r->box[k], &it->box))
			return k;
	if (r->n > REGIONS_MAX)
		return 0;
	if (r->n == 0)
		r->n = 1;
	out->boxes_relative = false;
	r->box[r->n] = it->box;
	return r->n++;
}

static bool holds(const struct item *it)
{
	return it->state == ITEM_ACCEPTED || it->state == ITEM_EDITED ||
	       it->state == ITEM_ADDED;
}

static void add_record(struct example *out, const struct item *it)
{
	static const enum task tasks[] = {TASK_MNER, TASK_MRE, TASK_MED,
					  TASK_MEAE};
	bool visual = it->kind == ITEM_ARGUMENT && !it->self.text;
	int region = visual ? region_number(out, it) : 0;
	struct record *r;

	if (visual && region == 0)
		return;
	r = records_add(&out->gold, tasks[it->kind]);
	r->label = xstrdup(it->label);
	r->event = copy(it->event_type);
	r->region = region;
	if (it->kind == ITEM_RELATION) {
		r->head = anchor_string(out, &it->head);
		r->tail = anchor_string(out, &it->tail);
	} else if (visual) {
		r->text = xasprintf("O%d", region);
	} else {
		r->text = anchor_string(out, &it->self);
	}
}

void session_export(const struct session_example *e, struct example *out)
{
	const struct example *from = &e->ex;

	*out = (struct example){
	    .id = copy(from->id),
	    .task = from->task,
	    .text = xstrdup(from->text),
	    .image = copy(from->image),
	    .image_state = from->image_state,
	    .boxes = from->boxes,
	    .boxes_relative = from->boxes_relative,
	    .head = copy(from->head),
	    .tail = copy(from->tail),
	    .event = copy(from->event),
	    .instruction = copy(from->instruction),
	    .split = copy(from->split),
	    .has_gold = from->has_gold || e->progress == PROGRESS_DONE,
	};
	if (e->progress != PROGRESS_DONE) {
		records_copy(&out->gold, &from->gold);
		return;
	}
	for (size_t i = 0; i < e->n_items; i++)
		if (holds(&e->item[i]))
			add_record(out, &e->item[i]);
}

void session_dataset(const struct state *s, const struct filter *f,
		     struct dataset *d)
{
	for (size_t i = 0; i < s->n_examples; i++) {
		const struct session_example *e = s->example[i];

		if (e->parent || !filter_match(f, e))
			continue;
		d->ex = xgrow(d->ex, d->n, &d->cap, sizeof(*d->ex));
		session_export(e, &d->ex[d->n]);
		d->missing_images += d->ex[d->n].image_state == IMAGE_MISSING;
		d->n++;
	}
}
