#include "src/probe/probe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/probe/table.h"

/* Add one member to its row. */
static void add_member(struct probe_table *t, struct probe_row *r,
		       const struct variant_member *m,
		       const struct extraction *x, const struct records *gold)
{
	struct matching k;

	match(t->base, x, m->origin, m->n_origin, &k);
	for (size_t i = 0; i < k.n; i++)
		r->marks[i * MARK_KINDS + (size_t)k.mark[i]]++;
	r->added += k.added;
	r->flips += (double)matching_flips(&k);
	matching_counts(&k, &r->base);
	matching_release(&k);
	if (gold)
		match_gold(gold, t->base, x, m->origin, m->n_origin, &r->gold);
}

/* Mean and deviation of the gates in use. */
static void gates(struct probe_row *r, struct extraction *const *x, size_t n,
		  float base)
{
	double sum = 0, square = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)x[i]->g_used;
	r->g = (float)(sum / (double)n);
	for (size_t i = 0; i < n; i++) {
		double d = (double)x[i]->g_used - (double)r->g;

		square += d * d;
	}
	r->spread = (float)sqrt(square / (double)n);
	r->dg = r->g - base;
}

static void add_row(struct probe_table *t, const struct variant *v,
		    struct extraction *const *x, const struct records *gold)
{
	struct probe_row *r = &t->row[t->n++];

	*r = (struct probe_row){.kind = v->kind,
				.what = xstrdup(v->what),
				.n = v->n,
				.instruction = xstrdup(x[0]->instruction)};
	memcpy(r->id, v->id, sizeof(r->id));
	extract_request_copy(&r->request, &v->member[0].request);
	r->marks =
	    xcalloc(t->base->n_found * MARK_KINDS + 1, sizeof(*r->marks));
	gates(r, x, v->n, t->base->g_used);
	for (size_t k = 0; k < v->n; k++)
		add_member(t, r, &v->member[k], x[k], gold);
	r->flips /= (double)v->n;
}

static bool complete(struct extraction *const *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!x[i])
			return false;
	return true;
}

struct probe_table *probe_table_new(const struct variants *v,
				    struct extraction *const *result,
				    const struct records *gold, double ms)
{
	struct probe_table *t = xcalloc(1, sizeof(*t));
	size_t at = 0;

	t->base = extraction_copy(result[0]);
	t->row = xcalloc(v->n, sizeof(*t->row));
	t->planned = v->n;
	t->gold = gold != NULL;
	t->ms = ms;
	for (size_t i = 0; i < v->n; at += v->v[i++].n)
		if (complete(result + at, v->v[i].n))
			add_row(t, &v->v[i], result + at, gold);
	return t;
}

static void row_release(struct probe_row *r)
{
	free(r->what);
	free(r->marks);
	free(r->instruction);
	extract_request_release(&r->request);
}

void probe_drop(struct probe_table *t, size_t i)
{
	row_release(&t->row[i]);
	t->n--;
	t->planned--;
	memmove(&t->row[i], &t->row[i + 1], (t->n - i) * sizeof(*t->row));
}

void probe_table_free(struct probe_table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++)
		row_release(&t->row[i]);
	free(t->row);
	extraction_free(t->base);
	free(t);
}

double probe_row_f1(const struct probe_table *t, const struct probe_row *r)
{
	const struct counts *c = t->gold ? &r->gold : &r->base;

	/* Nothing expected and nothing found is right. */
	if (c->tp + c->fp + c->fn == 0)
		return 1;
	return score_f1(c) / 100;
}

enum mark probe_row_mark(const struct probe_row *r, size_t i, int *times)
{
	const int *n = r->marks + i * MARK_KINDS;
	enum mark most = MARK_SAME;

	/* What is not the same matters, however rare. */
	*times = 0;
	for (enum mark m = MARK_LABEL; m < MARK_KINDS; m++)
		if (n[m] > *times) {
			*times = n[m];
			most = m;
		}
	if (most == MARK_SAME)
		*times = n[MARK_SAME];
	return most;
}

static bool changes(const struct probe_row *r, size_t i)
{
	return r->marks[i * MARK_KINDS + MARK_SAME] < (int)r->n;
}

size_t probe_changes(const struct probe_table *t, size_t i)
{
	size_t n = 0;

	for (size_t k = 1; k < t->n; k++)
		n += changes(&t->row[k], i);
	return n;
}

bool probe_needs_image(const struct probe_table *t, size_t i)
{
	for (size_t k = 1; k < t->n; k++)
		if (t->row[k].kind == VARY_OFF && changes(&t->row[k], i))
			return true;
	return false;
}

bool probe_needs_box(const struct probe_table *t, size_t i, int *box)
{
	for (size_t k = 1; k < t->n; k++)
		if (t->row[k].kind == VARY_BOX && changes(&t->row[k], i)) {
			*box = __builtin_ctzll(t->row[k].request.hidden);
			return true;
		}
	return false;
}

double probe_mean_flips(const struct probe_table *t)
{
	double sum = 0;

	for (size_t k = 1; k < t->n; k++)
		sum += t->row[k].flips;
	return t->n > 1 ? sum / (double)(t->n - 1) : 0;
}

int probe_worst(const struct probe_table *t)
{
	int worst = -1;

	for (size_t k = 1; k < t->n; k++)
		if (worst < 0 || probe_row_f1(t, &t->row[k]) <
				     probe_row_f1(t, &t->row[worst]))
			worst = (int)k;
	return worst;
}

int probe_find(const struct probe_table *t, const char *id)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->row[i].id, id) == 0)
			return (int)i;
	return -1;
}

char *result_name(const struct extraction *x, size_t i)
{
	const struct record *r = &x->found[i].rec;

	if (r->task == TASK_MRE)
		return xasprintf("%s %s -> %s", r->label, r->head, r->tail);
	return xasprintf("%s %s", r->label, r->text ? r->text : "");
}

/* ".", "L", "L3/10" */
static void put_mark(struct table *out, size_t row, size_t column,
		     const struct probe_row *r, size_t i)
{
	int times;
	enum mark m = probe_row_mark(r, i, &times);

	if (r->n == 1 || times == (int)r->n)
		table_text(out, row, column, "%s", mark_sign(m));
	else
		table_text(out, row, column, "%s%d/%zu", mark_sign(m), times,
			   r->n);
}

enum { ID, WHAT, G, DG, FIRST };

static void report_row(const struct probe_table *t, const struct probe_row *r,
		       struct table *out)
{
	size_t row = table_row(out), n = t->base->n_found;
	bool base = r == t->row;

	table_text(out, row, ID, "%s%s", r->id, base ? "*" : "");
	table_text(out, row, WHAT, "%s", r->what);
	table_number(out, row, G, (double)r->g);
	if (!base)
		table_number(out, row, DG, (double)r->dg);
	for (size_t i = 0; i < n; i++)
		if (!base)
			put_mark(out, row, FIRST + i, r, i);
	table_number(out, row, FIRST + n, (double)r->added / (double)r->n);
	table_number(out, row, FIRST + n + 1, probe_row_f1(t, r));
	table_number(out, row, FIRST + n + 2, r->flips);
}

/* Names of the results for which `want` holds, or "none". */
static void list_results(const struct probe_table *t, struct str *out,
			 bool (*want)(const struct probe_table *, size_t))
{
	bool any = false;

	for (size_t i = 0; i < t->base->n_found; i++) {
		if (!want(t, i))
			continue;
		str_addf(out, "%s%zu", any ? ", " : "", i + 1);
		any = true;
	}
	if (!any)
		str_add(out, "none");
}

static bool is_stable(const struct probe_table *t, size_t i)
{
	return probe_changes(t, i) == 0;
}

static bool is_fragile(const struct probe_table *t, size_t i)
{
	return 2 * probe_changes(t, i) >= t->n - 1;
}

static bool has_kind(const struct probe_table *t, enum variation kind)
{
	for (size_t k = 1; k < t->n; k++)
		if (t->row[k].kind == kind)
			return true;
	return false;
}

static void summary(const struct probe_table *t, struct table *out)
{
	struct str s = {0};
	int worst = probe_worst(t);

	if (t->n < 2)
		return;
	str_add(&s, "stable: ");
	list_results(t, &s, is_stable);
	str_add(&s, "   fragile (at least half of the rows): ");
	list_results(t, &s, is_fragile);
	table_note(out, "%s", s.s);
	str_clear(&s);
	if (has_kind(t, VARY_OFF)) {
		list_results(t, &s, probe_needs_image);
		table_note(out, "needs the image: %s", s.s);
	}
	for (size_t i = 0; i < t->base->n_found; i++) {
		int box;

		if (probe_needs_box(t, i, &box))
			table_note(out, "result %zu needs O%d", i + 1, box);
	}
	table_note(out, "mean flips %.2f   worst F1 %.2f (%s)",
		   probe_mean_flips(t), probe_row_f1(t, &t->row[worst]),
		   t->row[worst].id);
	table_fact_number(out, "mean_flips", probe_mean_flips(t));
	table_fact_text(out, "worst", t->row[worst].id);
	str_release(&s);
}

struct table *probe_report(const struct probe_table *t)
{
	char *title = xasprintf(
	    "%zu of %zu rows, %.0f ms   . as i1  L label  B edges  - lost  "
	    "n/m: n of m   F1 against %s",
	    t->n, t->planned, t->ms, t->gold ? "gold" : "i1");
	struct table *out = table_new("probe", title);

	free(title);
	table_column(out, "id", "id", -1);
	table_column(out, "what", "what changed", -1);
	table_column(out, "g", "g", 3);
	table_column(out, "dg", "dg", 3);
	for (size_t i = 0; i < t->base->n_found; i++) {
		char *key = xasprintf("r%zu", i + 1);
		char *name =
		    xasprintf("%zu %.3s", i + 1, t->base->found[i].rec.label);

		table_column(out, key, name, -1);
		free(key);
		free(name);
	}
	table_column(out, "new", "new", 1);
	table_column(out, "f1", "F1", 2);
	table_column(out, "flips", "flip", 1);
	for (size_t i = 0; i < t->n; i++)
		report_row(t, &t->row[i], out);
	for (size_t i = 0; i < t->base->n_found; i++) {
		char *name = result_name(t->base, i);
		char *key = xasprintf("result_%zu", i + 1);

		table_fact_text(out, key, name);
		free(key);
		free(name);
	}
	table_fact_text(out, "against", t->gold ? "gold" : "base");
	table_fact_text(out, "model", t->base->model);
	table_fact_text(out, "text", t->base->text);
	summary(t, out);
	return out;
}
