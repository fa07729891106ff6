/* An import: records of a file become what a person says of their items. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sessions/fold.h"
#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"

/* One record, as an item by itself, which is owned. */
struct incoming {
	const struct json *j;
	struct item as;
	bool wrong; /* the file's people rejected it */
};

struct incomings {
	struct incoming *at; /* owned */
	size_t n;
};

static void release(struct incomings *l)
{
	for (size_t i = 0; i < l->n; i++)
		item_release(&l->at[i].as);
	free(l->at);
}

static int get_kind(const struct folding *f, const struct json *j,
		    enum item_kind *out)
{
	const char *name = json_string(json_get(j, "kind"));

	for (int k = ITEM_ENTITY; name && k <= ITEM_ARGUMENT; k++)
		if (strcmp(name, item_kind_name((enum item_kind)k)) == 0) {
			*out = (enum item_kind)k;
			return 0;
		}
	return fold_bad(f, "a kind of items expected");
}

static int get_part(const struct folding *f, const struct json *j,
		    const char *prefix, struct anchor *a)
{
	int start, end, rc = fold_place(f, j, prefix, &start, &end);

	if (rc == 0)
		anchor_set(a, f->e->ex.text, start, end);
	return rc;
}

/* An event of the example, or one that comes with this act. */
static int get_event(const struct folding *f, const struct incomings *l,
		     struct item *as, const struct json *j)
{
	const struct item *it;
	bool there;

	if (!json_get(j, "event"))
		return 0;
	if (fold_int(f, j, "event", 1, ITEM_ID_MAX, &as->event) < 0)
		return -ERR_DATA;
	it = example_item(f->e, as->event);
	there = it && it->kind == ITEM_EVENT;
	for (size_t i = 0; i < l->n; i++)
		there |= l->at[i].as.id == as->event &&
			 l->at[i].as.kind == ITEM_EVENT;
	return there ? 0
		     : err_set(f->err, ERR_DATA, "item %d is no event",
			       as->event);
}

static int get_argument(const struct folding *f, const struct incomings *l,
			struct item *as, const struct json *j)
{
	const char *type = json_string(json_get(j, "event_type"));
	int rc = get_event(f, l, as, j);

	if (rc == 0 && json_get(j, "region"))
		rc = fold_int(f, j, "region", 1, REGIONS_MAX, &as->region);
	if (rc == 0 && json_get(j, "box"))
		rc = fold_box(f, j, &as->box);
	if (rc < 0)
		return rc;
	as->has_box = json_get(j, "box");
	as->event_type = xstrdup_null(type);
	return as->region || as->has_box ? 0 : get_part(f, j, "", &as->self);
}

static int get_places(const struct folding *f, const struct incomings *l,
		      struct item *as, const struct json *j)
{
	int rc;

	switch (as->kind) {
	case ITEM_ENTITY:
		return get_part(f, j, "", &as->self);
	case ITEM_EVENT: /* only the picture shows it: it has no place */
		return json_get(j, "start") ? get_part(f, j, "", &as->self) : 0;
	case ITEM_RELATION:
		rc = get_part(f, j, "head_", &as->head);
		return rc < 0 ? rc : get_part(f, j, "tail_", &as->tail);
	case ITEM_ARGUMENT:
		return get_argument(f, l, as, j);
	}
	return 0;
}

static int read_incoming(const struct folding *f, const struct incomings *l,
			 struct incoming *in)
{
	const struct item *it;
	const char *label;
	int rc = get_kind(f, in->j, &in->as.kind);

	if (rc == 0)
		rc = fold_int(f, in->j, "id", 1, ITEM_ID_MAX, &in->as.id);
	if (rc == 0)
		rc = fold_label(f, in->j, &label);
	if (rc < 0)
		return rc;
	it = example_item(f->e, in->as.id);
	if (it && it->kind != in->as.kind)
		return err_set(f->err, ERR_DATA, "item %d is no %s", it->id,
			       item_kind_name(in->as.kind));
	in->as.label = xstrdup(label);
	in->wrong = json_true(json_get(in->j, "wrong"));
	return get_places(f, l, &in->as, in->j);
}

static int read_all(const struct folding *f, struct incomings *l)
{
	const struct json *list = json_get(f->body, "items");
	int rc = 0;

	if (!json_is_array(list))
		return fold_bad(f, "no items are named");
	l->at = xcalloc(json_len(list) + 1, sizeof(*l->at));
	for (const struct json *j = json_first(list); j && rc == 0;
	     j = json_next(j)) {
		struct incoming *in = &l->at[l->n];

		in->j = j;
		anchor_release(&in->as.self);
		anchor_release(&in->as.head);
		anchor_release(&in->as.tail);
		rc = read_incoming(f, l, in);
		l->n++;
	}
	return rc;
}

/* --- what becomes of the items ------------------------------------------- */

/* Who decided it in the file, and what that person saw. */
static void credit(struct item *it, const struct json *j)
{
	const char *who = json_string(json_get(j, "who"));
	const char *model = json_string(json_get(j, "model"));
	const char *instruction = json_string(json_get(j, "instruction"));
	const struct json *gate = json_get(j, "gate");

	if (who) {
		free(it->last.who);
		it->last.who = xstrdup(who);
	}
	if (model) {
		free(it->last.model);
		it->last.model = xstrdup(model);
	}
	if (instruction) {
		free(it->last.instruction);
		it->last.instruction = xstrdup(instruction);
	}
	if (json_is_number(gate))
		it->last.gate = (float)json_number(gate);
}

static void take_strings(struct item *to, struct item *from)
{
	free(to->label);
	anchor_release(&to->self);
	anchor_release(&to->head);
	anchor_release(&to->tail);
	to->label = from->label;
	to->self = from->self;
	to->head = from->head;
	to->tail = from->tail;
	to->region = from->region;
	to->has_box = from->has_box;
	to->box = from->box;
	from->label = NULL;
	from->self = from->head = from->tail = (struct anchor){0};
}

static void change(const struct folding *f, struct item *it,
		   struct incoming *in)
{
	char *now = item_key(f->e, it), *wanted = item_key(f->e, &in->as);

	if (in->wrong) {
		it->state = ITEM_REJECTED;
	} else if (strcmp(now, wanted) == 0) {
		fold_accept(it);
	} else {
		fold_remember(it);
		take_strings(it, &in->as);
		fold_edited(f->e, it);
	}
	free(now);
	free(wanted);
}

static void add(const struct folding *f, struct incoming *in)
{
	struct item *it = example_add_item(f->e, in->as.id, in->as.kind);

	take_strings(it, &in->as);
	it->event = in->as.event;
	it->event_type = in->as.event_type;
	in->as.event_type = NULL;
	it->layers = LAYER_HUMAN;
	it->state = in->wrong ? ITEM_REJECTED : ITEM_ADDED;
}

static void take(const struct folding *f, struct incoming *in)
{
	int id = in->as.id;

	if (example_item(f->e, id))
		change(f, example_item(f->e, id), in);
	else
		add(f, in);
	fold_decide(f, example_item(f->e, id), in->j);
	credit(example_item(f->e, id), in->j);
}

int fold_import(const struct folding *f)
{
	const char *note = json_string(json_get(f->body, "note"));
	struct incomings l = {0};
	int rc = read_all(f, &l);

	if (rc == 0 && note && strlen(note) > NOTE_MAX)
		rc = fold_bad(f, "a text of at most 64 KiB expected");
	for (size_t i = 0; i < l.n && rc == 0; i++)
		take(f, &l.at[i]);
	release(&l);
	if (rc < 0)
		return rc;
	f->e->conflicts = (int)json_len(json_get(f->body, "conflicts"));
	f->e->flag |= json_true(json_get(f->body, "flag"));
	if (json_true(json_get(f->body, "done")))
		f->e->progress = PROGRESS_DONE;
	if (note) {
		free(f->e->note);
		f->e->note = *note ? xstrdup(note) : NULL;
	}
	return 0;
}
