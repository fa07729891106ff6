#include "src/task/score.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/mem.h"
#include "src/base/str.h"

/* One example: who is matched with whom. */
struct match {
	const struct records *gold, *pred;
	const struct score_options *o;
	size_t *owner; /* of each gold record: 1 + index of its prediction */
	bool *tried;   /* of each gold record, in one search */
};

static bool counts(const struct record *r, const struct score_options *o)
{
	return r->task != TASK_MRE || (o && o->count_none) ||
	       strcasecmp(r->label, "none") != 0;
}

static bool visual(const struct record *r)
{
	return r->region != 0 || r->boxed != BOXED_NOT;
}

/* Is prediction p right about gold record g? */
static bool right(const struct match *m, size_t p, size_t g)
{
	const struct record *a = &m->pred->rec[p], *b = &m->gold->rec[g];
	const struct score_options *o = m->o;

	if (!visual(a) || !visual(b))
		return record_equal(a, b);
	if (a->task != b->task || !string_equal(a->label, b->label) ||
	    !string_equal(a->event, b->event))
		return false;
	return (a->region && a->region == b->region) ||
	       (o && o->iou && o->iou(o->context, a, b) >= SCORE_IOU);
}

/* Give prediction p a gold record that nobody has. */
static bool take_free(struct match *m, size_t p)
{
	for (size_t g = 0; g < m->gold->n; g++) {
		if (m->owner[g] || !counts(&m->gold->rec[g], m->o) ||
		    !right(m, p, g))
			continue;
		m->owner[g] = p + 1;
		return true;
	}
	return false;
}

/*
 * Two boxes may overlap one gold box, so the first that fits is not always
 * the best: move others along an augmenting path.  Text needs none of this,
 * since what equals one gold record equals the same others.
 */
static bool place(struct match *m, size_t p, int depth)
{
	enum { DEPTH_MAX = 256 }; /* of the stack; pictures have 36 regions */

	if (take_free(m, p))
		return true;
	if (!visual(&m->pred->rec[p]) || depth == DEPTH_MAX)
		return false;
	for (size_t g = 0; g < m->gold->n; g++) {
		if (m->tried[g] || !counts(&m->gold->rec[g], m->o) ||
		    !right(m, p, g))
			continue;
		m->tried[g] = true;
		if (place(m, m->owner[g] - 1, depth + 1)) {
			m->owner[g] = p + 1;
			return true;
		}
	}
	return false;
}

void score_strict(const struct records *gold, const struct records *pred,
		  const struct score_options *o, struct counts *c)
{
	struct match m = {.gold = gold, .pred = pred, .o = o};
	int64_t n_gold = 0, n_pred = 0, tp = 0;

	m.owner = xcalloc(gold->n, sizeof(*m.owner));
	m.tried = xcalloc(gold->n, sizeof(*m.tried));
	for (size_t g = 0; g < gold->n; g++)
		n_gold += counts(&gold->rec[g], o);
	for (size_t p = 0; p < pred->n; p++) {
		if (!counts(&pred->rec[p], o))
			continue;
		n_pred++;
		memset(m.tried, 0, gold->n * sizeof(*m.tried));
		tp += place(&m, p, 0);
	}
	c->tp += tp;
	c->fp += n_pred - tp;
	c->fn += n_gold - tp;
	free(m.owner);
	free(m.tried);
}

static double percent(int64_t part, int64_t rest)
{
	return part + rest ? 100.0 * (double)part / (double)(part + rest) : 0;
}

double score_precision(const struct counts *c)
{
	return percent(c->tp, c->fp);
}

double score_recall(const struct counts *c)
{
	return percent(c->tp, c->fn);
}

double score_f1(const struct counts *c)
{
	double p = score_precision(c), r = score_recall(c);

	return p + r > 0 ? 2 * p * r / (p + r) : 0;
}
