/* What a person adds: spans, relations, arguments. */
#include "sessions/fold.h"
#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"

static int get_item(const struct folding *f, const char *key,
		    enum item_kind kind, int *out)
{
	const struct item *it;
	int rc = fold_int(f, f->body, key, 1, ITEM_ID_MAX, out);

	if (rc < 0)
		return rc;
	it = example_item(f->e, *out);
	if (!it)
		return err_set(f->err, ERR_DATA, "there is no item %d here",
			       *out);
	if (it->kind != kind)
		return err_set(f->err, ERR_DATA, "item %d is no %s", *out,
			       item_kind_name(kind));
	return 0;
}

static struct item *add(const struct folding *f, int id, enum item_kind kind,
			const char *label)
{
	struct item *it = example_add_item(f->e, id, kind);

	it->label = xstrdup(label);
	it->layers = LAYER_HUMAN;
	it->state = ITEM_ADDED;
	fold_decide(f, it, NULL);
	return it;
}

static int add_span(const struct folding *f, int id, const char *label)
{
	int start, end, rc = fold_place(f, f->body, "", &start, &end);
	struct item *it;

	if (rc < 0)
		return rc;
	it = add(f, id, f->a->kind == ACT_KIND_SPAN ? ITEM_ENTITY : ITEM_EVENT,
		 label);
	anchor_set(&it->self, f->e->ex.text, start, end);
	return 0;
}

static int add_relation(const struct folding *f, int id, const char *label)
{
	int head, tail, rc = get_item(f, "head", ITEM_ENTITY, &head);
	struct item *it;

	if (rc == 0)
		rc = get_item(f, "tail", ITEM_ENTITY, &tail);
	if (rc < 0)
		return rc;
	it = add(f, id, ITEM_RELATION, label);
	it->head_id = head;
	it->tail_id = tail;
	return 0;
}

/* An argument has a region, a box or a place in the text. */
static int add_argument(const struct folding *f, int id, const char *label)
{
	bool region = json_get(f->body, "region");
	bool box = region || json_get(f->body, "box");
	int k = 0, start = 0, end = 0, event = 0, rc = 0;
	struct item *it;
	struct box b = {0};

	if (json_get(f->body, "event"))
		rc = get_item(f, "event", ITEM_EVENT, &event);
	if (rc == 0 && region)
		rc = fold_int(f, f->body, "region", 1, REGIONS_MAX, &k);
	if (rc == 0)
		rc = box ? fold_box(f, f->body, &b)
			 : fold_place(f, f->body, "", &start, &end);
	if (rc < 0)
		return rc;
	it = add(f, id, ITEM_ARGUMENT, label);
	it->event = event;
	if (!event && f->e->ex.event)
		it->event_type = xstrdup(f->e->ex.event);
	it->region = k;
	it->has_box = box;
	it->box = b;
	if (!box)
		anchor_set(&it->self, f->e->ex.text, start, end);
	return 0;
}

int fold_add(const struct folding *f)
{
	const char *label;
	int id, rc = fold_int(f, f->body, "id", 1, ITEM_ID_MAX, &id);

	if (rc == 0 && example_item(f->e, id))
		rc = fold_bad(f, "the item is there already");
	if (rc == 0)
		rc = fold_label(f, f->body, &label);
	if (rc < 0)
		return rc;
	if (f->a->kind == ACT_KIND_REL)
		return add_relation(f, id, label);
	if (f->a->kind == ACT_KIND_ARG)
		return add_argument(f, id, label);
	return add_span(f, id, label);
}
