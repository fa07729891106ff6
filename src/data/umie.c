/*
 * umie -- the JSON array that UMIE's code reads, and the form that its README
 * shows.
 *
 * Code: {"text","image_id","spot_asoc":[{"span","label","asoc":[[role,
 * span]]}]}; a relation is a spot "none" whose asoc is [relation, tail].
 * README: {"text","label","image_id"}, the label an answer in the paper's
 * grammar.  Both may have boxes "O1":[x1,y1,x2,y2], and say "task", "h", "t",
 * "event", "unit", which we write; without "task" the records tell.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/data/field.h"
#include "src/data/graph.h"

/* What spots with associations are when the element does not say. */
struct file {
	bool events;
};

static bool is_none(const struct json *spot)
{
	const char *label = json_string(json_get(spot, "label"));

	return label && strcmp(label, "none") == 0;
}

/* Does the file have an association of a spot that is not "none"? */
static bool has_events(const struct json *all)
{
	for (const struct json *j = json_first(all); j; j = json_next(j)) {
		const struct json *list = json_get(j, "spot_asoc");

		for (const struct json *s = json_first(list); s;
		     s = json_next(s))
			if (!is_none(s) && json_len(json_get(s, "asoc")))
				return true;
	}
	return false;
}

static bool all_none(const struct json *list)
{
	for (const struct json *s = json_first(list); s; s = json_next(s))
		if (!is_none(s))
			return false;
	return json_len(list) > 0;
}

/* How many fields a README label's first part has. */
static bool has_triples(const char *label)
{
	const char *end = strstr(label, "<spot>");
	size_t commas = 0;

	for (const char *c = label; *c && c != end; c++)
		commas += *c == ',';
	return commas == 2;
}

static int get_task(struct reader *r, const struct json *j, struct example *e)
{
	const struct file *f = r->context;
	const struct json *list = json_get(j, "spot_asoc");
	const char *name, *label = json_string(json_get(j, "label"));

	if (field_maybe(r, j, "task", &name) < 0)
		return -ERR_DATA;
	if (name && !task_find(name, &e->task))
		return reader_fail(r, "\"task\" is not one of %s",
				   task_names());
	if (name)
		return 0;
	if (json_get(j, "h") || all_none(list) ||
	    (!list && label && has_triples(label)))
		e->task = TASK_MRE;
	else if (json_get(j, "event"))
		e->task = TASK_MEAE;
	else
		e->task = f->events ? TASK_MEE : TASK_MNER;
	return 0;
}

/* "O1", "O2", … without a gap. */
static int get_boxes(struct reader *r, const struct json *j, struct example *e)
{
	const char *unit;
	int rc = field_maybe(r, j, "unit", &unit);

	e->boxes_relative = unit && strcmp(unit, "relative") == 0;
	for (int k = 1; rc == 0; k++) {
		char name[16];
		const struct json *box;

		snprintf(name, sizeof(name), "O%d", k);
		box = json_get(j, name);
		if (!box)
			return 0;
		if (!e->image || k > REGIONS_MAX)
			return reader_fail(r,
					   "\"%s\" without \"image_id\", or "
					   "more than %d boxes",
					   name, REGIONS_MAX);
		r->part = "box";
		r->part_n = (size_t)k;
		rc = field_box(r, box, &e->boxes.box[k]);
		r->part = NULL;
		e->boxes.n = k + 1;
	}
	return rc;
}

/* A string, or MNRE's {"name","pos"}. */
static int get_pair(struct reader *r, const struct json *j, const char *key,
		    char **out)
{
	const struct json *v = json_get(j, key);

	if (!v || json_is_null(v))
		return 0;
	if (json_is_object(v))
		return field_label(r, v, "name", out);
	return field_label(r, j, key, out);
}

/* Something of the text, or "O3". */
static int set_text(struct reader *r, const struct example *e, const char *s,
		    struct record *rec)
{
	int most = e->boxes.n ? e->boxes.n - 1 : REGIONS_MAX;

	rec->region = rec->task == TASK_MEAE ? region_of(s) : 0;
	if (rec->region > most || (rec->region && !e->image))
		return reader_fail(r, "\"%s\" names no box of a picture", s);
	return field_filled(r, "span", s, &rec->text);
}

/* [role, span] */
static int take_asoc(struct reader *r, const struct json *j, struct example *e,
		     const char *span, const char *label, const char *event)
{
	const struct json *role = json_first(j);
	const char *name = json_string(role);
	const char *text = json_string(role ? json_next(role) : NULL);
	struct record *rec;

	if (json_len(j) != 2 || !name || !text)
		return reader_fail(r, "\"asoc\" is no list of [role, span]");
	rec = records_add(&e->gold, e->task == TASK_MRE ? TASK_MRE : TASK_MEAE);
	if (field_filled(r, "role", name, &rec->label) < 0)
		return -ERR_DATA;
	if (rec->task == TASK_MRE)
		return field_filled(r, "span", span, &rec->head) < 0
			   ? -ERR_DATA
			   : field_filled(r, "span", text, &rec->tail);
	rec->event = xstrdup(label);
	rec->event_id = xstrdup_null(event);
	return set_text(r, e, text, rec);
}

/* What the spot itself says: nothing when it only carries associations. */
static int take_spot_itself(struct reader *r, struct example *e,
			    const char *span, const char *label, char **id)
{
	struct record *rec;
	bool entity = e->task == TASK_MNER;

	if (e->task == TASK_MRE || e->task == TASK_MEAE ||
	    (!*span && (entity || !e->image)))
		return 0;
	rec = records_add(&e->gold, entity ? TASK_MNER : TASK_MED);
	rec->label = xstrdup(label);
	if (!entity) {
		rec->id = xasprintf("E%zu", r->part_n);
		*id = rec->id;
	}
	return *span ? set_text(r, e, span, rec) : 0;
}

static int take_spot(struct reader *r, const struct json *j, struct example *e)
{
	const struct json *list;
	const char *span;
	char *label = NULL, *id = NULL;
	int rc = field_string(r, j, "span", &span);

	if (rc == 0)
		rc = field_label(r, j, "label", &label);
	if (rc == 0)
		rc = field_list(r, j, "asoc", false, &list);
	if (rc == 0)
		rc = take_spot_itself(r, e, span, label, &id);
	if (rc == 0 && e->task == TASK_MNER && json_len(list))
		rc = reader_fail(r, "an entity with \"asoc\"");
	for (const struct json *a = rc == 0 ? json_first(list) : NULL;
	     a && rc == 0; a = json_next(a)) {
		/* records move when one is added */
		char *event = xstrdup_null(id);

		rc = take_asoc(r, a, e, span, label, event);
		free(event);
	}
	free(label);
	return rc;
}

/* One part of a README label: "Person, kids" or "Ann, couple, Bob". */
static int take_part(struct reader *r, struct span part, struct example *e)
{
	const char *comma = memchr(part.s, ',', part.len), *next;
	struct span rest, head;
	char *s[3] = {0};
	struct record *rec;
	int rc = 0;

	if (!comma)
		return reader_fail(r,
				   "\"label\": \"type, text\" expected, "
				   "found \"%.*s\"",
				   span_shown(part), part.s);
	head = span_trim((struct span){part.s, (size_t)(comma - part.s)});
	rest =
	    (struct span){comma + 1, (size_t)(part.s + part.len - comma - 1)};
	next = memchr(rest.s, ',', rest.len);
	if (e->task == TASK_MRE && !next)
		return reader_fail(r, "\"label\": \"head, relation, tail\" "
				      "expected");
	s[0] = xstrndup(head.s, head.len);
	if (e->task == TASK_MRE) {
		head =
		    span_trim((struct span){rest.s, (size_t)(next - rest.s)});
		s[1] = xstrndup(head.s, head.len);
		rest = (struct span){next + 1,
				     (size_t)(rest.s + rest.len - next - 1)};
	}
	rest = span_trim(rest);
	s[2] = xstrndup(rest.s, rest.len);
	rec = records_add(&e->gold, e->task == TASK_MEE ? TASK_MED : e->task);
	if (e->task == TASK_MRE) {
		if (field_filled(r, "head", s[0], &rec->head) < 0 ||
		    field_filled(r, "relation", s[1], &rec->label) < 0 ||
		    field_filled(r, "tail", s[2], &rec->tail) < 0)
			rc = -ERR_DATA;
	} else if (field_filled(r, "type", s[0], &rec->label) < 0) {
		rc = -ERR_DATA;
	} else {
		if (e->task == TASK_MEAE)
			rec->event = xstrdup(e->event);
		rc = set_text(r, e, s[2], rec);
	}
	for (int i = 0; i < 3; i++)
		free(s[i]);
	return rc;
}

static int take_label(struct reader *r, const char *label, struct example *e)
{
	int rc = 0;

	while (label && rc == 0) {
		const char *end = strstr(label, "<spot>");
		struct span part = {label, end ? (size_t)(end - label)
					       : strlen(label)};

		part = span_trim(part);
		if (part.len)
			rc = take_part(r, part, e);
		label = end ? end + strlen("<spot>") : NULL;
	}
	return rc;
}

static int take_records(struct reader *r, const struct json *j,
			struct example *e)
{
	const struct json *list;
	const char *label;
	int rc = field_list(r, j, "spot_asoc", false, &list);

	e->has_gold = true;
	r->part_n = 0;
	for (const struct json *s = json_first(list); s && rc == 0;
	     s = json_next(s)) {
		r->part = "spot";
		r->part_n++;
		rc = take_spot(r, s, e);
	}
	r->part = NULL;
	if (rc < 0 || list)
		return rc;
	if (field_string(r, j, "label", &label) < 0)
		return -ERR_DATA;
	return take_label(r, label, e);
}

/* An example's own pair has to be that of its relations. */
static int check_pair(struct reader *r, struct example *e)
{
	if (!e->head != !e->tail)
		return reader_fail(r, "\"h\" and \"t\" go together");
	if (e->head && e->task != TASK_MRE)
		return reader_fail(r, "\"h\" and \"t\" belong to relations");
	if (!e->event != (e->task != TASK_MEAE))
		return reader_fail(r, "\"event\" and task meae go together");
	for (size_t i = 0; i < e->gold.n; i++) {
		const struct record *g = &e->gold.rec[i];

		if (e->head && (strcmp(e->head, g->head) != 0 ||
				strcmp(e->tail, g->tail) != 0))
			return reader_fail(r, "a relation of another pair than "
					      "\"h\" and \"t\"");
		if (e->event && strcmp(e->event, g->event) != 0)
			return reader_fail(r, "an argument of another event "
					      "than \"event\"");
	}
	return 0;
}

static int take(struct reader *r, const struct json *j)
{
	struct example *e = reader_add(r);
	char *image = NULL;
	const char *text;
	int rc = field_name(r, j, "image_id", &image);

	e->id = xasprintf("%zu", r->item);
	if (rc == 0 && image)
		reader_set_image(r, e, image);
	free(image);
	if (rc < 0 || field_string(r, j, "text", &text) < 0 ||
	    reader_set_text(r, e, text) < 0 || get_boxes(r, j, e) < 0 ||
	    get_task(r, j, e) < 0 || get_pair(r, j, "h", &e->head) < 0 ||
	    get_pair(r, j, "t", &e->tail) < 0 ||
	    get_pair(r, j, "event", &e->event) < 0)
		return -ERR_DATA;
	if (e->task == TASK_MEAE && !e->event)
		return reader_fail(r, "\"event\" and task meae go together");
	if (take_records(r, j, e) < 0 || check_pair(r, e) < 0)
		return -ERR_DATA;
	reader_respell(r, e);
	return 0;
}

int read_umie(struct reader *r)
{
	struct json *all = reader_json(r);
	struct file f = {has_events(all)};
	int rc = all ? 0 : -(int)r->err->code;

	r->context = &f;
	if (rc == 0)
		rc = reader_elements(r, all, take);
	json_free(all);
	return rc;
}
