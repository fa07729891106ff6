/*
 * m2e2-coref -- sentence and picture of one event together.
 *
 * A line of crossmedia_coref.txt is "sentence TAB picture TAB event type".
 * text_multimedia_event.json and image_multimedia_event.json beside it have
 * the two halves.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/data/field.h"

/* The two files, read. */
struct halves {
	struct dataset text, image;
};

static struct halves *halves_of(struct reader *r)
{
	return r->context;
}

static int read_half(struct reader *r, const char *name,
		     enum data_format format, struct dataset *d)
{
	struct dataset_options o = *r->o;
	const char *slash = strrchr(r->path, '/');
	char *path = xasprintf("%.*s%s", slash ? (int)(slash - r->path + 1) : 0,
			       r->path, name);
	int rc;

	o.format = format;
	o.schema = NULL; /* the pairs' labels are mapped */
	rc = dataset_read(d, path, &o, r->err);
	free(path);
	return rc;
}

/* The example of events with this id; NULL: there is none. */
static const struct example *find(const struct dataset *d, struct span id)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->ex[i].task == TASK_MEE && span_eq(id, d->ex[i].id))
			return &d->ex[i];
	return NULL;
}

static bool is_of(const struct record *r, const char *id)
{
	return r->task == TASK_MEAE && r->event_id &&
	       strcmp(r->event_id, id) == 0;
}

/* The sentence's event of this type with its arguments; then what the
 * picture shows of it. */
static bool join(struct example *to, const struct example *text,
		 const struct example *image, struct span type)
{
	const char *event = NULL;

	for (size_t i = 0; i < text->gold.n; i++) {
		const struct record *r = &text->gold.rec[i];

		if (r->task == TASK_MED && span_eq(type, r->label)) {
			event = r->id;
			record_copy(records_add(&to->gold, r->task), r);
			for (size_t k = 0; k < text->gold.n; k++)
				if (is_of(&text->gold.rec[k], event))
					record_copy(
					    records_add(&to->gold, TASK_MEAE),
					    &text->gold.rec[k]);
		}
	}
	for (size_t i = 0; event && i < image->gold.n; i++) {
		struct record *r;

		if (image->gold.rec[i].task != TASK_MEAE)
			continue;
		r = records_add(&to->gold, TASK_MEAE);
		record_copy(r, &image->gold.rec[i]);
		free(r->event_id);
		r->event_id = xstrdup(event);
	}
	return event != NULL;
}

static int take(struct reader *r, struct span line)
{
	const struct halves *h = halves_of(r);
	const char *a = memchr(line.s, '\t', line.len);
	const char *b = memrchr(line.s, '\t', line.len);
	struct span sentence, picture, type;
	const struct example *text, *image;
	struct example *e;

	if (!a || b == a)
		return reader_fail(r, "\"sentence TAB picture TAB event "
				      "type\" expected");
	sentence = (struct span){line.s, (size_t)(a - line.s)};
	picture = (struct span){a + 1, (size_t)(b - a - 1)};
	type = (struct span){b + 1, line.len - (size_t)(b + 1 - line.s)};
	if (picture.len > 4 &&
	    memcmp(picture.s + picture.len - 4, ".jpg", 4) == 0)
		picture.len -= 4;
	text = find(&h->text, sentence);
	image = find(&h->image, picture);
	if (!text || !image)
		return reader_fail(
		    r, "no %s %.*s with an event in the file beside it",
		    text ? "picture" : "sentence",
		    span_shown(text ? picture : sentence),
		    text ? picture.s : sentence.s);
	e = reader_add(r);
	e->task = TASK_MEE;
	e->id = xasprintf("%s+%s", text->id, image->id);
	e->text = xstrdup(text->text);
	e->image = xstrdup(image->image);
	e->image_state = image->image_state;
	e->has_gold = true;
	if (!join(e, text, image, type))
		return reader_fail(r, "the sentence has no event %.*s",
				   span_shown(type), type.s);
	reader_respell(r, e);
	return 0;
}

int read_m2e2_coref(struct reader *r)
{
	struct halves h = {0};
	int rc = read_half(r, "text_multimedia_event.json", DATA_M2E2, &h.text);

	if (rc == 0)
		rc = read_half(r, "image_multimedia_event.json",
			       DATA_M2E2_IMAGE, &h.image);
	r->context = &h;
	if (rc == 0)
		rc = reader_lines(r, take);
	dataset_release(&h.text);
	dataset_release(&h.image);
	return rc;
}
