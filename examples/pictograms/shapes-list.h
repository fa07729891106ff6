/*
 * shapes-list -- how a drawing is written down, and the drawings' names.
 */
#ifndef UMIE_PICTOGRAMS_SHAPES_LIST_H
#define UMIE_PICTOGRAMS_SHAPES_LIST_H

#include "examples/pictograms/shapes.h"

/* clang-format off */
#define ELL(slot, x, y, rx, ry) {SHAPE_ELLIPSE, slot, {x, y, rx, ry}}
#define DISC(slot, x, y, r) {SHAPE_ELLIPSE, slot, {x, y, r, r}}
#define BOX(slot, x1, y1, x2, y2, r) {SHAPE_BOX, slot, {x1, y1, x2, y2, r}}
#define LINE(slot, x1, y1, x2, y2, r) {SHAPE_LINE, slot, {x1, y1, x2, y2, r}}
#define RING(slot, x, y, r, half) {SHAPE_RING, slot, {x, y, r, half}}
#define TRI(slot, a, b, c, d, e, f) {SHAPE_TRI, slot, {a, b, c, d, e, f}}
#define QUAD(slot, a, b, c, d, e, f, g, h) \
	{SHAPE_QUAD, slot, {a, b, c, d, e, f, g, h}}
#define END {SHAPE_END, 0, {0}}
/* clang-format on */

#define PICTOGRAM_SHAPES(upper, shapes, noun, where, w, h) \
	extern const struct shape shapes_##shapes[];
PICTOGRAMS(PICTOGRAM_SHAPES)
#undef PICTOGRAM_SHAPES

#endif
