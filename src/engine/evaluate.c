#include "src/engine/evaluate.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/engine/bundle.h"
#include "src/engine/clock.h"
#include "src/engine/evaluate-internal.h"

enum { CHUNK = 16 };

const double GATE_EDGE[GATE_BINS - 1] = {GATE_EDGES};

/* The questions of a chunk, several for an example where it is a cascade. */
struct asks {
	struct extract_request *r; /* owned */
	struct extraction **got;   /* owned */
	size_t *of;                /* index of the outcome */
	size_t n, cap;
};

static struct extract_request *ask(struct asks *a, const struct evaluator *v,
				   const struct example *e, size_t of)
{
	const struct evaluate_options *o = v->o;
	struct extract_request *r;
	size_t cap = a->cap;

	a->r = xgrow(a->r, a->n, &cap, sizeof(*a->r));
	cap = a->cap;
	a->of = xgrow(a->of, a->n, &cap, sizeof(*a->of));
	a->cap = cap;
	a->of[a->n] = of;
	r = &a->r[a->n++];
	*r = (struct extract_request){0};
	example_request(e, r);
	if (o->instruction && e->task != TASK_MEE) {
		free(r->instruction);
		r->instruction = xstrdup(o->instruction);
	}
	if (o->no_pictures) {
		free(r->image);
		r->image = NULL;
	}
	r->gate = o->gate;
	r->gate_value = o->gate_value;
	r->beams = o->beams;
	r->constrained = o->constrained;
	r->max_tokens = o->max_tokens;
	return r;
}

/* The same text and picture with another task's question. */
static void ask_task(struct asks *a, const struct evaluator *v,
		     const struct outcome *w, size_t of, enum task t,
		     const char *event)
{
	struct extract_request *r = ask(a, v, w->e, of);

	r->task = t;
	free(r->event);
	r->event = xstrdup_null(event);
	if (t != w->e->task) {
		labels_release(&r->labels);
		free(r->instruction);
		r->instruction = NULL;
	}
}

static int ask_all(struct asks *a, struct extractor *x, struct err *err)
{
	a->got = xcalloc(a->n, sizeof(struct extraction *));
	return a->n ? extractor_run_batch(x, a->r, a->n, a->got, err) : 0;
}

static void asks_release(struct asks *a)
{
	for (size_t i = 0; i < a->n; i++) {
		extract_request_release(&a->r[i]);
		if (a->got)
			extraction_free(a->got[i]);
	}
	free(a->r);
	free(a->of);
	free(a->got);
	*a = (struct asks){0};
}

static enum regime regime_of(const struct evaluator *v, enum task t)
{
	if (v->o->regime != REGIME_USUAL)
		return v->o->regime;
	return t == TASK_MEE ? REGIME_OWN : REGIME_GOLD_TYPE;
}

/* Does this example want the model's own triggers first? */
static bool wants_triggers(const struct evaluator *v, const struct example *e)
{
	return e->task == TASK_MEAE && (regime_of(v, e->task) == REGIME_OWN ||
					v->o->scorer == SCORER_REFERENCE);
}

static bool has_event(const struct records *l, const char *event)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->rec[i].label, event) == 0)
			return true;
	return false;
}

/* Copies of the found records. */
static void take_found(const struct extraction *x, struct records *out)
{
	struct records one = {0};

	for (size_t i = 0; i < x->n_found; i++) {
		struct record r = x->found[i].rec;

		one.rec = &r;
		one.n = 1;
		records_copy(out, &one);
	}
}

/* Arguments of gold events are asked for: one prompt a type, or a trigger. */
static void ask_gold_events(struct asks *a, const struct evaluator *v,
			    const struct outcome *w, size_t of)
{
	const struct records *gold = &w->e->gold;
	bool each = regime_of(v, TASK_MEE) == REGIME_GOLD_TRIGGER;
	struct records before = {0};

	for (size_t i = 0; i < gold->n; i++) {
		if (gold->rec[i].task != TASK_MED)
			continue;
		before.rec = gold->rec;
		before.n = i;
		if (each || !has_event(&before, gold->rec[i].label))
			ask_task(a, v, w, of, TASK_MEAE, gold->rec[i].label);
	}
}

/* What is asked first of an example. */
static void ask_first(struct asks *a, const struct evaluator *v,
		      const struct outcome *w, size_t of)
{
	if (w->e->task == TASK_MEE && regime_of(v, TASK_MEE) != REGIME_OWN) {
		ask_task(a, v, w, of, TASK_MED, NULL);
		ask_gold_events(a, v, w, of);
	} else if (wants_triggers(v, w->e)) {
		ask_task(a, v, w, of, TASK_MED, NULL);
	} else {
		ask(a, v, w->e, of);
	}
}

/* What depends on the first answers: arguments of an event that was found. */
static void ask_second(struct asks *a, const struct evaluator *v,
		       const struct outcome *w, size_t of)
{
	if (!wants_triggers(v, w->e))
		return;
	if (regime_of(v, TASK_MEAE) != REGIME_OWN ||
	    has_event(&w->triggers, w->e->event))
		ask(a, v, w->e, of);
}

static bool is_absent(const struct found *f)
{
	if (f->rec.task == TASK_MRE)
		return f->head.fit == FIT_ABSENT || f->tail.fit == FIT_ABSENT;
	return !f->rec.region && f->text.fit == FIT_ABSENT;
}

static int gate_bin(double g)
{
	int i = 0;

	while (i < GATE_BINS - 1 && g >= GATE_EDGE[i])
		i++;
	return i;
}

static void count_answer(struct evaluation *e, const struct extraction *x)
{
	e->dropped += x->n_dropped;
	for (size_t i = 0; i < x->n_found; i++)
		e->absent += is_absent(&x->found[i]);
}

static void count_example(struct evaluation *e, const struct outcome *w)
{
	enum task t = w->e->task;

	e->done++;
	e->examples[t]++;
	e->missing += w->x->image == IMAGE_MISSING;
	if (w->x->image != IMAGE_FOUND)
		return;
	e->with_image++;
	e->gate_sum[t] += (double)w->x->g_used;
	e->gates[t][gate_bin((double)w->x->g_used)]++;
}

static void take_answers(struct evaluator *v, const struct asks *a,
			 struct outcome *w, bool first)
{
	for (size_t i = 0; i < a->n; i++) {
		struct outcome *to = &w[a->of[i]];

		count_answer(&v->now, a->got[i]);
		if (!to->x)
			to->x = a->got[i];
		if (first && wants_triggers(v, to->e)) {
			take_found(a->got[i], &to->triggers);
			continue;
		}
		if (!to->raw)
			to->raw = a->got[i]->raw;
		take_found(a->got[i], &to->found);
	}
}

static int run_chunk(struct evaluator *v, size_t n, struct err *err)
{
	struct outcome *w = xcalloc(n, sizeof(*w));
	struct asks first = {0}, second = {0};
	int rc;

	for (size_t i = 0; i < n; i++) {
		w[i].index = v->next + i;
		w[i].e = &v->d->ex[v->next + i];
		ask_first(&first, v, &w[i], i);
	}
	rc = ask_all(&first, v->x, err);
	if (rc == 0) {
		take_answers(v, &first, w, true);
		for (size_t i = 0; i < n; i++)
			ask_second(&second, v, &w[i], i);
		rc = ask_all(&second, v->x, err);
	}
	if (rc == 0)
		take_answers(v, &second, w, false);
	for (size_t i = 0; i < n; i++) {
		if (rc == 0) {
			evaluate_score(v, &w[i]);
			count_example(&v->now, &w[i]);
		}
		records_release(&w[i].found);
		records_release(&w[i].triggers);
	}
	asks_release(&first);
	asks_release(&second);
	free(w);
	return rc;
}

static bool wanted(const struct evaluator *v, size_t i)
{
	return !v->o->task || v->d->ex[i].task == *v->o->task;
}

void evaluator_init(struct evaluator *v, struct extractor *x,
		    const struct dataset *d, const struct evaluate_options *o)
{
	const struct labels *types;

	*v = (struct evaluator){.x = x, .d = d, .o = o, .start = clock_ms()};
	v->b = extractor_bundle(x);
	v->end = o->limit ? MIN(o->limit, d->n) : d->n;
	v->now.name = xstrdup(d->name ? d->name : "");
	v->now.scorer = o->scorer;
	v->now.regime = o->regime;
	v->now.constrained = o->constrained;
	types = &v->b->schema.entities;
	for (size_t i = 0; i < types->n; i++)
		labels_add(&v->now.types, types->name[i],
			   strlen(types->name[i]));
	v->now.confusion =
	    xcalloc((types->n + 1) * (types->n + 1), sizeof(size_t));
	for (size_t i = 0; i < v->end; i++)
		v->now.of += wanted(v, i);
}

int evaluator_run(struct evaluator *v, struct err *err)
{
	size_t chunk = v->o->chunk ? v->o->chunk : CHUNK, n = 0;
	int rc;

	while (v->next < v->end && !wanted(v, v->next))
		v->next++;
	while (v->next + n < v->end && n < chunk && wanted(v, v->next + n))
		n++;
	if (n == 0)
		return 0;
	rc = run_chunk(v, n, err);
	if (rc < 0)
		return rc;
	v->next += n;
	v->now.ms = clock_ms() - v->start;
	return v->next < v->end;
}

void evaluator_release(struct evaluator *v)
{
	free(v->tally);
	labels_release(&v->names);
	evaluation_release(&v->now);
}

int evaluate(struct extractor *x, const struct dataset *d,
	     const struct evaluate_options *o, struct evaluation *out,
	     struct err *err)
{
	struct evaluator v;
	int rc;

	*out = (struct evaluation){0};
	evaluator_init(&v, x, d, o);
	do {
		rc = evaluator_run(&v, err);
		if (rc >= 0 && o->progress)
			o->progress(o->context, v.now.done, v.now.of);
	} while (rc > 0);
	if (rc == 0)
		evaluator_table(&v, true, out);
	evaluator_release(&v);
	return rc;
}
