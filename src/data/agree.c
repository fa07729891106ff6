#include "src/data/agree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/data/writer.h"
#include "src/image/regions.h"

const char *agree_name(enum agree_kind k)
{
	static const char *const names[] = {
#define AGREE_NAME(upper, lower, what) #lower,
	    AGREE_KINDS(AGREE_NAME)
#undef AGREE_NAME
	};

	return names[k];
}

static enum agree_kind kind_of(const struct record *r)
{
	static const enum agree_kind kinds[] = {
	    [TASK_MNER] = AGREE_SPAN,
	    [TASK_MRE] = AGREE_TRIPLE,
	    [TASK_MED] = AGREE_TRIGGER,
	    [TASK_MEAE] = AGREE_ARGUMENT,
	};

	return r->region || r->boxed ? AGREE_BOX : kinds[r->task];
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines of one kind, sorted. */
static struct labels lines(const struct records *l, enum agree_kind k)
{
	struct labels out = {0};
	struct str key = {0};

	for (size_t i = 0; i < l->n; i++) {
		if (kind_of(&l->rec[i]) != k)
			continue;
		str_clear(&key);
		record_key(l, &l->rec[i], false, &key);
		labels_add(&out, key.s, key.len);
	}
	str_release(&key);
	if (out.n)
		qsort(out.name, out.n, sizeof(*out.name), compare);
	return out;
}

static void count_lines(struct agree_pair *p, enum agree_kind k,
			const struct records *a, const struct records *b)
{
	struct labels x = lines(a, k), y = lines(b, k);

	for (size_t i = 0, j = 0; i < x.n && j < y.n;) {
		int c = strcmp(x.name[i], y.name[j]);

		p->both[k] += c == 0;
		i += c <= 0;
		j += c >= 0;
	}
	p->n_a[k] += x.n;
	p->n_b[k] += y.n;
	labels_release(&x);
	labels_release(&y);
}

/* The box of a visual argument, in pixels where that can be had. */
static bool box_of(const struct example *e, const struct record *r,
		   struct box *out)
{
	const struct box *b = &r->box;

	if (!r->boxed && (!r->region || r->region >= e->boxes.n))
		return false;
	if (!r->boxed)
		b = &e->boxes.box[r->region];
	if (!writer_pixels(e, b, out))
		*out = *b;
	return true;
}

static double iou(const struct view_of *a, const struct record *x,
		  const struct view_of *b, const struct record *y)
{
	struct box p, q;

	if (strcmp(x->label, y->label) != 0 || strcmp(x->event, y->event) != 0)
		return 0;
	if (box_of(a->e, x, &p) && box_of(b->e, y, &q))
		return (double)box_iou(&p, &q);
	/* nobody knows the boxes: the regions' numbers are all there is */
	return x->region && x->region == y->region;
}

/* The pair of boxes that overlaps most and is not taken; false: none. */
static bool best(const struct view_of *a, const struct view_of *b,
		 const bool *taken_a, const bool *taken_b, size_t *x, size_t *y,
		 double *most)
{
	*most = 0;
	for (size_t i = 0; i < a->rec.n; i++)
		for (size_t j = 0; j < b->rec.n; j++) {
			double v;

			if (taken_a[i] || taken_b[j] ||
			    kind_of(&a->rec.rec[i]) != AGREE_BOX ||
			    kind_of(&b->rec.rec[j]) != AGREE_BOX)
				continue;
			v = iou(a, &a->rec.rec[i], b, &b->rec.rec[j]);
			if (v > *most) {
				*most = v;
				*x = i;
				*y = j;
			}
		}
	return *most > 0;
}

static void count_boxes(struct agree_pair *p, const struct view_of *a,
			const struct view_of *b)
{
	bool *taken_a = xcalloc(a->rec.n, sizeof(*taken_a));
	bool *taken_b = xcalloc(b->rec.n, sizeof(*taken_b));
	size_t x, y;
	double v;

	for (size_t i = 0; i < a->rec.n; i++)
		p->n_a[AGREE_BOX] += kind_of(&a->rec.rec[i]) == AGREE_BOX;
	for (size_t i = 0; i < b->rec.n; i++)
		p->n_b[AGREE_BOX] += kind_of(&b->rec.rec[i]) == AGREE_BOX;
	while (best(a, b, taken_a, taken_b, &x, &y, &v)) {
		taken_a[x] = taken_b[y] = true;
		p->both[AGREE_BOX] += v >= 0.5;
		p->iou += v;
		p->n_iou++;
	}
	free(taken_a);
	free(taken_b);
}

static void count_pair(struct agree_pair *pair, const struct pairing *p)
{
	for (size_t doc = 0; doc < p->n; doc++) {
		const struct view_of *a = pairing_view(p, doc, pair->a);
		const struct view_of *b = pairing_view(p, doc, pair->b);

		if (!pairing_is_shared(p, doc))
			continue;
		for (int k = AGREE_SPAN; k < AGREE_BOX; k++)
			count_lines(pair, (enum agree_kind)k, &a->rec, &b->rec);
		count_boxes(pair, a, b);
	}
}

/* What everybody calls each place: `sets` labels a row. */
struct table {
	struct labels category; /* "" is none */
	size_t *cell;           /* owned; category of place i by set k */
	size_t n, cap, sets;
};

static size_t category(struct table *t, const char *name)
{
	for (size_t i = 0; i < t->category.n; i++)
		if (strcmp(t->category.name[i], name) == 0)
			return i;
	labels_add(&t->category, name, strlen(name));
	return t->category.n - 1;
}

/* The type that a view has at a place; several: joined in order. */
static char *type_at(const struct records *l, enum task task, struct place at)
{
	struct labels types = {0};
	char *joined;

	for (size_t i = 0; i < l->n; i++)
		if (l->rec[i].task == task && place_equal(l->rec[i].at, at))
			labels_add(&types, l->rec[i].label,
				   strlen(l->rec[i].label));
	if (types.n)
		qsort(types.name, types.n, sizeof(*types.name), compare);
	joined = labels_join(&types);
	labels_release(&types);
	return joined;
}

static void add_place(struct table *t, const struct pairing *p, size_t doc,
		      enum task task, struct place at)
{
	t->cell = xgrow(t->cell, t->n, &t->cap, t->sets * sizeof(*t->cell));
	for (size_t k = 0; k < t->sets; k++) {
		char *type = type_at(&pairing_view(p, doc, k)->rec, task, at);

		t->cell[t->n * t->sets + k] = category(t, type);
		free(type);
	}
	t->n++;
}

/* Was the place told of by an earlier set, or earlier in this one? */
static bool is_known(const struct pairing *p, size_t doc, size_t set, size_t i,
		     enum task task)
{
	struct place at = pairing_view(p, doc, set)->rec.rec[i].at;

	for (size_t k = 0; k <= set; k++) {
		const struct records *l = &pairing_view(p, doc, k)->rec;
		size_t end = k == set ? i : l->n;

		for (size_t j = 0; j < end; j++)
			if (l->rec[j].task == task &&
			    place_equal(l->rec[j].at, at))
				return true;
	}
	return false;
}

static void fill(struct table *t, const struct pairing *p, enum task task)
{
	for (size_t doc = 0; doc < p->n; doc++)
		for (size_t k = 0; pairing_is_shared(p, doc) && k < p->sets;
		     k++) {
			const struct records *l = &pairing_view(p, doc, k)->rec;

			for (size_t i = 0; i < l->n; i++)
				if (l->rec[i].task == task &&
				    place_known(l->rec[i].at) &&
				    !is_known(p, doc, k, i, task))
					add_place(t, p, doc, task,
						  l->rec[i].at);
		}
}

/* Cohen 1960: chance is each annotator's own distribution. */
static double cohen(const struct table *t)
{
	size_t *n_a = xcalloc(t->category.n, sizeof(*n_a));
	size_t *n_b = xcalloc(t->category.n, sizeof(*n_b));
	double n = (double)t->n, same = 0, chance = 0;

	for (size_t i = 0; i < t->n; i++) {
		same += t->cell[2 * i] == t->cell[2 * i + 1];
		n_a[t->cell[2 * i]]++;
		n_b[t->cell[2 * i + 1]]++;
	}
	for (size_t c = 0; c < t->category.n; c++)
		chance += (double)n_a[c] / n * ((double)n_b[c] / n);
	free(n_a);
	free(n_b);
	return chance < 1 ? (same / n - chance) / (1 - chance) : NAN;
}

/* Fleiss 1971: chance is everybody's distribution together. */
static double fleiss(const struct table *t)
{
	size_t *all = xcalloc(t->category.n, sizeof(*all));
	size_t *here = xcalloc(t->category.n, sizeof(*here));
	double n = (double)t->n, sets = (double)t->sets, same = 0, chance = 0;

	for (size_t i = 0; i < t->n; i++) {
		memset(here, 0, t->category.n * sizeof(*here));
		for (size_t k = 0; k < t->sets; k++)
			here[t->cell[i * t->sets + k]]++;
		for (size_t c = 0; c < t->category.n; c++) {
			double h = (double)here[c];

			same += h * (h - 1) / (sets * (sets - 1));
			all[c] += here[c];
		}
	}
	for (size_t c = 0; c < t->category.n; c++)
		chance += pow((double)all[c] / (n * sets), 2);
	free(all);
	free(here);
	return chance < 1 ? (same / n - chance) / (1 - chance) : NAN;
}

static struct agree_kappa kappa(const struct pairing *p, enum task task)
{
	struct table t = {.sets = p->sets};
	struct agree_kappa k = {0, NAN};

	fill(&t, p, task);
	k.places = t.n;
	if (t.n)
		k.value = t.sets == 2 ? cohen(&t) : fleiss(&t);
	labels_release(&t.category);
	free(t.cell);
	return k;
}

void agreement_make(struct agreement *g, const struct pairing *p)
{
	*g = (struct agreement){0};
	g->pair = xcalloc(p->sets * (p->sets - 1) / 2, sizeof(*g->pair));
	for (size_t a = 0; a < p->sets; a++)
		for (size_t b = a + 1; b < p->sets; b++) {
			struct agree_pair *pair = &g->pair[g->n_pairs++];

			*pair = (struct agree_pair){.a = a, .b = b};
			count_pair(pair, p);
		}
	g->entity = kappa(p, TASK_MNER);
	g->trigger = kappa(p, TASK_MED);
}

void agreement_release(struct agreement *g)
{
	free(g->pair);
	*g = (struct agreement){0};
}

double agree_f1(const struct agree_pair *p, enum agree_kind k)
{
	size_t all = p->n_a[k] + p->n_b[k];

	return all ? 2 * (double)p->both[k] / (double)all : NAN;
}

double agree_mean_f1(const struct agreement *g, enum agree_kind k)
{
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < g->n_pairs; i++) {
		double f1 = agree_f1(&g->pair[i], k);

		if (!isnan(f1)) {
			sum += f1;
			n++;
		}
	}
	return n ? sum / (double)n : NAN;
}

double agree_mean_iou(const struct agree_pair *p)
{
	return p->n_iou ? p->iou / (double)p->n_iou : NAN;
}
