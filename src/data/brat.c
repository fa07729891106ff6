/*
 * brat -- one document: its text, and annotations in stand-off lines.
 *
 *   T1  Type 0 5[;7 9]      text     a span, perhaps in pieces
 *   R1  Type Arg1:T1 Arg2:T2         a relation
 *   E1  Type:T3 Role:T1 …            an event, its trigger first
 *   A1  Name T1 [value]              an attribute (M1 in old files)
 *   N1  Reference T1 X:1    text     what it is elsewhere
 *   #1  AnnotatorNotes T1   text     a note
 *   *   Equiv T1 T2                  the same thing
 *
 * Boxes and the picture are notes of ours: {"role","bbox","union"} of an
 * event, {"image"} of anything.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "src/data/ann.h"
#include "src/data/brat.h"
#include "src/data/field.h"
#include "src/data/graph.h"

static void ann_release(struct ann *a)
{
	for (size_t i = 0; i < a->n; i++) {
		free(a->t[i].id);
		free(a->t[i].type);
		free(a->t[i].text);
		free(a->t[i].pieces);
	}
	free(a->t);
	graph_release(&a->g);
	offsets_release(&a->o);
}

/* "Type:T3": the event; its trigger is no entity. */
static int take_event(struct reader *r, struct ann *a, struct span id,
		      struct span rest)
{
	struct span trigger = ann_word(&rest), type = ann_cut(&trigger, ':');
	struct textbound *t = ann_text(a, trigger);
	struct node *n;

	if (!t || type.len == 0)
		return reader_fail(r,
				   "%.*s has no trigger: \"Type:T1\" "
				   "expected",
				   span_shown(id), id.s);
	t->trigger = true;
	n = graph_add(&a->g, NODE_EVENT);
	n->id = ann_dup(id);
	n->span_id = xstrdup(t->id);
	n->label = brat_label(r, type);
	n->text = xstrdup(t->text);
	n->at = t->at;
	return 0;
}

/* The node of an id: an entity, an event, or the event of a trigger. */
static int find_node(struct reader *r, const struct ann *a, struct span id,
		     size_t *out)
{
	for (size_t i = 0; i < a->g.n; i++)
		if ((a->g.node[i].id && span_eq(id, a->g.node[i].id)) ||
		    (a->g.node[i].span_id &&
		     span_eq(id, a->g.node[i].span_id))) {
			*out = i;
			return 0;
		}
	return reader_fail(r, "there is no %.*s", span_shown(id), id.s);
}

static int take_relation(struct reader *r, struct ann *a, struct span id,
			 struct span rest)
{
	struct span type = ann_word(&rest), one = ann_word(&rest),
		    two = ann_word(&rest);
	size_t head, tail;
	struct link *l;

	ann_cut(&one, ':');
	ann_cut(&two, ':');
	if (type.len == 0 || two.len == 0)
		return reader_fail(r, "\"Type Arg1:T1 Arg2:T2\" expected");
	if (find_node(r, a, one, &head) < 0 || find_node(r, a, two, &tail) < 0)
		return -ERR_DATA;
	l = graph_link(&a->g, false, head, tail);
	l->id = ann_dup(id);
	l->label = brat_label(r, type);
	return 0;
}

/* brat numbers roles that come again: Theme, Theme2.  Is it such a one? */
static bool came_before(const struct ann *a, size_t event, struct span role)
{
	for (size_t i = 0; i < a->g.n_links; i++)
		if (a->g.link[i].argument && a->g.link[i].from == event &&
		    span_eq(role, a->g.link[i].label))
			return true;
	return false;
}

static char *role_label(struct reader *r, const struct ann *a, size_t event,
			struct span role)
{
	struct span base = role;
	char *label;

	while (base.len > 1 && base.s[base.len - 1] >= '0' &&
	       base.s[base.len - 1] <= '9')
		base.len--;
	label = brat_label(r, base);
	if (base.len == role.len || came_before(a, event, span_of(label)))
		return label;
	free(label);
	return brat_label(r, role);
}

static int take_arguments(struct reader *r, struct ann *a, struct span id,
			  struct span rest)
{
	size_t event, to;
	int rc = find_node(r, a, id, &event);

	ann_word(&rest);
	while (rc == 0 && span_trim(rest).len) {
		struct span target = ann_word(&rest),
			    role = ann_cut(&target, ':');
		char *label;

		if (role.len == 0 || target.len == 0)
			return reader_fail(r,
					   "\"Role:T1\" expected, found "
					   "\"%.*s\"",
					   span_shown(role), role.s);
		rc = find_node(r, a, target, &to);
		label = rc == 0 ? role_label(r, a, event, role) : NULL;
		if (rc == 0)
			graph_link(&a->g, true, event, to)->label = label;
	}
	return rc;
}

/* Our note of a box: true when it was one. */
static int take_box(struct reader *r, struct ann *a, struct span of,
		    const struct json *j)
{
	size_t event, to = a->g.n;
	struct link *l;
	struct node *n;

	if (find_node(r, a, of, &event) < 0)
		return -ERR_DATA;
	if (a->g.node[event].kind != NODE_EVENT)
		return reader_fail(r, "a box of something that is no event");
	n = graph_add(&a->g, NODE_BOX);
	n->boxed = json_true(json_get(j, "union")) ? BOXED_UNION : BOXED_ONE;
	if (field_box(r, json_get(j, "bbox"), &n->box) < 0)
		return -ERR_DATA;
	l = graph_link(&a->g, true, event, to);
	return field_label(r, j, "role", &l->label);
}

/* A JSON object in a note: ours, 1; else 0. */
static int take_json(struct reader *r, struct ann *a, struct span of,
		     struct span text)
{
	struct err ignored = {0};
	struct json *j = text.len && text.s[0] == '{'
			     ? json_parse(text.s, text.len, "a note", &ignored)
			     : NULL;
	const char *image = json_string(json_get(j, "image"));
	int rc = 0;

	if (json_get(j, "bbox") && json_get(j, "role"))
		rc = take_box(r, a, of, j) < 0 ? -ERR_DATA : 1;
	else if (image && *image && json_len(j) == 1 && !a->e->image) {
		example_set_image(a->e, r->image_dir, image);
		rc = 1;
	}
	json_free(j);
	return rc;
}

/* A, M, N, # and *: what is said about something. */
static int take_mark(struct reader *r, struct ann *a, struct span id,
		     struct span rest)
{
	char kind = id.s[0];
	struct span head = kind == '#' ? ann_cut(&rest, '\t') : rest;
	struct span name = ann_word(&head), of = {"", 0};
	char *s[4];
	int rc = 0;

	if (kind != '*')
		of = ann_word(&head);
	if (kind != '#')
		rest = head;
	if (name.len == 0 || (kind != '*' && of.len == 0))
		return reader_fail(r, "a name and what it is about expected");
	if (kind == '#')
		rc = take_json(r, a, of, rest);
	if (rc)
		return MIN(rc, 0);
	s[0] = ann_dup(id);
	s[1] = kind == '*' || kind == '#' ? ann_dup(name) : brat_label(r, name);
	s[2] = of.len ? ann_dup(of) : NULL;
	s[3] = rest.len ? ann_dup(rest) : NULL;
	remarks_add(&a->e->remarks, s[0], s[1], s[2], s[3]);
	for (int i = 0; i < 4; i++)
		free(s[i]);
	return 0;
}

static void give_spans(struct ann *a)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct textbound *t = &a->t[i];
		bool bare = strcmp(t->type, BRAT_SPAN) == 0;
		struct node *n;

		if (t->trigger)
			continue;
		n = graph_add(&a->g, bare ? NODE_SPAN : NODE_ENTITY);
		n->id = xstrdup(t->id);
		n->label = bare ? NULL : xstrdup(t->type);
		n->text = xstrdup(t->text);
		n->at = t->at;
	}
}

/* Lines of these kinds, in order, each with its function. */
static int pass(struct reader *r, struct ann *a, const char *kinds,
		int (*take)(struct reader *r, struct ann *a, struct span id,
			    struct span rest))
{
	struct span line;
	int rc;

	r->i = r->line = 0;
	while ((rc = reader_line(r, &line)) > 0) {
		struct span id = ann_cut(&line, '\t');

		if (id.len == 0)
			continue;
		if (!memchr("TREAMN#*", id.s[0], 8))
			return reader_fail(r,
					   "a line of T, R, E, A, M, N, # or "
					   "* expected, found \"%.*s\"",
					   span_shown(id), id.s);
		if (strchr(kinds, id.s[0]) && take(r, a, id, line) < 0)
			return -ERR_DATA;
	}
	return rc;
}

static int read_ann(struct reader *r, struct ann *a)
{
	if (pass(r, a, "T", ann_take_text) < 0 ||
	    pass(r, a, "E", take_event) < 0)
		return -ERR_DATA;
	give_spans(a);
	if (pass(r, a, "R", take_relation) < 0 ||
	    pass(r, a, "E", take_arguments) < 0 ||
	    pass(r, a, "AMN#*", take_mark) < 0)
		return -ERR_DATA;
	for (size_t i = 0; i < a->g.n; i++)
		if (a->g.node[i].kind == NODE_BOX && !a->e->image)
			return err_set(r->err, ERR_DATA,
				       "%s: a box, and no note says of which "
				       "picture",
				       r->path);
	return 0;
}

int read_brat_pair(struct reader *r, const char *id, struct span txt,
		   struct span ann)
{
	struct ann a = {.e = reader_add(r)};
	size_t valid = utf8_valid(txt.s, txt.len);
	char *text = xstrndup(txt.s, txt.len);
	int rc = 0;

	r->line = 0;
	if (valid < txt.len || strlen(text) < txt.len)
		rc = err_set(r->err, ERR_DATA,
			     "%s: the text has a NUL or is not UTF-8 (byte "
			     "%zu)",
			     r->path, MIN(valid, strlen(text)));
	if (rc == 0)
		rc = reader_set_text(r, a.e, text);
	if (rc == 0)
		rc = field_filled(r, "id", id, &a.e->id);
	r->s = ann.s;
	r->n = ann.len;
	if (rc == 0) {
		offsets_make(&a.o, a.e->text, r->o->unit);
		rc = read_ann(r, &a);
	}
	if (rc == 0)
		graph_give(r, &a.g);
	ann_release(&a);
	free(text);
	return rc;
}
