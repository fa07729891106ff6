/*
 * regions -- the boxes of an example, once its picture is read.
 */
#ifndef UMIE_DATA_REGIONS_H
#define UMIE_DATA_REGIONS_H

#include "src/data/dataset.h"

struct image;

/*
 * Row 0 the whole picture, then the example's boxes in pixels; without boxes
 * (boxes.n == 0: not even an empty list) those that are proposed for it.
 * ERR_DATA for a box outside the picture or more than max_regions.
 */
int example_regions(const struct example *e, const struct image *im,
		    int max_regions, struct regions *out, struct err *err);

#endif
