/*
 * image -- pixels: 8-bit RGB, row-major, top row first.
 */
#ifndef UMIE_IMAGE_IMAGE_H
#define UMIE_IMAGE_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/place.h"

struct err;

struct image {
	uint8_t *rgb; /* h*w*3; owned */
	int w, h;
};

void image_release(struct image *im);

enum { IMAGE_DIMENSION_MAX = 16384, IMAGE_BYTES_MAX = 64 << 20 };
#define IMAGE_PIXELS_MAX ((size_t)64 << 20)

#endif
