#include "sessions/state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sessions/state-internal.h"
#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"

enum {
	LATELY = 20,         /* examples over which the speed is measured */
	PAUSE_MS = 300000,   /* a longer gap was a pause */
	LOOK_BACK = 5000,    /* acts that are looked at for it */
	SETTING_MAX = 65536, /* bytes */
};

static void example_free(struct session_example *e)
{
	example_clear(e);
	example_release(&e->ex);
	free(e->change);
	free(e->variant);
	free(e->act);
	free(e);
}

void state_release(struct state *s)
{
	for (size_t i = 0; i < s->n_examples; i++)
		example_free(s->example[i]);
	for (size_t i = 0; i < s->n_log; i++)
		act_release(&s->log[i]);
	for (size_t i = 0; i < s->n_slices; i++) {
		free(s->slice[i].name);
		free(s->slice[i].expr);
	}
	free(s->slice);
	free(s->example);
	free(s->log);
	free(s->undone);
	free(s->undo);
	free(s->redo);
	free(s->sort);
	free(s->filter);
	*s = (struct state){0};
}

struct session_example *state_example(const struct state *s, int number)
{
	if (number < 1 || (size_t)number > s->n_examples)
		return NULL;
	return s->example[number - 1];
}

/* --- figures ------------------------------------------------------------ */

/* Count an example in (by 1) or out (by -1); variants do not count. */
static void count(struct state *s, const struct session_example *e, int by)
{
	struct session_counts *c = &s->counts;
	size_t d = (size_t)by; /* wraps as it should */

	if (e->parent)
		return;
	c->examples += d;
	c->done += e->progress == PROGRESS_DONE ? d : 0;
	c->skipped += e->progress == PROGRESS_SKIPPED ? d : 0;
	for (size_t i = 0; i < e->n_items; i++) {
		const struct item *it = &e->item[i];

		if ((it->layers & LAYER_MODEL) && it->self.text &&
		    it->self.fit == FIT_ABSENT)
			c->absent += d;
		if (e->progress != PROGRESS_DONE)
			continue;
		c->accepted += it->state == ITEM_ACCEPTED ? d : 0;
		c->edited += it->state == ITEM_EDITED ? d : 0;
		c->rejected += it->state == ITEM_REJECTED ? d : 0;
		c->added += it->state == ITEM_ADDED ? d : 0;
	}
}

/* Speed over the last examples that were done; pauses do not count. */
static void measure(struct state *s)
{
	int64_t later = 0, worked = 0;
	int gaps = 0, seen = 0;
	size_t i = s->n_log;

	for (; i-- > 0 && seen < LATELY && s->n_log - i < LOOK_BACK;) {
		const struct act *a = &s->log[i];

		if (a->kind != ACT_KIND_DONE || s->undone[i])
			continue;
		if (seen++ && later - a->time < PAUSE_MS) {
			worked += MAX(later - a->time, 1);
			gaps++;
		}
		later = a->time;
	}
	s->counts.per_minute = gaps ? 60000.0 * gaps / (double)worked : 0;
}

static bool says_same(const struct item *a, const struct item *b)
{
	const char *p = a->self.text, *q = b->self.text;

	return a->kind == b->kind && strcmp(a->label, b->label) == 0 &&
	       a->region == b->region &&
	       (p == q || (p && q && strcmp(p, q) == 0)) &&
	       (a->kind != ITEM_RELATION ||
		(strcmp(a->head.text, b->head.text) == 0 &&
		 strcmp(a->tail.text, b->tail.text) == 0));
}

/* Items of a's model layer that b's lacks. */
static int lost(const struct session_example *a,
		const struct session_example *b)
{
	int n = 0;

	for (size_t i = 0; i < a->n_items; i++) {
		bool found = !(a->item[i].layers & LAYER_MODEL);

		for (size_t k = 0; k < b->n_items && !found; k++)
			found = (b->item[k].layers & LAYER_MODEL) &&
				says_same(&a->item[i], &b->item[k]);
		n += !found;
	}
	return n;
}

static void count_flips(struct state *s, struct session_example *e)
{
	struct session_example *p = e->parent ? state_example(s, e->parent) : e;

	p->flips = 0;
	for (size_t i = 0; i < p->n_variants && p->reply; i++) {
		const struct session_example *v =
		    state_example(s, p->variant[i]);

		if (v->reply)
			p->flips += lost(p, v) + lost(v, p);
	}
}

/* --- acts that are about an example ------------------------------------- */

static size_t *push(size_t *list, size_t *n, size_t *cap, size_t v)
{
	list = xgrow(list, *n, cap, sizeof(*list));
	list[(*n)++] = v;
	return list;
}

static int read_example(struct session_example *e, const struct act *a,
			const struct json *body, struct err *err)
{
	const struct json *gate = json_get(body, "gate");
	const char *change = json_string(json_get(body, "change"));
	const char *word = json_string(gate);
	int64_t parent = 0;
	int rc = example_from_json(&e->ex, json_get(body, "example"),
				   act_name(a->kind), NULL, err);

	if (rc < 0 || a->kind == ACT_KIND_EXAMPLE)
		return rc;
	rc = json_int(json_get(body, "parent"), 1, a->example - 1,
		      "variant: \"parent\"", &parent, err);
	if (rc == 0 && !change)
		rc = err_set(err, ERR_DATA, "variant: what was changed?");
	if (rc < 0)
		return rc;
	e->parent = (int)parent;
	e->change = xstrdup(change);
	e->gate = json_is_number(gate)               ? GATE_SET_HELD
		  : word && strcmp(word, "off") == 0 ? GATE_SET_OFF
						     : GATE_SET_OWN;
	e->gate_value = (float)json_number(gate);
	return 0;
}

static int add_example(struct state *s, const struct act *a,
		       const struct json *body, struct err *err)
{
	struct session_example *e, *p;
	int rc;

	if ((size_t)a->example != s->n_examples + 1)
		return err_set(err, ERR_DATA, "example %d follows %zu",
			       a->example, s->n_examples);
	e = xcalloc(1, sizeof(*e));
	e->number = a->example;
	e->next_id = 1;
	rc = read_example(e, a, body, err);
	p = state_example(s, e->parent);
	if (rc == 0 && e->parent && (!p || p->parent))
		rc = err_set(err, ERR_DATA,
			     "variant: example %d is a variant itself",
			     e->parent);
	if (rc == 0)
		rc = example_fold(e, a, body, err);
	if (rc < 0) {
		example_free(e);
		return rc;
	}
	s->example = xgrow(s->example, s->n_examples, &s->cap_examples,
			   sizeof(struct session_example *));
	s->example[s->n_examples++] = e;
	if (p) {
		p->variant = xgrow(p->variant, p->n_variants, &p->cap_variants,
				   sizeof(*p->variant));
		p->variant[p->n_variants++] = e->number;
	}
	e->act = push(e->act, &e->n_acts, &e->cap_acts, s->n_log);
	count(s, e, 1);
	return 0;
}

static int change_example(struct state *s, const struct act *a,
			  const struct json *body, struct err *err)
{
	struct session_example *e = state_example(s, a->example);
	int rc;

	if (!e)
		return err_set(err, ERR_DATA, "there is no example %d",
			       a->example);
	count(s, e, -1);
	rc = example_fold(e, a, body, err);
	count(s, e, 1);
	if (rc < 0)
		return rc;
	e->act = push(e->act, &e->n_acts, &e->cap_acts, s->n_log);
	if (a->kind == ACT_KIND_REPLY)
		count_flips(s, e);
	return 0;
}

/* Fold an example anew, without the acts that were undone. */
static void fold_again(struct state *s, struct session_example *e)
{
	struct err err;

	count(s, e, -1);
	example_clear(e);
	for (size_t i = 0; i < e->n_acts; i++) {
		const struct act *a = &s->log[e->act[i]];
		struct json *body =
		    json_parse(a->body, strlen(a->body), "act", &err);

		if (s->undone[e->act[i]])
			example_skip(e, body);
		else
			/* What does not fit without an undone act before it
			 * is left out with it. */
			(void)example_fold(e, a, body, &err);
		json_free(body);
	}
	count(s, e, 1);
	count_flips(s, e);
}

/* --- undo and redo ---------------------------------------------------------
 */

static int turn(struct state *s, const struct json *body, bool undo,
		struct err *err)
{
	size_t *from = undo ? s->undo : s->redo;
	size_t *n = undo ? &s->n_undo : &s->n_redo, at;
	int64_t of;
	int rc = json_int(json_get(body, "of"), 1, INT64_MAX / 2, "\"of\"", &of,
			  err);

	if (rc < 0)
		return rc;
	if (*n == 0 || from[*n - 1] != (size_t)of - 1)
		return err_set(err, ERR_DATA,
			       "act %lld is not the one to %s next",
			       (long long)of, undo ? "undo" : "redo");
	at = from[--*n];
	if (undo)
		s->redo = push(s->redo, &s->n_redo, &s->cap_redo, at);
	else
		s->undo = push(s->undo, &s->n_undo, &s->cap_undo, at);
	s->undone[at] = undo;
	fold_again(s, state_example(s, s->log[at].example));
	return 0;
}

/* --- settings
 * ------------------------------------------------------------------ */

static void set(char **to, const char *value)
{
	free(*to);
	*to = value && *value ? xstrdup(value) : NULL;
}

static void set_slice(struct state *s, const char *name, const char *expr)
{
	size_t i = 0;

	while (i < s->n_slices && strcmp(s->slice[i].name, name) != 0)
		i++;
	if (i == s->n_slices) {
		s->slice = xgrow(s->slice, s->n_slices, &s->cap_slices,
				 sizeof(*s->slice));
		s->slice[s->n_slices++] = (struct slice){xstrdup(name), NULL};
	}
	set(&s->slice[i].expr, expr);
	if (s->slice[i].expr)
		return;
	free(s->slice[i].name);
	memmove(&s->slice[i], &s->slice[i + 1],
		(s->n_slices - i - 1) * sizeof(*s->slice));
	s->n_slices--;
}

static int apply_set(struct state *s, const struct json *body, struct err *err)
{
	const char *key = json_string(json_get(body, "key"));
	const char *value = json_string(json_get(body, "value"));

	if (!key || !value || strlen(value) > SETTING_MAX)
		return err_set(err, ERR_DATA,
			       "a setting has a key and a value");
	if (strcmp(key, "sort") == 0)
		set(&s->sort, value);
	else if (strcmp(key, "filter") == 0)
		set(&s->filter, value);
	else if (strncmp(key, "slice ", 6) == 0 && key[6])
		set_slice(s, key + 6, value);
	else
		return err_set(err, ERR_DATA, "there is no setting \"%.40s\"",
			       key);
	return 0;
}

static int look_at(struct state *s, const struct act *a, struct err *err)
{
	if (!state_example(s, a->example))
		return err_set(err, ERR_DATA, "there is no example %d",
			       a->example);
	s->at = a->example;
	return 0;
}

/* --- the log
 * ------------------------------------------------------------------- */

static int apply(struct state *s, const struct act *a, const struct json *body,
		 struct err *err)
{
	switch (a->kind) {
	case ACT_KIND_LOAD:
		return 0;
	case ACT_KIND_EXAMPLE:
	case ACT_KIND_VARIANT:
		return add_example(s, a, body, err);
	case ACT_KIND_UNDO:
		return turn(s, body, true, err);
	case ACT_KIND_REDO:
		return turn(s, body, false, err);
	case ACT_KIND_AT:
		return look_at(s, a, err);
	case ACT_KIND_SET:
		return apply_set(s, body, err);
	default:
		return change_example(s, a, body, err);
	}
}

static void append(struct state *s, struct act *a)
{
	size_t at = s->n_log;

	s->log[at] = *a;
	s->undone[at] = false;
	s->n_log++;
	*a = (struct act){0};
	s->version++;
	if (act_flags(s->log[at].kind) & ACT_UNDO) {
		s->undo = push(s->undo, &s->n_undo, &s->cap_undo, at);
		s->n_redo = 0;
	}
	if (s->log[at].kind == ACT_KIND_DONE ||
	    s->log[at].kind == ACT_KIND_UNDO ||
	    s->log[at].kind == ACT_KIND_REDO)
		measure(s);
}

int state_apply(struct state *s, struct act *a, struct err *err)
{
	struct json *body;
	int rc;

	s->log = xgrow(s->log, s->n_log, &s->cap_log, sizeof(*s->log));
	s->undone =
	    xgrow(s->undone, s->n_log, &s->cap_undone, sizeof(*s->undone));
	body = json_parse(a->body, strlen(a->body), act_name(a->kind), err);
	rc = body ? 0 : -(int)err->code;
	if (rc == 0 && !json_is_object(body))
		rc = err_set(err, ERR_DATA, "%s: the body is not an object",
			     act_name(a->kind));
	if (rc == 0 && a->seq != (int64_t)s->n_log + 1)
		rc = err_set(err, ERR_DATA, "act %lld follows act %zu",
			     (long long)a->seq, s->n_log);
	if (rc == 0)
		rc = apply(s, a, body, err);
	json_free(body);
	if (rc < 0)
		act_release(a);
	else
		append(s, a);
	return rc;
}

/* --- printed
 * ------------------------------------------------------------------- */

static void print_anchor(struct str *out, const struct anchor *a)
{
	if (a->text)
		str_addf(out, " \"%s\" %d-%d %s %d/%d", a->text, a->start,
			 a->end, fit_name(a->fit), a->place, a->places);
}

static void print_item(struct str *out, const struct item *it)
{
	char layers[4];

	str_addf(out, "  %d %s %s %s %s", it->id, item_kind_name(it->kind),
		 item_state_name(it->state), item_layers(it->layers, layers),
		 it->label);
	print_anchor(out, &it->self);
	print_anchor(out, &it->head);
	print_anchor(out, &it->tail);
	str_addf(out, " links %d %d %d %s region %d", it->head_id, it->tail_id,
		 it->event, it->event_type ? it->event_type : "-", it->region);
	if (it->has_box)
		str_addf(out, " box %g,%g,%g,%g", (double)it->box.x1,
			 (double)it->box.y1, (double)it->box.x2,
			 (double)it->box.y2);
	str_addf(out, " p %g found %d was \"%s\" note \"%s\"", (double)it->p,
		 it->found, it->was ? it->was : "", it->note ? it->note : "");
	if (it->last.seq)
		str_addf(out, " by %s %s act %lld model %s gate %g p %g",
			 it->last.who, act_name(it->last.kind),
			 (long long)it->last.seq, it->last.model,
			 (double)it->last.gate, (double)it->last.p);
	str_addc(out, '\n');
}

static void print_example(struct str *out, const struct session_example *e)
{
	str_addf(out,
		 "example %d %s parent %d progress %d flag %d note \"%s\"\n",
		 e->number, e->ex.id, e->parent, (int)e->progress, e->flag,
		 e->note ? e->note : "");
	str_addf(out, "  reply %lld unc %g disagree %d flips %d next %d\n",
		 (long long)e->reply_seq, (double)e->uncertainty, e->disagree,
		 e->flips, e->next_id);
	if (e->conflicts)
		str_addf(out, "  conflicts %d\n", e->conflicts);
	for (size_t i = 0; i < e->n_items; i++)
		print_item(out, &e->item[i]);
}

void state_print(const struct state *s, struct str *out)
{
	const struct session_counts *c = &s->counts;

	str_addf(out, "at %d sort %s filter %s\n", s->at,
		 s->sort ? s->sort : "-", s->filter ? s->filter : "-");
	for (size_t i = 0; i < s->n_slices; i++)
		str_addf(out, "slice %s = %s\n", s->slice[i].name,
			 s->slice[i].expr);
	str_addf(out,
		 "examples %zu done %zu skipped %zu accepted %zu edited %zu "
		 "rejected %zu added %zu absent %zu per minute %g\n",
		 c->examples, c->done, c->skipped, c->accepted, c->edited,
		 c->rejected, c->added, c->absent, c->per_minute);
	str_add(out, "undo");
	for (size_t i = 0; i < s->n_undo; i++)
		str_addf(out, " %zu", s->undo[i] + 1);
	str_add(out, "\nredo");
	for (size_t i = 0; i < s->n_redo; i++)
		str_addf(out, " %zu", s->redo[i] + 1);
	str_addc(out, '\n');
	for (size_t i = 0; i < s->n_examples; i++)
		print_example(out, s->example[i]);
}
