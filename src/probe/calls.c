#include "src/probe/calls.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/engine/bundle.h"
#include "src/engine/clock.h"
#include "src/probe/table.h"
#include "src/probe/worklist.h"

struct probe_news *probe_news_new(size_t done, size_t of)
{
	struct probe_news *n = xcalloc(1, sizeof(*n));

	n->done = done;
	n->of = of;
	return n;
}

void probe_news_free(void *news)
{
	struct probe_news *n = news;

	if (!n)
		return;
	probe_table_free(n->table);
	sweep_free(n->sweep);
	alternatives_free(n->scores);
	comparison_free(n->comparison);
	set_result_free(n->set);
	free(n->note);
	free(n);
}

struct table *probe_news_report(const struct probe_news *n)
{
	if (n->table)
		return probe_report(n->table);
	if (n->sweep)
		return sweep_report(n->sweep);
	if (n->scores)
		return alternatives_report(n->scores);
	if (n->comparison)
		return comparison_report(n->comparison);
	return n->set ? set_report(n->set) : NULL;
}

/* Variants of one example: first the base, since the gate may be held at its
 * value and its boxes be masked; then the others. */
struct probe_work {
	struct call call;
	struct plan plan;
	struct records gold;
	bool has_gold, strict, boxes;
	struct extract_request *edited;
	char **edited_as;
	size_t n_edited;
	struct variants v;
	struct worklist list;
	double start;
};

/* The first batch is done: what comes after it. */
static int probe_plan(struct probe_work *w, const struct extractor *x,
		      struct err *err)
{
	const struct extract_request *base = &w->v.v[0].member->request;
	const struct extraction *own = w->list.x[0];
	struct variant_context c;
	int rc;

	variant_context(&c, extractor_bundle(x), base);
	c.boxes = MAX(own->regions.n - 1, 0);
	rc = variants_make(&w->v, &w->plan, w->strict, &c, err);
	if (rc < 0)
		return rc;
	if (w->boxes)
		variants_add_boxes(&w->v, c.boxes);
	for (size_t i = 0; i < w->n_edited; i++)
		variants_add_request(&w->v, &w->edited[i], w->edited_as[i]);
	variants_hold(&w->v, &w->plan, own->g_used);
	for (size_t i = 1; i < variants_members(&w->v); i++)
		worklist_add(&w->list, &variants_member(&w->v, i)->request);
	return 0;
}

static int probe_slice(struct call *call, const struct call_site *at,
		       void **news, struct err *err)
{
	struct probe_work *w = (struct probe_work *)call;
	struct probe_news *n;
	bool first = w->list.done == 0;
	int rc;

	if (first)
		w->start = clock_ms();
	rc = worklist_run(&w->list, at->extractor, err);
	if (rc == 0 && first)
		rc = probe_plan(w, at->extractor, err);
	if (rc < 0)
		return rc;
	n = probe_news_new(w->list.done, w->list.n);
	n->table =
	    probe_table_new(&w->v, w->list.x, w->has_gold ? &w->gold : NULL,
			    clock_ms() - w->start);
	*news = n;
	return w->list.done < w->list.n;
}

static void probe_work_free(struct call *call)
{
	struct probe_work *w = (struct probe_work *)call;

	plan_release(&w->plan);
	records_release(&w->gold);
	for (size_t i = 0; i < w->n_edited; i++) {
		extract_request_release(&w->edited[i]);
		free(w->edited_as[i]);
	}
	free(w->edited);
	free(w->edited_as);
	variants_release(&w->v);
	worklist_release(&w->list);
	free(w);
}

struct call *probe_call(const struct probe_call_options *o)
{
	struct probe_work *w = xcalloc(1, sizeof(*w));

	w->call = (struct call){probe_slice, probe_work_free, probe_news_free};
	plan_copy(&w->plan, o->plan);
	w->has_gold = o->gold != NULL;
	if (o->gold)
		records_copy(&w->gold, o->gold);
	w->n_edited = o->n_edited;
	w->edited = xcalloc(o->n_edited + 1, sizeof(*w->edited));
	w->edited_as = xcalloc(o->n_edited + 1, sizeof(*w->edited_as));
	for (size_t i = 0; i < o->n_edited; i++) {
		extract_request_copy(&w->edited[i], &o->edited[i]);
		w->edited_as[i] = xstrdup(o->edited_as[i]);
	}
	w->strict = o->strict;
	w->boxes = o->boxes;
	variants_begin(&w->v, o->base);
	worklist_add(&w->list, o->base);
	return &w->call;
}

/* The own gate and the points share a batch: the decoder alone is repeated. */
struct sweep_work {
	struct call call;
	struct sweep_options o;
	struct records gold;
	bool has_gold;
	struct worklist list;
	double start;
};

static int sweep_slice(struct call *call, const struct call_site *at,
		       void **news, struct err *err)
{
	struct sweep_work *w = (struct sweep_work *)call;
	struct probe_news *n;
	int rc;

	if (w->list.done == 0)
		w->start = clock_ms();
	rc = worklist_run(&w->list, at->extractor, err);
	if (rc < 0)
		return rc;
	n = probe_news_new(w->list.done, w->list.n);
	n->sweep =
	    sweep_new(&w->o, w->list.x[0], w->list.x + 1, w->list.done - 1,
		      w->has_gold ? &w->gold : NULL, clock_ms() - w->start);
	*news = n;
	return w->list.done < w->list.n;
}

static void sweep_work_free(struct call *call)
{
	struct sweep_work *w = (struct sweep_work *)call;

	records_release(&w->gold);
	worklist_release(&w->list);
	free(w);
}

struct call *sweep_call(const struct extract_request *base,
			const struct records *gold,
			const struct sweep_options *o)
{
	struct sweep_work *w = xcalloc(1, sizeof(*w));

	w->call = (struct call){sweep_slice, sweep_work_free, probe_news_free};
	w->o = *o;
	w->has_gold = gold != NULL;
	if (gold)
		records_copy(&w->gold, gold);
	sweep_requests(o, base, &w->list);
	return &w->call;
}

/* Forced scores: the base's results first, then a row a slice. */
struct score_work {
	struct call call;
	size_t result, n, done;
	struct extract_request base;
	struct extraction *own;
	struct alternatives *a;
	char **id, **what;
	struct extract_request *request;
};

static int score_row(struct score_work *w, const struct call_site *at,
		     size_t row, struct err *err)
{
	const struct bundle *b = extractor_bundle(at->extractor);
	const struct extract_request *r = row ? &w->request[row - 1] : &w->base;
	size_t labels = w->a->label.n;
	char **answer = xcalloc(labels, sizeof(*answer));
	double *logprob = xcalloc(labels, sizeof(*logprob));
	struct extract_request one;
	int rc;

	alternatives_request(w->own, w->result, r, &one);
	for (size_t k = 0; k < labels; k++)
		answer[k] =
		    alternatives_answer(w->a, w->own, r, bundle_grammar(b), k);
	rc = extractor_score(at->extractor, &one, answer, labels, logprob, err);
	if (rc == 0)
		alternatives_add(w->a, row ? w->id[row - 1] : "i1",
				 row ? w->what[row - 1] : "as it is", logprob);
	for (size_t k = 0; k < labels; k++)
		free(answer[k]);
	free(answer);
	free(logprob);
	extract_request_release(&one);
	return rc;
}

static int score_slice(struct call *call, const struct call_site *at,
		       void **news, struct err *err)
{
	struct score_work *w = (struct score_work *)call;
	struct probe_news *n;
	int rc;

	if (!w->own) {
		rc = extractor_run(at->extractor, &w->base, &w->own, err);
		if (rc < 0)
			return rc;
		w->a = alternatives_new(
		    w->own, w->result, &extractor_bundle(at->extractor)->schema,
		    w->n + 1, err);
		return w->a ? 1 : -(int)err->code;
	}
	rc = score_row(w, at, w->done, err);
	if (rc < 0)
		return rc;
	w->done++;
	n = probe_news_new(w->done, w->n + 1);
	n->scores = alternatives_copy(w->a);
	*news = n;
	return w->done <= w->n;
}

static void score_work_free(struct call *call)
{
	struct score_work *w = (struct score_work *)call;

	for (size_t i = 0; i < w->n; i++) {
		free(w->id[i]);
		free(w->what[i]);
		extract_request_release(&w->request[i]);
	}
	free(w->id);
	free(w->what);
	free(w->request);
	extract_request_release(&w->base);
	extraction_free(w->own);
	alternatives_free(w->a);
	free(w);
}

struct call *score_call(const struct extract_request *base, size_t i,
			const struct score_row *row, size_t n)
{
	struct score_work *w = xcalloc(1, sizeof(*w));

	w->call = (struct call){score_slice, score_work_free, probe_news_free};
	w->result = i;
	w->n = n;
	extract_request_copy(&w->base, base);
	w->id = xcalloc(n + 1, sizeof(*w->id));
	w->what = xcalloc(n + 1, sizeof(*w->what));
	w->request = xcalloc(n + 1, sizeof(*w->request));
	for (size_t k = 0; k < n; k++) {
		w->id[k] = xstrdup(row[k].id);
		w->what[k] = xstrdup(row[k].what);
		extract_request_copy(&w->request[k], row[k].request);
	}
	return &w->call;
}

struct call *score_table_call(const struct extract_request *base, size_t i,
			      const struct probe_table *t)
{
	struct score_row *row = xcalloc(t ? t->n : 1, sizeof(*row));
	struct call *c;
	size_t n = 0;

	for (size_t k = 1; t && k < t->n; k++) {
		const struct probe_row *r = &t->row[k];

		if (strcmp(r->request.text, base->text) == 0)
			row[n++] =
			    (struct score_row){r->id, r->what, &r->request};
	}
	c = score_call(base, i, row, n);
	free(row);
	return c;
}
