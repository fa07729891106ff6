/*
 * attribute -- from an answer's records to what is shown: places in the
 * text, probability, weights over the regions.
 */
#ifndef UMIE_ENGINE_ATTRIBUTE_H
#define UMIE_ENGINE_ATTRIBUTE_H

#include "src/engine/extract.h"
#include "src/engine/steps.h"

/*
 * Append the records of one step's answer to x; they are moved out of `recs`,
 * whose dropped segments are moved too.  `event` is the index in x->found
 * that they belong to, or -1.
 */
void attribute(struct extraction *x, const struct step *s, int heads,
	       struct records *recs, int event, bool attention);

#endif
