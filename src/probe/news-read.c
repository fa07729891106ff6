/* What news_json() wrote, read again. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/probe/news-json.h"

enum { MANY = 10000 }; /* rows, results: more is no table of ours */

/* A failure is kept and everything after it reads as nothing. */
struct reading {
	const char *what;
	const struct request_format *f;
	struct err *err;
	bool bad;
};

static void fail(struct reading *r, const char *key)
{
	if (!r->bad)
		err_set(r->err, ERR_DATA, "%s: \"%s\" is not as it should be",
			r->what, key);
	r->bad = true;
}

static size_t get_count(struct reading *r, const struct json *j,
			const char *key)
{
	struct err ignored;
	int64_t v = 0;

	if (json_int(json_get(j, key), 0, INT32_MAX, key, &v, &ignored) < 0)
		fail(r, key);
	return (size_t)v;
}

/* null is how NaN is written. */
static double number_of(const struct json *j)
{
	return json_is_number(j) ? json_number(j) : NAN;
}

static double get_number(const struct json *j, const char *key)
{
	return number_of(json_get(j, key));
}

static char *get_string(struct reading *r, const struct json *j,
			const char *key)
{
	const char *s = json_string(json_get(j, key));

	if (!s)
		fail(r, key);
	return xstrdup(s ? s : "");
}

/* Exactly n numbers. */
static void get_numbers(struct reading *r, const struct json *j,
			const char *key, double *out, size_t n)
{
	const struct json *a = json_get(j, key), *e = json_first(a);

	if (json_len(a) != n)
		fail(r, key);
	for (size_t i = 0; i < n; i++) {
		out[i] = number_of(e);
		e = e ? json_next(e) : NULL;
	}
}

static size_t get_length(struct reading *r, const struct json *j,
			 const char *key)
{
	size_t n = json_len(json_get(j, key));

	if (!json_is_array(json_get(j, key)) || n > MANY) {
		fail(r, key);
		return 0;
	}
	return n;
}

static struct counts get_counts(struct reading *r, const struct json *j,
				const char *key)
{
	double v[3];

	get_numbers(r, j, key, v, 3);
	for (int i = 0; i < 3; i++)
		if (!(v[i] >= 0 && v[i] <= INT32_MAX)) {
			fail(r, key);
			return (struct counts){0};
		}
	return (struct counts){(int64_t)v[0], (int64_t)v[1], (int64_t)v[2]};
}

static struct extraction *get_extraction(struct reading *r,
					 const struct json *j, const char *key)
{
	struct extraction *x = NULL;

	if (!r->bad &&
	    extraction_from_json(&x, json_get(j, key), r->what, r->err) < 0)
		r->bad = true;
	return x;
}

static enum variation get_kind(struct reading *r, const struct json *j)
{
	const char *s = json_string(json_get(j, "kind"));

	for (int k = VARY_BASE; s && k < VARIATION_KINDS; k++)
		if (strcmp(s, variation_name((enum variation)k)) == 0)
			return (enum variation)k;
	fail(r, "kind");
	return (enum variation)0;
}

static void get_marks(struct reading *r, const struct json *j, int *marks,
		      size_t n)
{
	double *v = xcalloc(n + 1, sizeof(*v));

	get_numbers(r, j, "marks", v, n);
	for (size_t i = 0; i < n; i++)
		if (v[i] >= 0 && v[i] <= MANY)
			marks[i] = (int)v[i];
		else
			fail(r, "marks");
	free(v);
}

static void get_row(struct reading *r, const struct json *j, size_t marks,
		    struct probe_row *row)
{
	char *id = get_string(r, j, "id");

	row->kind = get_kind(r, j);
	snprintf(row->id, sizeof(row->id), "%s", id);
	free(id);
	row->what = get_string(r, j, "what");
	row->n = get_count(r, j, "n");
	if (row->n == 0)
		fail(r, "n");
	row->g = (float)get_number(j, "g");
	row->dg = (float)get_number(j, "dg");
	row->spread = (float)get_number(j, "spread");
	row->marks = xcalloc(marks + 1, sizeof(*row->marks));
	get_marks(r, j, row->marks, marks);
	row->added = get_count(r, j, "added");
	row->flips = get_number(j, "flips");
	row->base = get_counts(r, j, "base");
	row->gold = get_counts(r, j, "gold");
	row->instruction = get_string(r, j, "instruction");
	if (!r->bad && r->f->read(r->f->context, json_get(j, "request"),
				  &row->request, r->err) < 0)
		r->bad = true;
}

static void get_table(struct reading *r, const struct json *j,
		      struct probe_news *n)
{
	struct probe_table *t = n->table = xcalloc(1, sizeof(*t));
	size_t rows = get_length(r, j, "rows");
	const struct json *e = json_first(json_get(j, "rows"));

	t->base = get_extraction(r, j, "base");
	if (!t->base || rows == 0)
		fail(r, "rows");
	t->row = xcalloc(rows + 1, sizeof(*t->row));
	for (; t->n < rows && !r->bad; e = json_next(e))
		get_row(r, e, t->base->n_found * MARK_KINDS, &t->row[t->n++]);
	t->planned = get_count(r, j, "planned");
	t->gold = json_true(json_get(j, "gold"));
	t->ms = get_number(j, "ms");
}

static void get_sweep_set(struct reading *r, const struct json *j,
			  struct sweep *w)
{
	struct sweep_set *s = w->set = xcalloc(1, sizeof(*s));
	double bin[SWEEP_BINS];

	s->done = get_count(r, j, "done");
	s->of = get_count(r, j, "of");
	s->with_image = get_count(r, j, "with_image");
	s->best = get_count(r, j, "best");
	if (s->best >= SWEEP_POINTS_MAX)
		fail(r, "best");
	s->mean_g = get_number(j, "mean_g");
	s->bin_width = get_number(j, "bin_width");
	get_numbers(r, j, "bins", bin, SWEEP_BINS);
	for (int i = 0; i < SWEEP_BINS && !r->bad; i++)
		s->bin[i] =
		    bin[i] >= 0 && bin[i] <= INT32_MAX ? (size_t)bin[i] : 0;
	s->f1_off = get_number(j, "f1_off");
	s->f1_other = get_number(j, "f1_other");
	s->f1_shuffled = get_number(j, "f1_shuffled");
}

static void get_sweep(struct reading *r, const struct json *j,
		      struct probe_news *n)
{
	struct sweep *s = n->sweep = xcalloc(1, sizeof(*s));
	char *metric = get_string(r, j, "metric");

	s->o.from = get_number(j, "from");
	s->o.to = get_number(j, "to");
	s->o.n = get_count(r, j, "points");
	if (!sweep_metric_find(metric, &s->o.metric) ||
	    s->o.n > SWEEP_POINTS_MAX)
		fail(r, "metric");
	free(metric);
	s->n = get_length(r, j, "g");
	if (s->n > SWEEP_POINTS_MAX) {
		fail(r, "g");
		return;
	}
	get_numbers(r, j, "g", s->g, s->n);
	for (int m = 0; m < SWEEP_METRIC_KINDS; m++)
		get_numbers(r, j, sweep_metric_name((enum sweep_metric)m),
			    s->y[m], s->n);
	s->own_g = get_number(j, "own_g");
	get_numbers(r, j, "own", s->own, SWEEP_METRIC_KINDS);
	if (json_get(j, "result"))
		s->chosen = get_string(r, j, "result");
	s->gold = json_true(json_get(j, "gold"));
	s->ms = get_number(j, "ms");
	if (json_get(j, "set"))
		get_sweep_set(r, json_get(j, "set"), s);
}

static void get_score_row(struct reading *r, const struct json *j,
			  struct alternatives *a)
{
	char *id = get_string(r, j, "id"), *what = get_string(r, j, "what");
	double *v = xcalloc(a->label.n + 1, sizeof(*v));

	get_numbers(r, j, "logprob", v, a->label.n);
	if (!r->bad)
		alternatives_add(a, id, what, v);
	free(v);
	free(id);
	free(what);
}

static void get_scores(struct reading *r, const struct json *j,
		       struct probe_news *n)
{
	struct alternatives *a = n->scores = xcalloc(1, sizeof(*a));
	const struct json *e;

	a->result = get_count(r, j, "result");
	a->name = get_string(r, j, "name");
	a->own = get_count(r, j, "own");
	get_length(r, j, "labels");
	for (e = json_first(json_get(j, "labels")); e; e = json_next(e)) {
		const char *s = json_string(e);

		if (s)
			labels_add(&a->label, s, strlen(s));
		else
			fail(r, "labels");
	}
	if (a->own >= a->label.n)
		fail(r, "own");
	a->planned = get_length(r, j, "rows");
	a->row = xcalloc(a->planned + 1, sizeof(*a->row));
	for (e = json_first(json_get(j, "rows")); e && !r->bad;
	     e = json_next(e))
		get_score_row(r, e, a);
}

static void get_comparison(struct reading *r, const struct json *j,
			   struct probe_news *n)
{
	char *one = get_string(r, j, "name_1"),
	     *two = get_string(r, j, "name_2");
	struct extraction *x = get_extraction(r, j, "x_1");
	struct extraction *y = get_extraction(r, j, "x_2");

	if (x && y) {
		/* which is compared, and shown, though it is not there */
		x->image_path =
		    xstrdup_null(json_string(json_get(j, "picture_1")));
		y->image_path =
		    xstrdup_null(json_string(json_get(j, "picture_2")));
		n->comparison = comparison_new(one, two, x, y);
	} else {
		extraction_free(x);
		extraction_free(y);
	}
	free(one);
	free(two);
}

static void get_set_row(struct reading *r, const struct json *j,
			struct set_row *w)
{
	char *id = get_string(r, j, "id");
	double change[3];

	snprintf(w->id, sizeof(w->id), "%s", id);
	free(id);
	w->what = get_string(r, j, "what");
	w->examples = get_count(r, j, "examples");
	w->results = get_count(r, j, "results");
	w->flips = get_number(j, "flips");
	w->g = get_number(j, "g");
	w->f1 = get_number(j, "f1");
	get_numbers(r, j, "change", change, 3);
	w->change = (struct interval){change[0], change[1], change[2]};
}

static void get_examples(struct reading *r, const struct json *j,
			 struct set_result *s)
{
	const struct json *e = json_first(json_get(j, "fragile"));

	for (; e && s->n_fragile < SET_FRAGILE; e = json_next(e))
		s->fragile[s->n_fragile++] = (struct set_example){
		    get_count(r, e, "index"), get_string(r, e, "id"),
		    get_string(r, e, "text"), get_number(e, "flips")};
}

static void get_set(struct reading *r, const struct json *j,
		    struct probe_news *n)
{
	struct set_result *s = n->set = xcalloc(1, sizeof(*s));
	size_t rows = get_length(r, j, "rows");
	size_t types = get_length(r, j, "types");
	size_t kind = get_count(r, j, "kind");
	const struct json *e;

	if (kind != SET_PROBE && kind != SET_COMPARE)
		fail(r, "kind");
	s->kind = kind == SET_PROBE ? SET_PROBE : SET_COMPARE;
	s->done = get_count(r, j, "done");
	s->of = get_count(r, j, "of");
	s->gold = json_true(json_get(j, "gold"));
	s->only[0] = get_count(r, j, "only_1");
	s->only[1] = get_count(r, j, "only_2");
	if (json_get(j, "alike"))
		s->alike = get_count(r, j, "alike");
	s->row = xcalloc(rows + 1, sizeof(*s->row));
	for (e = json_first(json_get(j, "rows")); s->n < rows; e = json_next(e))
		get_set_row(r, e, &s->row[s->n++]);
	s->type = xcalloc(types + 1, sizeof(*s->type));
	for (e = json_first(json_get(j, "types")); s->types < types;
	     e = json_next(e))
		s->type[s->types++] = (struct set_type){
		    get_string(r, e, "type"), get_count(r, e, "results"),
		    get_count(r, e, "changed")};
	get_examples(r, j, s);
}

int news_read(struct probe_news **out, const struct json *j, const char *what,
	      const struct request_format *f, struct err *err)
{
	struct reading r = {.what = what, .f = f, .err = err};
	static const struct {
		const char *key;
		void (*get)(struct reading *, const struct json *,
			    struct probe_news *);
	} part[] = {
	    {"table", get_table},   {"sweep", get_sweep},
	    {"scores", get_scores}, {"comparison", get_comparison},
	    {"set", get_set},
	};
	size_t k = 0;

	while (k < ARRAY_LEN(part) && !json_get(j, part[k].key))
		k++;
	*out = probe_news_new(get_count(&r, j, "done"), get_count(&r, j, "of"));
	if (k < ARRAY_LEN(part))
		part[k].get(&r, json_get(j, part[k].key), *out);
	else
		fail(&r, "news");
	if (!r.bad)
		return 0;
	probe_news_free(*out);
	*out = NULL;
	return -(int)err->code;
}
