/*
 * stb -- stb_image, kept in one file.
 *
 * Nobody but decode.c calls this.  It may crash on a hostile picture.
 */
#ifndef UMIE_IMAGE_STB_H
#define UMIE_IMAGE_STB_H

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

/* Blocks of malloc() that one decoding may hold at a time; it needs ten. */
enum { STB_LIVE = 64 };

/* Memory that decoding takes from, front to back; NULL base: malloc(). */
struct stb_heap {
	uint8_t *base; /* 16-byte aligned; borrowed */
	size_t size, used;
	void *live[STB_LIVE]; /* with malloc(): what is not freed yet */
	jmp_buf broken;       /* where a failed assertion goes */
};

/*
 * Decode to 8-bit RGB in memory of `heap` (free() it when that is malloc).
 * NULL with a few words in *why on failure, also when an assertion of
 * stb_image fails.
 */
uint8_t *stb_decode(struct stb_heap *heap, const uint8_t *data, size_t n,
		    int *w, int *h, const char **why);

#endif
