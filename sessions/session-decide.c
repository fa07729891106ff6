/* What a person says: each decision is one act about the example here. */
#include <math.h>
#include <string.h>

#include "sessions/session-internal.h"
#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/str.h"

/* The example looked at; NULL and a sentence when there is none. */
static struct session_example *here(const struct session *s, struct err *err)
{
	struct session_example *e = session_here(s);

	if (!e)
		err_set(err, ERR_USAGE,
			"the session has no examples yet (load FILE)");
	return e;
}

static struct item *find(const struct session *s, int id, struct err *err)
{
	struct session_example *e = here(s, err);
	struct item *it = e ? example_item(e, id) : NULL;

	if (e && !it)
		err_set(err, ERR_USAGE,
			"there is no item %d in example %d (items lists them)",
			id, e->number);
	return it;
}

/* --- bodies
 * ----------------------------------------------------------------------- */

static void put_anchor(struct json *j, const char *prefix,
		       const struct anchor *a)
{
	struct str key = {0};

	if (!a->text)
		return;
	str_addf(&key, "%s", *prefix ? prefix : "text");
	json_put_string(j, key.s, a->text);
	if (a->start >= 0) {
		str_clear(&key);
		str_addf(&key, "%s%sstart", prefix, *prefix ? "_" : "");
		json_put_int(j, key.s, a->start);
		str_clear(&key);
		str_addf(&key, "%s%send", prefix, *prefix ? "_" : "");
		json_put_int(j, key.s, a->end);
	}
	str_release(&key);
}

static void put_box(struct json *j, const struct box *b)
{
	struct json *list = json_new_array();

	json_push_number(list, (double)b->x1, 7);
	json_push_number(list, (double)b->y1, 7);
	json_push_number(list, (double)b->x2, 7);
	json_push_number(list, (double)b->y2, 7);
	json_put(j, "box", list);
}

/* What an item is before the act. */
static struct json *before(const struct item *it)
{
	struct json *j = json_new_object();

	json_put_int(j, "id", it->id);
	json_put_string(j, "kind", item_kind_name(it->kind));
	json_put_string(j, "state", item_state_name(it->state));
	json_put_string(j, "label", it->label);
	put_anchor(j, "", &it->self);
	put_anchor(j, "head", &it->head);
	put_anchor(j, "tail", &it->tail);
	if (it->region)
		json_put_int(j, "region", it->region);
	if (it->has_box)
		put_box(j, &it->box);
	if (it->layers & LAYER_MODEL)
		json_put_number(j, "p", (double)it->p, 6);
	return j;
}

/* What the person saw when deciding. */
static void put_reply(struct json *body, const struct session_example *e)
{
	const struct extraction *x = e->reply;

	if (!x)
		return;
	json_put_int(body, "reply", e->reply_seq);
	json_put_string(body, "model", x->model);
	json_put_string(body, "instruction", x->instruction);
	json_put_number(body, "gate", (double)x->g_used, 9);
	if (x->constrained)
		json_put_bool(body, "constrained", true);
}

/* A body that names items; NULL and a sentence when one is not there. */
static struct json *body_of(const struct session *s, const int *id, size_t n,
			    struct err *err)
{
	struct json *body = json_new_object(), *list = json_new_array();

	for (size_t i = 0; i < n; i++) {
		const struct item *it = find(s, id[i], err);

		if (!it) {
			json_free(list);
			json_free(body);
			return NULL;
		}
		json_push(list, before(it));
	}
	json_put(body, "items", list);
	put_reply(body, session_here(s));
	return body;
}

static int say(struct session *s, enum act_kind kind, struct json *body,
	       struct err *err)
{
	return session_act(s, kind, s->state.at, body, err);
}

/* --- about items
 * --------------------------------------------------------------------- */

static int decide(struct session *s, enum act_kind kind, const int *id,
		  size_t n, struct err *err)
{
	struct json *body;

	if (n == 0)
		return err_set(err, ERR_USAGE, "no items to %s",
			       act_name(kind));
	body = body_of(s, id, n, err);
	return body ? say(s, kind, body, err) : -(int)err->code;
}

int session_accept(struct session *s, const int *id, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		const struct item *it = find(s, id[i], err);

		if (!it)
			return -(int)err->code;
		if (item_unplaced(it))
			return err_set(err, ERR_USAGE,
				       "item %d (%.80s) does not stand in the "
				       "text; edges gives it a place, or "
				       "reject it",
				       id[i], it->label);
	}
	return decide(s, ACT_KIND_ACCEPT, id, n, err);
}

int session_reject(struct session *s, const int *id, size_t n, struct err *err)
{
	return decide(s, ACT_KIND_REJECT, id, n, err);
}

int session_delete(struct session *s, const int *id, size_t n, struct err *err)
{
	return decide(s, ACT_KIND_DELETE, id, n, err);
}

int session_type(struct session *s, int id, const char *label, struct err *err)
{
	struct json *body = body_of(s, &id, 1, err);

	if (!body)
		return -(int)err->code;
	json_put_string(body, "label", label);
	return say(s, ACT_KIND_TYPE, body, err);
}

static void put_part(struct json *body, enum item_part part)
{
	if (part != PART_SELF)
		json_put_string(body, "part",
				part == PART_HEAD ? "head" : "tail");
}

int session_edges(struct session *s, int id, enum item_part part, int32_t start,
		  int32_t end, struct err *err)
{
	struct json *body = body_of(s, &id, 1, err);

	if (!body)
		return -(int)err->code;
	put_part(body, part);
	json_put_int(body, "start", start);
	json_put_int(body, "end", end);
	return say(s, ACT_KIND_EDGES, body, err);
}

int session_place(struct session *s, int id, enum item_part part, int k,
		  struct err *err)
{
	struct item *it = find(s, id, err);
	const struct anchor *a = it ? item_anchor(it, part) : NULL;
	struct json *body;

	if (!it)
		return -(int)err->code;
	if (!a || a->places < 2)
		return err_set(err, ERR_USAGE,
			       "item %d has no other place in the text", id);
	body = body_of(s, &id, 1, err);
	put_part(body, part);
	json_put_int(body, "place", k ? k : a->place % a->places + 1);
	return say(s, ACT_KIND_PLACE, body, err);
}

int session_box(struct session *s, int id, const struct box *b, struct err *err)
{
	struct json *body = body_of(s, &id, 1, err);

	if (!body)
		return -(int)err->code;
	put_box(body, b);
	return say(s, ACT_KIND_BOX, body, err);
}

/* --- additions
 * ------------------------------------------------------------------------- */

static bool same_thing(const struct item *it, enum item_kind kind,
		       const char *label, int32_t start, int32_t end)
{
	return it->kind == kind && strcmp(it->label, label) == 0 &&
	       it->self.start == start && it->self.end == end;
}

/* A body for something new; NULL and a sentence when it cannot be. */
static struct json *body_new(const struct session *s, const char *label,
			     int *id, struct err *err)
{
	const struct session_example *e = here(s, err);
	struct json *body;

	if (!e)
		return NULL;
	if (id)
		*id = e->next_id;
	body = json_new_object();
	json_put_int(body, "id", e->next_id);
	json_put_string(body, "label", label);
	put_reply(body, e);
	return body;
}

static int add_place(struct session *s, enum act_kind kind,
		     enum item_kind item_kind, const char *label, int32_t start,
		     int32_t end, int *id, struct err *err)
{
	const struct session_example *e = here(s, err);
	struct json *body;

	if (!e)
		return -(int)err->code;
	for (size_t i = 0; i < e->n_items; i++)
		if (same_thing(&e->item[i], item_kind, label, start, end))
			return err_set(err, ERR_USAGE,
				       "item %d is that already (accept %d)",
				       e->item[i].id, e->item[i].id);
	body = body_new(s, label, id, err);
	json_put_int(body, "start", start);
	json_put_int(body, "end", end);
	return say(s, kind, body, err);
}

int session_span(struct session *s, const char *label, int32_t start,
		 int32_t end, int *id, struct err *err)
{
	return add_place(s, ACT_KIND_SPAN, ITEM_ENTITY, label, start, end, id,
			 err);
}

int session_trigger(struct session *s, const char *label, int32_t start,
		    int32_t end, int *id, struct err *err)
{
	return add_place(s, ACT_KIND_TRIGGER, ITEM_EVENT, label, start, end, id,
			 err);
}

int session_rel(struct session *s, const char *label, int head, int tail,
		int *id, struct err *err)
{
	struct json *body = body_new(s, label, id, err);

	if (!body)
		return -(int)err->code;
	json_put_int(body, "head", head);
	json_put_int(body, "tail", tail);
	return say(s, ACT_KIND_REL, body, err);
}

int session_arg(struct session *s, const char *role, int event, int32_t start,
		int32_t end, int *id, struct err *err)
{
	struct json *body = body_new(s, role, id, err);

	if (!body)
		return -(int)err->code;
	if (event)
		json_put_int(body, "event", event);
	json_put_int(body, "start", start);
	json_put_int(body, "end", end);
	return say(s, ACT_KIND_ARG, body, err);
}

/* The box of region k, as the model saw it or the data set gives it. */
static const struct box *region_box(const struct session_example *e, int k)
{
	if (e->reply && k < e->reply->regions.n)
		return &e->reply->regions.box[k];
	if (!e->ex.boxes_relative && k < e->ex.boxes.n)
		return &e->ex.boxes.box[k];
	return NULL;
}

int session_arg_box(struct session *s, const char *role, int event, int region,
		    const struct box *b, int *id, struct err *err)
{
	const struct session_example *e = here(s, err);
	struct json *body;

	if (!e)
		return -(int)err->code;
	if (region)
		b = region_box(e, region);
	if (!b)
		return err_set(err, ERR_USAGE, "there is no box O%d here",
			       region);
	body = body_new(s, role, id, err);
	if (event)
		json_put_int(body, "event", event);
	if (region)
		json_put_int(body, "region", region);
	put_box(body, b);
	return say(s, ACT_KIND_ARG, body, err);
}

/* --- about the example
 * ---------------------------------------------------------------------- */

int session_note(struct session *s, int id, const char *text, struct err *err)
{
	struct json *body;

	if (!here(s, err) || (id && !find(s, id, err)))
		return -(int)err->code;
	body = json_new_object();
	if (id)
		json_put_int(body, "id", id);
	json_put_string(body, "text", text);
	return say(s, ACT_KIND_NOTE, body, err);
}

int session_flag(struct session *s, bool on, struct err *err)
{
	struct json *body;

	if (!here(s, err))
		return -(int)err->code;
	body = json_new_object();
	json_put_bool(body, "on", on);
	return say(s, ACT_KIND_FLAG, body, err);
}

static int finish(struct session *s, enum act_kind kind, struct err *err)
{
	if (!here(s, err))
		return -(int)err->code;
	return say(s, kind, json_new_object(), err);
}

int session_done(struct session *s, struct err *err)
{
	return finish(s, ACT_KIND_DONE, err);
}

int session_skip(struct session *s, struct err *err)
{
	return finish(s, ACT_KIND_SKIP, err);
}

/* --- told
 * ------------------------------------------------------------------------------------
 */

/* Which items an act names, or what it adds. */
static void tell_items(const struct json *body, struct str *out)
{
	const struct json *list = json_get(body, "items");
	const char *label = json_string(json_get(body, "label"));
	const struct json *first = json_first(list);
	const char *text = json_string(json_get(first, "text"));

	for (const struct json *j = first; j; j = json_next(j))
		str_addf(out, " %d", (int)json_number(json_get(j, "id")));
	if (json_len(json_get(body, "conflicts")))
		str_addf(out, " and %zu conflicts",
			 json_len(json_get(body, "conflicts")));
	if (json_len(list) == 1)
		str_addf(out, " (%s%s%s)",
			 json_string(json_get(first, "label"))
			     ? json_string(json_get(first, "label"))
			     : "",
			 text ? " " : "", text ? text : "");
	if (!list && json_get(body, "id"))
		str_addf(out, " %d", (int)json_number(json_get(body, "id")));
	if (label)
		str_addf(out, " %s", label);
	if (json_get(body, "start"))
		str_addf(out, " %d-%d",
			 (int)json_number(json_get(body, "start")),
			 (int)json_number(json_get(body, "end")));
}

int64_t session_act_of(const struct act *a)
{
	struct err err;
	struct json *body = json_parse(a->body, strlen(a->body), "act", &err);
	int64_t of = (int64_t)json_number(json_get(body, "of"));

	json_free(body);
	return of;
}

void session_tell(const struct session *s, const struct act *a, struct str *out)
{
	struct err err;
	struct json *body = json_parse(a->body, strlen(a->body), "act", &err);
	const char *key = json_string(json_get(body, "key"));
	const char *value = json_string(json_get(body, "value"));
	const char *source = json_string(json_get(body, "source"));
	char time[32];

	act_time_print(a->time, time);
	time[19] = '\0';
	time[10] = ' ';
	str_addf(out, "%lld  %s  %s  %s", (long long)a->seq, time, a->who,
		 act_name(a->kind));
	if (act_flags(a->kind) & ACT_ITEMS)
		tell_items(body, out);
	if (key)
		str_addf(out, " %s: %s", key, value ? value : "");
	if (source)
		str_addf(out, " %s", source);
	if (json_get(body, "of"))
		str_addf(out, " %d", (int)json_number(json_get(body, "of")));
	if (a->kind == ACT_KIND_NOTE)
		str_addf(out, " \"%s\"", json_string(json_get(body, "text")));
	if (a->example)
		str_addf(out, "  in example %d", a->example);
	if (s->state.undone[a->seq - 1])
		str_add(out, "  (undone)");
	json_free(body);
}
