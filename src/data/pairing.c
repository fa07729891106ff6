#include "src/data/pairing.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/data/graph.h"
#include "src/text/align.h"

static void settle(const char *text, const char *string, struct place *at)
{
	struct alignment a;

	if (!string || place_known(*at))
		return;
	align(text, strlen(text), string, strlen(string), &a);
	if (a.n)
		*at = a.place[0];
	alignment_release(&a);
}

static void take_view(struct view_of *v, const struct example *e, size_t n)
{
	v->e = e;
	v->n = n;
	for (size_t i = 0; i < n; i++) {
		struct records all;

		example_records(&e[i], &all);
		records_copy(&v->rec, &all);
		records_release(&all);
	}
	for (size_t i = 0; i < v->rec.n; i++) {
		struct record *r = &v->rec.rec[i];

		if (!r->region)
			settle(e->text, r->text, &r->at);
		settle(e->text, r->head, &r->head_at);
		settle(e->text, r->tail, &r->tail_at);
	}
}

struct view_of *pairing_view(const struct pairing *p, size_t doc, size_t set)
{
	return &p->view[doc * p->sets + set];
}

static const struct example *first_of(const struct pairing *p, size_t doc)
{
	size_t k = 0;

	while (!pairing_view(p, doc, k)->e)
		k++;
	return pairing_view(p, doc, k)->e;
}

/* The document that this is and that the set does not have yet. */
static size_t find(const struct pairing *p, const struct example *e, size_t set,
		   size_t from)
{
	for (size_t i = 0; i < p->n; i++) {
		size_t doc = (from + i) % p->n;
		const struct example *f = first_of(p, doc);

		if (!pairing_view(p, doc, set)->e &&
		    strcmp(f->id, e->id) == 0 && strcmp(f->text, e->text) == 0)
			return doc;
	}
	return p->n;
}

static size_t add(struct pairing *p)
{
	p->view = xgrow(p->view, p->n, &p->cap, p->sets * sizeof(*p->view));
	memset(&p->view[p->n * p->sets], 0, p->sets * sizeof(*p->view));
	return p->n++;
}

bool pairing_is_shared(const struct pairing *p, size_t doc)
{
	for (size_t k = 0; k < p->sets; k++)
		if (!pairing_view(p, doc, k)->e)
			return false;
	return true;
}

void pairing_make(struct pairing *p, const struct dataset *d, size_t sets)
{
	*p = (struct pairing){.sets = sets};
	for (size_t set = 0; set < sets; set++)
		for (size_t i = 0, from = 0; i < d[set].n;) {
			size_t n = document_length(&d[set], i);
			size_t doc = find(p, &d[set].ex[i], set, from);

			if (doc == p->n)
				doc = add(p);
			take_view(pairing_view(p, doc, set), &d[set].ex[i], n);
			from = doc + 1;
			i += n;
		}
	for (size_t i = 0; i < p->n; i++)
		p->shared += pairing_is_shared(p, i);
}

void pairing_release(struct pairing *p)
{
	for (size_t i = 0; i < p->n * p->sets; i++)
		records_release(&p->view[i].rec);
	free(p->view);
	*p = (struct pairing){0};
}

static void put_end(struct str *out, const char *text, struct place at)
{
	if (place_known(at))
		str_addf(out, " %d-%d", at.start, at.end);
	else
		str_addf(out, " \"%s\"", text ? text : "");
}

/* Where the event of an argument has its trigger. */
static void put_trigger(struct str *out, const struct records *l,
			const struct record *r)
{
	for (size_t i = 0; r->event_id && i < l->n; i++)
		if (l->rec[i].task == TASK_MED && l->rec[i].id &&
		    strcmp(l->rec[i].id, r->event_id) == 0) {
			put_end(out, l->rec[i].text, l->rec[i].at);
			return;
		}
}

void record_key(const struct records *l, const struct record *r, bool trigger,
		struct str *out)
{
	str_addf(out, "%s %s", task_name(r->task), r->label);
	if (r->task == TASK_MRE) {
		put_end(out, r->head, r->head_at);
		put_end(out, r->tail, r->tail_at);
		return;
	}
	if (r->region || r->boxed)
		str_add(out, " in the picture");
	else
		put_end(out, r->text, r->at);
	if (r->task != TASK_MEAE)
		return;
	str_addf(out, " of %s", r->event);
	if (trigger)
		put_trigger(out, l, r);
}
