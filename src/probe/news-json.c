#include "src/probe/news-json.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"

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
	if (c->picture[0])
		json_put_string(j, "picture_1", c->picture[0]);
	if (c->picture[1])
		json_put_string(j, "picture_2", c->picture[1]);
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
	if (r->alike)
		json_put_int(j, "alike", (int64_t)r->alike);
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
