/*
 * regions -- the boxes of an example, once its picture's size is known.
 */
#ifndef UMIE_DATA_REGIONS_H
#define UMIE_DATA_REGIONS_H

#include "src/data/dataset.h"

/*
 * Row 0 the whole picture of w x h, then the example's boxes in pixels.
 * ERR_DATA for a box outside the picture or more than max_regions.
 */
int example_regions(const struct example *e, int w, int h, int max_regions,
		    struct regions *out, struct err *err);

#endif
