/*
 * conflicts -- records of several annotators in one data set: which are the
 * same, how they are called, and the queue of those that differ.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/data/pairing.h"
#include "src/image/regions.h"

/* Two records that say the same; boxes agree from an IoU of 0.5. */
bool record_agrees(const struct records *a, const struct record *x,
		   const struct records *b, const struct record *y)
{
	struct str p = {0}, q = {0};
	bool same;

	if (x->task != y->task)
		return false;
	record_key(a, x, true, &p);
	record_key(b, y, true, &q);
	same = strcmp(p.s, q.s) == 0 && x->region == y->region;
	if (same && x->boxed && y->boxed)
		same = (double)box_iou(&x->box, &y->box) >= 0.5;
	else
		same &= x->boxed == y->boxed;
	str_release(&p);
	str_release(&q);
	return same;
}

/*
 * Names of a later set in the first one's terms: those of records that both
 * have are the first one's, others are told apart by the set's letter.
 */
static void rename_one(const struct pairing *p, size_t doc, size_t set,
		       char **name)
{
	const struct records *a = &pairing_view(p, doc, 0)->rec;
	const struct records *b = &pairing_view(p, doc, set)->rec;
	char *own = NULL;

	for (size_t k = 0; *name && !own && k < b->n; k++) {
		if (!b->rec[k].id || strcmp(b->rec[k].id, *name) != 0)
			continue;
		for (size_t i = 0; !own && i < a->n; i++)
			if (a->rec[i].id &&
			    record_agrees(a, &a->rec[i], b, &b->rec[k]))
				own = xstrdup(a->rec[i].id);
	}
	if (*name && !own)
		own = xasprintf("%c.%s", 'a' + (int)(set % 26), *name);
	free(*name);
	*name = own;
}

void pairing_copy(const struct pairing *p, size_t doc, size_t set,
		  const struct record *r, struct records *out)
{
	struct record *to = records_add(out, r->task);

	record_copy(to, r);
	if (set == 0 || !pairing_is_shared(p, doc))
		return;
	rename_one(p, doc, set, &to->id);
	rename_one(p, doc, set, &to->text_id);
	rename_one(p, doc, set, &to->head_id);
	rename_one(p, doc, set, &to->tail_id);
	rename_one(p, doc, set, &to->event_id);
}

/* Is it this example, of the document's, that such a record belongs to? */
bool pairing_belongs(const struct example *e, const struct record *r)
{
	if (e->head)
		return r->task == TASK_MRE && strcmp(e->head, r->head) == 0 &&
		       strcmp(e->tail, r->tail) == 0;
	if (e->event)
		return r->task == TASK_MEAE && strcmp(e->event, r->event) == 0;
	return e->task == r->task ||
	       (e->task == TASK_MEE &&
		(r->task == TASK_MED || r->task == TASK_MEAE));
}

/* A new example of the same document, without records. */
struct example *pairing_example(struct dataset *out, const struct example *from)
{
	struct example *e;

	out->ex = xgrow(out->ex, out->n, &out->cap, sizeof(*out->ex));
	e = &out->ex[out->n++];
	example_blank(e, from);
	e->has_gold = true;
	return e;
}

/* The same question in another set's document? */
bool pairing_asks(const struct view_of *v, const struct example *e)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct example *f = &v->e[i];
		bool pair =
		    (!e->head && !f->head) ||
		    (e->head && f->head && strcmp(e->head, f->head) == 0 &&
		     strcmp(e->tail, f->tail) == 0);
		bool event =
		    (!e->event && !f->event) ||
		    (e->event && f->event && strcmp(e->event, f->event) == 0);

		if (e->task == f->task && pair && event)
			return true;
	}
	return false;
}

/* Do all sets have a record like this one? */
static bool all_agree(const struct pairing *p, size_t doc, size_t set,
		      const struct record *r)
{
	const struct records *own = &pairing_view(p, doc, set)->rec;

	for (size_t k = 0; k < p->sets; k++) {
		const struct records *l = &pairing_view(p, doc, k)->rec;
		size_t i = 0;

		while (i < l->n && !record_agrees(own, r, l, &l->rec[i]))
			i++;
		if (k != set && i == l->n)
			return false;
	}
	return true;
}

/* Agreed records as gold, the others as what somebody accepted. */
static void fill(const struct pairing *p, size_t doc, const char *const *name,
		 struct example *e)
{
	for (size_t set = 0; set < p->sets; set++) {
		const struct records *l = &pairing_view(p, doc, set)->rec;

		for (size_t i = 0; i < l->n; i++) {
			struct records one = {0};
			struct judgement *d;

			if (!pairing_belongs(e, &l->rec[i]))
				continue;
			if (all_agree(p, doc, set, &l->rec[i])) {
				if (set == 0)
					pairing_copy(p, doc, 0, &l->rec[i],
						     &e->gold);
				continue;
			}
			pairing_copy(p, doc, set, &l->rec[i], &one);
			d = judgements_add(&e->judged, VERDICT_ACCEPTED);
			d->rec = one.rec[0];
			d->who = xstrdup(name[set]);
			free(one.rec);
		}
	}
}

/* Did an earlier set's document ask the same? */
static bool is_asked(const struct pairing *p, size_t doc, size_t set,
		     const struct example *e)
{
	for (size_t k = 0; k < set; k++)
		if (pairing_asks(pairing_view(p, doc, k), e))
			return true;
	return false;
}

void pairing_queue(const struct pairing *p, const char *const *name,
		   struct dataset *out)
{
	for (size_t doc = 0; doc < p->n; doc++)
		for (size_t set = 0; pairing_is_shared(p, doc) && set < p->sets;
		     set++) {
			const struct view_of *v = pairing_view(p, doc, set);

			for (size_t i = 0; i < v->n; i++) {
				struct example *e;

				if (is_asked(p, doc, set, &v->e[i]))
					continue;
				e = pairing_example(out, &v->e[i]);
				fill(p, doc, name, e);
				e->has_judged = true;
				labels_add(&e->flags, "conflict", 8);
				if (e->judged.n == 0)
					example_release(&out->ex[--out->n]);
			}
		}
}
