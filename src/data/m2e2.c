/*
 * m2e2 -- the M2E2 release: sentences with events, pictures with events, and
 * which of them tell of the same event; also the form of UMIE's own
 * preprocessing.
 *
 * Text: an array of {"sentence_id", "words", "golden-entity-mentions",
 * "golden-event-mentions"}, offsets in words.  Pictures: an object
 * {"ID":{"event_type","role":{"Agent":[["1",x1,y1,x2,y2],…]}}}, where "1" is
 * a box of one thing and "0" a box round all of them.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/data/field.h"

/* A mention's words, and that "text" says the same. */
static int get_mention(struct reader *r, const struct json *j,
		       const struct reading *s, struct node *n)
{
	const char *text;

	if (field_words(r, j, "start", "end", &s->words, &n->at) < 0 ||
	    field_maybe(r, j, "text", &text) < 0)
		return -ERR_DATA;
	return field_stands(r, &s->o, text, n);
}

static int take_entity(struct reader *r, const struct json *j,
		       struct reading *s)
{
	struct node *n = graph_add(&s->g, NODE_ENTITY);

	if (field_label(r, j, "entity-type", &n->label) < 0 ||
	    field_name(r, j, "id", &n->id) < 0)
		return -ERR_DATA;
	return get_mention(r, j, s, n);
}

/* An argument is an entity that stands there, or a span; UMIE's form says
 * only how it reads. */
static int take_argument(struct reader *r, const struct json *j,
			 struct reading *s, size_t event)
{
	struct node end = {0}, *n;
	size_t to = 0;
	struct link *l;
	const char *text;
	int rc = 0;

	if (json_get(j, "start"))
		rc = get_mention(r, j, s, &end);
	else if (field_string(r, j, "text", &text) == 0)
		rc = field_filled(r, "text", text, &end.text);
	else
		rc = -ERR_DATA;
	if (rc < 0) {
		free(end.text);
		return rc;
	}
	while (to < s->g.n && (s->g.node[to].kind == NODE_EVENT ||
			       !place_equal(s->g.node[to].at, end.at) ||
			       strcmp(s->g.node[to].text, end.text) != 0))
		to++;
	if (to == s->g.n) {
		n = graph_add(&s->g, NODE_SPAN);
		n->text = end.text;
		n->at = end.at;
	} else {
		free(end.text);
	}
	l = graph_link(&s->g, true, event, to);
	return field_label(r, j, "role", &l->label);
}

static int take_event(struct reader *r, const struct json *j, struct reading *s)
{
	const struct json *trigger = json_get(j, "trigger"), *list;
	size_t event = s->g.n;
	struct node *n = graph_add(&s->g, NODE_EVENT);
	int rc;

	n->id = xasprintf("E%zu", r->part_n);
	if (field_label(r, j, "event_type", &n->label) < 0 ||
	    get_mention(r, trigger, s, n) < 0 ||
	    field_list(r, j, "arguments", false, &list) < 0)
		return -ERR_DATA;
	rc = 0;
	for (const struct json *a = json_first(list); a && rc == 0;
	     a = json_next(a))
		rc = take_argument(r, a, s, event);
	return rc;
}

static int get_words(struct reader *r, const struct json *j, struct reading *s)
{
	const struct json *list;
	struct str text = {0};
	int rc = field_list(r, j, "words", true, &list);

	if (rc == 0)
		rc = field_tokens(r, list, &s->words, &text);
	if (rc == 0)
		rc = reader_set_text(r, s->e, str_cstr(&text));
	if (rc == 0)
		offsets_make(&s->o, s->e->text, OFFSET_CP);
	str_release(&text);
	return rc;
}

static int get_sentence(struct reader *r, const struct json *j,
			struct reading *s)
{
	const char *image;

	if (field_name(r, j, "sentence_id", &s->e->id) < 0 ||
	    field_maybe(r, j, "image_id", &image) < 0)
		return -ERR_DATA;
	if (!s->e->id)
		s->e->id = xasprintf("%zu", r->item);
	if (image && *image)
		reader_set_image(r, s->e, image);
	if (get_words(r, j, s) < 0 ||
	    reading_list(r, j, "golden-entity-mentions", true, "entity", s,
			 take_entity) < 0)
		return -ERR_DATA;
	return reading_list(r, j, "golden-event-mentions", true, "event", s,
			    take_event);
}

static int take_sentence(struct reader *r, const struct json *j)
{
	static const char *const known[] = {
	    "sentence_id",           "words",    "golden-entity-mentions",
	    "golden-event-mentions", "image_id", NULL};
	struct reading s = {.e = reader_add(r)};
	int rc = get_sentence(r, j, &s);

	if (rc == 0) {
		field_keep_rest(s.e, j, "m2e2", known);
		graph_give(r, &s.g);
	}
	reading_release(&s);
	return rc;
}

int read_m2e2(struct reader *r)
{
	return reader_array(r, take_sentence);
}

/* ["1", x1, y1, x2, y2] */
static int take_box(struct reader *r, const struct json *j, struct node *n)
{
	const struct json *m = json_first(j);
	const char *kind = json_string(m);
	double v[4];
	int k = 0;

	for (m = m ? json_next(m) : NULL; json_is_number(m) && k < 4;
	     m = json_next(m))
		v[k++] = json_number(m);
	if (!kind || (strcmp(kind, "0") != 0 && strcmp(kind, "1") != 0) ||
	    k < 4 || m)
		return reader_fail(r, "a box is not [\"0\" or \"1\", x1, y1, "
				      "x2, y2]");
	n->boxed = kind[0] == '0' ? BOXED_UNION : BOXED_ONE;
	return field_corners(r, v, &n->box);
}

/* Hang the picture's arguments on an event of g. */
static int take_roles(struct reader *r, const struct json *j, struct graph *g,
		      size_t event)
{
	const struct json *roles = json_get(j, "role");

	if (!json_is_object(roles))
		return reader_fail(r, "\"role\" is not an object");
	for (const struct json *role = json_first(roles); role;
	     role = json_next(role)) {
		if (!json_is_array(role))
			return reader_fail(r,
					   "role \"%.80s\" has no array of "
					   "boxes",
					   json_key(role));
		for (const struct json *b = json_first(role); b;
		     b = json_next(b)) {
			size_t to = g->n;
			int rc = take_box(r, b, graph_add(g, NODE_BOX));
			struct link *l = graph_link(g, true, event, to);

			if (rc < 0 || field_filled(r, "role", json_key(role),
						   &l->label) < 0)
				return -ERR_DATA;
		}
	}
	return 0;
}

static int take_picture(struct reader *r, const struct json *j)
{
	struct example *e = reader_add(r);
	struct graph g = {0};
	struct node *n = graph_add(&g, NODE_EVENT);
	int rc = field_filled(r, "id", json_key(j), &e->id);

	e->text = xstrdup("");
	if (rc == 0)
		reader_set_image(r, e, e->id);
	n->id = xstrdup("E1");
	if (rc == 0)
		rc = field_label(r, j, "event_type", &n->label);
	if (rc == 0)
		rc = take_roles(r, j, &g, 0);
	if (rc == 0)
		graph_give(r, &g);
	graph_release(&g);
	return rc;
}

int read_m2e2_image(struct reader *r)
{
	struct json *all = reader_json(r);
	int rc = all ? 0 : -(int)r->err->code;

	if (all && !json_is_object(all))
		rc = err_set(r->err, ERR_DATA,
			     "%s: an object of pictures expected", r->path);
	for (const struct json *j = json_first(all); j && rc == 0;
	     j = json_next(j)) {
		r->item++;
		rc = take_picture(r, j);
	}
	json_free(all);
	return rc;
}
