#include "src/probe/news-json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"

enum { MANY = 10000 }; /* rows, results: more is no table of ours */

static void put_counts(struct json *j, const char *key, const struct counts *c)
{
	struct json *a = json_new_array();

	json_push_number(a, (double)c->tp, 17);
	json_push_number(a, (double)c->fp, 17);
	json_push_number(a, (double)c->fn, 17);
	json_put(j, key, a);
}

static void put_numbers(struct json *j, const char *key, const double *v,
			size_t n)
{
	struct json *a = json_new_array();

	for (size_t i = 0; i < n; i++)
		json_push_number(a, v[i], 9);
	json_put(j, key, a);
}

static struct json *row_json(const struct probe_row *r, size_t marks,
			     const struct request_format *f)
{
	struct json *j = json_new_object(), *m = json_new_array();

	json_put_string(j, "kind", variation_name(r->kind));
	json_put_string(j, "id", r->id);
	json_put_string(j, "what", r->what);
	json_put_int(j, "n", (int64_t)r->n);
	json_put_number(j, "g", (double)r->g, 9);
	json_put_number(j, "dg", (double)r->dg, 9);
	json_put_number(j, "spread", (double)r->spread, 9);
	for (size_t i = 0; i < marks; i++)
		json_push_number(m, r->marks[i], 17);
	json_put(j, "marks", m);
	json_put_int(j, "added", (int64_t)r->added);
	json_put_number(j, "flips", r->flips, 17);
	put_counts(j, "base", &r->base);
	put_counts(j, "gold", &r->gold);
	json_put_string(j, "instruction", r->instruction);
	json_put(j, "request", f->write(f->context, &r->request));
	return j;
}

static struct json *table_of(const struct probe_table *t,
			     const struct request_format *f)
{
	struct json *j = json_new_object(), *rows = json_new_array();

	json_put(j, "base", extraction_json(t->base, true));
	for (size_t i = 0; i < t->n; i++)
		json_push(rows, row_json(&t->row[i],
					 t->base->n_found * MARK_KINDS, f));
	json_put(j, "rows", rows);
	json_put_int(j, "planned", (int64_t)t->planned);
	json_put_bool(j, "gold", t->gold);
	json_put_number(j, "ms", t->ms, 9);
	return j;
}

static struct json *sweep_set_json(const struct sweep_set *s)
{
	struct json *j = json_new_object(), *bins = json_new_array();

	json_put_int(j, "done", (int64_t)s->done);
	json_put_int(j, "of", (int64_t)s->of);
	json_put_int(j, "with_image", (int64_t)s->with_image);
	json_put_int(j, "best", (int64_t)s->best);
	json_put_number(j, "mean_g", s->mean_g, 9);
	json_put_number(j, "bin_width", s->bin_width, 9);
	for (int i = 0; i < SWEEP_BINS; i++)
		json_push_number(bins, (double)s->bin[i], 17);
	json_put(j, "bins", bins);
	json_put_number(j, "f1_off", s->f1_off, 9);
	json_put_number(j, "f1_other", s->f1_other, 9);
	json_put_number(j, "f1_shuffled", s->f1_shuffled, 9);
	return j;
}

static struct json *sweep_json(const struct sweep *s)
{
	struct json *j = json_new_object();

	json_put_number(j, "from", s->o.from, 9);
	json_put_number(j, "to", s->o.to, 9);
	json_put_int(j, "points", (int64_t)s->o.n);
	json_put_string(j, "metric", sweep_metric_name(s->o.metric));
	put_numbers(j, "g", s->g, s->n);
	for (int m = 0; m < SWEEP_METRIC_KINDS; m++)
		put_numbers(j, sweep_metric_name((enum sweep_metric)m), s->y[m],
			    s->n);
	json_put_number(j, "own_g", s->own_g, 9);
	put_numbers(j, "own", s->own, SWEEP_METRIC_KINDS);
	if (s->chosen)
		json_put_string(j, "result", s->chosen);
	json_put_bool(j, "gold", s->gold);
	json_put_number(j, "ms", s->ms, 9);
	if (s->set)
		json_put(j, "set", sweep_set_json(s->set));
	return j;
}

static struct json *scores_json(const struct alternatives *a)
{
	struct json *j = json_new_object(), *labels = json_new_array();
	struct json *rows = json_new_array();

	json_put_int(j, "result", (int64_t)a->result);
	json_put_string(j, "name", a->name);
	json_put_int(j, "own", (int64_t)a->own);
	for (size_t i = 0; i < a->label.n; i++)
		json_push_string(labels, a->label.name[i]);
	json_put(j, "labels", labels);
	for (size_t i = 0; i < a->n; i++) {
		struct json *r = json_new_object();

		json_put_string(r, "id", a->row[i].id);
		json_put_string(r, "what", a->row[i].what);
		put_numbers(r, "logprob", a->row[i].logprob, a->label.n);
		json_push(rows, r);
	}
	json_put(j, "rows", rows);
	return j;
}

static struct json *comparison_json(const struct comparison *c)
{
	struct json *j = json_new_object();

	json_put_string(j, "name_1", c->name[0]);
	json_put_string(j, "name_2", c->name[1]);
	json_put(j, "x_1", extraction_json(c->x[0], true));
	json_put(j, "x_2", extraction_json(c->x[1], true));
	return j;
}

static struct json *set_row_json(const struct set_row *w)
{
	const double change[3] = {w->change.value, w->change.lo, w->change.hi};
	struct json *j = json_new_object();

	json_put_string(j, "id", w->id);
	json_put_string(j, "what", w->what);
	json_put_int(j, "examples", (int64_t)w->examples);
	json_put_int(j, "results", (int64_t)w->results);
	json_put_number(j, "flips", w->flips, 17);
	json_put_number(j, "g", w->g, 9);
	json_put_number(j, "f1", w->f1, 9);
	put_numbers(j, "change", change, 3);
	return j;
}

static struct json *set_json(const struct set_result *r)
{
	struct json *j = json_new_object(), *rows = json_new_array();
	struct json *types = json_new_array(), *fragile = json_new_array();

	json_put_int(j, "kind", r->kind);
	json_put_int(j, "done", (int64_t)r->done);
	json_put_int(j, "of", (int64_t)r->of);
	json_put_bool(j, "gold", r->gold);
	json_put_int(j, "only_1", (int64_t)r->only[0]);
	json_put_int(j, "only_2", (int64_t)r->only[1]);
	for (size_t i = 0; i < r->n; i++)
		json_push(rows, set_row_json(&r->row[i]));
	json_put(j, "rows", rows);
	for (size_t i = 0; i < r->types; i++) {
		struct json *t = json_new_object();

		json_put_string(t, "type", r->type[i].name);
		json_put_int(t, "results", (int64_t)r->type[i].results);
		json_put_int(t, "changed", (int64_t)r->type[i].changed);
		json_push(types, t);
	}
	json_put(j, "types", types);
	for (size_t i = 0; i < r->n_fragile; i++) {
		struct json *e = json_new_object();

		json_put_int(e, "index", (int64_t)r->fragile[i].index);
		json_put_string(e, "id", r->fragile[i].id);
		json_put_string(e, "text", r->fragile[i].text);
		json_put_number(e, "flips", r->fragile[i].flips, 9);
		json_push(fragile, e);
	}
	json_put(j, "fragile", fragile);
	return j;
}

struct json *news_json(const struct probe_news *n,
		       const struct request_format *f)
{
	struct json *j = json_new_object();

	json_put_int(j, "done", (int64_t)n->done);
	json_put_int(j, "of", (int64_t)n->of);
	if (n->table)
		json_put(j, "table", table_of(n->table, f));
	if (n->sweep)
		json_put(j, "sweep", sweep_json(n->sweep));
	if (n->scores)
		json_put(j, "scores", scores_json(n->scores));
	if (n->comparison)
		json_put(j, "comparison", comparison_json(n->comparison));
	if (n->set)
		json_put(j, "set", set_json(n->set));
	return j;
}

/* --- and back ------------------------------------------------------------- */

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
