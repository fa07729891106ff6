/*
 * group -- join pieces of a picture, the most alike first, to one.
 *
 * Uijlings et al., "Selective search for object recognition", IJCV 2013:
 * alike in colour, in texture, small, and filling each other's gaps.  Every
 * piece on the way may be an object.
 */
#ifndef UMIE_IMAGE_GROUP_H
#define UMIE_IMAGE_GROUP_H

#include "src/image/segment.h"

/* A piece, or what several became, with what ranking needs to know. */
struct group {
	int x1, y1, x2, y2; /* its box: x1 <= x < x2 */
	int size;           /* pixels */
	float contrast;     /* mean distance across its outline */
};

/*
 * All groups of n pieces (`label` as segment() leaves it): 2n-1 of them when
 * the pieces hang together.  Their number is returned; *out is the caller's
 * to free().
 */
int group_pieces(const struct look *k, const int *label, int n,
		 struct group **out);

#endif
