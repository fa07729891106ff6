/*
 * labelstudio-write -- tasks with annotations and predictions, and the
 * labelling configuration beside them.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/data/field.h"
#include "src/data/labelstudio.h"
#include "src/data/writer.h"

/* Labels by the control that offers them. */
struct controls {
	struct labels entity, event, box, object, shown, relation;
};

/* A list of results being written. */
struct list {
	struct writer *w;
	struct controls *c;
	const struct document *doc;
	struct json *results;
	bool sized; /* boxes can be written */
};

static void note(struct labels *l, const char *label)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->name[i], label) == 0)
			return;
	labels_add(l, label, strlen(label));
}

static void put_p(struct json *j, double p)
{
	if (!isnan(p))
		json_put_number(j, "score", p, 17);
}

static struct json *result(struct list *l, const char *id, const char *from,
			   const char *to, const char *type)
{
	struct json *j = json_new_object();

	json_put_string(j, "id", id);
	json_put_string(j, "from_name", from);
	json_put_string(j, "to_name", to);
	json_put_string(j, "type", type);
	json_push(l->results, j);
	return j;
}

static void put_labels(struct json *value, const char *key, const char *label)
{
	struct json *list = json_new_array();

	json_push_string(list, label);
	json_put(value, key, list);
}

static void put_span(struct list *l, const struct node *n)
{
	bool event = n->kind == NODE_EVENT;
	const char *label = n->kind == NODE_SPAN ? SPAN_LABEL : n->label;
	struct json *j =
	    result(l, n->id, event ? LS_EVENT : LS_ENTITY, "text", "labels");
	struct json *value = json_new_object();

	note(event ? &l->c->event : &l->c->entity, label);
	writer_put_place(value, "start", "end", l->doc, n->at);
	json_put_string(value, "text", n->text);
	put_labels(value, "labels", label);
	json_put(j, "value", value);
	put_p(j, n->p);
}

static void put_shown(struct list *l, const struct node *n)
{
	struct json *j = result(l, n->id, LS_SHOWN, "image", "choices");
	struct json *value = json_new_object();

	note(&l->c->shown, n->label);
	put_labels(value, "choices", n->label);
	json_put(j, "value", value);
	put_p(j, n->p);
}

/* Percent of the picture; false when its size is not known. */
static bool put_box(struct list *l, const char *id, const char *from,
		    const char *label, const struct box *b, bool all)
{
	const struct example *e = l->doc->e;
	int w = 1, h = 1;
	bool known = writer_size(e, &w, &h);
	double x = e->boxes_relative ? 100 : 100 / (double)w;
	double y = e->boxes_relative ? 100 : 100 / (double)h;
	struct json *j, *value;

	if (!known && !e->boxes_relative) {
		l->w->lost->n[LOSS_SIZE]++;
		return false;
	}
	j = result(l, id, from, "image", "rectanglelabels");
	if (known && !e->boxes_relative) {
		json_put_int(j, "original_width", w);
		json_put_int(j, "original_height", h);
		json_put_int(j, "image_rotation", 0);
	}
	value = json_new_object();
	json_put_number(value, "x", (double)b->x1 * x, 17);
	json_put_number(value, "y", (double)b->y1 * y, 17);
	json_put_number(value, "width", (double)b->x2 * x - (double)b->x1 * x,
			17);
	json_put_number(value, "height", (double)b->y2 * y - (double)b->y1 * y,
			17);
	json_put_int(value, "rotation", 0);
	put_labels(value, "rectanglelabels", label);
	json_put(j, "value", value);
	if (all) {
		struct json *meta = json_new_object();

		put_labels(meta, "text", "union");
		json_put(j, "meta", meta);
	}
	return true;
}

/* The role that a box has is its label. */
static const char *role_of(const struct graph *g, size_t box)
{
	for (size_t i = 0; i < g->n_links; i++)
		if (g->link[i].argument && g->link[i].to == box)
			return g->link[i].label;
	return "object";
}

/* An id for each node; those of regions are O1, O2, …. */
static void name_nodes(struct graph *g)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->node[i].kind == NODE_BOX && g->node[i].region) {
			free(g->node[i].id);
			g->node[i].id = xasprintf("O%d", g->node[i].region);
		}
	writer_name_all(g);
}

static void put_objects(struct list *l)
{
	const struct regions *r = &l->doc->e->boxes;

	for (int k = 1; k < r->n; k++) {
		char name[16];

		snprintf(name, sizeof(name), "O%d", k);
		note(&l->c->object, name);
		put_box(l, name, LS_OBJECT, name, &r->box[k], false);
	}
}

static void put_node(struct list *l, const struct graph *g, size_t i,
		     bool *there)
{
	const struct node *n = &g->node[i];

	*there = n->kind != NODE_LOST;
	if (n->kind == NODE_EVENT && !n->text) {
		put_shown(l, n);
	} else if (n->kind == NODE_BOX && n->region) {
		*there = n->region < l->doc->e->boxes.n && l->sized;
		l->w->lost->n[LOSS_BOX] += !*there;
	} else if (n->kind == NODE_BOX) {
		const char *role = role_of(g, i);

		*there = put_box(l, n->id, LS_BOX, role, &n->box,
				 n->boxed == BOXED_UNION);
		note(&l->c->box, role);
	} else if (*there) {
		put_span(l, n);
	}
}

static void put_link(struct list *l, const struct graph *g,
		     const struct link *k)
{
	struct json *j = json_new_object();

	note(&l->c->relation, k->label);
	json_put_string(j, "from_id", g->node[k->from].id);
	json_put_string(j, "to_id", g->node[k->to].id);
	json_put_string(j, "type", "relation");
	json_put_string(j, "direction", "right");
	put_labels(j, "labels", k->label);
	put_p(j, k->p);
	json_push(l->results, j);
}

static struct json *results(struct writer *w, struct controls *c,
			    const struct document *doc, struct graph *g)
{
	struct list l = {w, c, doc, json_new_array(), true};
	int across, down;
	bool *there = xcalloc(g->n, sizeof(*there));

	l.sized = doc->e->boxes_relative || writer_size(doc->e, &across, &down);
	name_nodes(g);
	put_objects(&l);
	for (size_t i = 0; i < g->n; i++)
		put_node(&l, g, i, &there[i]);
	for (size_t i = 0; i < g->n_links; i++)
		if (there[g->link[i].from] && there[g->link[i].to])
			put_link(&l, g, &g->link[i]);
	free(there);
	return l.results;
}

static double least_p(const struct output *o)
{
	double p = NAN;

	for (size_t i = 0; i < o->n; i++)
		if (!(o->result[i].p >= p))
			p = o->result[i].p;
	return p;
}

static struct json *prediction(struct writer *w, struct controls *c,
			       const struct document *doc,
			       const struct output *o)
{
	struct json *j = json_new_object();
	struct graph g = {0};

	graph_take_output(&g, doc->e, o, &doc->o, w->lost);
	if (o->model)
		json_put_string(j, "model_version", o->model);
	put_p(j, least_p(o));
	json_put(j, "result", results(w, c, doc, &g));
	graph_release(&g);
	return j;
}

/* The document's data: who reads it wants a number as the task's id. */
static void put_data(struct writer *w, struct json *j,
		     const struct document *doc)
{
	struct json *data = json_new_object();
	char *image = writer_image(w, doc->e);

	json_put_string(data, "id", doc->e->id);
	json_put_string(data, "text", doc->e->text);
	if (image)
		json_put_string(data, "image", image);
	field_put_rest(data, doc->e, "labelstudio data");
	json_put(j, "data", data);
	free(image);
}

static bool has_answer(const struct document *doc)
{
	for (size_t i = 0; i < doc->n; i++)
		if (doc->e[i].has_gold || doc->e[i].has_judged)
			return true;
	return false;
}

static void put_task(struct writer *w, struct controls *c, struct document *doc)
{
	struct json *j = json_new_object(), *annotations = json_new_array(),
		    *predictions = json_new_array();

	put_data(w, j, doc);
	if (has_answer(doc)) {
		struct json *a = json_new_object();

		json_put(a, "result", results(w, c, doc, &doc->g));
		json_push(annotations, a);
	}
	for (size_t i = 0; i < doc->n; i++)
		for (size_t k = 0; k < doc->e[i].outputs.n; k++)
			json_push(
			    predictions,
			    prediction(w, c, doc, &doc->e[i].outputs.at[k]));
	json_put(j, "annotations", annotations);
	json_put(j, "predictions", predictions);
	field_put_rest(j, doc->e, "labelstudio");
	writer_element(w, j);
}

static void put_xml_text(struct str *out, const char *s)
{
	for (; *s; s++)
		switch (*s) {
		case '&':
			str_add(out, "&amp;");
			break;
		case '<':
			str_add(out, "&lt;");
			break;
		case '"':
			str_add(out, "&quot;");
			break;
		default:
			str_addc(out, *s);
		}
}

static void put_control(struct str *out, const char *tag, const char *name,
			const char *to, const char *item,
			const struct labels *l)
{
	if (l->n == 0)
		return;
	str_addf(out, "  <%s", tag);
	if (name)
		str_addf(out, " name=\"%s\" toName=\"%s\"", name, to);
	str_add(out, ">\n");
	for (size_t i = 0; i < l->n; i++) {
		str_addf(out, "    <%s value=\"", item);
		put_xml_text(out, l->name[i]);
		str_add(out, "\"/>\n");
	}
	str_addf(out, "  </%s>\n", tag);
}

static void put_config(struct str *out, const struct controls *c)
{
	bool picture = c->box.n || c->object.n || c->shown.n;

	str_add(out, "<View>\n  <Text name=\"text\" value=\"$text\"/>\n");
	if (picture)
		str_add(out, "  <Image name=\"image\" value=\"$image\"/>\n");
	put_control(out, "Labels", LS_ENTITY, "text", "Label", &c->entity);
	put_control(out, "Labels", LS_EVENT, "text", "Label", &c->event);
	put_control(out, "RectangleLabels", LS_BOX, "image", "Label", &c->box);
	put_control(out, "RectangleLabels", LS_OBJECT, "image", "Label",
		    &c->object);
	put_control(out, "Choices", LS_SHOWN, "image", "Choice", &c->shown);
	put_control(out, "Relations", NULL, NULL, "Relation", &c->relation);
	str_add(out, "</View>\n");
}

int write_labelstudio(struct writer *w)
{
	struct controls c = {0};
	struct document doc = {0};

	while (writer_next(w, &doc))
		put_task(w, &c, &doc);
	writer_end_array(w);
	put_config(writer_side(w, ".xml"), &c);
	labels_release(&c.entity);
	labels_release(&c.event);
	labels_release(&c.box);
	labels_release(&c.object);
	labels_release(&c.shown);
	labels_release(&c.relation);
	return 0;
}
