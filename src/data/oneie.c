/*
 * oneie -- OneIE's JSON lines of ACE 2005: tokens, entity mentions, relation
 * mentions, event mentions; offsets in tokens, the end exclusive.
 *
 * What a mention says of itself besides (mention_type, subtypes) is a remark
 * about it.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/data/field.h"
#include "src/data/writer.h"

static int get_mention(struct reader *r, const struct json *j,
		       struct reading *l, struct node *n)
{
	const char *text;

	if (field_words(r, j, "start", "end", &l->words, &n->at) < 0 ||
	    field_maybe(r, j, "text", &text) < 0)
		return -ERR_DATA;
	return field_stands(r, &l->o, text, n);
}

/* Members that are strings and not `known` are remarks about `of`. */
static void keep_remarks(struct reading *l, const struct json *j,
			 const char *of, const char *const *known)
{
	for (const struct json *m = json_first(j); m; m = json_next(m)) {
		size_t k = 0;

		while (known[k] && strcmp(known[k], json_key(m)) != 0)
			k++;
		if (!known[k] && json_is_string(m) && of)
			remarks_add(&l->e->remarks, NULL, json_key(m), of,
				    json_string(m));
	}
}

static int take_entity(struct reader *r, const struct json *j,
		       struct reading *l)
{
	static const char *const known[] = {"id",    "text", "entity_type",
					    "start", "end",  NULL};
	struct node *n = graph_add(&l->g, NODE_ENTITY);

	if (field_name(r, j, "id", &n->id) < 0 ||
	    field_label(r, j, "entity_type", &n->label) < 0 ||
	    get_mention(r, j, l, n) < 0)
		return -ERR_DATA;
	if (strcmp(n->label, SPAN_LABEL) == 0)
		n->kind = NODE_SPAN;
	keep_remarks(l, j, n->id, known);
	return 0;
}

/* The entity that an argument names. */
static int find_entity(struct reader *r, const struct json *j,
		       const struct reading *l, size_t *out)
{
	char *id;
	int rc = field_name(r, j, "entity_id", &id);

	if (rc == 0 && (!id || !graph_find(&l->g, id, out)))
		rc = reader_fail(r, "\"entity_id\" %s is no entity of the line",
				 id ? id : "(none)");
	free(id);
	return rc;
}

static int take_relation(struct reader *r, const struct json *j,
			 struct reading *l)
{
	static const char *const known[] = {"id", "relation_type", "arguments",
					    NULL};
	const struct json *list, *a;
	size_t head, tail;
	struct link *k;

	if (field_list(r, j, "arguments", true, &list) < 0)
		return -ERR_DATA;
	if (json_len(list) != 2)
		return reader_fail(r, "two \"arguments\" expected, found %zu",
				   json_len(list));
	a = json_first(list);
	if (find_entity(r, a, l, &head) < 0 ||
	    find_entity(r, json_next(a), l, &tail) < 0)
		return -ERR_DATA;
	k = graph_link(&l->g, false, head, tail);
	if (field_name(r, j, "id", &k->id) < 0 ||
	    field_label(r, j, "relation_type", &k->label) < 0)
		return -ERR_DATA;
	keep_remarks(l, j, k->id, known);
	return 0;
}

static int take_event(struct reader *r, const struct json *j, struct reading *l)
{
	static const char *const known[] = {"id", "event_type", "trigger",
					    "arguments", NULL};
	struct node *n = graph_add(&l->g, NODE_EVENT);

	if (field_name(r, j, "id", &n->id) < 0 ||
	    field_label(r, j, "event_type", &n->label) < 0 ||
	    get_mention(r, json_get(j, "trigger"), l, n) < 0)
		return -ERR_DATA;
	keep_remarks(l, j, n->id, known);
	return 0;
}

/* Once every event is there, since one may be an argument of another. */
static int take_arguments(struct reader *r, const struct json *j,
			  struct reading *l)
{
	const struct json *list;
	size_t event = l->events + r->part_n - 1, to;
	int rc = field_list(r, j, "arguments", false, &list);

	if (rc < 0)
		return rc;
	for (const struct json *a = json_first(list); a; a = json_next(a)) {
		struct link *k;

		if (find_entity(r, a, l, &to) < 0)
			return -ERR_DATA;
		k = graph_link(&l->g, true, event, to);
		if (field_label(r, a, "role", &k->label) < 0)
			return -ERR_DATA;
	}
	return 0;
}

static int get_line(struct reader *r, const struct json *j, struct reading *l)
{
	const struct json *list;
	struct str text = {0};
	int rc = field_name(r, j, "sent_id", &l->e->id);

	if (rc == 0 && !l->e->id)
		l->e->id = xasprintf("%zu", r->line);
	if (rc == 0)
		rc = field_list(r, j, "tokens", true, &list);
	if (rc == 0)
		rc = field_tokens(r, list, &l->words, &text);
	if (rc == 0)
		rc = reader_set_text(r, l->e, str_cstr(&text));
	if (rc == 0)
		offsets_make(&l->o, l->e->text, OFFSET_CP);
	str_release(&text);
	if (rc < 0 || reading_list(r, j, "entity_mentions", false,
				   "entity_mentions", l, take_entity) < 0)
		return -ERR_DATA;
	l->events = l->g.n;
	if (reading_list(r, j, "event_mentions", false, "event_mentions", l,
			 take_event) < 0 ||
	    reading_list(r, j, "relation_mentions", false, "relation_mentions",
			 l, take_relation) < 0)
		return -ERR_DATA;
	return reading_list(r, j, "event_mentions", false, "event_mentions", l,
			    take_arguments);
}

static int take(struct reader *r, const struct json *j)
{
	static const char *const known[] = {
	    "sent_id",           "tokens",         "entity_mentions",
	    "relation_mentions", "event_mentions", NULL};
	struct reading l = {.e = reader_add(r)};
	int rc = get_line(r, j, &l);

	if (rc == 0) {
		field_keep_rest(l.e, j, "oneie", known);
		graph_give(r, &l.g);
	}
	reading_release(&l);
	return rc;
}

int read_oneie(struct reader *r)
{
	return reader_objects(r, take);
}

static void put_mention(struct json *j, const struct words *words,
			const struct node *n)
{
	size_t from = 0, to = 0;

	words_cover(words, n->at, &from, &to);
	writer_put_text(j, n);
	json_put_int(j, "start", (int64_t)from);
	json_put_int(j, "end", (int64_t)to);
}

static void put_remarks(struct json *j, const struct document *doc,
			const char *of)
{
	const struct remarks *m = &doc->e->remarks;

	for (size_t i = 0; i < m->n; i++)
		if (m->at[i].of && strcmp(m->at[i].of, of) == 0 &&
		    !json_get(j, m->at[i].name))
			json_put_string(j, m->at[i].name,
					m->at[i].value ? m->at[i].value : "");
}

/* Every span, since arguments have to be entities. */
static struct json *entities(const struct document *doc,
			     const struct words *words)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < doc->g.n; i++) {
		const struct node *n = &doc->g.node[i];
		struct json *j;

		if (n->kind != NODE_ENTITY && n->kind != NODE_SPAN)
			continue;
		j = json_new_object();
		json_put_string(j, "id", n->id);
		json_put_string(j, "entity_type",
				n->kind == NODE_SPAN ? SPAN_LABEL : n->label);
		put_mention(j, words, n);
		put_remarks(j, doc, n->id);
		json_push(list, j);
	}
	return list;
}

static struct json *argument(const struct node *n, const char *role)
{
	struct json *j = json_new_object();

	json_put_string(j, "entity_id", n->id);
	writer_put_text(j, n);
	json_put_string(j, "role", role);
	return j;
}

static struct json *relations(const struct document *doc)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < doc->g.n_links; i++) {
		const struct link *l = &doc->g.link[i];
		struct json *j, *pair;

		if (l->argument)
			continue;
		j = json_new_object();
		pair = json_new_array();
		json_put_string(j, "id", l->id);
		json_put_string(j, "relation_type", l->label);
		json_push(pair, argument(&doc->g.node[l->from], "Arg-1"));
		json_push(pair, argument(&doc->g.node[l->to], "Arg-2"));
		json_put(j, "arguments", pair);
		put_remarks(j, doc, l->id);
		json_push(list, j);
	}
	return list;
}

static struct json *events(const struct document *doc,
			   const struct words *words)
{
	const struct graph *g = &doc->g;
	struct json *list = json_new_array();

	for (size_t i = 0; i < g->n; i++) {
		struct json *j, *trigger, *arguments;

		if (g->node[i].kind != NODE_EVENT)
			continue;
		j = json_new_object();
		trigger = json_new_object();
		arguments = json_new_array();
		json_put_string(j, "id", g->node[i].id);
		json_put_string(j, "event_type", g->node[i].label);
		put_mention(trigger, words, &g->node[i]);
		json_put(j, "trigger", trigger);
		for (size_t k = 0; k < g->n_links; k++)
			if (g->link[k].argument && g->link[k].from == i)
				json_push(arguments,
					  argument(&g->node[g->link[k].to],
						   g->link[k].label));
		json_put(j, "arguments", arguments);
		put_remarks(j, doc, g->node[i].id);
		json_push(list, j);
	}
	return list;
}

static void put_line(struct writer *w, struct document *doc)
{
	struct json *j = json_new_object();
	struct words words = {0};

	writer_name_all(&doc->g);
	json_put_string(j, "sent_id", doc->e->id);
	json_put(j, "tokens", writer_words(w, doc, &words));
	json_put(j, "entity_mentions", entities(doc, &words));
	json_put(j, "relation_mentions", relations(doc));
	json_put(j, "event_mentions", events(doc, &words));
	field_put_rest(j, doc->e, "oneie");
	writer_line(w, j);
	words_release(&words);
}

int write_oneie(struct writer *w)
{
	struct document doc = {0};

	while (writer_next(w, &doc))
		put_line(w, &doc);
	return 0;
}
