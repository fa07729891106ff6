#include "src/probe/sweep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/probe/match.h"
#include "src/probe/probe.h"
#include "src/probe/stats.h"
#include "src/probe/svg.h"
#include "src/probe/table.h"
#include "src/probe/worklist.h"

static const char *const metric_names[] = {
#define SWEEP_NAME(upper, lower, text) #lower,
    SWEEP_METRICS(SWEEP_NAME)
#undef SWEEP_NAME
};

const char *sweep_metric_name(enum sweep_metric m)
{
	return metric_names[m];
}

bool sweep_metric_find(const char *name, enum sweep_metric *out)
{
	for (int i = 0; i < SWEEP_METRIC_KINDS; i++)
		if (strcmp(name, metric_names[i]) == 0) {
			*out = (enum sweep_metric)i;
			return true;
		}
	return false;
}

void sweep_defaults(struct sweep_options *o)
{
	*o = (struct sweep_options){.to = 0.1, .n = 11};
}

double sweep_value(const struct sweep_options *o, size_t i)
{
	return o->n < 2 ? o->from
			: o->from + (o->to - o->from) * (double)i /
					(double)(o->n - 1);
}

void sweep_free(struct sweep *s)
{
	if (!s)
		return;
	free(s->chosen);
	free(s->set);
	free(s);
}

void sweep_requests(const struct sweep_options *o,
		    const struct extract_request *base, struct worklist *w)
{
	worklist_add(w, base)->gate = GATE_SET_OWN;
	for (size_t i = 0; i < o->n; i++) {
		struct extract_request *r = worklist_add(w, base);

		r->gate = GATE_SET_HELD;
		r->gate_value = (float)sweep_value(o, i);
	}
}

void sweep_counts(const struct extraction *own, const struct extraction *x,
		  const struct records *gold, struct counts *c)
{
	struct matching m;

	if (gold) {
		match_gold(gold, own, x, NULL, 0, c);
		return;
	}
	match(own, x, NULL, 0, &m);
	matching_counts(&m, c);
	matching_release(&m);
}

/* The three figures of one extraction. */
static void measure(const struct sweep_options *o, const struct extraction *own,
		    const struct extraction *x, const struct records *gold,
		    double out[SWEEP_METRIC_KINDS])
{
	struct counts c = {0};
	struct matching m;
	bool present;

	match(own, x, NULL, 0, &m);
	sweep_counts(own, x, gold, &c);
	present = o->chosen < m.n && m.mark[o->chosen] == MARK_SAME;
	out[SWEEP_F1] = counts_f1(&c, 1);
	out[SWEEP_PRESENT] = o->chosen < m.n ? present : NAN;
	out[SWEEP_PROB] = present ? (double)x->found[m.with[o->chosen]].p
				  : (o->chosen < m.n ? 0 : NAN);
	matching_release(&m);
}

struct sweep *sweep_new(const struct sweep_options *o,
			const struct extraction *own,
			struct extraction *const *point, size_t n,
			const struct records *gold, double ms)
{
	struct sweep *s = xcalloc(1, sizeof(*s));
	double y[SWEEP_METRIC_KINDS];

	s->o = *o;
	s->n = n;
	s->own_g = (double)own->g_used;
	s->gold = gold != NULL;
	s->ms = ms;
	if (o->chosen < own->n_found)
		s->chosen = result_name(own, o->chosen);
	measure(o, own, own, gold, s->own);
	for (size_t i = 0; i < n; i++) {
		s->g[i] = sweep_value(o, i);
		measure(o, own, point[i], gold, y);
		for (int m = 0; m < SWEEP_METRIC_KINDS; m++)
			s->y[m][i] = y[m];
	}
	return s;
}

static void add_row(struct table *t, const char *what, double g,
		    const double *y, int columns)
{
	size_t row = table_row(t);

	table_text(t, row, 0, "%s", what);
	if (!isnan(g))
		table_number(t, row, 1, g);
	for (int m = 0; m < columns; m++)
		if (!isnan(y[m]))
			table_number(t, row, 2 + (size_t)m, y[m]);
}

static void report_set(const struct sweep *s, struct table *t)
{
	const struct sweep_set *e = s->set;
	struct str line = {0};

	if (e->with_image == 0)
		return;
	add_row(t, "picture off", 0, &e->f1_off, 1);
	add_row(t, "best fixed", s->g[e->best], &s->y[SWEEP_F1][e->best], 1);
	add_row(t, "other picture", NAN, &e->f1_other, 1);
	add_row(t, "pictures shuffled", NAN, &e->f1_shuffled, 1);
	table_note(t,
		   "%zu of %zu examples, %zu with a picture; mean own g %.4f",
		   e->done, e->of, e->with_image, e->mean_g);
	str_addf(&line, "own g, %d bins of %.3g from 0:", SWEEP_BINS,
		 e->bin_width);
	for (int i = 0; i < SWEEP_BINS; i++)
		str_addf(&line, " %zu", e->bin[i]);
	table_note(t, "%s", line.s);
	table_fact_number(t, "examples", (double)e->done);
	table_fact_number(t, "with_image", (double)e->with_image);
	table_fact_number(t, "mean_g", e->mean_g);
	table_fact_number(t, "bin_width", e->bin_width);
	for (int i = 0; i < SWEEP_BINS; i++) {
		char *key = xasprintf("bin_%d", i);

		table_fact_number(t, key, (double)e->bin[i]);
		free(key);
	}
	str_release(&line);
}

struct table *sweep_report(const struct sweep *s)
{
	int columns = s->chosen ? SWEEP_METRIC_KINDS : 1;
	char *ms = s->set ? xstrdup("") : xasprintf(", %.0f ms", s->ms);
	char *title = xasprintf("gate held from %.4g to %.4g, %zu points%s; F1 "
				"against %s%s%s",
				s->o.from, s->o.to, s->n, ms,
				s->gold ? "gold" : "the own gate's results",
				s->chosen ? "; result: " : "",
				s->chosen ? s->chosen : "");
	struct table *t = table_new("sweep", title);
	double y[SWEEP_METRIC_KINDS];

	free(ms);
	free(title);
	table_column(t, "what", "", -1);
	table_column(t, "g", "g", 4);
	for (int m = 0; m < columns; m++)
		table_column(t, metric_names[m], metric_names[m], 3);
	for (size_t i = 0; i < s->n; i++) {
		for (int m = 0; m < columns; m++)
			y[m] = s->y[m][i];
		add_row(t, "held", s->g[i], y, columns);
	}
	add_row(t, "own ^", s->own_g, s->own, columns);
	table_fact_text(t, "against", s->gold ? "gold" : "own");
	table_fact_number(t, "own_g", s->own_g);
	if (s->chosen)
		table_fact_text(t, "result", s->chosen);
	if (s->set)
		report_set(s, t);
	return t;
}

static void svg_histogram(const struct sweep *s, struct str *out)
{
	const struct sweep_set *e = s->set;
	struct svg_plot p = {.left = 60,
			     .top = 380,
			     .w = 560,
			     .h = 140,
			     .x_max = e->bin_width * SWEEP_BINS,
			     .title = "examples by their own g",
			     .x_title = "own g",
			     .mark = e->mean_g,
			     .mark_name = "mean"};

	for (int i = 0; i < SWEEP_BINS; i++)
		p.y_max = fmax(p.y_max, (double)e->bin[i]);
	svg_bars(out, &p, e->bin, SWEEP_BINS);
}

void sweep_svg(const struct sweep *s, struct str *out)
{
	double flat[2] = {s->o.from, s->o.to}, own[2], off[2];
	struct svg_plot p = {.left = 60,
			     .top = 50,
			     .w = 560,
			     .h = 240,
			     .x_min = s->o.from,
			     .x_max = s->o.to,
			     .y_max = 1,
			     .title = metric_names[s->o.metric],
			     .x_title = "g, held",
			     .mark = s->own_g,
			     .mark_name = "own"};
	struct svg_series line[3] = {
	    {"fixed g", "steelblue", s->g, s->y[s->o.metric], s->n},
	    {"own g", "darkorange", flat, own, 2},
	    {"no picture", "grey", flat, off, 2},
	};
	bool set = s->set && s->set->with_image;

	own[0] = own[1] = s->own[s->o.metric];
	off[0] = off[1] = set ? s->set->f1_off : NAN;
	svg_begin(out, 660, set ? 580 : 350);
	svg_lines(out, &p, line, set ? 3 : 2);
	if (set)
		svg_histogram(s, out);
	svg_end(out);
}
