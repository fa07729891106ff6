/* What a set run found, as tables. */
#include <math.h>
#include <stdlib.h>

#include "src/base/mem.h"
#include "src/probe/set.h"
#include "src/probe/table.h"

void set_spread(const struct set_result *r, double *mean, double *sd)
{
	size_t n = r->n > 1 ? r->n - 1 : 0;
	double square = 0;

	*mean = 0;
	for (size_t i = 1; i <= n; i++)
		*mean += r->row[i].f1 / (double)n;
	for (size_t i = 1; i <= n; i++) {
		double d = r->row[i].f1 - *mean;

		square += d * d;
	}
	*sd = n > 1 ? sqrt(square / (double)(n - 1)) : 0;
}

int set_worst(const struct set_result *r)
{
	int at = -1;
	double least = INFINITY;

	for (size_t i = 1; i < r->n; i++) {
		double f1 = r->row[i].f1;

		if (f1 < least) {
			least = f1;
			at = (int)i;
		}
	}
	return at;
}

double set_stability(const struct set_result *r)
{
	size_t changed = 0, all = 0;

	for (size_t i = 0; i < r->types; i++) {
		changed += r->type[i].changed;
		all += r->type[i].results;
	}
	return all ? 1 - (double)changed / (double)all : 1;
}

enum { ID, WHAT, EXAMPLES, FLIP_RATE, F1, CHANGE, LO, HI, G };

static void add_row(struct table *t, const struct set_result *r, size_t i)
{
	const struct set_row *w = &r->row[i];
	const struct interval *d = &w->change;
	size_t row = table_row(t);

	table_text(t, row, ID, "%s%s", w->id, i ? "" : "*");
	table_text(t, row, WHAT, "%s", w->what);
	table_number(t, row, EXAMPLES, (double)w->examples);
	table_number(t, row, F1, 100 * w->f1);
	if (r->kind == SET_PROBE)
		table_number(t, row, G, w->g / (double)w->examples);
	if (i == 0)
		return;
	table_number(t, row, FLIP_RATE,
		     w->results ? w->flips / (double)w->results : 0);
	if (isnan(d->value))
		return;
	table_number(t, row, CHANGE, 100 * d->value);
	table_number(t, row, LO, 100 * d->lo);
	table_number(t, row, HI, 100 * d->hi);
}

static void notes(const struct set_result *r, struct table *t)
{
	double mean, sd;
	int at = set_worst(r);

	if (r->kind == SET_COMPARE && r->n == 2) {
		double p = mcnemar(r->only[0], r->only[1]);

		table_note(t,
			   "wholly right under one only: %zu and %zu; "
			   "McNemar p %.3g",
			   r->only[0], r->only[1], p);
		table_fact_number(t, "only_1", (double)r->only[0]);
		table_fact_number(t, "only_2", (double)r->only[1]);
		table_fact_number(t, "mcnemar_p", p);
	}
	if (r->alike) {
		table_note(t,
			   "%zu of %zu examples are asked alike: their task "
			   "has not these two instructions",
			   r->alike, r->done);
		table_fact_number(t, "alike", (double)r->alike);
	}
	if (r->kind != SET_PROBE || at < 0)
		return;
	set_spread(r, &mean, &sd);
	table_note(t, "F1 over %zu variants: mean %.2f, spread %.2f; worst %s",
		   r->n - 1, 100 * mean, 100 * sd, r->row[at].id);
	table_note(t, "%.1f %% of the results stay as they are",
		   100 * set_stability(r));
	table_fact_number(t, "stability", set_stability(r));
	table_fact_number(t, "mean_f1", 100 * mean);
	table_fact_number(t, "spread_f1", 100 * sd);
	table_fact_text(t, "worst", r->row[at].id);
}

struct table *set_report(const struct set_result *r)
{
	char *title = xasprintf(
	    "%zu of %zu examples; F1 against %s, in percent; change from the "
	    "first row with its 95 %% interval (paired bootstrap)",
	    r->done, r->of,
	    r->gold                  ? "gold"
	    : r->kind == SET_COMPARE ? "the first"
				     : "the base");
	struct table *t = table_new(
	    r->kind == SET_PROBE ? "probe-set" : "compare-set", title);

	free(title);
	table_column(t, "id", "id", -1);
	table_column(t, "what", "what changed", -1);
	table_column(t, "examples", "n", 0);
	table_column(t, "flip_rate", "flips", 3);
	table_column(t, "f1", "F1", 2);
	table_column(t, "change", "change", 2);
	table_column(t, "lo", "from", 2);
	table_column(t, "hi", "to", 2);
	if (r->kind == SET_PROBE)
		table_column(t, "g", "g", 3);
	for (size_t i = 0; i < r->n; i++)
		add_row(t, r, i);
	notes(r, t);
	table_fact_number(t, "done", (double)r->done);
	table_fact_number(t, "of", (double)r->of);
	table_fact_text(t, "against", r->gold ? "gold" : "base");
	table_fact_number(t, "seed", (double)r->seed);
	return t;
}

struct table *set_fragile_report(const struct set_result *r)
{
	struct table *t = table_new(
	    "fragile", r->kind == SET_COMPARE
			   ? "examples that differ, most differences first"
			   : "most fragile examples: mean flips");

	table_column(t, "example", "n", 0);
	table_column(t, "id", "id", -1);
	table_column(t, "flips", "flips", 2);
	table_column(t, "text", "text", -1);
	for (size_t i = 0; i < r->n_fragile; i++) {
		size_t row = table_row(t);

		table_number(t, row, 0, (double)r->fragile[i].index + 1);
		table_text(t, row, 1, "%s", r->fragile[i].id);
		table_number(t, row, 2, r->fragile[i].flips);
		table_text(t, row, 3, "%s", r->fragile[i].text);
	}
	return t;
}

struct table *set_types_report(const struct set_result *r)
{
	struct table *t =
	    table_new("types", "how often results of a type change");

	table_column(t, "type", "type", -1);
	table_column(t, "flip_rate", "flips", 3);
	table_column(t, "results", "results x variants", 0);
	for (size_t i = 0; i < r->types; i++) {
		const struct set_type *k = &r->type[i];
		size_t row = table_row(t);

		table_text(t, row, 0, "%s", k->name);
		table_number(
		    t, row, 1,
		    k->results ? (double)k->changed / (double)k->results : 0);
		table_number(t, row, 2, (double)k->results);
	}
	return t;
}
