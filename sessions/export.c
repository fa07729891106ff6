#include "sessions/export.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/utf8.h"

/* What stands in the text there; what the model wrote when it is nowhere. */
static char *anchor_string(const struct example *ex, const struct anchor *a)
{
	size_t n = strlen(ex->text), from, to;

	if (a->start < 0)
		return xstrdup_null(a->text);
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

static struct place place_of(const struct anchor *a)
{
	if (a->start < 0)
		return (struct place){0};
	return (struct place){a->start, a->end};
}

/* The item as a record; false when a box has no number in the example. */
static bool make_record(struct example *out, const struct item *it,
			struct record *r)
{
	static const enum task tasks[] = {TASK_MNER, TASK_MRE, TASK_MED,
					  TASK_MEAE};
	bool visual = it->kind == ITEM_ARGUMENT && !it->self.text;
	int region = visual ? region_number(out, it) : 0;

	if (visual && region == 0)
		return false;
	*r = (struct record){.task = tasks[it->kind],
			     .label = xstrdup(it->label),
			     .event = xstrdup_null(it->event_type),
			     .region = region};
	r->id = xasprintf("%d", it->id);
	r->event_id = it->event ? xasprintf("%d", it->event) : NULL;
	if (it->kind == ITEM_RELATION) {
		r->head = anchor_string(out, &it->head);
		r->head_at = place_of(&it->head);
		r->head_id = it->head_id ? xasprintf("%d", it->head_id) : NULL;
		r->tail = anchor_string(out, &it->tail);
		r->tail_at = place_of(&it->tail);
		r->tail_id = it->tail_id ? xasprintf("%d", it->tail_id) : NULL;
	} else if (visual) {
		r->text = xasprintf("O%d", region);
	} else {
		r->text = anchor_string(out, &it->self);
		r->at = place_of(&it->self);
	}
	return true;
}

static char *said(const char *s)
{
	return s && *s ? xstrdup(s) : NULL;
}

/* What data set or model said before it was edited; NULL: not known. */
static const struct record *said_before(const struct session_example *e,
					const struct item *it)
{
	if (it->layers & LAYER_GOLD && (size_t)it->id <= e->ex.gold.n)
		return &e->ex.gold.rec[it->id - 1];
	if (it->layers & LAYER_MODEL && it->found >= 0)
		return &e->reply->found[it->found].rec;
	return NULL;
}

/* What somebody said about an item, with what there was to see. */
static void add_judgement(const struct session_example *e, struct example *out,
			  const struct item *it, const struct record *r)
{
	static const enum verdict verdicts[] = {
	    [ITEM_ACCEPTED] = VERDICT_ACCEPTED,
	    [ITEM_REJECTED] = VERDICT_REJECTED,
	    [ITEM_EDITED] = VERDICT_EDITED,
	    [ITEM_ADDED] = VERDICT_ADDED,
	};
	struct judgement *j = judgements_add(&out->judged, verdicts[it->state]);
	const struct record *before =
	    it->state == ITEM_EDITED ? said_before(e, it) : NULL;
	char when[32];

	record_copy(&j->rec, r);
	j->has_before = before && !before->region; /* its boxes may be others */
	if (j->has_before)
		record_copy(&j->before, before);
	j->note = xstrdup_null(it->note);
	if (it->last.seq == 0)
		return;
	act_time_print(it->last.time, when);
	j->who = said(it->last.who);
	j->when = xstrdup(when);
	j->model = said(it->last.model);
	j->instruction = said(it->last.instruction);
	j->gate = (double)it->last.gate;
	j->p = (double)it->last.p;
}

static void add_item(const struct session_example *e, struct example *out,
		     const struct item *it)
{
	struct record r;

	if (it->state == ITEM_TODO || !make_record(out, it, &r))
		return;
	if (holds(it))
		record_copy(records_add(&out->gold, r.task), &r);
	add_judgement(e, out, it, &r);
	record_release(&r);
}

static void add_flag(struct example *out, bool there, const char *word)
{
	if (there)
		labels_add(&out->flags, word, strlen(word));
}

void session_export(const struct session_example *e, struct example *out)
{
	const struct example *from = &e->ex;

	example_blank(out, from);
	out->has_gold = from->has_gold || e->progress == PROGRESS_DONE;
	out->note = xstrdup_null(e->note);
	add_flag(out, e->flag, "flag");
	add_flag(out, e->progress == PROGRESS_SKIPPED, "skip");
	if (e->progress != PROGRESS_DONE) {
		records_copy(&out->gold, &from->gold);
		return;
	}
	add_flag(out, true, "done");
	out->has_judged = true;
	for (size_t i = 0; i < e->n_items; i++)
		add_item(e, out, &e->item[i]);
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
