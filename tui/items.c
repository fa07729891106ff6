#include "tui/items.h"

#include <math.h>
#include <string.h>

#include "src/base/str.h"
#include "tui/app.h"

static void anchor_text(const struct anchor *a, struct str *out)
{
	str_addf(out, "%s", a->text);
	if (a->start >= 0)
		str_addf(out, " (%d-%d", a->start, a->end);
	else
		str_add(out, " (not in the text");
	if (a->fit == FIT_NEAR && a->start >= 0)
		str_add(out, ", near");
	if (a->places > 1)
		str_addf(out, ", place %d of %d", a->place, a->places);
	str_addc(out, ')');
}

static void box_text(const struct item *it, struct str *out)
{
	if (it->region)
		str_addf(out, "O%d", it->region);
	if (it->has_box)
		str_addf(out, "%sbox %.0f,%.0f to %.0f,%.0f",
			 it->region ? " " : "", (double)it->box.x1,
			 (double)it->box.y1, (double)it->box.x2,
			 (double)it->box.y2);
}

void item_text(const struct item *it, struct str *out)
{
	char layers[4];

	str_addf(out, "%d  %s  ", it->id,
		 it->state == ITEM_TODO ? "to do" : item_state_name(it->state));
	if (it->kind == ITEM_ARGUMENT && it->event)
		str_addf(out, "%s of %d  ", it->label, it->event);
	else
		str_addf(out, "%s  ", it->label);
	if (it->kind == ITEM_RELATION) {
		anchor_text(&it->head, out);
		str_add(out, " -> ");
		anchor_text(&it->tail, out);
	} else if (it->self.text) {
		anchor_text(&it->self, out);
	} else {
		box_text(it, out);
	}
	if (!isnan(it->p))
		str_addf(out, "  p %.2f", (double)it->p);
	str_addf(out, "  %s", item_layers(it->layers, layers));
	if (it->was)
		str_addf(out, "  was: %s", it->was);
	if (it->note)
		str_addf(out, "  note: %s", it->note);
}

void items_text(const struct session_example *e, struct str *out)
{
	for (size_t i = 0; i < e->n_items; i++) {
		item_text(&e->item[i], out);
		str_addc(out, '\n');
	}
	if (e->n_items == 0)
		str_add(out, "no items\n");
}

static void picture_text(const struct session_example *e, struct str *out)
{
	const struct extraction *x = e->reply;

	if (!e->ex.image)
		return;
	if (!x || x->image == IMAGE_NONE)
		str_addf(out, "picture %s\n", e->ex.image);
	else if (x->image == IMAGE_MISSING)
		str_addf(out, "picture missing: %s\n", e->ex.image);
	else
		str_addf(out, "picture %s, gate %.3f\n", e->ex.image,
			 (double)x->g_used);
}

void example_text(const struct app *app, struct str *out)
{
	const struct session_example *e = session_here(app->session);
	struct queue_progress p;

	queue_progress(&app->queue, session_state(app->session), &p);
	str_addf(out, "example %d", e->number);
	if (p.place)
		str_addf(out, ", %ld of %zu", p.place, p.n);
	str_addf(out, ", %s, %s%s\n", task_called(e->ex.task, e->ex.own),
		 e->progress == PROGRESS_DONE      ? "done"
		 : e->progress == PROGRESS_SKIPPED ? "skipped"
						   : "to do",
		 e->flag ? ", flagged" : "");
	str_addf(out, "%s\n", e->ex.text);
	if (e->note)
		str_addf(out, "note: %s\n", e->note);
	picture_text(e, out);
	items_text(e, out);
}

const struct labels *item_labels(const struct app *app,
				 const struct session_example *e,
				 const struct item *it)
{
	const struct schema *s = &app->report.schema;
	const char *type = it->event_type ? it->event_type : e->ex.event;

	if (!app->open)
		return NULL;
	switch (it->kind) {
	case ITEM_ENTITY:
		return e->ex.own ? &e->ex.labels : &s->entities;
	case ITEM_RELATION:
		return &s->relations;
	case ITEM_EVENT:
		return &s->events;
	case ITEM_ARGUMENT:
		return schema_roles(
		    s, type ? labels_find(&s->events, type, strlen(type)) : -1);
	}
	return NULL;
}
