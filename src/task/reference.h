/*
 * reference -- the authors' bracket parser and scorer, bug for bug.
 *
 * Specified in sections 6.1 to 6.4 of the reference description; kept under
 * its own name for comparison with published figures.  Never the default.
 */
#ifndef UMIE_TASK_REFERENCE_H
#define UMIE_TASK_REFERENCE_H

#include "src/task/schema.h"

#include <stdbool.h>
#include <stdint.h>

struct str;

enum ref_parser {
	REF_ENTITY,
	REF_RELATION,
	REF_EVENT_TRIGGER,
	REF_EVENT_ARG,
	REF_EVENT,
};

enum ref_status { REF_WELL_FORMED, REF_REPAIRED, REF_ILL_FORMED };

/* Up to three strings: (type, text), (relation, head, tail), (type). */
struct ref_tuple {
	char *field[3]; /* owned */
	int n;
};

struct ref_tuples {
	struct ref_tuple *t;
	size_t n, cap;
};

struct ref_parse {
	struct ref_tuples spots, asocs;
	enum ref_status status;
};

/*
 * Read n bytes of a prediction, or of a gold string, into *out, which the
 * caller releases.  Only listed types and roles are kept, by exact,
 * case-sensitive string; `roles` may be NULL where there are none.  An
 * ill-formed string has no tuples.  (The reference itself stops with an
 * exception on a gold string that added brackets do not mend.)
 */
void ref_parse(enum ref_parser p, const char *pred, size_t n, bool is_gold,
	       const struct labels *types, const struct labels *roles,
	       struct ref_parse *out);
void ref_parse_release(struct ref_parse *p);
void ref_tuples_release(struct ref_tuples *l);

struct ref_counts {
	int64_t tp, fp, fn;
};

/* Add one sentence to *c. */
void ref_count(const struct ref_tuples *gold, const struct ref_tuples *pred,
	       struct ref_counts *c);
/* Percent after the reference's rounding to four digits. */
void ref_scores(const struct ref_counts *c, double *p, double *r, double *f1);

/* MEAE: every argument gets the type of the first predicted trigger, or
 * "none" when there is no trigger. */
void ref_two_stage(const struct ref_tuples *triggers,
		   struct ref_tuples *arguments);

#endif
