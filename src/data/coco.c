/*
 * coco -- boxes of arguments as COCO annotations.
 *
 * {"images":[{"id","file_name","width","height"}],"annotations":[{"id",
 * "image_id","category_id","bbox":[x,y,w,h],"attributes":{"event",
 * "event_id","trigger"}}],"categories":[{"id","name"}]}.  A box without an
 * event is one of the picture's objects O1, O2, …, its category a remark.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/data/field.h"
#include "src/data/graph.h"
#include "src/data/writer.h"

static const struct json *by_id(const struct json *list, const char *id)
{
	for (const struct json *j = json_first(list); j; j = json_next(j)) {
		const struct json *v = json_get(j, "id");
		char number[32];

		snprintf(number, sizeof(number), "%.17g", json_number(v));
		if (v && strcmp(json_is_string(v) ? json_string(v) : number,
				id) == 0)
			return j;
	}
	return NULL;
}

/* "bbox":[x,y,w,h] */
static int get_box(struct reader *r, const struct json *j, struct box *out)
{
	const struct json *m = json_first(json_get(j, "bbox"));
	double v[4] = {0};
	int n = 0;

	for (; json_is_number(m) && n < 4; m = json_next(m))
		v[n++] = json_number(m);
	if (n < 4 || m)
		return reader_fail(r, "\"bbox\" is not [x,y,width,height]");
	v[2] += v[0];
	v[3] += v[1];
	return field_corners(r, v, out);
}

/* One of the picture's objects. */
static int take_object(struct reader *r, struct example *e,
		       const struct box *box, const char *category)
{
	char name[16];

	if (e->boxes.n == 0)
		e->boxes.n = 1;
	if (e->boxes.n > REGIONS_MAX)
		return reader_fail(r, "more than %d objects in one picture",
				   REGIONS_MAX);
	snprintf(name, sizeof(name), "O%d", e->boxes.n);
	e->boxes.box[e->boxes.n++] = *box;
	remarks_add(&e->remarks, NULL, "category", name, category);
	return 0;
}

/* The event that a box is an argument of; boxes may share one. */
static size_t take_event(struct graph *g, const char *event, const char *id)
{
	struct node *n;
	size_t i;

	for (i = 0; i < g->n; i++)
		if (g->node[i].kind == NODE_EVENT &&
		    strcmp(g->node[i].label, event) == 0 &&
		    strcmp(g->node[i].id, id) == 0)
			return i;
	n = graph_add(g, NODE_EVENT);
	n->label = xstrdup(event);
	n->id = xstrdup(id);
	return i;
}

static int take_box(struct reader *r, const struct json *j,
		    const struct json *categories, struct example *e,
		    struct graph *g)
{
	const struct json *more = json_get(j, "attributes"), *kind;
	char *category = NULL, *event = NULL, *id = NULL, *label = NULL;
	struct box box;
	size_t from, to;
	int rc = field_name(r, j, "category_id", &category);

	kind = category ? by_id(categories, category) : NULL;
	if (rc == 0 && !kind)
		rc = reader_fail(r, "no category %s", category);
	if (rc == 0)
		rc = field_label(r, kind, "name", &label);
	if (rc == 0)
		rc = get_box(r, j, &box);
	if (rc == 0)
		rc = field_name(r, more, "event", &event);
	if (rc == 0)
		rc = field_name(r, more, "event_id", &id);
	if (rc == 0 && !event) {
		rc = take_object(r, e, &box, label);
	} else if (rc == 0) {
		from = take_event(g, event, id ? id : "E1");
		to = g->n;
		*graph_add(g, NODE_BOX) = (struct node){
		    .kind = NODE_BOX,
		    .boxed = json_true(json_get(more, "union")) ? BOXED_UNION
								: BOXED_ONE,
		    .box = box};
		graph_link(g, true, from, to)->label = label;
		label = NULL;
	}
	free(category);
	free(event);
	free(id);
	free(label);
	return rc;
}

static int get_image(struct reader *r, const struct json *j, struct example *e)
{
	char *name = NULL;
	int64_t w, h;
	int rc = field_label(r, j, "file_name", &name);

	if (rc == 0 && json_get(j, "width")) {
		rc = field_whole(r, j, "width", 1, IMAGE_DIMENSION_MAX, &w);
		if (rc == 0)
			rc = field_whole(r, j, "height", 1, IMAGE_DIMENSION_MAX,
					 &h);
		if (rc == 0) {
			e->width = (int)w;
			e->height = (int)h;
		}
	}
	if (rc == 0)
		example_set_image(e, r->image_dir, name);
	free(name);
	return rc;
}

/* What an annotation says of its picture's id is compared as a string. */
static int take_image(struct reader *r, const struct json *j,
		      const struct json *annotations,
		      const struct json *categories)
{
	struct example *e = reader_add(r);
	struct graph g = {0};
	int rc = field_name(r, j, "id", &e->id);

	e->text = xstrdup("");
	if (rc == 0 && !e->id)
		rc = reader_fail(r, "\"id\" is missing");
	if (rc == 0)
		rc = get_image(r, j, e);
	r->part_n = 0;
	for (const struct json *a = json_first(annotations); a && rc == 0;
	     a = json_next(a)) {
		char *id;

		r->part = "annotation";
		r->part_n++;
		rc = field_name(r, a, "image_id", &id);
		if (rc == 0 && id && strcmp(id, e->id) == 0)
			rc = take_box(r, a, categories, e, &g);
		free(id);
	}
	r->part = NULL;
	if (rc == 0)
		graph_give(r, &g);
	graph_release(&g);
	return rc;
}

int read_coco(struct reader *r)
{
	struct json *all = reader_json(r);
	const struct json *images, *annotations, *categories;
	int rc = all ? 0 : -(int)r->err->code;

	if (rc == 0 &&
	    (field_list(r, all, "images", true, &images) < 0 ||
	     field_list(r, all, "annotations", true, &annotations) < 0 ||
	     field_list(r, all, "categories", true, &categories) < 0))
		rc = -ERR_DATA;
	for (const struct json *j = rc == 0 ? json_first(images) : NULL;
	     j && rc == 0; j = json_next(j)) {
		r->item++;
		rc = take_image(r, j, annotations, categories);
	}
	json_free(all);
	return rc;
}

/* The file being written. */
struct coco {
	struct writer *w;
	struct json *images, *annotations;
	struct labels categories;
};

static void put_box(struct coco *c, const struct document *doc, size_t image,
		    const char *category, const struct box *from,
		    struct json *attributes)
{
	size_t kind = 0;
	struct json *j, *box;
	struct box b;

	if (!writer_pixels(doc->e, from, &b)) {
		c->w->lost->n[LOSS_SIZE]++;
		json_free(attributes);
		return;
	}
	while (kind < c->categories.n &&
	       strcmp(c->categories.name[kind], category) != 0)
		kind++;
	if (kind == c->categories.n)
		labels_add(&c->categories, category, strlen(category));
	j = json_new_object();
	box = json_new_array();
	json_push_number(box, (double)b.x1, 17);
	json_push_number(box, (double)b.y1, 17);
	json_push_number(box, (double)b.x2 - (double)b.x1, 17);
	json_push_number(box, (double)b.y2 - (double)b.y1, 17);
	json_put_int(j, "id", (int64_t)json_len(c->annotations) + 1);
	json_put_int(j, "image_id", (int64_t)image);
	json_put_int(j, "category_id", (int64_t)kind + 1);
	json_put(j, "bbox", box);
	json_put_number(
	    j, "area",
	    ((double)b.x2 - (double)b.x1) * ((double)b.y2 - (double)b.y1), 17);
	json_put_int(j, "iscrowd", 0);
	json_put(j, "attributes", attributes);
	json_push(c->annotations, j);
}

static void put_argument(struct coco *c, const struct document *doc,
			 size_t image, const struct link *l)
{
	const struct node *event = &doc->g.node[l->from];
	const struct node *box = &doc->g.node[l->to];
	struct json *more = json_new_object();

	json_put_string(more, "event", event->label);
	json_put_string(more, "event_id", event->id);
	if (event->text)
		json_put_string(more, "trigger", event->text);
	if (box->boxed == BOXED_UNION)
		json_put_bool(more, "union", true);
	put_box(c, doc, image, l->label, &box->box, more);
}

/* An event is only there in its boxes. */
static bool has_box(const struct graph *g, size_t event)
{
	for (size_t i = 0; i < g->n_links; i++)
		if (g->link[i].from == event && g->node[g->link[i].to].boxed)
			return true;
	return false;
}

static void put_image(struct coco *c, struct document *doc)
{
	size_t image = json_len(c->images) + 1;
	char *name = writer_image(c->w, doc->e);
	struct json *j = json_new_object();
	int w, h;

	writer_name_all(&doc->g);
	json_put_int(j, "id", (int64_t)image);
	json_put_string(j, "file_name", name);
	if (writer_size(doc->e, &w, &h)) {
		json_put_int(j, "width", w);
		json_put_int(j, "height", h);
	}
	json_push(c->images, j);
	for (size_t i = 0; i < doc->g.n; i++)
		c->w->lost->n[LOSS_TRIGGER] +=
		    doc->g.node[i].kind == NODE_EVENT && !has_box(&doc->g, i);
	for (size_t i = 0; i < doc->g.n_links; i++)
		if (doc->g.node[doc->g.link[i].to].boxed)
			put_argument(c, doc, image, &doc->g.link[i]);
	for (int k = 1; k < doc->e->boxes.n; k++) {
		char object[16];
		const char *kind;

		snprintf(object, sizeof(object), "O%d", k);
		kind = remarks_get(&doc->e->remarks, "category", object);
		put_box(c, doc, image, kind && *kind ? kind : "object",
			&doc->e->boxes.box[k], json_new_object());
	}
	free(name);
}

int write_coco(struct writer *w)
{
	struct coco c = {.w = w,
			 .images = json_new_array(),
			 .annotations = json_new_array()};
	struct json *all = json_new_object(), *kinds = json_new_array();
	struct document doc = {0};

	while (writer_next(w, &doc))
		put_image(&c, &doc);
	for (size_t i = 0; i < c.categories.n; i++) {
		struct json *j = json_new_object();

		json_put_int(j, "id", (int64_t)i + 1);
		json_put_string(j, "name", c.categories.name[i]);
		json_push(kinds, j);
	}
	json_put(all, "images", c.images);
	json_put(all, "annotations", c.annotations);
	json_put(all, "categories", kinds);
	writer_line(w, all);
	labels_release(&c.categories);
	return 0;
}
