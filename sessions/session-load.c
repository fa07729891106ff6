/* What comes into a session: examples, answers of the model, variants. */
#include <stdlib.h>
#include <string.h>

#include "sessions/session-internal.h"
#include "sessions/state-internal.h"
#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/task/task.h"

/* The session may be opened from elsewhere: pictures get a whole path. */
static struct json *example_json(const struct example *e)
{
	struct json *j;
	char *whole = e->image ? realpath(e->image, NULL) : NULL;
	struct example copy = *e;

	if (whole)
		copy.image = whole;
	j = example_to_json(&copy);
	free(whole);
	return j;
}

int session_load(struct session *s, const struct dataset *d, int *first,
		 struct err *err)
{
	struct json *body = json_new_object();
	int rc;

	*first = (int)s->state.n_examples + 1;
	json_put_string(body, "source", d->name ? d->name : "");
	json_put_string(body, "sha256", d->digest);
	json_put_int(body, "examples", (int64_t)d->n);
	json_put_int(body, "missing_images", (int64_t)d->missing_images);
	rc = session_apply(s, ACT_KIND_LOAD, 0, body, err);
	for (size_t i = 0; i < d->n && rc == 0; i++) {
		body = json_new_object();
		json_put(body, "example", example_json(&d->ex[i]));
		rc = session_apply(s, ACT_KIND_EXAMPLE,
				   (int)s->state.n_examples + 1, body, err);
	}
	if (rc == 0 && d->n && !s->state.at)
		rc = session_goto(s, *first, err);
	return rc < 0 ? rc : session_save(s, err);
}

int session_find(const struct session *s, const char *name)
{
	const struct state *st = &s->state;
	char *end;
	long n = strtol(name, &end, 10);

	if (end > name && !*end && n >= 1 && (size_t)n <= st->n_examples)
		return (int)n;
	for (size_t i = 0; i < st->n_examples; i++)
		if (strcmp(st->example[i]->ex.id, name) == 0)
			return st->example[i]->number;
	return 0;
}

void session_request(const struct session_example *e, struct extract_request *r)
{
	example_request(&e->ex, r);
	r->gate = e->gate;
	r->gate_value = e->gate_value;
}

static const char *gate_name(enum gate_setting g)
{
	switch (g) {
	case GATE_SET_OWN:
		return "own";
	case GATE_SET_OFF:
		return "off";
	case GATE_SET_HELD:
		return "held";
	}
	return "own";
}

/* Is this the answer that the example has already? */
static bool known(const struct session_example *e, const struct extraction *x)
{
	const struct extraction *old = e->reply;

	return old && strcmp(old->model, x->model) == 0 &&
	       strcmp(old->instruction, x->instruction) == 0 &&
	       strcmp(old->raw, x->raw) == 0 &&
	       old->constrained == x->constrained && old->g_used == x->g_used &&
	       old->image == x->image && old->n_found == x->n_found;
}

int session_reply(struct session *s, int number, const struct extraction *x,
		  enum gate_setting gate, struct err *err)
{
	const struct session_example *e = state_example(&s->state, number);
	struct json *body, *ids;
	int *id;

	if (!e || strcmp(x->text, e->ex.text) != 0)
		return err_set(err, ERR_USAGE,
			       "the answer does not belong to example %d",
			       number);
	if (known(e, x))
		return 0;
	id = xcalloc(x->n_found + 1, sizeof(*id));
	merge_ids(e, x, id);
	ids = json_new_array();
	for (size_t i = 0; i < x->n_found; i++)
		json_push_number(ids, id[i], 9);
	free(id);
	body = json_new_object();
	json_put_string(body, "gate", gate_name(gate));
	json_put(body, "ids", ids);
	json_put(body, "reply", extraction_json(x, true));
	return session_act(s, ACT_KIND_REPLY, number, body, err);
}

/* --- variants
 * ------------------------------------------------------------------ */

static struct json *gate_json_put(struct json *body,
				  const struct extract_request *r)
{
	if (r->gate == GATE_SET_HELD)
		json_put_number(body, "gate", (double)r->gate_value, 9);
	else
		json_put_string(body, "gate", gate_name(r->gate));
	return body;
}

/* The example that a request asks about; strings are borrowed. */
static struct example request_example(const struct session_example *parent,
				      const struct extract_request *r)
{
	struct example e = parent->ex;

	if (strcmp(r->text, e.text) != 0) {
		e.gold = (struct records){0}; /* of another text */
		e.has_gold = false;
	}
	e.task = r->task;
	e.own = r->own;
	e.labels = r->labels;
	e.text = r->text;
	e.instruction = r->instruction;
	e.image = r->image;
	e.boxes = r->image ? r->boxes : (struct regions){0};
	e.boxes_relative = r->boxes_relative;
	e.head = r->head;
	e.tail = r->tail;
	e.event = r->event;
	return e;
}

/* The variant whose act has this very body; 0: there is none. */
static int find_variant(const struct state *s, const struct session_example *p,
			const char *body)
{
	for (size_t i = 0; i < p->n_variants; i++) {
		const struct session_example *v =
		    state_example(s, p->variant[i]);

		if (strcmp(s->log[v->act[0]].body, body) == 0)
			return v->number;
	}
	return 0;
}

int session_variant(struct session *s, int number,
		    const struct extract_request *r, const char *change,
		    int *child, struct err *err)
{
	const struct session_example *p = state_example(&s->state, number);
	struct example e;
	struct json *body;
	char *text;

	if (p && p->parent)
		p = state_example(&s->state, p->parent);
	if (!p)
		return err_set(err, ERR_USAGE, "there is no example %d",
			       number);
	e = request_example(p, r);
	body = json_new_object();
	json_put_int(body, "parent", p->number);
	json_put_string(body, "change", change);
	gate_json_put(body, r);
	json_put(body, "example", example_json(&e));
	text = json_print(body);
	*child = find_variant(&s->state, p, text);
	free(text);
	if (*child) {
		json_free(body);
		return 0;
	}
	*child = (int)s->state.n_examples + 1;
	return session_act(s, ACT_KIND_VARIANT, *child, body, err);
}
