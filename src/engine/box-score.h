/*
 * box-score -- how far two arguments in a picture stand in the same place.
 *
 * One has the number of a region, as the model names it; the other may have
 * a box of its own instead, as data sets made without regions do.
 */
#ifndef UMIE_ENGINE_BOX_SCORE_H
#define UMIE_ENGINE_BOX_SCORE_H

#include <stdbool.h>

struct extraction;
struct record;
struct records;

struct box_score {
	const struct extraction *x; /* its regions, in pixels */
	bool relative; /* boxes of their own are in 0 … 1, else pixels */
};

/* For struct score_options; context: the struct box_score.  Without a picture
 * the regions' numbers are all there is. */
double box_score(void *context, const struct record *p, const struct record *g);

/* Gold whose unit is not told: no box in pixels is within 0 … 1. */
bool box_score_relative(const struct records *gold);

#endif
