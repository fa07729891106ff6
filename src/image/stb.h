/*
 * stb -- stb_image, kept in one file.
 *
 * Nobody but decode.c calls this.  It may crash on a hostile picture.
 */
#ifndef UMIE_IMAGE_STB_H
#define UMIE_IMAGE_STB_H

#include <stddef.h>
#include <stdint.h>

/* Memory that decoding takes from, front to back; NULL base: malloc(). */
struct stb_heap {
	uint8_t *base; /* 16-byte aligned; borrowed */
	size_t size, used;
};

/*
 * Decode to 8-bit RGB in memory of `heap` (free() it when that is malloc).
 * NULL with a few words in *why on failure.
 */
uint8_t *stb_decode(struct stb_heap *heap, const uint8_t *data, size_t n,
		    int *w, int *h, const char **why);

#endif
