/*
 * csv -- one record a row, commas or tabs between, fields in double quotes
 * where they need it (RFC 4180).
 *
 * Rows of one example follow each other and have the same number in
 * "example".  A row with the kind "none" is an example with nothing in it,
 * one without a kind an example that nobody has looked at.
 */
#include "src/data/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "src/data/field.h"
#include "src/data/offsets.h"
#include "src/data/reader.h"

const char *const csv_names[CSV_COLUMNS] = {
#define CSV_NAME(upper, lower) #lower,
    CSV_COLUMN_LIST(CSV_NAME)
#undef CSV_NAME
};

const char *const csv_kinds[] = {"type", "relation", "event", "role"};

static int place_name(struct csv_table *t, int k, const struct str *field)
{
	for (int c = 0; c < CSV_COLUMNS; c++)
		if (strcmp(csv_names[c], str_cstr(field)) == 0 &&
		    k < (int)ARRAY_LEN(t->column)) {
			t->column[k] = c;
			return 0;
		}
	return reader_fail(t->r, "no column is called \"%.80s\"",
			   str_cstr(field));
}

static int place_cell(struct csv_table *t, int k, const struct str *field)
{
	struct str *cell;

	if (k >= t->n)
		return reader_fail(t->r, "more than %d fields", t->n);
	cell = &t->cell[t->column[k]];
	str_clear(cell);
	str_addn(cell, str_cstr(field), field->len);
	return 0;
}

static const char *get(const struct csv_table *t, enum csv_column c)
{
	return str_cstr(&t->cell[c]);
}

static int get_string(struct csv_table *t, enum csv_column c, char **out)
{
	const char *s = get(t, c);

	return *s ? field_filled(t->r, csv_names[c], s, out) : 0;
}

/* Four numbers with blanks between; past them. */
static int get_box(struct csv_table *t, const char **s, struct box *out)
{
	double v[4] = {0};

	for (int k = 0; k < 4; k++) {
		char *end;

		v[k] = strtod(*s, &end);
		if (end == *s)
			return reader_fail(t->r, "a box is four numbers with "
						 "blanks between");
		*s = end;
	}
	return field_corners(t->r, v, out);
}

static int get_boxes(struct csv_table *t, struct example *e)
{
	const char *s = get(t, CSV_BOXES), *unit = get(t, CSV_UNIT);
	int rc = 0;

	e->boxes_relative = strcmp(unit, "relative") == 0;
	if (!e->boxes_relative && *unit && strcmp(unit, "pixel") != 0)
		return reader_fail(t->r, "\"unit\" is pixel or relative");
	if (!*s)
		return 0;
	if (!e->image)
		return reader_fail(t->r, "\"boxes\" without \"image\"");
	e->boxes.n = 1;
	while (rc == 0 && *s) {
		if (e->boxes.n > REGIONS_MAX)
			return reader_fail(t->r, "more than %d boxes",
					   REGIONS_MAX);
		rc = get_box(t, &s, &e->boxes.box[e->boxes.n++]);
		if (rc == 0 && *s && *s++ != ';')
			rc = reader_fail(t->r, "\"boxes\": \";\" expected "
					       "between boxes");
	}
	return rc;
}

static int take_example(struct csv_table *t)
{
	struct example *e = reader_add(t->r);

	if (!task_find(get(t, CSV_TASK), &e->task))
		return reader_fail(t->r, "\"task\" is not one of %s",
				   task_names());
	if (get_string(t, CSV_ID, &e->id) < 0 ||
	    get_string(t, CSV_ASKED_HEAD, &e->head) < 0 ||
	    get_string(t, CSV_ASKED_TAIL, &e->tail) < 0 ||
	    get_string(t, CSV_ASKED_EVENT, &e->event) < 0)
		return -ERR_DATA;
	if (!e->id)
		e->id = xasprintf("%zu", t->r->line);
	if (*get(t, CSV_IMAGE))
		example_set_image(e, t->r->image_dir, get(t, CSV_IMAGE));
	if (!e->head != !e->tail || (e->head && e->task != TASK_MRE) ||
	    !e->event != (e->task != TASK_MEAE))
		return reader_fail(t->r, "asked_head and asked_tail belong to "
					 "task mre, asked_event to task meae");
	if (get_boxes(t, e) < 0)
		return -ERR_DATA;
	return reader_set_text(t->r, e, get(t, CSV_TEXT));
}

static int get_place(struct csv_table *t, enum csv_column start,
		     const struct offsets *o, const char *string,
		     struct place *out)
{
	int64_t v[2];

	if (!*get(t, start))
		return 0;
	for (int k = 0; k < 2; k++) {
		const char *s = get(t, (enum csv_column)((int)start + k));
		size_t n = strlen(s);

		if (n == 0 || n > 9 || strspn(s, "0123456789") != n)
			return reader_fail(t->r, "\"%s\" is no offset",
					   csv_names[(int)start + k]);
		v[k] = atol(s);
	}
	if (field_range(t->r, v[0], v[1], o, out) < 0)
		return -ERR_DATA;
	if (!string || !string_stands(offsets_span(o, *out), span_of(string)))
		return reader_fail(t->r, "\"%.200s\" does not stand there",
				   string ? string : "");
	return 0;
}

/* A span with a place may have white space at its edges. */
static int get_text(struct csv_table *t, enum csv_column c,
		    enum csv_column start, char **out)
{
	const char *s = get(t, c);

	if (!*s)
		return 0;
	if (!*get(t, start))
		return get_string(t, c, out);
	*out = xstrdup(s);
	return 0;
}

static int get_region(struct csv_table *t, const struct example *e,
		      struct record *r)
{
	const char *region = get(t, CSV_REGION), *box = get(t, CSV_BOX);
	int most = e->boxes.n ? e->boxes.n - 1 : REGIONS_MAX;

	if (!*region && !*box)
		return 0;
	if (r->task != TASK_MEAE || !e->image || r->text)
		return reader_fail(t->r, "a box belongs to an argument in a "
					 "picture, without a string");
	if (*box) {
		if (get_box(t, &box, &r->box) < 0)
			return -ERR_DATA;
		r->boxed = *get(t, CSV_UNION) ? BOXED_UNION : BOXED_ONE;
	}
	if (!*region)
		return 0;
	r->text = xasprintf("O%s", region);
	r->region = region_of(r->text);
	if (r->region < 1 || r->region > most)
		return reader_fail(t->r, "\"region\" is a box from 1 to %d",
				   most);
	return 0;
}

static int take_fields(struct csv_table *t, const struct example *e,
		       const struct offsets *o, struct record *r)
{
	if (get_string(t, CSV_LABEL, &r->label) < 0 ||
	    get_text(t, CSV_STRING, CSV_START, &r->text) < 0 ||
	    get_place(t, CSV_START, o, r->text, &r->at) < 0 ||
	    get_text(t, CSV_HEAD, CSV_HEAD_START, &r->head) < 0 ||
	    get_place(t, CSV_HEAD_START, o, r->head, &r->head_at) < 0 ||
	    get_text(t, CSV_TAIL, CSV_TAIL_START, &r->tail) < 0 ||
	    get_place(t, CSV_TAIL_START, o, r->tail, &r->tail_at) < 0 ||
	    get_string(t, CSV_EVENT, &r->event) < 0 ||
	    get_string(t, CSV_RECORD_ID, &r->id) < 0 ||
	    get_string(t, CSV_STRING_ID, &r->text_id) < 0 ||
	    get_string(t, CSV_HEAD_ID, &r->head_id) < 0 ||
	    get_string(t, CSV_TAIL_ID, &r->tail_id) < 0 ||
	    get_string(t, CSV_EVENT_ID, &r->event_id) < 0)
		return -ERR_DATA;
	return get_region(t, e, r);
}

/* Does the record have what its kind needs, and no more? */
static bool is_whole(const struct example *e, const struct record *r)
{
	bool pair = r->task == TASK_MRE, argument = r->task == TASK_MEAE;
	bool shown = r->task == TASK_MED && e->image;
	bool mee = e->task == TASK_MEE &&
		   (r->task == TASK_MED || r->task == TASK_MEAE);

	if ((e->task != r->task && !mee) || !r->label ||
	    (r->head != NULL) != pair || (r->tail != NULL) != pair ||
	    (r->event != NULL) != argument ||
	    (!pair && (r->head_id || r->tail_id)) || (pair && r->text_id) ||
	    (!argument && r->event_id))
		return false;
	if (e->head &&
	    (strcmp(e->head, r->head) != 0 || strcmp(e->tail, r->tail) != 0))
		return false;
	if (e->event && strcmp(e->event, r->event) != 0)
		return false;
	return pair ? !r->text : r->text || r->boxed || shown;
}

static int take_record(struct csv_table *t, struct example *e)
{
	const char *kind = get(t, CSV_KIND);
	struct offsets o;
	struct record *r;
	int k = 0, rc;

	if (!*kind)
		return 0;
	e->has_gold = true;
	if (strcmp(kind, "none") == 0)
		return 0;
	while (k < 4 && strcmp(csv_kinds[k], kind) != 0)
		k++;
	if (k == 4)
		return reader_fail(t->r, "\"kind\" is type, relation, event, "
					 "role or none");
	r = records_add(&e->gold, (enum task)k);
	offsets_make(&o, e->text, t->r->o->unit);
	rc = take_fields(t, e, &o, r);
	offsets_release(&o);
	if (rc == 0 && !is_whole(e, r))
		rc =
		    reader_fail(t->r,
				"a row of kind %s in task %s lacks a field, or "
				"has one of another kind",
				kind, task_name(e->task));
	return rc;
}

/* A row of the example before, or the first of another. */
static int take_cells(struct csv_table *t)
{
	struct str *number = &t->cell[CSV_EXAMPLE];
	struct reader *r = t->r;
	bool again = r->d->n > r->first && number->len &&
		     strcmp(str_cstr(number), str_cstr(&t->number)) == 0;
	struct example *e;
	int rc = 0;

	if (!again)
		rc = take_example(t);
	if (rc < 0)
		return rc;
	e = &r->d->ex[r->d->n - 1];
	if (again && strcmp(e->text, get(t, CSV_TEXT)) != 0)
		return reader_fail(r, "example %s has another text here",
				   str_cstr(number));
	str_clear(&t->number);
	str_add(&t->number, str_cstr(number));
	return take_record(t, e);
}

static int read_rows(struct csv_table *t)
{
	struct reader *r = t->r;
	int n = csv_row(t, place_name);

	t->n = n;
	while (n >= 0 && r->i < r->n) {
		if (r->s[r->i] == '\n' || r->s[r->i] == '\r') {
			r->line += r->s[r->i++] == '\n';
			continue;
		}
		n = csv_row(t, place_cell);
		if (n >= 0 && n != t->n)
			n = reader_fail(r, "%d fields; the first line has %d",
					n, t->n);
		if (n >= 0)
			n = take_cells(t);
	}
	for (size_t i = r->first; n >= 0 && i < r->d->n; i++)
		reader_respell(r, &r->d->ex[i]);
	return MIN(n, 0);
}

static int read_table(struct reader *r, char sep)
{
	struct csv_table t = {.r = r, .sep = sep};
	int rc = read_rows(&t);

	for (int c = 0; c < CSV_COLUMNS; c++)
		str_release(&t.cell[c]);
	str_release(&t.number);
	return rc;
}

int read_csv(struct reader *r)
{
	return read_table(r, ',');
}

int read_tsv(struct reader *r)
{
	return read_table(r, '\t');
}
