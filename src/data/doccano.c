/*
 * doccano -- JSON lines with entities and relations by character offsets.
 *
 * {"id","text","entities":[{"id","label","start_offset","end_offset"}],
 * "relations":[{"id","from_id","to_id","type"}]}; also the form without
 * relations, "label":[[start,end,"label"]].
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/data/field.h"
#include "src/data/writer.h"

static int take_entity(struct reader *r, const struct json *j,
		       struct reading *l)
{
	struct node *n;
	bool bare;

	if (field_object(r, j) < 0)
		return -ERR_DATA;
	n = graph_add(&l->g, NODE_ENTITY);
	if (field_name(r, j, "id", &n->id) < 0 ||
	    field_label(r, j, "label", &n->label) < 0 ||
	    field_place(r, j, "start_offset", "end_offset", &l->o, &n->at) < 0)
		return -ERR_DATA;
	n->text = offsets_copy(&l->o, n->at);
	bare = strcmp(n->label, SPAN_LABEL) == 0;
	if (bare)
		n->kind = NODE_SPAN;
	return 0;
}

/* [start, end, "label"] */
static int take_triple(struct reader *r, const struct json *j,
		       struct reading *l)
{
	static const char *const key[] = {"start_offset", "end_offset",
					  "label"};
	struct json *object = json_new_object();
	const struct json *m = json_first(j);
	int rc = 0;

	if (!json_is_array(j) || json_len(j) != 3)
		rc = reader_fail(r, "[start, end, \"label\"] expected");
	for (int k = 0; rc == 0 && k < 3; k++, m = json_next(m))
		json_put(object, key[k], json_copy(m));
	if (rc == 0)
		rc = take_entity(r, object, l);
	json_free(object);
	return rc;
}

static int find_node(struct reader *r, const struct json *j, const char *key,
		     const struct reading *l, size_t *out)
{
	char *id;
	int rc = field_name(r, j, key, &id);

	if (rc == 0 && (!id || !graph_find(&l->g, id, out)))
		rc = reader_fail(r, "\"%s\" %s is no entity of the line", key,
				 id ? id : "(none)");
	free(id);
	return rc;
}

static int take_relation(struct reader *r, const struct json *j,
			 struct reading *l)
{
	size_t from, to;
	struct link *k;

	if (find_node(r, j, "from_id", l, &from) < 0 ||
	    find_node(r, j, "to_id", l, &to) < 0)
		return -ERR_DATA;
	k = graph_link(&l->g, false, from, to);
	return field_name(r, j, "id", &k->id) < 0
		   ? -ERR_DATA
		   : field_label(r, j, "type", &k->label);
}

static int get_line(struct reader *r, const struct json *j, struct reading *l)
{
	const char *text;

	if (field_name(r, j, "id", &l->e->id) < 0 ||
	    field_string(r, j, json_get(j, "data") ? "data" : "text", &text) <
		0 ||
	    reader_set_text(r, l->e, text) < 0)
		return -ERR_DATA;
	if (!l->e->id)
		l->e->id = xasprintf("%zu", r->line);
	offsets_make(&l->o, l->e->text, r->o->unit);
	if (reading_list(r, j, "label", false, "label", l, take_triple) < 0 ||
	    reading_list(r, j, "labels", false, "labels", l, take_triple) < 0 ||
	    reading_list(r, j, "entities", false, "entities", l, take_entity) <
		0)
		return -ERR_DATA;
	return reading_list(r, j, "relations", false, "relations", l,
			    take_relation);
}

static int take(struct reader *r, const struct json *j)
{
	static const char *const known[] = {"id",        "text",   "data",
					    "label",     "labels", "entities",
					    "relations", NULL};
	struct reading l = {.e = reader_add(r)};
	int rc = get_line(r, j, &l);

	if (rc == 0) {
		field_keep_rest(l.e, j, "doccano", known);
		graph_give(r, &l.g);
	}
	reading_release(&l);
	return rc;
}

int read_doccano(struct reader *r)
{
	return reader_objects(r, take);
}

/* doccano wants numbers: those that the file had, or new ones. */
static void put_number(struct json *j, const char *key, const char *id)
{
	size_t n = strlen(id);

	if (n < 16 && strspn(id, "0123456789") == n && (id[0] != '0' || n == 1))
		json_put_int(j, key, strtoll(id, NULL, 10));
	else
		json_put_string(j, key, id);
}

static bool is_number(const char *id)
{
	return id && strspn(id, "0123456789") == strlen(id);
}

static void number_all(struct graph *g)
{
	size_t count = 0;

	for (size_t i = 0; i < g->n; i++)
		if (!is_number(g->node[i].id)) {
			free(g->node[i].id);
			g->node[i].id = NULL;
			g->node[i].id = writer_new_name(g, "", &count);
		}
	for (size_t i = 0; i < g->n_links; i++)
		if (!is_number(g->link[i].id)) {
			free(g->link[i].id);
			g->link[i].id = NULL;
			g->link[i].id = writer_new_name(g, "", &count);
		}
}

static struct json *entities(const struct document *doc)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < doc->g.n; i++) {
		const struct node *n = &doc->g.node[i];
		struct json *j;

		if (n->kind != NODE_ENTITY && n->kind != NODE_SPAN)
			continue;
		j = json_new_object();
		put_number(j, "id", n->id);
		json_put_string(j, "label",
				n->kind == NODE_SPAN ? SPAN_LABEL : n->label);
		writer_put_place(j, "start_offset", "end_offset", doc, n->at);
		json_push(list, j);
	}
	return list;
}

static struct json *relations(const struct document *doc)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < doc->g.n_links; i++) {
		const struct link *l = &doc->g.link[i];
		struct json *j = json_new_object();

		put_number(j, "id", l->id);
		put_number(j, "from_id", doc->g.node[l->from].id);
		put_number(j, "to_id", doc->g.node[l->to].id);
		json_put_string(j, "type", l->label);
		json_push(list, j);
	}
	return list;
}

int write_doccano(struct writer *w)
{
	struct document doc = {0};

	while (writer_next(w, &doc)) {
		struct json *j = json_new_object();

		number_all(&doc.g);
		put_number(j, "id", doc.e->id);
		json_put_string(j, "text", doc.e->text);
		json_put(j, "entities", entities(&doc));
		json_put(j, "relations", relations(&doc));
		field_put_rest(j, doc.e, "doccano");
		writer_line(w, j);
	}
	return 0;
}
