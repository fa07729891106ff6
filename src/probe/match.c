#include "src/probe/match.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "src/engine/box-score.h"

const char *mark_sign(enum mark m)
{
	static const char *const sign[] = {
#define MARK_SIGN(upper, sign, text) sign,
	    MARKS(MARK_SIGN)
#undef MARK_SIGN
	};

	return sign[m];
}

/* One side of a comparison: results with places in the base text. */
struct side {
	const struct extraction *x;
	const int32_t *origin; /* or NULL */
	size_t n_origin;
};

/* Somewhere in the base text, or a string that is nowhere. */
struct place_of {
	int32_t start, end; /* -1: nowhere */
	const char *string;
};

static struct place_of place(const struct side *s, const struct mention *m,
			     const char *string)
{
	struct place_of p = {-1, -1, string ? string : ""};

	if (m->fit == FIT_ABSENT || m->start < 0 || m->end <= m->start)
		return p;
	if (!s->origin) {
		p.start = m->start;
		p.end = m->end;
		return p;
	}
	/* Letters that were put in have no origin: take the ones between. */
	for (int32_t i = m->start; i < m->end && (size_t)i < s->n_origin; i++) {
		if (s->origin[i] < 0)
			continue;
		if (p.start < 0)
			p.start = s->origin[i];
		p.end = s->origin[i] + 1;
	}
	return p;
}

enum nearness { APART, OVERLAPS, EQUAL };

static enum nearness compare(struct place_of a, struct place_of b)
{
	/* A model may write what a changed text no longer has. */
	if (a.start < 0 || b.start < 0)
		return strcmp(a.string, b.string) == 0 ? EQUAL : APART;
	if (a.start == b.start && a.end == b.end)
		return EQUAL;
	return a.start < b.end && b.start < a.end ? OVERLAPS : APART;
}

/* Boxes of two pictures have nothing to do with each other. */
static enum nearness compare_boxes(const struct side *a, const struct found *f,
				   const struct side *b, const struct found *h)
{
	const struct regions *ra = &a->x->regions, *rb = &b->x->regions;
	float iou;

	if (!f->rec.region || !h->rec.region ||
	    !string_equal(a->x->image_path, b->x->image_path))
		return APART;
	if (f->rec.region >= ra->n || h->rec.region >= rb->n)
		return f->rec.region == h->rec.region ? EQUAL : APART;
	iou = box_iou(&ra->box[f->rec.region], &rb->box[h->rec.region]);
	return iou >= 0.5f ? EQUAL : iou > 0 ? OVERLAPS : APART;
}

static enum nearness worse(enum nearness a, enum nearness b)
{
	return a < b ? a : b;
}

static enum nearness near_to(const struct side *a, const struct found *f,
			     const struct side *b, const struct found *h)
{
	enum nearness event = EQUAL;

	if (f->rec.task != h->rec.task || (f->event < 0) != (h->event < 0))
		return APART;
	if (f->rec.task == TASK_MRE)
		return worse(compare(place(a, &f->head, f->rec.head),
				     place(b, &h->head, h->rec.head)),
			     compare(place(a, &f->tail, f->rec.tail),
				     place(b, &h->tail, h->rec.tail)));
	if (f->event >= 0)
		event = near_to(a, &a->x->found[f->event], b,
				&b->x->found[h->event]);
	if (event != EQUAL)
		return APART;
	if (f->rec.region || h->rec.region)
		return compare_boxes(a, f, b, h);
	return compare(place(a, &f->text, f->rec.text),
		       place(b, &h->text, h->rec.text));
}

/* What base result f would be called if it were paired with h; MARK_LOST when
 * they have nothing in common. */
static enum mark judge(const struct side *a, const struct found *f,
		       const struct side *b, const struct found *h)
{
	enum nearness n = near_to(a, f, b, h);
	bool type = strcmp(f->rec.label, h->rec.label) == 0;

	if (n == EQUAL)
		return type ? MARK_SAME : MARK_LABEL;
	return n == OVERLAPS && type ? MARK_BOUNDS : MARK_LOST;
}

void match(const struct extraction *base, const struct extraction *variant,
	   const int32_t *origin, size_t n_origin, struct matching *m)
{
	const struct side a = {base, NULL, 0}, b = {variant, origin, n_origin};
	bool *taken = xcalloc(variant->n_found + 1, sizeof(*taken));

	*m = (struct matching){.n = base->n_found,
			       .found = variant->n_found,
			       .added = variant->n_found};
	m->mark = xcalloc(m->n + 1, sizeof(*m->mark));
	m->with = xcalloc(m->n + 1, sizeof(*m->with));
	for (size_t i = 0; i < m->n; i++) {
		m->mark[i] = MARK_LOST;
		m->with[i] = -1;
	}
	/* The best pairs first: what is the same is never given away. */
	for (enum mark want = MARK_SAME; want < MARK_LOST; want++)
		for (size_t i = 0; i < m->n; i++)
			for (size_t k = 0;
			     k < variant->n_found && m->with[i] < 0; k++) {
				if (taken[k] ||
				    judge(&a, &base->found[i], &b,
					  &variant->found[k]) != want)
					continue;
				m->mark[i] = want;
				m->with[i] = (int)k;
				taken[k] = true;
				m->added--;
			}
	free(taken);
}

void matching_release(struct matching *m)
{
	free(m->mark);
	free(m->with);
	*m = (struct matching){0};
}

size_t matching_flips(const struct matching *m)
{
	size_t flips = m->added;

	for (size_t i = 0; i < m->n; i++)
		flips += m->mark[i] != MARK_SAME;
	return flips;
}

void matching_counts(const struct matching *m, struct counts *c)
{
	int64_t same = 0;

	for (size_t i = 0; i < m->n; i++)
		same += m->mark[i] == MARK_SAME;
	c->tp += same;
	c->fp += (int64_t)m->found - same;
	c->fn += (int64_t)m->n - same;
}

/* `string` as the base text has it where `m` came from; caller's. */
static char *read_back(const struct side *s, const struct extraction *base,
		       const struct mention *m, const char *string)
{
	struct place_of p = place(s, m, string);
	size_t n = strlen(base->text), from, to;

	if (p.start < 0)
		return xstrdup(string);
	from = utf8_offset(base->text, n, (size_t)p.start);
	to = utf8_offset(base->text, n, (size_t)p.end);
	return xstrndup(base->text + from, to - from);
}

static void set(char **to, char *value)
{
	free(*to);
	*to = value;
}

static void read_back_record(const struct side *s,
			     const struct extraction *base,
			     const struct found *f, struct record *r)
{
	if (r->task == TASK_MRE) {
		set(&r->head, read_back(s, base, &f->head, r->head));
		set(&r->tail, read_back(s, base, &f->tail, r->tail));
	} else if (!r->region) {
		set(&r->text, read_back(s, base, &f->text, r->text));
	}
}

void match_gold(const struct records *gold, const struct extraction *base,
		const struct extraction *variant, const int32_t *origin,
		size_t n_origin, struct counts *c)
{
	const struct side s = {variant, origin, n_origin};
	struct box_score where = {variant, box_score_relative(gold)};
	struct score_options o = {.iou = box_score, .context = &where};
	struct records pred = {0};

	for (size_t i = 0; i < variant->n_found; i++) {
		struct record r = variant->found[i].rec;
		struct records one = {.rec = &r, .n = 1};

		records_copy(&pred, &one);
		if (origin)
			read_back_record(&s, base, &variant->found[i],
					 &pred.rec[i]);
	}
	score_strict(gold, &pred, &o, c);
	records_release(&pred);
}
