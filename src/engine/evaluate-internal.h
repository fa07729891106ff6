/*
 * evaluate-internal -- what the files evaluate*.c share.
 *
 * An example goes to the model (evaluate.c), its answer becomes tallies, one
 * for each label (evaluate-score.c), and tallies become rows with intervals
 * (evaluate-table.c).
 */
#ifndef UMIE_ENGINE_EVALUATE_INTERNAL_H
#define UMIE_ENGINE_EVALUATE_INTERNAL_H

#include "src/engine/evaluate.h"

struct bundle;

/* Counts of one example for one label. */
struct tally {
	size_t example;
	enum task task; /* of the records */
	int label;      /* index in names; -1: of the whole task */
	struct counts c;
};

struct evaluator {
	struct extractor *x; /* borrowed, as the next three */
	const struct bundle *b;
	const struct dataset *d;
	const struct evaluate_options *o;
	size_t next, end;    /* examples */
	struct tally *tally; /* owned */
	size_t n_tallies, cap_tallies;
	struct labels names;   /* owned */
	struct evaluation now; /* counts so far; no rows */
	double start;
};

/* What the model said about one example. */
struct outcome {
	const struct example *e;
	size_t index;               /* of e in the data */
	const struct extraction *x; /* the first answer: picture, gate */
	struct records found;       /* of all answers together */
	const char *raw;            /* of the first answer */
	struct records triggers;    /* the model's own, for the reference */
};

void evaluator_init(struct evaluator *v, struct extractor *x,
		    const struct dataset *d, const struct evaluate_options *o);
/* Some examples: 1 while there are more, 0 at the end, or an error. */
int evaluator_run(struct evaluator *v, struct err *err);
/*
 * Rows and counts of what was done so far; the caller's.  Intervals take a
 * while where there are many examples.
 */
void evaluator_table(const struct evaluator *v, bool intervals,
		     struct evaluation *out);
void evaluator_release(struct evaluator *v);

/* Append tallies of one outcome. */
void evaluate_score(struct evaluator *v, const struct outcome *w);

#endif
