/*
 * labelstudio -- Label Studio's JSON: a task for each document, results of
 * annotations and predictions, boxes in percent of the picture.
 *
 * The names of the controls say what a result is (labelstudio.h); a relation
 * from a result of "event" is an argument.
 */
#include "src/data/labelstudio.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/data/field.h"
#include "src/data/graph.h"

struct list {
	struct example *e;
	const struct offsets *o;
	struct graph g;
	size_t n_boxes;
};

/* The first of "labels":[…] in `value`; several are several results. */
static const struct json *first_label(const struct json *value, const char *key)
{
	const struct json *labels = json_get(value, key);

	return json_is_array(labels) ? json_first(labels) : NULL;
}

static int set_label(struct reader *r, const struct json *name, struct node *n)
{
	const char *s = json_string(name);

	return s ? field_filled(r, "label", s, &n->label)
		 : reader_fail(r, "a label is not a string");
}

static int take_span(struct reader *r, const struct json *j, struct list *l)
{
	const struct json *value = json_get(j, "value"),
			  *label = first_label(value, "labels");
	const char *from = json_string(json_get(j, "from_name"));
	bool event = from && strcmp(from, LS_EVENT) == 0;
	const char *text;

	if (!label)
		return reader_fail(r, "\"labels\" are missing");
	for (; label; label = json_next(label)) {
		struct node *n =
		    graph_add(&l->g, event ? NODE_EVENT : NODE_ENTITY);

		if (field_place(r, value, "start", "end", l->o, &n->at) < 0 ||
		    field_maybe(r, value, "text", &text) < 0 ||
		    field_stands(r, l->o, text, n) < 0 ||
		    set_label(r, label, n) < 0 ||
		    field_name(r, j, "id", &n->id) < 0)
			return -ERR_DATA;
		if (!event && strcmp(n->label, SPAN_LABEL) == 0)
			n->kind = NODE_SPAN;
		if (json_is_number(json_get(j, "score")))
			n->p = json_number(json_get(j, "score"));
	}
	return 0;
}

/* The event that a picture shows. */
static int take_choice(struct reader *r, const struct json *j, struct list *l)
{
	const struct json *label = first_label(json_get(j, "value"), "choices");
	struct node *n = graph_add(&l->g, NODE_EVENT);

	return set_label(r, label, n) < 0 ? -ERR_DATA
					  : field_name(r, j, "id", &n->id);
}

/* Percent to pixels; to fractions when nobody says how large it is. */
static int get_box(struct reader *r, const struct json *j, struct list *l,
		   struct box *out)
{
	struct example *e = l->e;
	const struct json *value = json_get(j, "value");
	double x, y, w, h, v[4], across = 100, down = 100;
	int64_t width = 0, height = 0;

	if (field_number(r, value, "x", &x) < 0 ||
	    field_number(r, value, "y", &y) < 0 ||
	    field_number(r, value, "width", &w) < 0 ||
	    field_number(r, value, "height", &h) < 0)
		return -ERR_DATA;
	if (json_get(j, "original_width") &&
	    (field_whole(r, j, "original_width", 1, IMAGE_DIMENSION_MAX,
			 &width) < 0 ||
	     field_whole(r, j, "original_height", 1, IMAGE_DIMENSION_MAX,
			 &height) < 0))
		return -ERR_DATA;
	if (width) {
		e->width = (int)width;
		e->height = (int)height;
		across = 100 / (double)width;
		down = 100 / (double)height;
	}
	if (l->n_boxes++ && e->boxes_relative != (width == 0))
		return reader_fail(r, "boxes with and without "
				      "\"original_width\" in one picture");
	e->boxes_relative = width == 0;
	v[0] = x / across;
	v[1] = y / down;
	v[2] = (x + w) / across;
	v[3] = (y + h) / down;
	return field_corners(r, v, out);
}

/* One of the picture's objects, named O1, O2, … in order. */
static int take_object(struct reader *r, struct list *l, struct node *n)
{
	struct example *e = l->e;

	if (e->boxes.n == 0)
		e->boxes.n = 1;
	n->region = region_of(n->label);
	if (n->region != e->boxes.n || n->region > REGIONS_MAX)
		return reader_fail(
		    r,
		    "object \"%.80s\" where O%d was expected (of "
		    "at most %d)",
		    n->label, e->boxes.n, REGIONS_MAX);
	e->boxes.box[e->boxes.n++] = n->box;
	return 0;
}

static int take_box(struct reader *r, const struct json *j, struct list *l)
{
	const char *from = json_string(json_get(j, "from_name"));
	const struct json *meta = json_get(json_get(j, "meta"), "text");
	const char *word = json_string(json_first(meta));
	struct node *n = graph_add(&l->g, NODE_BOX);
	int rc = set_label(
	    r, first_label(json_get(j, "value"), "rectanglelabels"), n);

	if (rc == 0)
		rc = field_name(r, j, "id", &n->id);
	if (rc == 0)
		rc = get_box(r, j, l, &n->box);
	n->boxed = word && strcmp(word, "union") == 0 ? BOXED_UNION : BOXED_ONE;
	if (rc == 0 && from && strcmp(from, LS_OBJECT) == 0)
		rc = take_object(r, l, n);
	return rc;
}

static int take_relation(struct reader *r, const struct json *j, struct list *l)
{
	const struct json *label = first_label(j, "labels");
	char *from = NULL, *to = NULL;
	size_t a = 0, b = 0;
	struct link *k;
	int rc = 0;

	if (field_name(r, j, "from_id", &from) < 0 ||
	    field_name(r, j, "to_id", &to) < 0)
		rc = -ERR_DATA;
	else if (!from || !to || !graph_find(&l->g, from, &a) ||
		 !graph_find(&l->g, to, &b))
		rc = reader_fail(r,
				 "a relation from %s to %s, which are not "
				 "both there",
				 from ? from : "nothing", to ? to : "nothing");
	free(from);
	free(to);
	if (rc < 0)
		return rc;
	if (l->g.node[b].kind == NODE_BOX && l->g.node[a].kind != NODE_EVENT)
		return reader_fail(r, "a relation of a box with something that "
				      "is no event");
	if (l->g.node[a].kind == NODE_BOX)
		return reader_fail(r, "a relation that begins with a box");
	if (l->g.node[a].kind != NODE_EVENT && !l->g.node[b].text)
		return reader_fail(r, "a relation with something that has no "
				      "text");
	if (!json_is_string(label))
		return reader_fail(r, "a relation without \"labels\"");
	k = graph_link(&l->g, l->g.node[a].kind == NODE_EVENT, a, b);
	if (json_is_number(json_get(j, "score")))
		k->p = json_number(json_get(j, "score"));
	return field_filled(r, "label", json_string(label), &k->label);
}

static bool is_type(const struct json *j, const char *type)
{
	const char *s = json_string(json_get(j, "type"));

	return s && strcmp(s, type) == 0;
}

/* Relations come last, since they name what they join. */
static int take_result(struct reader *r, const struct json *j, struct list *l,
		       bool relations)
{
	char *text;

	if (field_object(r, j) < 0)
		return -ERR_DATA;
	if (is_type(j, "relation") != relations)
		return 0;
	if (relations)
		return take_relation(r, j, l);
	if (is_type(j, "labels"))
		return take_span(r, j, l);
	if (is_type(j, "rectanglelabels"))
		return take_box(r, j, l);
	if (is_type(j, "choices") && json_is_string(json_get(j, "to_name")) &&
	    strcmp(json_string(json_get(j, "from_name"))
		       ? json_string(json_get(j, "from_name"))
		       : "",
		   LS_SHOWN) == 0)
		return take_choice(r, j, l);
	text = json_print(j); /* a control that we know nothing of */
	remarks_add(&l->e->remarks, NULL, "result", NULL, text);
	free(text);
	return 0;
}

static int take_results(struct reader *r, const struct json *j, struct list *l)
{
	const struct json *list;
	int rc = field_list(r, j, "result", true, &list);

	for (int pass = 0; pass < 2; pass++) {
		r->part = "result";
		r->part_n = 0;
		for (const struct json *m = json_first(list); m && rc == 0;
		     m = json_next(m)) {
			r->part_n++;
			rc = take_result(r, m, l, pass == 1);
		}
	}
	r->part = NULL;
	return rc;
}

static int take_prediction(struct reader *r, const struct json *j, size_t first,
			   const struct offsets *o)
{
	struct list l = {.e = &r->d->ex[first], .o = o};
	const char *model;
	struct output *out;
	/* what objects a model saw is no list of the picture's own */
	struct regions boxes = l.e->boxes;
	int rc;

	l.e->boxes.n = 0;
	rc = take_results(r, j, &l);
	l.e->boxes = boxes;
	if (rc == 0)
		rc = field_maybe(r, j, "model_version", &model);
	if (rc == 0) {
		out = outputs_add(&l.e->outputs);
		out->model = xstrdup_null(model);
		graph_give_output(&l.g, l.e->image != NULL, out);
	}
	graph_release(&l.g);
	return rc;
}

/* Picture, text and name: what `data` has. */
static int get_data(struct reader *r, const struct json *task,
		    struct example *e)
{
	const struct json *data = json_get(task, "data");
	const char *image, *text;

	if (field_object(r, data) < 0 ||
	    field_maybe(r, data, "image", &image) < 0 ||
	    field_maybe(r, data, "text", &text) < 0 ||
	    field_name(r, json_get(data, "id") ? data : task, "id", &e->id) < 0)
		return -ERR_DATA;
	if (!e->id)
		e->id = xasprintf("%zu", r->item);
	if (image && *image)
		example_set_image(e, r->image_dir, image);
	return reader_set_text(r, e, text ? text : "");
}

/* One annotation, or none: a document. */
static int take_annotation(struct reader *r, const struct json *task,
			   const struct json *annotation)
{
	static const char *const in_task[] = {"id", "data", "annotations",
					      "predictions", NULL};
	static const char *const in_data[] = {"id", "text", "image", NULL};
	struct list l = {.e = reader_add(r)};
	size_t first = r->d->n - 1;
	struct offsets o = {0};
	int rc = get_data(r, task, l.e);

	if (rc == 0) {
		offsets_make(&o, l.e->text, r->o->unit);
		l.o = &o;
		field_keep_rest(l.e, task, "labelstudio", in_task);
		field_keep_rest(l.e, json_get(task, "data"), "labelstudio data",
				in_data);
	}
	if (rc == 0 && annotation)
		rc = take_results(r, annotation, &l);
	if (rc == 0)
		graph_give(r, &l.g);
	if (rc == 0 && !annotation)
		r->d->ex[first].has_gold = false;
	for (const struct json *p = json_first(json_get(task, "predictions"));
	     p && rc == 0; p = json_next(p))
		rc = take_prediction(r, p, first, &o);
	offsets_release(&o);
	graph_release(&l.g);
	return rc;
}

static int take(struct reader *r, const struct json *task)
{
	const struct json *list, *predictions;
	int rc;

	if (field_list(r, task, "annotations", false, &list) < 0 ||
	    field_list(r, task, "predictions", false, &predictions) < 0)
		return -ERR_DATA;
	rc = json_len(list) ? 0 : take_annotation(r, task, NULL);
	for (const struct json *a = json_first(list); a && rc == 0;
	     a = json_next(a))
		rc = take_annotation(r, task, a);
	return rc;
}

int read_labelstudio(struct reader *r)
{
	return reader_array(r, take);
}
