/*
 * place -- where something stands: characters of a text, or a box of a
 * picture.
 */
#ifndef UMIE_BASE_PLACE_H
#define UMIE_BASE_PLACE_H

#include <stdbool.h>
#include <stdint.h>

/* Code points [start, end) of a text.  Zeroed is "not known". */
struct place {
	int32_t start, end;
};

/* Pixels of the upright picture, or fractions of it; x2 > x1, y2 > y1. */
struct box {
	float x1, y1, x2, y2;
};

static inline bool place_known(struct place p)
{
	return p.end > p.start;
}

static inline bool place_equal(struct place a, struct place b)
{
	return a.start == b.start && a.end == b.end;
}

static inline bool place_overlaps(struct place a, struct place b)
{
	return a.start < b.end && b.start < a.end;
}

#endif
