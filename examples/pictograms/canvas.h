/*
 * canvas -- antialiased simple shapes on a small picture.
 *
 * Every shape is a signed distance function in the local units of its
 * pictogram; a pixel's coverage is its distance to the edge in pixels,
 * clamped.  Nothing depends on the platform but IEEE floats.
 */
#ifndef UMIE_PICTOGRAMS_CANVAS_H
#define UMIE_PICTOGRAMS_CANVAS_H

#include <stdint.h>

#include "src/image/image.h"

struct canvas {
	float *rgb; /* h*w*3, 0 … 1; owned */
	int w, h;
};

/* What p[8] holds for each shape, in local units:
 * ELLIPSE  centre x, y, radii x, y
 * BOX      left, top, right, bottom, corner radius
 * LINE     x1, y1, x2, y2, half its width
 * RING     centre x, y, radius, half its width
 * TRI      three corners
 * QUAD     four corners, no crossing edges */
enum shape_kind {
	SHAPE_END,
	SHAPE_ELLIPSE,
	SHAPE_BOX,
	SHAPE_LINE,
	SHAPE_RING,
	SHAPE_TRI,
	SHAPE_QUAD,
};

struct shape {
	enum shape_kind kind;
	int slot; /* which paint; see shapes.h */
	float p[8];
};

/* Local units to pixels: rotated by `turn` (radians) about (ox, oy), which
 * comes to lie on pixel (x, y); mirrored when `flip` is -1. */
struct placing {
	float x, y, ox, oy, scale, turn, flip;
};

/*
 * Blend one shape over the canvas.  `bounds` (may be NULL) is widened by
 * the pixels that are more than half covered; it starts as
 * {INFINITY, INFINITY, -INFINITY, -INFINITY}.
 */
void canvas_shape(struct canvas *c, const struct shape *s,
		  const struct placing *at, const float rgb[3],
		  struct box *bounds);

/* To 8 bits; out is new. */
void canvas_image(const struct canvas *c, struct image *out);

#endif
