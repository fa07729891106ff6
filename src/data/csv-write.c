/*
 * csv-write -- a table of records; csv.c says of what form.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/data/csv.h"
#include "src/data/writer.h"

struct row {
	struct str cell[CSV_COLUMNS];
};

static void row_release(struct row *r)
{
	for (int c = 0; c < CSV_COLUMNS; c++)
		str_release(&r->cell[c]);
}

static void set(struct row *r, enum csv_column c, const char *s)
{
	str_clear(&r->cell[c]);
	str_add(&r->cell[c], s ? s : "");
}

static void put_row(struct str *out, const struct row *r, char sep)
{
	for (int c = 0; c < CSV_COLUMNS; c++) {
		if (c)
			str_addc(out, sep);
		str_add_cell(out, str_cstr(&r->cell[c]), sep);
	}
	str_addc(out, '\n');
}

static void set_box(struct row *r, enum csv_column c, const struct box *b)
{
	str_addf(&r->cell[c], "%s%.9g %.9g %.9g %.9g",
		 r->cell[c].len ? ";" : "", (double)b->x1, (double)b->y1,
		 (double)b->x2, (double)b->y2);
}

static void set_place(struct row *r, enum csv_column start,
		      const struct offsets *o, struct place p)
{
	str_clear(&r->cell[start]);
	str_clear(&r->cell[start + 1]);
	if (!place_known(p))
		return;
	str_addf(&r->cell[start], "%u", o->unit[p.start]);
	str_addf(&r->cell[start + 1], "%u", o->unit[p.end]);
}

static void set_example(const struct writer *w, struct row *r,
			const struct example *e)
{
	char *image = writer_image(w, e);

	for (int c = 0; c < CSV_COLUMNS; c++)
		str_clear(&r->cell[c]);
	set(r, CSV_ID, e->id);
	set(r, CSV_TASK, task_name(e->task));
	str_addf(&r->cell[CSV_EXAMPLE], "%zu", w->next);
	set(r, CSV_TEXT, e->text);
	set(r, CSV_IMAGE, image);
	for (int k = 1; k < e->boxes.n; k++)
		set_box(r, CSV_BOXES, &e->boxes.box[k]);
	if (e->boxes_relative)
		set(r, CSV_UNIT, "relative");
	set(r, CSV_ASKED_HEAD, e->head);
	set(r, CSV_ASKED_TAIL, e->tail);
	set(r, CSV_ASKED_EVENT, e->event);
	free(image);
}

static void set_record(struct row *r, const struct offsets *o,
		       const struct record *rec)
{
	set(r, CSV_KIND, csv_kinds[rec->task]);
	set(r, CSV_LABEL, rec->label);
	set(r, CSV_STRING, rec->region ? NULL : rec->text);
	set_place(r, CSV_START, o, rec->at);
	set(r, CSV_HEAD, rec->head);
	set_place(r, CSV_HEAD_START, o, rec->head_at);
	set(r, CSV_TAIL, rec->tail);
	set_place(r, CSV_TAIL_START, o, rec->tail_at);
	set(r, CSV_EVENT, rec->event);
	set(r, CSV_REGION, NULL);
	set(r, CSV_BOX, NULL);
	if (rec->region)
		str_addf(&r->cell[CSV_REGION], "%d", rec->region);
	if (rec->boxed)
		set_box(r, CSV_BOX, &rec->box);
	set(r, CSV_UNION, rec->boxed == BOXED_UNION ? "1" : NULL);
	set(r, CSV_RECORD_ID, rec->id);
	set(r, CSV_STRING_ID, rec->text_id);
	set(r, CSV_HEAD_ID, rec->head_id);
	set(r, CSV_TAIL_ID, rec->tail_id);
	set(r, CSV_EVENT_ID, rec->event_id);
}

static void put_example(struct writer *w, const struct document *doc,
			struct row *r, char sep)
{
	const struct example *e = doc->e;
	struct records all;

	example_records(e, &all);
	set_example(w, r, e);
	if (all.n == 0 && (e->has_gold || e->has_judged))
		set(r, CSV_KIND, "none");
	if (all.n == 0)
		put_row(w->out, r, sep);
	for (size_t i = 0; i < all.n; i++) {
		set_record(r, &doc->o, &all.rec[i]);
		put_row(w->out, r, sep);
	}
	records_release(&all);
}

static int put_table(struct writer *w, char sep)
{
	struct document doc = {0};
	struct row r = {0};

	for (int c = 0; c < CSV_COLUMNS; c++)
		set(&r, (enum csv_column)c, csv_names[c]);
	put_row(w->out, &r, sep);
	w->by_example = true;
	while (writer_next(w, &doc))
		put_example(w, &doc, &r, sep);
	row_release(&r);
	return 0;
}

int write_csv(struct writer *w)
{
	return put_table(w, ',');
}

int write_tsv(struct writer *w)
{
	return put_table(w, '\t');
}
