/* What an example of a file comes to in one of the session. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sessions/import-match.h"
#include "sessions/import-plan.h"
#include "sessions/state-internal.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/data/pairing.h"
#include "src/data/reader.h"

/* One example of a file being brought into one of the session. */
struct plan {
	const struct session_example *ours;
	const struct example *from;
	/* The file's records as if they had been loaded: item i + 1 is record
	 * i, and behind all of them stands what each edited one was before. */
	struct session_example theirs;
	/* Ours, with what is to be added at the end. */
	struct session_example after;
	int *id;      /* of each of their items: the item here; 0: none */
	size_t *said; /* of each record: its judgement + 1; 0: none */
	size_t *was;  /* the item it was before + 1; 0: not edited */
	size_t n;     /* records */
	struct json *items, *conflicts;
	struct import_report *r;
};

/* --- what the file says ----------------------------------------------------
 */

static void add_record(struct plan *p, const struct record *r, size_t said)
{
	struct records *g = &p->theirs.ex.gold;

	if (!pairing_belongs(&p->ours->ex, r))
		return;
	record_copy(records_add(g, r->task), r);
	p->said[p->n++] = said;
}

/* What was edited, as it was: behind the records, so that nothing is counted
 * twice. */
static void add_befores(struct plan *p)
{
	struct records *g = &p->theirs.ex.gold;

	for (size_t i = 0; i < p->n; i++) {
		const struct judgement *j =
		    p->said[i] ? &p->from->judged.at[p->said[i] - 1] : NULL;

		if (!j || !j->has_before)
			continue;
		record_copy(records_add(g, j->before.task), &j->before);
		p->was[i] = g->n;
	}
}

static void read_theirs(struct plan *p)
{
	const struct example *from = p->from;
	size_t n = from->has_judged ? from->judged.n : from->gold.n;

	p->said = xcalloc(n + 1, sizeof(*p->said));
	p->was = xcalloc(n + 1, sizeof(*p->was));
	p->theirs.ex = *from;
	p->theirs.ex.gold = (struct records){0};
	p->theirs.next_id = 1;
	for (size_t i = 0; i < n; i++)
		if (from->has_judged)
			add_record(p, &from->judged.at[i].rec, i + 1);
		else
			add_record(p, &from->gold.rec[i], 0);
	add_befores(p);
	merge_gold(&p->theirs);
	p->id = xcalloc(p->theirs.n_items + 1, sizeof(*p->id));
}

/* --- the same in terms of the example here -------------------------------- */

static bool move_anchor(const struct plan *p, const struct anchor *from,
			struct anchor *to)
{
	const char *text = p->ours->ex.text;
	struct place at = {from->start, from->end};

	if (!from->text)
		return true;
	if (from->start < 0)
		return false;
	at = map_place(p->from->text, text, at);
	if (!place_known(at))
		return false;
	anchor_set(to, text, at.start, at.end);
	return true;
}

/* The number here of a box of theirs; 0: it has none. */
static int region_here(const struct plan *p, const struct item *t)
{
	const struct session_example *e = p->ours;
	const struct regions *r = e->reply ? &e->reply->regions : &e->ex.boxes;

	for (int k = 1; t->has_box && k < r->n; k++)
		if (memcmp(&r->box[k], &t->box, sizeof(t->box)) == 0)
			return k;
	return t->has_box ? 0 : t->region;
}

/* The event here that theirs is of; false: it is not here. */
static bool find_event(const struct plan *p, const struct item *t,
		       struct item *out)
{
	const struct session_example *e = &p->after;

	if (t->event) {
		out->event = p->id[t->event - 1];
		return out->event > 0;
	}
	for (size_t i = 0; i < e->n_items && !out->event; i++)
		if (e->item[i].kind == ITEM_EVENT && t->event_type &&
		    strcmp(e->item[i].label, t->event_type) == 0)
			out->event = e->item[i].id;
	return true;
}

/* Their item in our text and picture; item_release() it.  false: its words or
 * its box are not here. */
static bool move_item(const struct plan *p, const struct item *t,
		      struct item *out)
{
	bool visual = t->kind == ITEM_ARGUMENT && (t->region || t->has_box);

	*out = (struct item){.kind = t->kind, .p = NAN, .found = -1};
	anchor_release(&out->self);
	anchor_release(&out->head);
	anchor_release(&out->tail);
	out->label = xstrdup(t->label);
	if (t->event_type)
		out->event_type = xstrdup(t->event_type);
	if (visual && p->ours->ex.image) {
		out->region = region_here(p, t);
		out->has_box = t->has_box;
		out->box = t->box;
	}
	return (!visual || p->ours->ex.image) &&
	       (visual || t->kind != ITEM_ARGUMENT || t->self.text) &&
	       move_anchor(p, &t->self, &out->self) &&
	       move_anchor(p, &t->head, &out->head) &&
	       move_anchor(p, &t->tail, &out->tail);
}

/* --- conflicts -------------------------------------------------------------
 */

static void tell_anchor(struct str *out, const struct anchor *a)
{
	if (a->text && a->start >= 0)
		str_addf(out, " %s (%d-%d)", a->text, a->start, a->end);
	else if (a->text)
		str_addf(out, " %s", a->text);
}

static void tell_item(struct str *out, const struct item *it)
{
	str_add(out, it->label);
	if (it->event_type)
		str_addf(out, " of %s", it->event_type);
	tell_anchor(out, &it->self);
	tell_anchor(out, &it->head);
	if (it->kind == ITEM_RELATION)
		str_add(out, " ->");
	tell_anchor(out, &it->tail);
	if (it->region)
		str_addf(out, " O%d", it->region);
	else if (it->has_box)
		str_addf(out, " box %g,%g to %g,%g", (double)it->box.x1,
			 (double)it->box.y1, (double)it->box.x2,
			 (double)it->box.y2);
}

/* `here`: the decision against it; NULL: the example is done without it. */
static void conflict(struct plan *p, const struct item *t, bool wrong,
		     const struct item *here)
{
	struct str line = {0};

	str_addf(&line, "example %d (%s): ", p->ours->number,
		 p->ours->ex.id ? p->ours->ex.id : "");
	tell_item(&line, t);
	str_add(&line, wrong ? " is rejected in the file; here " : "; here ");
	if (here) {
		str_addf(&line, "%d ", here->id);
		tell_item(&line, here);
		str_addf(&line, " is %s by %s", item_state_name(here->state),
			 here->last.who ? here->last.who : "");
	} else {
		str_add(&line, "the example is done without it");
	}
	json_push_string(p->conflicts, line.s);
	labels_add(&p->r->conflicts, line.s, line.len);
	str_release(&line);
}

static bool same_anchor(const struct anchor *a, const struct anchor *b)
{
	return a->start >= 0 && a->start == b->start && a->end == b->end;
}

static bool overlap(const struct anchor *a, const struct anchor *b)
{
	return a->start >= 0 && b->start >= 0 && a->start < b->end &&
	       b->start < a->end;
}

static bool same_box(const struct item *a, const struct item *b)
{
	return a->has_box && b->has_box &&
	       memcmp(&a->box, &b->box, sizeof(a->box)) == 0;
}

/* Both cannot hold: one place with two labels, or one label at two places
 * that overlap. */
static bool excludes(const struct item *a, const struct item *b)
{
	bool same_label = strcmp(a->label, b->label) == 0;

	if (a->kind != b->kind ||
	    (a->kind == ITEM_ARGUMENT && a->event != b->event))
		return false;
	if (a->kind == ITEM_RELATION)
		return same_anchor(&a->head, &b->head) &&
		       same_anchor(&a->tail, &b->tail) && !same_label;
	return same_label ? overlap(&a->self, &b->self)
			  : same_anchor(&a->self, &b->self) || same_box(a, b);
}

/* What a person decided here and that excludes it; NULL: nothing. */
static const struct item *rival(const struct plan *p, const struct item *it)
{
	for (size_t i = 0; i < p->ours->n_items; i++) {
		const struct item *o = &p->ours->item[i];

		if (o->state != ITEM_TODO && o->state != ITEM_REJECTED &&
		    excludes(o, it))
			return o;
	}
	return NULL;
}

/* --- what is to be done ------------------------------------------------------
 */

static void put_place(struct json *j, const char *start, const char *end,
		      const struct anchor *a)
{
	if (!a->text)
		return;
	json_put_int(j, start, a->start);
	json_put_int(j, end, a->end);
}

static void put_credit(struct json *j, const struct judgement *said)
{
	if (said->who)
		json_put_string(j, "who", said->who);
	if (said->model)
		json_put_string(j, "model", said->model);
	if (said->instruction)
		json_put_string(j, "instruction", said->instruction);
	if (!isnan(said->gate))
		json_put_number(j, "gate", said->gate, 9);
	if (!isnan(said->p))
		json_put_number(j, "p", said->p, 6);
}

static struct json *item_json(const struct item *it, bool wrong)
{
	struct json *j = json_new_object();

	json_put_int(j, "id", it->id);
	json_put_string(j, "kind", item_kind_name(it->kind));
	json_put_string(j, "label", it->label);
	if (it->self.text)
		json_put_string(j, "text", it->self.text);
	put_place(j, "start", "end", &it->self);
	put_place(j, "head_start", "head_end", &it->head);
	put_place(j, "tail_start", "tail_end", &it->tail);
	if (it->event)
		json_put_int(j, "event", it->event);
	if (it->event_type)
		json_put_string(j, "event_type", it->event_type);
	if (it->region)
		json_put_int(j, "region", it->region);
	if (it->has_box)
		json_put(j, "box", box_to_json(&it->box));
	if (wrong)
		json_put_bool(j, "wrong", true);
	return j;
}

/* Item i of theirs is to be item `old` here, or a new one; `it` is taken. */
static void take(struct plan *p, size_t i, struct item *it,
		 const struct item *old, bool wrong)
{
	const struct judgement *said =
	    p->said[i] ? &p->from->judged.at[p->said[i] - 1] : NULL;
	struct json *j;

	it->id = old ? old->id : p->after.next_id++;
	p->id[i] = it->id;
	j = item_json(it, wrong);
	if (said)
		put_credit(j, said);
	json_push(p->items, j);
	p->r->taken++;
	if (old)
		item_release(it);
	else
		p->after.item[p->after.n_items++] = *it;
}

/* Does a decision here say what the record says, `same` words or not? */
static bool agrees(const struct plan *p, const struct item *old, bool same,
		   bool wrong)
{
	if (!old || old->state == ITEM_TODO)
		return wrong && p->ours->progress == PROGRESS_DONE;
	return same && (old->state == ITEM_REJECTED) == wrong;
}

/* `old` is what the record is here, if anything; `it` is taken over.  What no
 * decision contradicts is taken. */
static void weigh(struct plan *p, size_t i, struct item *it,
		  const struct item *old, bool same, bool wrong)
{
	bool decided = old && old->state != ITEM_TODO;
	const struct item *against = decided ? old
				     : wrong ? NULL
					     : rival(p, it);

	if (agrees(p, old, same, wrong)) {
		p->id[i] = old ? old->id : 0;
		p->r->already++;
	} else if (against || p->ours->progress == PROGRESS_DONE) {
		conflict(p, it, wrong, against);
	} else {
		take(p, i, it, old, wrong);
		return;
	}
	item_release(it);
}

/* What their item i is here: by what it says, else by what it was before. */
static const struct item *find_here(struct plan *p, size_t i,
				    const struct item *it, bool *same)
{
	char *key = item_key(&p->after, it), *now;
	const struct item *old = example_find_key(&p->after, key);
	struct item was;

	if (!old && p->was[i]) {
		const struct item *t = &p->theirs.item[p->was[i] - 1];

		if (move_item(p, t, &was) && find_event(p, t, &was)) {
			char *before = item_key(&p->after, &was);

			old = example_find_key(&p->after, before);
			free(before);
		}
		item_release(&was);
	}
	now = old ? item_key(&p->after, old) : NULL;
	*same = now && strcmp(now, key) == 0;
	free(now);
	free(key);
	return old;
}

static void plan_item(struct plan *p, size_t i)
{
	const struct item *t = &p->theirs.item[i];
	bool wrong = p->said[i] && p->from->judged.at[p->said[i] - 1].verdict ==
				       VERDICT_REJECTED;
	const struct item *old;
	struct item it;
	bool same;

	if (!move_item(p, t, &it) || !find_event(p, t, &it)) {
		p->r->unplaced++;
		item_release(&it);
		return;
	}
	old = find_here(p, i, &it, &same);
	weigh(p, i, &it, old, same, wrong);
}

/* What an import says of the example as a whole. */
static bool put_rest(struct plan *p, bool done, struct json *body)
{
	const struct session_example *e = p->ours;
	const struct labels *flags = &p->from->flags;
	bool any = json_len(p->items) || json_len(p->conflicts);

	done &= p->from->has_gold || p->from->has_judged;
	done |= labels_find(flags, "done", 4) >= 0;
	if (done && e->progress != PROGRESS_DONE &&
	    json_len(p->conflicts) == 0) {
		json_put_bool(body, "done", true);
		p->r->done++;
		any = true;
	}
	if (labels_find(flags, "flag", 4) >= 0 && !e->flag) {
		json_put_bool(body, "flag", true);
		any = true;
	}
	if (p->from->note && !e->note && strlen(p->from->note) <= NOTE_MAX) {
		json_put_string(body, "note", p->from->note);
		any = true;
	}
	return any;
}

static void plan_open(struct plan *p)
{
	size_t n = p->ours->n_items;

	read_theirs(p);
	p->after = *p->ours;
	p->after.item = xcalloc(n + p->n + 1, sizeof(*p->after.item));
	if (n)
		memcpy(p->after.item, p->ours->item, n * sizeof(struct item));
	p->items = json_new_array();
	p->conflicts = json_new_array();
}

static void plan_close(struct plan *p)
{
	for (size_t i = p->ours->n_items; i < p->after.n_items; i++)
		item_release(&p->after.item[i]);
	free(p->after.item);
	for (size_t i = 0; i < p->theirs.n_items; i++)
		item_release(&p->theirs.item[i]);
	free(p->theirs.item);
	records_release(&p->theirs.ex.gold);
	free(p->id);
	free(p->said);
	free(p->was);
}

bool import_plan(const struct session_example *ours, const struct example *from,
		 bool done, struct json *body, struct import_report *r)
{
	struct plan p = {.ours = ours, .from = from, .r = r};
	bool any;

	plan_open(&p);
	for (size_t i = 0; i < p.n; i++) /* arguments name their events */
		if (p.theirs.item[i].kind == ITEM_EVENT)
			plan_item(&p, i);
	for (size_t i = 0; i < p.n; i++)
		if (p.theirs.item[i].kind != ITEM_EVENT)
			plan_item(&p, i);
	any = put_rest(&p, done, body);
	json_put(body, "items", p.items);
	json_put(body, "conflicts", p.conflicts);
	plan_close(&p);
	return any;
}
