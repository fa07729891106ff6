/*
 * draw -- from a list of things to a picture and their boxes.
 */
#ifndef UMIE_PICTOGRAMS_DRAW_H
#define UMIE_PICTOGRAMS_DRAW_H

#include <stdbool.h>
#include <stdint.h>

#include "examples/pictograms/shapes.h"

/* name in texts, red, green, blue, an animal can have it */
#define COLOURS(_)                                  \
	_(RED, "red", 0.85f, 0.12f, 0.12f, 0)       \
	_(BLUE, "blue", 0.13f, 0.30f, 0.85f, 0)     \
	_(GREEN, "green", 0.10f, 0.62f, 0.20f, 0)   \
	_(YELLOW, "yellow", 0.98f, 0.82f, 0.10f, 0) \
	_(WHITE, "white", 0.95f, 0.95f, 0.95f, 1)   \
	_(BLACK, "black", 0.13f, 0.13f, 0.15f, 1)   \
	_(BROWN, "brown", 0.50f, 0.30f, 0.14f, 1)   \
	_(PINK, "pink", 0.97f, 0.52f, 0.72f, 0)

enum colour {
#define COLOUR_ENUM(upper, name, r, g, b, fur) COLOUR_##upper,
	COLOURS(COLOUR_ENUM)
#undef COLOUR_ENUM
	    COLOUR_COUNT,
};

enum { SCENE_MAX = 8 };

struct thing {
	enum pictogram what;
	enum colour colour;
};

/* What a picture shows; thing i gets box i, which is O(i+1). */
struct scene {
	struct thing thing[SCENE_MAX];
	int n;
};

struct picture_size {
	int w, h;
};

const char *colour_name(enum colour c);
bool colour_is_fur(enum colour c);

/*
 * Draw a scene; the seed decides place, size, background, light and noise.
 * `boxes` has room for scene->n: whole pixels, inside the picture.  `out` is
 * new.
 */
void scene_draw(const struct scene *scene, struct picture_size size,
		uint64_t seed, struct image *out, struct box *boxes);

#endif
