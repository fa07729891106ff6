/* One act and what it makes of its example. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sessions/fold.h"
#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/base/utf8.h"

int fold_bad(const struct folding *f, const char *what)
{
	return err_set(f->err, ERR_DATA, "%s: %s", act_name(f->a->kind), what);
}

void example_clear(struct session_example *e)
{
	for (size_t i = 0; i < e->n_items; i++)
		item_release(&e->item[i]);
	free(e->item);
	free(e->note);
	extraction_free(e->reply);
	e->item = NULL;
	e->n_items = 0;
	e->next_id = 1;
	e->note = NULL;
	e->reply = NULL;
	e->reply_seq = 0;
	e->progress = PROGRESS_TODO;
	e->flag = false;
	e->conflicts = 0;
}

/* --- members of a body -------------------------------------------------- */

int fold_int(const struct folding *f, const struct json *j, const char *key,
	     int lo, int hi, int *out)
{
	struct err ignored;
	int64_t v = 0;

	if (json_int(json_get(j, key), lo, hi, key, &v, &ignored) < 0)
		return err_set(f->err, ERR_DATA,
			       "%s: \"%s\" is missing or not within %d and %d",
			       act_name(f->a->kind), key, lo, hi);
	*out = (int)v;
	return 0;
}

int fold_place(const struct folding *f, const struct json *j,
	       const char *prefix, int *start, int *end)
{
	const char *text = f->e->ex.text;
	int points = (int)utf8_count(text, strlen(text));
	char key[32];
	int rc;

	snprintf(key, sizeof(key), "%sstart", prefix);
	rc = fold_int(f, j, key, 0, points, start);
	snprintf(key, sizeof(key), "%send", prefix);
	return rc < 0 ? rc : fold_int(f, j, key, *start + 1, points, end);
}

int fold_label(const struct folding *f, const struct json *j, const char **out)
{
	*out = json_string(json_get(j, "label"));
	if (!*out || !**out || strlen(*out) > LABEL_MAX)
		return fold_bad(f, "a label of 1 to 256 bytes expected");
	for (const char *c = *out; *c; c++)
		if ((unsigned char)*c < ' ')
			return fold_bad(f, "a control character in a label");
	return 0;
}

int fold_box(const struct folding *f, const struct json *from, struct box *out)
{
	const struct json *j = json_get(from, "box"), *v = json_first(j);
	float b[4];
	int n = 0;

	for (; json_is_number(v) && n < 4; v = json_next(v))
		b[n++] = (float)json_number(v);
	if (!json_is_array(j) || n < 4 || v)
		return fold_bad(f, "a box is four numbers [x1,y1,x2,y2]");
	if (!(b[0] >= 0 && b[1] >= 0 && b[0] < b[2] && b[1] < b[3] &&
	      b[2] <= IMAGE_DIMENSION_MAX && b[3] <= IMAGE_DIMENSION_MAX))
		return fold_bad(f, "a box has x1 < x2 and y1 < y2 within the "
				   "picture");
	*out = (struct box){b[0], b[1], b[2], b[3]};
	return 0;
}

static int get_part(const struct folding *f, struct item *it,
		    struct anchor **out)
{
	const char *name = json_string(json_get(f->body, "part"));
	enum item_part part = !name                       ? PART_SELF
			      : strcmp(name, "head") == 0 ? PART_HEAD
							  : PART_TAIL;

	*out = item_anchor(it, part);
	return *out ? 0
		    : err_set(f->err, ERR_DATA,
			      "item %d has no such part in the text", it->id);
}

/* --- what a person says about items -------------------------------------- */

static char *copy(const char *s)
{
	return xstrdup(s ? s : "");
}

static float number_or_nan(const struct json *j)
{
	return json_is_number(j) ? (float)json_number(j) : NAN;
}

void fold_decide(const struct folding *f, struct item *it, const struct json *j)
{
	struct decision *d = &it->last;

	free(d->who);
	free(d->model);
	free(d->instruction);
	*d = (struct decision){
	    .kind = f->a->kind,
	    .seq = f->a->seq,
	    .time = f->a->time,
	    .who = xstrdup(f->a->who),
	    .model = copy(json_string(json_get(f->body, "model"))),
	    .instruction = copy(json_string(json_get(f->body, "instruction"))),
	    .gate = number_or_nan(json_get(f->body, "gate")),
	    .p = number_or_nan(json_get(j, "p")),
	};
}

void fold_remember(struct item *it)
{
	struct str was = {0};

	if (it->was || !it->key)
		return;
	str_add(&was, it->label);
	if (it->self.text)
		str_addf(&was, " %s", it->self.text);
	else if (it->head.text)
		str_addf(&was, " %s -> %s", it->head.text,
			 it->tail.text ? it->tail.text : "");
	it->was = str_detach(&was);
}

void fold_edited(struct session_example *e, struct item *it)
{
	char *now = item_key(e, it);

	if (!it->key) {
		it->state = ITEM_ADDED;
	} else if (strcmp(now, it->key) == 0) {
		free(it->was);
		it->was = NULL;
		it->state = ITEM_ACCEPTED;
	} else {
		it->state = ITEM_EDITED;
	}
	free(now);
}

void fold_accept(struct item *it)
{
	it->state = !it->key  ? ITEM_ADDED
		    : it->was ? ITEM_EDITED
			      : ITEM_ACCEPTED;
}

/* An added item goes, and with it what was added to it; one that the model
 * has as well is the model's again. */
static void delete_item(struct session_example *e, int id)
{
	struct item *it = example_item(e, id);

	it->layers &= ~(unsigned)LAYER_HUMAN;
	if (it->layers) {
		it->state = ITEM_TODO;
		return;
	}
	example_remove_item(e, it);
	for (size_t i = e->n_items; i-- > 0;) {
		const struct item *o = &e->item[i];

		if (o->layers == LAYER_HUMAN && o->state == ITEM_ADDED &&
		    (o->event == id || o->head_id == id || o->tail_id == id))
			example_remove_item(e, &e->item[i]);
	}
}

/* Every item that the body names is there. */
static int check_items(const struct folding *f)
{
	const struct json *list = json_get(f->body, "items");
	int id;

	if (!json_is_array(list) || json_len(list) == 0)
		return fold_bad(f, "no items are named");
	for (const struct json *j = json_first(list); j; j = json_next(j)) {
		if (fold_int(f, j, "id", 1, ITEM_ID_MAX, &id) < 0)
			return -ERR_DATA;
		if (!example_item(f->e, id))
			return err_set(f->err, ERR_DATA,
				       "there is no item %d here", id);
		if (f->a->kind == ACT_KIND_DELETE &&
		    !(example_item(f->e, id)->layers & LAYER_HUMAN))
			return err_set(f->err, ERR_DATA,
				       "item %d was not added by a person; it "
				       "can be rejected",
				       id);
	}
	return 0;
}

static int fold_many(const struct folding *f)
{
	const struct json *list = json_get(f->body, "items");
	int rc = check_items(f);

	for (const struct json *j = json_first(list); j && rc == 0;
	     j = json_next(j)) {
		int id = (int)json_number(json_get(j, "id"));
		struct item *it = example_item(f->e, id);

		if (!it)
			continue; /* went with the one it belonged to */
		fold_decide(f, it, j);
		if (f->a->kind == ACT_KIND_ACCEPT)
			fold_accept(it);
		else if (f->a->kind == ACT_KIND_REJECT)
			it->state = ITEM_REJECTED;
		else
			delete_item(f->e, id);
	}
	return rc;
}

static int change_label(const struct folding *f, struct item *it)
{
	const char *label;
	int rc = fold_label(f, f->body, &label);

	if (rc < 0)
		return rc;
	fold_remember(it);
	free(it->label);
	it->label = xstrdup(label);
	return 0;
}

static int change_edges(const struct folding *f, struct item *it)
{
	struct anchor *a;
	int start, end, rc = get_part(f, it, &a);

	if (rc == 0)
		rc = fold_place(f, f->body, "", &start, &end);
	if (rc < 0)
		return rc;
	fold_remember(it);
	anchor_set(a, f->e->ex.text, start, end);
	return 0;
}

static int change_place(const struct folding *f, struct item *it)
{
	struct anchor *a;
	int k, rc = get_part(f, it, &a);

	if (rc == 0)
		rc = fold_int(f, f->body, "place", 1, INT32_MAX, &k);
	if (rc < 0)
		return rc;
	if (k > a->places)
		return err_set(f->err, ERR_DATA,
			       "\"%.60s\" stands in the text %d times, not %d",
			       a->text, a->places, k);
	fold_remember(it);
	anchor_place(a, f->e->ex.text, k);
	return 0;
}

static int change_box(const struct folding *f, struct item *it)
{
	struct box b;
	int rc = fold_box(f, f->body, &b);

	if (rc == 0 && it->kind != ITEM_ARGUMENT)
		rc = err_set(f->err, ERR_DATA,
			     "item %d is no argument; only those have boxes",
			     it->id);
	if (rc < 0)
		return rc;
	fold_remember(it);
	anchor_release(&it->self);
	it->box = b;
	it->has_box = true;
	it->region = 0;
	return 0;
}

static int fold_edit(const struct folding *f)
{
	const struct json *first = json_first(json_get(f->body, "items"));
	struct item *it;
	int rc = check_items(f);

	if (rc < 0)
		return rc;
	it = example_item(f->e, (int)json_number(json_get(first, "id")));
	switch (f->a->kind) {
	case ACT_KIND_TYPE:
		rc = change_label(f, it);
		break;
	case ACT_KIND_EDGES:
		rc = change_edges(f, it);
		break;
	case ACT_KIND_PLACE:
		rc = change_place(f, it);
		break;
	default:
		rc = change_box(f, it);
	}
	if (rc < 0)
		return rc;
	fold_decide(f, it, first);
	fold_edited(f->e, it);
	return 0;
}

void example_skip(struct session_example *e, const struct json *body)
{
	double id = json_number(json_get(body, "id"));

	if (id >= 1 && id <= ITEM_ID_MAX)
		e->next_id = MAX(e->next_id, (int)id + 1);
}

/* --- the rest ---------------------------------------------------------------
 */

static int fold_note(const struct folding *f)
{
	const char *text = json_string(json_get(f->body, "text"));
	char **to = &f->e->note;
	int id;

	if (!text || strlen(text) > NOTE_MAX)
		return fold_bad(f, "a text of at most 64 KiB expected");
	if (json_get(f->body, "id")) {
		if (fold_int(f, f->body, "id", 1, ITEM_ID_MAX, &id) < 0)
			return -ERR_DATA;
		if (!example_item(f->e, id))
			return err_set(f->err, ERR_DATA,
				       "there is no item %d here", id);
		to = &example_item(f->e, id)->note;
	}
	free(*to);
	*to = *text ? xstrdup(text) : NULL;
	return 0;
}

static int fold_reply(const struct folding *f)
{
	const struct json *ids = json_get(f->body, "ids"), *j;
	struct extraction *x;
	int *id, n = 0, rc;

	rc = extraction_from_json(&x, json_get(f->body, "reply"), "reply",
				  f->err);
	if (rc < 0)
		return rc;
	if (strcmp(x->text, f->e->ex.text) != 0 ||
	    json_len(ids) != x->n_found) {
		extraction_free(x);
		return fold_bad(f,
				"the answer does not belong to this example");
	}
	id = xcalloc(x->n_found + 1, sizeof(*id));
	for (j = json_first(ids); j; j = json_next(j)) {
		double v = json_number(j);

		if (!(v >= 1 && v <= ITEM_ID_MAX) || !*x->found[n].rec.label) {
			extraction_free(x);
			free(id);
			return fold_bad(f, "an item without a number or label");
		}
		id[n++] = (int)v;
	}
	merge_reply(f->e, x, id);
	f->e->reply_seq = f->a->seq;
	free(id);
	return 0;
}

static int fold_one(const struct folding *f)
{
	switch (f->a->kind) {
	case ACT_KIND_EXAMPLE:
	case ACT_KIND_VARIANT:
		merge_gold(f->e);
		return 0;
	case ACT_KIND_REPLY:
		return fold_reply(f);
	case ACT_KIND_ACCEPT:
	case ACT_KIND_REJECT:
	case ACT_KIND_DELETE:
		return fold_many(f);
	case ACT_KIND_TYPE:
	case ACT_KIND_EDGES:
	case ACT_KIND_PLACE:
	case ACT_KIND_BOX:
		return fold_edit(f);
	case ACT_KIND_SPAN:
	case ACT_KIND_REL:
	case ACT_KIND_TRIGGER:
	case ACT_KIND_ARG:
		return fold_add(f);
	case ACT_KIND_NOTE:
		return fold_note(f);
	case ACT_KIND_FLAG:
		f->e->flag = json_true(json_get(f->body, "on"));
		return 0;
	case ACT_KIND_IMPORT:
		return fold_import(f);
	case ACT_KIND_DONE:
		f->e->progress = PROGRESS_DONE;
		f->e->conflicts = 0;
		return 0;
	case ACT_KIND_SKIP:
		f->e->progress = PROGRESS_SKIPPED;
		return 0;
	case ACT_KIND_LOAD:
	case ACT_KIND_UNDO:
	case ACT_KIND_REDO:
	case ACT_KIND_AT:
	case ACT_KIND_SET:
	case ACT_KINDS:
		break;
	}
	return fold_bad(f, "is not about an example");
}

int example_fold(struct session_example *e, const struct act *a,
		 const struct json *body, struct err *err)
{
	struct folding f = {e, a, body, err};
	int rc = fold_one(&f);

	if (rc == 0)
		example_arrange(e);
	return rc;
}
