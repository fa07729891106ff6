/* From what the model said and what is gold to counts for each label. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/box-score.h"
#include "src/engine/bundle.h"
#include "src/engine/evaluate-internal.h"
#include "src/task/reference.h"

static struct tally *tally_new(struct evaluator *v, const struct outcome *w,
			       enum task t, int label)
{
	struct tally *y;

	v->tally =
	    xgrow(v->tally, v->n_tallies, &v->cap_tallies, sizeof(*v->tally));
	y = &v->tally[v->n_tallies++];
	*y = (struct tally){.example = w->index, .task = t, .label = label};
	return y;
}

static int name_of(struct evaluator *v, const char *label)
{
	for (size_t i = 0; i < v->names.n; i++)
		if (strcmp(v->names.name[i], label) == 0)
			return (int)i;
	labels_add(&v->names, label, strlen(label));
	return (int)v->names.n - 1;
}

/* The records of task t with this label (NULL: any); borrowed strings. */
static struct records pick(const struct records *l, enum task t,
			   const char *label)
{
	struct records out = {0};

	out.rec = xcalloc(l->n, sizeof(*out.rec));
	for (size_t i = 0; i < l->n; i++)
		if (l->rec[i].task == t &&
		    (!label || strcmp(l->rec[i].label, label) == 0))
			out.rec[out.n++] = l->rec[i];
	return out;
}

/* Where the k-th of equal strings stands in the text, as a string. */
static char *place_text(const char *text, const char *needle, size_t k)
{
	struct alignment a;
	char *s;

	align(text, strlen(text), needle, strlen(needle), &a);
	if (a.n == 0)
		s = xasprintf("nowhere: %s", needle);
	else
		s = xasprintf("%d-%d", a.place[MIN(k, a.n - 1)].start,
			      a.place[MIN(k, a.n - 1)].end);
	alignment_release(&a);
	return s;
}

/* How many records before i have the same label and string. */
static size_t earlier(const struct records *l, size_t i, const char *text)
{
	size_t k = 0;

	for (size_t j = 0; j < i; j++)
		k += l->rec[j].text && strcmp(l->rec[j].text, text) == 0 &&
		     strcmp(l->rec[j].label, l->rec[i].label) == 0;
	return k;
}

/*
 * Put places where strings were, or one label where there were many.  What is
 * replaced is listed in `made`, for made_release().
 */
struct made {
	char **s;
	size_t n, cap;
};

static char *keep(struct made *m, char *s)
{
	m->s = xgrow(m->s, m->n, &m->cap, sizeof(*m->s));
	m->s[m->n++] = s;
	return s;
}

static void made_release(struct made *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->s[i]);
	free(m->s);
}

static void to_places(struct records *l, const char *text, struct made *m)
{
	struct records before = {0};

	before.rec = xcalloc(l->n, sizeof(*before.rec));
	memcpy(before.rec, l->rec, l->n * sizeof(*l->rec));
	for (size_t i = 0; i < l->n; i++) {
		struct record *r = &l->rec[i];

		if (r->text && !r->region)
			r->text =
			    keep(m, place_text(text, r->text,
					       earlier(&before, i, r->text)));
		if (r->head)
			r->head = keep(m, place_text(text, r->head, 0));
		if (r->tail)
			r->tail = keep(m, place_text(text, r->tail, 0));
	}
	free(before.rec);
}

static void to_one_label(struct records *l)
{
	static char any[] = "any";

	for (size_t i = 0; i < l->n; i++)
		if (l->rec[i].task != TASK_MRE ||
		    strcasecmp(l->rec[i].label, "none") != 0)
			l->rec[i].label = any;
}

/* One tally for each label of either side, and one for the task. */
static void score_labels(struct evaluator *v, const struct outcome *w,
			 enum task t, const struct records *gold,
			 const struct records *found, bool by_label)
{
	struct box_score where = {w->x, w->e->boxes_relative};
	struct score_options s = {.count_none = v->o->count_none,
				  .iou = box_score,
				  .context = &where};
	const struct records *side[2] = {gold, found};
	struct labels seen = {0};
	size_t whole = v->n_tallies;

	tally_new(v, w, t, -1);
	score_strict(gold, found, &s, &v->tally[whole].c);
	for (size_t i = 0; by_label && i < gold->n + found->n; i++) {
		const char *label = side[i >= gold->n]
					->rec[i < gold->n ? i : i - gold->n]
					.label;
		struct records g, f;
		struct counts c = {0};

		if (labels_find(&seen, label, strlen(label)) >= 0)
			continue;
		labels_add(&seen, label, strlen(label));
		g = pick(gold, t, label);
		f = pick(found, t, label);
		score_strict(&g, &f, &s, &c);
		free(g.rec);
		free(f.rec);
		if (c.tp + c.fp + c.fn)
			tally_new(v, w, t, name_of(v, label))->c = c;
	}
	labels_release(&seen);
}

static void score_ours(struct evaluator *v, const struct outcome *w,
		       enum task t)
{
	struct records gold = pick(&w->e->gold, t, NULL);
	struct records found = pick(&w->found, t, NULL);
	struct made made = {0};

	if (v->o->scorer == SCORER_TEXT) {
		to_one_label(&gold);
		to_one_label(&found);
	} else if (v->o->scorer == SCORER_OFFSET) {
		to_places(&gold, w->e->text, &made);
		to_places(&found, w->e->text, &made);
	}
	score_labels(v, w, t, &gold, &found, v->o->scorer != SCORER_TEXT);
	made_release(&made);
	free(gold.rec);
	free(found.rec);
}

static enum ref_parser parser_of(enum task t)
{
	switch (t) {
	case TASK_MRE:
		return REF_RELATION;
	case TASK_MED:
		return REF_EVENT_TRIGGER;
	case TASK_MEAE:
		return REF_EVENT_ARG;
	case TASK_MNER:
	case TASK_MEE:
		break;
	}
	return REF_ENTITY;
}

static void ref_read(const struct evaluator *v, enum task t, const char *raw,
		     bool is_gold, struct ref_parse *out)
{
	const struct schema *s = &v->b->schema;
	const struct labels *types = t == TASK_MNER  ? &s->entities
				     : t == TASK_MRE ? &s->relations
						     : &s->events;

	ref_parse(parser_of(t), raw, strlen(raw), is_gold, types, &s->roles,
		  out);
}

/* Records in the bracket language, which is all that the reference reads. */
static void ref_print(const struct evaluator *v, enum task t,
		      const struct records *l, bool is_gold,
		      struct ref_parse *out)
{
	struct records some = pick(l, t, NULL);
	struct str text = {0};

	answer_print(ANSWER_SEL, t, &some, &text);
	ref_read(v, t, str_cstr(&text), is_gold, out);
	str_release(&text);
	free(some.rec);
}

static void score_reference(struct evaluator *v, const struct outcome *w,
			    enum task t)
{
	bool sel = bundle_grammar(v->b) == ANSWER_SEL;
	struct ref_parse gold, found, own = {0};
	struct ref_counts c = {0};

	ref_print(v, t, &w->e->gold, true, &gold);
	if (sel && w->raw && w->e->task == t)
		ref_read(v, t, w->raw, false, &found);
	else
		ref_print(v, t, &w->found, false, &found);
	if (t == TASK_MEAE) {
		ref_print(v, TASK_MED,
			  w->e->task == TASK_MEE ? &w->found : &w->triggers,
			  false, &own);
		ref_two_stage(&own.spots, &found.asocs);
		ref_count(&gold.asocs, &found.asocs, &c);
	} else {
		ref_count(&gold.spots, &found.spots, &c);
	}
	tally_new(v, w, t, -1)->c = (struct counts){c.tp, c.fp, c.fn};
	ref_parse_release(&gold);
	ref_parse_release(&found);
	ref_parse_release(&own);
}

/* A mention that both sides name: which type was taken for which. */
static void count_confusion(struct evaluator *v, const struct outcome *w)
{
	const struct labels *types = &v->now.types;
	struct records found = pick(&w->found, TASK_MNER, NULL);
	size_t side = types->n + 1, none = types->n;

	for (size_t g = 0; g < w->e->gold.n; g++) {
		const struct record *r = &w->e->gold.rec[g];
		int a = labels_find(types, r->label, strlen(r->label)), b = -1;
		size_t best = found.n;

		if (r->task != TASK_MNER || a < 0)
			continue;
		for (size_t f = 0; f < found.n; f++)
			if (strcmp(found.rec[f].text, r->text) == 0 &&
			    (best == found.n ||
			     strcmp(found.rec[f].label, r->label) == 0))
				best = f;
		if (best < found.n) {
			b = labels_find(types, found.rec[best].label,
					strlen(found.rec[best].label));
			found.rec[best] = found.rec[--found.n];
		}
		v->now
		    .confusion[(size_t)a * side + (b < 0 ? none : (size_t)b)]++;
	}
	for (size_t f = 0; f < found.n; f++) {
		int b = labels_find(types, found.rec[f].label,
				    strlen(found.rec[f].label));

		if (b >= 0)
			v->now.confusion[none * side + (size_t)b]++;
	}
	free(found.rec);
}

void evaluate_score(struct evaluator *v, const struct outcome *w)
{
	static const enum task parts[] = {TASK_MED, TASK_MEAE};
	bool mee = w->e->task == TASK_MEE;

	if (w->e->task == TASK_MNER)
		count_confusion(v, w);
	for (size_t g = 0; g < w->e->gold.n; g++)
		v->now.boxed += w->e->gold.rec[g].boxed != BOXED_NOT;
	for (size_t i = 0; i < (mee ? ARRAY_LEN(parts) : 1); i++) {
		enum task t = mee ? parts[i] : w->e->task;

		if (v->o->scorer == SCORER_REFERENCE)
			score_reference(v, w, t);
		else
			score_ours(v, w, t);
	}
}
