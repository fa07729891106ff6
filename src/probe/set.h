/*
 * set -- probes, gate sweeps and comparisons over a whole data set.
 *
 * Example by example, each with a line in a progress file: a run that was
 * killed goes on where it stopped, and its figures are the same to the byte.
 */
#ifndef UMIE_PROBE_SET_H
#define UMIE_PROBE_SET_H

#include "src/data/dataset.h"
#include "src/engine/call.h"
#include "src/engine/extract.h"
#include "src/probe/plan.h"
#include "src/probe/stats.h"
#include "src/probe/sweep.h"

struct json;
struct str;
struct table;

enum set_kind { SET_PROBE, SET_SWEEP, SET_COMPARE };

struct set_options {
	enum set_kind kind;
	const char *data; /* file; read by the first slice; or NULL and … */
	struct dataset *examples; /* … these: taken, *examples is empty then */
	enum data_format format;
	const char *images;      /* folder; NULL: beside the file */
	const char *instruction; /* instead of each one's own */
	enum gate_setting gate;  /* of the base */
	float gate_value;
	const struct plan *plan;           /* PROBE; its seed is everybody's */
	const struct sweep_options *sweep; /* SWEEP */
	const char *second; /* COMPARE: folder; NULL: one checkpoint, and … */
	const char *instruction2; /* … this, or each one's own, as second */
	const char *name[2]; /* COMPARE: of the rows, when there is no second */
	const char *progress;     /* file; NULL: none is kept … */
	const char *progress_dir; /* … or one in this folder, named
				     by what is computed */
	size_t limit;             /* of examples; 0: all */
	int max_tokens, beams;
	bool constrained;
};

/* Everything but the examples is copied. */
struct call *set_call(const struct set_options *o);

enum { SET_FRAGILE = 20 }; /* examples that are listed */

/* One condition over the set: a variant, or one of two that are compared. */
struct set_row {
	char id[12];
	char *what;      /* owned */
	size_t examples; /* that have it */
	double flips;    /* all of them */
	size_t results;  /* of the base in those examples */
	double g;        /* sum */
	double f1;       /* 0 … 1 */
	/* of F1, from the base's; NaN until everything is done */
	struct interval change;
	/* of each example that has it, and of the base there; owned; NULL in
	 * what goes to the receiver */
	struct counts *c, *base;
	size_t n, cap, cap_base;
};

struct set_type {   /* of the base's results */
	char *name; /* owned */
	size_t results, changed;
};

struct set_example {
	size_t index;
	char *id, *text; /* owned */
	double flips;    /* mean over its variants */
};

/* What is known so far; a copy for the receiver. */
struct set_result {
	enum set_kind kind;
	size_t done, of;
	bool gold;
	uint64_t seed;
	struct set_row *row; /* PROBE: the base first; COMPARE: the two */
	size_t n, cap;
	struct set_type *type;
	size_t types, cap_types;
	/* most flips first; COMPARE: those that differ */
	struct set_example fragile[SET_FRAGILE];
	size_t n_fragile;
	size_t only[2];      /* COMPARE: wholly right under one only */
	size_t alike;        /* COMPARE: asked with one instruction twice */
	struct sweep *sweep; /* SWEEP */
};
void set_result_free(struct set_result *r);

/* Share of the base's results that a variant leaves as they are: over all
 * variants and examples; 1 when there are none. */
double set_stability(const struct set_result *r);
/* F1 of all variants, without the base's: mean and standard deviation. */
void set_spread(const struct set_result *r, double *mean, double *sd);
/* The row with the least F1, the base apart; -1: there is none. */
int set_worst(const struct set_result *r);
struct table *set_report(const struct set_result *r);
/* The most fragile examples, as a table of their own. */
struct table *set_fragile_report(const struct set_result *r);
/* Flips by type, as a table of their own. */
struct table *set_types_report(const struct set_result *r);

#endif
