/*
 * umie-write -- elements of the array that UMIE's code reads.
 *
 * "spot" and "asoc" list the labels and roles, "record" is the answer that
 * UMIE trains on; all of it follows from "spot_asoc".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/data/reader.h"
#include "src/data/writer.h"

#define OPEN "<extra_id_0>"
#define CLOSE "<extra_id_1>"
#define COLON "<extra_id_5>"

/* One example being written. */
struct element {
	const struct document *doc;
	struct json *spots;
	struct labels labels, roles;
	struct str record;
};

static void note(struct labels *l, const char *label)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->name[i], label) == 0)
			return;
	labels_add(l, label, strlen(label));
}

static void add_spot(struct element *e, const char *span, const char *label,
		     struct json *asoc)
{
	struct json *j = json_new_object();

	note(&e->labels, label);
	json_put_string(j, "span", span);
	json_put_string(j, "label", label);
	json_put(j, "asoc", asoc);
	json_push(e->spots, j);
}

static void add_asoc(struct element *e, struct json *asoc, const char *role,
		     const char *text)
{
	struct json *pair = json_new_array();

	note(&e->roles, role);
	json_push_string(pair, role);
	json_push_string(pair, text);
	json_push(asoc, pair);
	str_addf(&e->record, " " OPEN " %s " COLON " %s " CLOSE, role, text);
}

/* Spans lose white space at their edges, which only places can have. */
static void trim_all(const struct graph *g)
{
	for (size_t i = 0; i < g->n; i++) {
		char *text = g->node[i].text;
		struct span s = span_trim(span_of(text ? text : ""));

		if (!text)
			continue;
		memmove(text, s.s, s.len);
		text[s.len] = '\0';
	}
}

static void put_relation(struct element *e, const struct link *l)
{
	const char *head = e->doc->g.node[l->from].text;
	const char *tail = e->doc->g.node[l->to].text;
	struct json *asoc = json_new_array();

	str_addf(&e->record, " " OPEN " %s", head);
	add_asoc(e, asoc, l->label, tail);
	str_add(&e->record, " " CLOSE);
	add_spot(e, head, "none", asoc);
	add_spot(e, tail, "none", json_new_array());
}

static void put_node(struct element *e, size_t i)
{
	const struct graph *g = &e->doc->g;
	const struct node *n = &g->node[i];
	struct json *asoc = json_new_array();

	str_addf(&e->record, " " OPEN " %s", n->label);
	if (n->text)
		str_addf(&e->record, " " COLON " %s", n->text);
	for (size_t k = 0; k < g->n_links; k++) {
		const struct node *to = &g->node[g->link[k].to];
		char region[16];

		if (!g->link[k].argument || g->link[k].from != i)
			continue;
		snprintf(region, sizeof(region), "O%d", to->region);
		add_asoc(e, asoc, g->link[k].label,
			 to->kind == NODE_BOX ? region : to->text);
	}
	str_add(&e->record, " " CLOSE);
	add_spot(e, n->text ? n->text : "", n->label, asoc);
}

static struct json *list(const struct labels *l)
{
	struct json *j = json_new_array();

	for (size_t i = 0; i < l->n; i++)
		json_push_string(j, l->name[i]);
	return j;
}

static void put(struct json *j, const char *key, const char *s)
{
	if (s)
		json_put_string(j, key, s);
}

static void put_boxes(struct json *j, const struct example *e)
{
	for (int k = 1; k < e->boxes.n; k++) {
		char name[16];

		snprintf(name, sizeof(name), "O%d", k);
		json_put(j, name, box_to_json(&e->boxes.box[k]));
	}
	if (e->boxes.n > 1 && e->boxes_relative)
		json_put_string(j, "unit", "relative");
}

static void put_element(struct writer *w, const struct document *doc)
{
	struct element e = {.doc = doc, .spots = json_new_array()};
	struct json *j = json_new_object();
	char *image = writer_image(w, doc->e);

	trim_all(&doc->g);
	str_add(&e.record, OPEN);
	for (size_t i = 0; i < doc->g.n; i++)
		if (doc->g.node[i].kind <= NODE_EVENT)
			put_node(&e, i);
	for (size_t i = 0; i < doc->g.n_links; i++)
		if (!doc->g.link[i].argument)
			put_relation(&e, &doc->g.link[i]);
	str_add(&e.record, " " CLOSE);
	put(j, "image_id", image);
	put(j, "text", doc->e->text);
	put(j, "task", task_name(doc->e->task));
	put(j, "h", doc->e->head);
	put(j, "t", doc->e->tail);
	put(j, "event", doc->e->event);
	put(j, "record", e.record.s);
	json_put(j, "spot", list(&e.labels));
	json_put(j, "asoc", list(&e.roles));
	json_put(j, "spot_asoc", e.spots);
	put_boxes(j, doc->e);
	writer_element(w, j);
	labels_release(&e.labels);
	labels_release(&e.roles);
	str_release(&e.record);
	free(image);
}

int write_umie(struct writer *w)
{
	struct document doc = {0};

	w->by_example = true;
	while (writer_next(w, &doc))
		put_element(w, &doc);
	writer_end_array(w);
	return 0;
}
