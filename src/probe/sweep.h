/*
 * sweep -- what the gate does: results over held values of g.
 *
 * The own value is computed beside the points, so that it can be compared
 * with them.  Over a set F1 is that of all examples together.
 */
#ifndef UMIE_PROBE_SWEEP_H
#define UMIE_PROBE_SWEEP_H

#include "src/engine/extract.h"
#include "src/task/score.h"

struct str;
struct table;
struct worklist;

/* name, what it says */
#define SWEEP_METRICS(_)                                        \
	_(F1, f1, "F1 against the own gate's results, or gold") \
	_(PRESENT, present, "the chosen result is found")       \
	_(PROB, prob,                                           \
	  "probability of the chosen result, 0 when it is not found")

enum sweep_metric {
#define SWEEP_ENUM(upper, lower, text) SWEEP_##upper,
	SWEEP_METRICS(SWEEP_ENUM)
#undef SWEEP_ENUM
	    SWEEP_METRIC_KINDS,
};
const char *sweep_metric_name(enum sweep_metric m);
/* false when there is no such metric. */
bool sweep_metric_find(const char *name, enum sweep_metric *out);

enum { SWEEP_POINTS_MAX = 64, SWEEP_BINS = 20 };

struct sweep_options {
	double from, to;
	size_t n;      /* points, 1 … SWEEP_POINTS_MAX */
	size_t chosen; /* result of the own gate; past the end: none */
	enum sweep_metric metric;
};
/* The paper's Figure 4: 0 to 0.1, eleven points. */
void sweep_defaults(struct sweep_options *o);
/* Held value of point i. */
double sweep_value(const struct sweep_options *o, size_t i);

/* What only a set has. */
struct sweep_set {
	size_t done, of, with_image;
	double mean_g;
	double bin_width; /* of the histogram, from 0 */
	size_t bin[SWEEP_BINS];
	double f1_off, f1_other, f1_shuffled;
	size_t best; /* point */
};

struct sweep {
	struct sweep_options o;
	size_t n; /* points that are computed */
	double g[SWEEP_POINTS_MAX], y[SWEEP_METRIC_KINDS][SWEEP_POINTS_MAX];
	double own_g, own[SWEEP_METRIC_KINDS];
	char *chosen;          /* name of the chosen result; owned; or NULL */
	bool gold;             /* F1 is against gold */
	struct sweep_set *set; /* owned; NULL for one example */
	double ms;
};
void sweep_free(struct sweep *s);

/* Appends the own gate's request, then one for each point. */
void sweep_requests(const struct sweep_options *o,
		    const struct extract_request *base, struct worklist *w);
/* F1 of one extraction, against gold or (NULL) the own gate's results. */
void sweep_counts(const struct extraction *own, const struct extraction *x,
		  const struct records *gold, struct counts *c);
/* From the own gate's extraction and those of the first n points. */
struct sweep *sweep_new(const struct sweep_options *o,
			const struct extraction *own,
			struct extraction *const *point, size_t n,
			const struct records *gold, double ms);

struct table *sweep_report(const struct sweep *s);
/* The plot, for a set with the histogram below it. */
void sweep_svg(const struct sweep *s, struct str *out);

#endif
