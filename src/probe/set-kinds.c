/* What is asked and noted of each example, for the three kinds of a set. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/bundle.h"
#include "src/probe/probe.h"
#include "src/probe/set-internal.h"

static void put_plan(const struct set_run *s, struct json *header)
{
	struct str text = {0};

	plan_print(&s->plan, &text);
	json_put_string(header, "plan", text.s);
	str_release(&text);
}

/* The base alone, then everything that is made from it. */
static int probe_ask(struct set_run *s, const struct call_site *at,
		     const struct example *e, struct err *err)
{
	long k = set_other(s, s->next, false);
	struct extract_request base, other = {0};
	struct variant_context c;
	int rc;

	if (s->list.n == 0) {
		set_request(s, e, &base);
		variants_begin(&s->variants, &base);
		worklist_add(&s->list, &base);
		extract_request_release(&base);
		return 0;
	}
	if (s->variants.n > 1)
		return 0;
	variant_context(&c, extractor_bundle(at->extractor),
			&s->variants.v[0].member->request);
	c.boxes = MAX(s->list.x[0]->regions.n - 1, 0);
	if (k >= 0) {
		example_request(&s->d.ex[k], &other);
		c.other = &other;
	}
	rc = variants_make(&s->variants, &s->plan, false, &c, err);
	extract_request_release(&other);
	if (rc < 0)
		return rc;
	variants_hold(&s->variants, &s->plan, s->list.x[0]->g_used);
	for (size_t i = 1; i < variants_members(&s->variants); i++)
		worklist_add(&s->list,
			     &variants_member(&s->variants, i)->request);
	return 0;
}

static struct json *row_json(const struct probe_table *t,
			     const struct probe_row *r)
{
	struct json *j = json_new_object();

	json_put_string(j, "id", r->id);
	json_put_string(j, "what", r->what);
	json_put_number(j, "g", (double)r->g, 9);
	json_put_number(j, "flips", r->flips, 17);
	json_put(j, "c", set_counts_json(t->gold ? &r->gold : &r->base));
	return j;
}

/* Of each type of result: how many, and in how many rows they changed. */
static struct json *types_json(const struct probe_table *t)
{
	struct json *all = json_new_array();

	for (size_t i = 0; i < t->base->n_found; i++) {
		struct json *j = json_new_object();

		json_put_string(j, "type", t->base->found[i].rec.label);
		json_put_int(j, "changed", (int64_t)probe_changes(t, i));
		json_push(all, j);
	}
	return all;
}

static void probe_tell(struct set_run *s, const struct example *e,
		       struct json *line)
{
	struct probe_table *t =
	    probe_table_new(&s->variants, s->list.x, set_gold(s, e), 0);
	struct json *rows = json_new_array();

	for (size_t i = 0; i < t->n; i++)
		json_push(rows, row_json(t, &t->row[i]));
	json_put(line, "rows", rows);
	json_put(line, "results", types_json(t));
	probe_table_free(t);
}

static struct set_type *type_of(struct set_result *r, const char *name)
{
	for (size_t i = 0; i < r->types; i++)
		if (strcmp(r->type[i].name, name) == 0)
			return &r->type[i];
	r->type = xgrow(r->type, r->types, &r->cap_types, sizeof(*r->type));
	r->type[r->types] = (struct set_type){.name = xstrdup(name)};
	return &r->type[r->types++];
}

static int bad(struct err *err)
{
	return err_set(err, ERR_DATA,
		       "a line of the progress file is not one of ours");
}

static int take_row(struct set_run *s, const struct json *j, size_t results,
		    struct counts *base, bool first, double *flips,
		    struct err *err)
{
	const char *id = json_string(json_get(j, "id"));
	const char *what = json_string(json_get(j, "what"));
	struct counts c;
	struct set_row *r;

	if (!id || !what)
		return bad(err);
	if (set_counts_read(json_get(j, "c"), &c, err) < 0)
		return -(int)err->code;
	if (first)
		*base = c;
	r = set_row_of(&s->result, id, what);
	r->examples++;
	r->results += results;
	r->flips += json_number(json_get(j, "flips"));
	r->g += json_number(json_get(j, "g"));
	set_row_add(r, &c, base);
	*flips += json_number(json_get(j, "flips"));
	return 0;
}

static int probe_take(void *context, const struct json *line, struct err *err)
{
	struct set_run *s = context;
	const struct json *rows = json_get(line, "rows");
	const struct json *results = json_get(line, "results");
	size_t n = json_len(rows), others = n > 1 ? n - 1 : 1;
	struct counts base = {0};
	double flips = 0;

	if (n == 0)
		return bad(err);
	for (const struct json *j = json_first(rows); j; j = json_next(j))
		if (take_row(s, j, json_len(results), &base,
			     j == json_first(rows), &flips, err) < 0)
			return -(int)err->code;
	for (const struct json *j = json_first(results); j; j = json_next(j)) {
		const char *name = json_string(json_get(j, "type"));
		struct set_type *t;
		int64_t changed;

		if (!name || set_int(j, "changed", &changed, err) < 0)
			return bad(err);
		t = type_of(&s->result, name);
		t->results += n - 1;
		t->changed += (size_t)changed;
	}
	set_note_fragile(s, s->next, flips / (double)others);
	return 0;
}

static void finish_nothing(const struct set_run *s, struct set_result *copy)
{
	(void)s;
	(void)copy;
}

const struct set_kind_ops set_probe = {
    put_plan, probe_ask, probe_tell, probe_take, finish_nothing,
};

/* The sweep: own gate and points, off; then two other pictures. */
enum { OTHER, SHUFFLED, STRANGERS };
static const char *const stranger_key[] = {"other", "shuffled"};

static void sweep_header(const struct set_run *s, struct json *header)
{
	json_put_number(header, "from", s->sweep.from, 17);
	json_put_number(header, "to", s->sweep.to, 17);
	json_put_int(header, "points", (int64_t)s->sweep.n);
	json_put_number(header, "seed", (double)s->plan.seed, 17);
}

static void borrow_picture(struct extract_request *r, const struct example *e)
{
	free(r->image);
	r->image = xstrdup(e->image);
	r->boxes = e->boxes;
	r->boxes_relative = e->boxes_relative;
}

static int sweep_ask(struct set_run *s, const struct call_site *at,
		     const struct example *e, struct err *err)
{
	struct extract_request base;

	(void)at;
	(void)err;
	if (s->list.n)
		return 0;
	set_request(s, e, &base);
	sweep_requests(&s->sweep, &base, &s->list);
	worklist_add(&s->list, &base)->gate = GATE_SET_OFF;
	s->list.part = s->list.n;
	for (int k = 0; k < STRANGERS; k++) {
		long i = set_other(s, s->next, k == SHUFFLED);

		if (i >= 0)
			borrow_picture(worklist_add(&s->list, &base),
				       &s->d.ex[i]);
	}
	extract_request_release(&base);
	return 0;
}

static void sweep_tell(struct set_run *s, const struct example *e,
		       struct json *line)
{
	const struct extraction *own = s->list.x[0];
	const struct records *gold = set_gold(s, e);
	size_t fixed = s->sweep.n + 2; /* own, points, off */
	struct json *all = json_new_array();

	if (own->image == IMAGE_FOUND)
		json_put_number(line, "g", (double)own->g, 9);
	for (size_t i = 0; i < s->list.n; i++) {
		struct counts c = {0};

		sweep_counts(own, s->list.x[i], gold, &c);
		if (i < fixed)
			json_push(all, set_counts_json(&c));
		else
			json_put(line, stranger_key[i - fixed],
				 set_counts_json(&c));
	}
	json_put(line, "c", all);
}

/* Rows of the result: own, points, off, other, shuffled. */
static int sweep_take(void *context, const struct json *line, struct err *err)
{
	struct set_run *s = context;
	const struct json *all = json_get(line, "c"), *g = json_get(line, "g");
	struct counts c, own = {0};
	size_t i = 0;

	if (json_len(all) != s->sweep.n + 2)
		return bad(err);
	s->own_g[s->next] = g ? (float)json_number(g) : NAN;
	for (const struct json *j = json_first(all); j; j = json_next(j)) {
		char what[16];

		if (set_counts_read(j, &c, err) < 0)
			return -(int)err->code;
		if (i == 0)
			own = c;
		snprintf(what, sizeof(what), "%zu", i++);
		set_row_add(set_row_of(&s->result, "", what), &c, &own);
	}
	for (int k = 0; k < STRANGERS; k++) {
		const struct json *j = json_get(line, stranger_key[k]);

		/* Without another picture: as it is. */
		if (j && set_counts_read(j, &c, err) < 0)
			return -(int)err->code;
		set_row_add(set_row_of(&s->result, "", stranger_key[k]),
			    j ? &c : &own, &own);
	}
	return 0;
}

static double row_f1(const struct set_result *r, size_t i)
{
	return i < r->n ? r->row[i].f1 : 1;
}

static void histogram(const struct set_run *s, struct sweep_set *e)
{
	double sum = 0, most = s->sweep.to;

	for (size_t i = 0; i < s->next; i++) {
		if (isnan(s->own_g[i]))
			continue;
		e->with_image++;
		sum += (double)s->own_g[i];
		most = fmax(most, (double)s->own_g[i]);
	}
	e->bin_width = most > 0 ? most / SWEEP_BINS : 1;
	e->mean_g = e->with_image ? sum / (double)e->with_image : 0;
	for (size_t i = 0; i < s->next; i++) {
		double at = fmax((double)s->own_g[i], 0) / e->bin_width;

		if (!isnan(s->own_g[i]))
			e->bin[MIN((int)at, SWEEP_BINS - 1)]++;
	}
}

static void sweep_finish(const struct set_run *s, struct set_result *copy)
{
	struct sweep *w = xcalloc(1, sizeof(*w));
	size_t n = s->sweep.n;

	w->set = xcalloc(1, sizeof(*w->set));
	w->o = s->sweep;
	w->o.metric = SWEEP_F1;
	w->n = n;
	w->gold = copy->gold;
	w->own[SWEEP_F1] = row_f1(copy, 0);
	for (size_t i = 0; i < n; i++) {
		w->g[i] = sweep_value(&s->sweep, i);
		w->y[SWEEP_F1][i] = row_f1(copy, 1 + i);
		if (w->y[SWEEP_F1][i] > w->y[SWEEP_F1][w->set->best])
			w->set->best = i;
	}
	w->set->done = copy->done;
	w->set->of = copy->of;
	w->set->f1_off = row_f1(copy, n + 1);
	w->set->f1_other = row_f1(copy, n + 2);
	w->set->f1_shuffled = row_f1(copy, n + 3);
	histogram(s, w->set);
	w->own_g = w->set->mean_g;
	copy->sweep = w;
}

const struct set_kind_ops set_sweep = {
    sweep_header, sweep_ask, sweep_tell, sweep_take, sweep_finish,
};

/* Two checkpoints, or one under two instructions. */
static void compare_header(const struct set_run *s, struct json *header)
{
	if (s->second)
		json_put_string(header, "model_2",
				s->second->bundle->report.hash);
	else if (s->o.instruction2)
		json_put_string(header, "instruction_2", s->o.instruction2);
	else
		json_put_null(header, "instruction_2");
}

static int compare_ask(struct set_run *s, const struct call_site *at,
		       const struct example *e, struct err *err)
{
	struct extract_request base, *other;

	(void)at;
	(void)err;
	if (s->list.n)
		return 0;
	set_request(s, e, &base);
	worklist_add(&s->list, &base);
	other = worklist_add(&s->list2, &base);
	if (!s->second) {
		free(other->instruction);
		other->instruction =
		    xstrdup_null(set_instruction(s->o.instruction2, e));
	}
	extract_request_release(&base);
	return 0;
}

/* mee asks with the instructions of med and meae; others lack a name. */
static bool asked_alike(const struct set_run *s, const struct example *e)
{
	return !s->second &&
	       (e->task == TASK_MEE ||
		string_equal(set_instruction(s->o.instruction, e),
			     set_instruction(s->o.instruction2, e)));
}

static void compare_tell(struct set_run *s, const struct example *e,
			 struct json *line)
{
	const struct extraction *x = s->list.x[0], *y = s->list2.x[0];
	const struct records *gold = set_gold(s, e);
	struct counts a = {0}, b = {0};
	struct matching m;

	sweep_counts(x, x, gold, &a);
	sweep_counts(x, y, gold, &b);
	match(x, y, NULL, 0, &m);
	json_put(line, "a", set_counts_json(&a));
	json_put(line, "b", set_counts_json(&b));
	json_put_int(line, "results", (int64_t)m.n);
	json_put_int(line, "flips", (int64_t)matching_flips(&m));
	if (asked_alike(s, e))
		json_put_bool(line, "alike", true);
	matching_release(&m);
}

static bool wholly_right(const struct counts *c)
{
	return c->fp == 0 && c->fn == 0;
}

static int compare_take(void *context, const struct json *line, struct err *err)
{
	struct set_run *s = context;
	struct counts a, b;
	int64_t flips, results;
	struct set_row *row;

	if (set_counts_read(json_get(line, "a"), &a, err) < 0 ||
	    set_counts_read(json_get(line, "b"), &b, err) < 0 ||
	    set_int(line, "flips", &flips, err) < 0 ||
	    set_int(line, "results", &results, err) < 0)
		return -(int)err->code;
	row = set_row_of(&s->result, "1",
			 s->second ? "the open checkpoint" : s->o.name[0]);
	row->examples++;
	row->results += (size_t)results;
	set_row_add(row, &a, &a);
	row =
	    set_row_of(&s->result, "2", s->second ? s->o.second : s->o.name[1]);
	row->examples++;
	row->results += (size_t)results;
	row->flips += (double)flips;
	set_row_add(row, &b, &a);
	s->result.only[0] += wholly_right(&a) && !wholly_right(&b);
	s->result.only[1] += wholly_right(&b) && !wholly_right(&a);
	s->result.alike += json_true(json_get(line, "alike"));
	set_note_fragile(s, s->next, (double)flips);
	return 0;
}

const struct set_kind_ops set_compare = {
    compare_header, compare_ask, compare_tell, compare_take, finish_nothing,
};
