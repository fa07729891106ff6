#include "src/data/adjudicate.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/image/regions.h"

static const char *const choices[] = {"open",
#define CHOICE_NAME(upper, lower, what) #lower,
				      CHOICES(CHOICE_NAME)
#undef CHOICE_NAME
};

const char *choice_name(enum choice c)
{
	return choices[c];
}

bool choice_find(const char *word, enum choice *out)
{
	for (size_t i = 1; i < ARRAY_LEN(choices); i++)
		if (strcmp(choices[i], word) == 0) {
			*out = (enum choice)i;
			return true;
		}
	return false;
}

/* Do they speak of the same thing, though not alike? */
static bool rivals(const struct record *x, const struct record *y)
{
	if (x->task != y->task)
		return false;
	if (x->task == TASK_MRE)
		return place_equal(x->head_at, y->head_at) &&
		       place_equal(x->tail_at, y->tail_at);
	if (x->boxed && y->boxed)
		return (double)box_iou(&x->box, &y->box) > 0;
	if (x->region || y->region)
		return x->region == y->region;
	return place_overlaps(x->at, y->at);
}

/* Which records of b stand against which of a: 1 + index, 0: none. */
static void match(const struct records *a, const struct records *b,
		  size_t *of_a, size_t *of_b,
		  bool (*fits)(const struct records *a, const struct record *x,
			       const struct records *b, const struct record *y))
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; !of_a[i] && k < b->n; k++)
			if (!of_b[k] && fits(a, &a->rec[i], b, &b->rec[k])) {
				of_a[i] = k + 1;
				of_b[k] = i + 1;
			}
}

static bool fits_rival(const struct records *a, const struct record *x,
		       const struct records *b, const struct record *y)
{
	(void)a;
	(void)b;
	return rivals(x, y);
}

static void add(struct adjudication *j, size_t doc, const struct record *a,
		const struct record *b)
{
	j->conflict = xgrow(j->conflict, j->n, &j->cap, sizeof(*j->conflict));
	j->conflict[j->n++] = (struct conflict){doc, a, b, CHOICE_OPEN};
}

static void compare_document(struct adjudication *j, size_t doc)
{
	const struct records *a = &pairing_view(&j->p, doc, 0)->rec;
	const struct records *b = &pairing_view(&j->p, doc, 1)->rec;
	size_t *of_a = xcalloc(a->n, sizeof(*of_a));
	size_t *of_b = xcalloc(b->n, sizeof(*of_b));
	size_t *same = xcalloc(a->n, sizeof(*same));

	match(a, b, of_a, of_b, record_agrees);
	memcpy(same, of_a, a->n * sizeof(*same));
	match(a, b, of_a, of_b, fits_rival);
	for (size_t i = 0; i < a->n; i++)
		if (same[i])
			j->agreed++;
		else
			add(j, doc, &a->rec[i],
			    of_a[i] ? &b->rec[of_a[i] - 1] : NULL);
	for (size_t k = 0; k < b->n; k++)
		if (!of_b[k])
			add(j, doc, NULL, &b->rec[k]);
	free(of_a);
	free(of_b);
	free(same);
}

void adjudication_make(struct adjudication *j, const struct dataset d[2])
{
	*j = (struct adjudication){0};
	pairing_make(&j->p, d, 2);
	for (size_t doc = 0; doc < j->p.n; doc++)
		if (pairing_is_shared(&j->p, doc))
			compare_document(j, doc);
}

void adjudication_release(struct adjudication *j)
{
	pairing_release(&j->p);
	free(j->conflict);
	*j = (struct adjudication){0};
}

/* The conflict that a record is in, or NULL: it is agreed on. */
static const struct conflict *conflict_of(const struct adjudication *j,
					  const struct record *r)
{
	for (size_t i = 0; i < j->n; i++)
		if (j->conflict[i].a == r || j->conflict[i].b == r)
			return &j->conflict[i];
	return NULL;
}

static bool is_chosen(const struct conflict *c, bool second)
{
	if (!c)
		return !second; /* both have it: once is enough */
	return c->choice == CHOICE_BOTH ||
	       c->choice == (second ? CHOICE_B : CHOICE_A);
}

/* The records of one example that are gold. */
static void fill_gold(const struct adjudication *j, size_t doc,
		      struct example *e)
{
	for (int set = 0; set < 2; set++) {
		const struct view_of *v = pairing_view(&j->p, doc, (size_t)set);

		for (size_t i = 0; i < v->rec.n; i++) {
			const struct record *r = &v->rec.rec[i];
			bool alone = !pairing_is_shared(&j->p, doc);

			if (pairing_belongs(e, r) &&
			    (alone || is_chosen(conflict_of(j, r), set == 1)))
				pairing_copy(&j->p, doc, (size_t)set, r,
					     &e->gold);
		}
	}
}

void adjudication_gold(const struct adjudication *j, struct dataset *out)
{
	for (size_t doc = 0; doc < j->p.n; doc++) {
		const struct view_of *a = pairing_view(&j->p, doc, 0);
		const struct view_of *b = pairing_view(&j->p, doc, 1);

		for (size_t i = 0; i < a->n; i++)
			fill_gold(j, doc, pairing_example(out, &a->e[i]));
		for (size_t i = 0; i < b->n; i++)
			if (!pairing_asks(a, &b->e[i]))
				fill_gold(j, doc,
					  pairing_example(out, &b->e[i]));
	}
}
