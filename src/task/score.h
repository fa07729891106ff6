/*
 * score -- precision, recall and F1 over exact records.
 *
 * strict: multisets, F1 from unrounded P and R, `none` relations left out
 * unless asked for, a visual argument right when its region is the gold one
 * or its box, against the gold region's or the gold argument's own, has
 * IoU >= SCORE_IOU.  reference: the authors' scorer, bug for bug
 * (reference.h).
 */
#ifndef UMIE_TASK_SCORE_H
#define UMIE_TASK_SCORE_H

#include "src/task/record.h"

struct counts {
	int64_t tp, fp, fn;
};

#define SCORE_IOU 0.5 /* as the M2E2 benchmark counts */

struct score_options {
	bool count_none; /* `none` relations are records too */
	/* IoU of what prediction p and gold g stand for in the picture; NULL:
	 * equal regions only */
	double (*iou)(void *context, const struct record *p,
		      const struct record *g);
	void *context;
};

/* Add one example to *c (strict multiset counts). */
void score_strict(const struct records *gold, const struct records *pred,
		  const struct score_options *o, struct counts *c);

/* 0 when undefined; in percent, unrounded. */
double score_precision(const struct counts *c);
double score_recall(const struct counts *c);
double score_f1(const struct counts *c);

#endif
