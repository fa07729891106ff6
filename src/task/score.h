/*
 * score -- precision, recall and F1 over exact records.
 *
 * strict: multisets, F1 from unrounded P and R, `none` relations left out
 * unless asked for, a visual argument right when its region is the gold one
 * or IoU >= 0.5.  reference: the authors' scorer, bug for bug
 * (reference.h).
 */
#ifndef UMIE_TASK_SCORE_H
#define UMIE_TASK_SCORE_H

#include "src/task/record.h"

struct counts {
	int64_t tp, fp, fn;
};

struct score_options {
	bool count_none; /* `none` relations are records too */
	/* IoU of predicted region p and gold region g; NULL: p == g only */
	double (*iou)(void *context, int p, int g);
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
