#include "src/task/relabel.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/rng.h"

static void copy_labels(struct labels *to, const struct labels *from)
{
	*to = (struct labels){0};
	for (size_t i = 0; i < from->n; i++)
		labels_add(to, from->name[i], strlen(from->name[i]));
}

void relabel_release(struct relabel *r)
{
	labels_release(&r->from);
	labels_release(&r->to);
	*r = (struct relabel){0};
}

void relabel_copy(struct relabel *to, const struct relabel *from)
{
	*to = *from;
	copy_labels(&to->from, &from->from);
	copy_labels(&to->to, &from->to);
}

bool relabel_any(const struct relabel *r)
{
	return r->shuffle || r->from.n > 0;
}

static const char *translate(const struct labels *from, const struct labels *to,
			     const char *word)
{
	int i = labels_find(from, word, strlen(word));

	return i < 0 ? word : to->name[i];
}

const char *relabel_say(const struct relabel *r, const char *label)
{
	return translate(&r->from, &r->to, label);
}

const char *relabel_mean(const struct relabel *r, const char *word)
{
	return translate(&r->to, &r->from, word);
}

/* order[i]: which label stands at place i (Fisher and Yates). */
static size_t *order_of(const struct relabel *r, size_t n, uint32_t site)
{
	struct rng_key key = {.seed = r->seed, .site = site};
	size_t *order = xcalloc(n + 1, sizeof(*order));

	for (size_t i = 0; i < n; i++)
		order[i] = i;
	for (size_t i = n; r->shuffle && i > 1; i--) {
		size_t k = rng_below(&key, i, (uint32_t)i), kept = order[k];

		order[k] = order[i - 1];
		order[i - 1] = kept;
	}
	return order;
}

static void change(const struct relabel *r, const struct labels *in,
		   const size_t *order, struct labels *out)
{
	for (size_t i = 0; i < in->n; i++) {
		const char *name = in->name[order[i]];
		const char *word = relabel_say(r, name);

		if (labels_find(in, word, strlen(word)) >= 0)
			word = name;
		labels_add(out, word, strlen(word));
	}
}

static void change_list(const struct relabel *r, const struct labels *in,
			uint32_t site, struct labels *out)
{
	size_t *order = order_of(r, in->n, site);

	change(r, in, order, out);
	free(order);
}

void relabel_schema(const struct relabel *r, const struct schema *s,
		    struct schema *out)
{
	enum { ENTITIES, RELATIONS, EVENTS, ROLES, EVENT };
	size_t *order = order_of(r, s->events.n, EVENTS);

	*out = (struct schema){0};
	change_list(r, &s->entities, ENTITIES, &out->entities);
	change_list(r, &s->relations, RELATIONS, &out->relations);
	change_list(r, &s->roles, ROLES, &out->roles);
	change(r, &s->events, order, &out->events);
	out->event_roles = xcalloc(s->events.n + 1, sizeof(*out->event_roles));
	for (size_t i = 0; i < s->events.n; i++)
		change_list(r, &s->event_roles[order[i]],
			    EVENT + (uint32_t)order[i], &out->event_roles[i]);
	free(order);
}
