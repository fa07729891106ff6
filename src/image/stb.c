#include "src/image/stb.h"

#include <limits.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "src/image/jpeg.h"

/*
 * stb_image calls its allocator without a context, so this one variable has
 * to live outside a function.
 */
static _Thread_local struct stb_heap *heap;

/* Before each block: its size, padded to keep 16-byte alignment. */
enum { HEAD = 16 };

static size_t *head_of(void *p)
{
	return (size_t *)((uint8_t *)p - HEAD);
}

/* Make `p` the block that `old` was among those of malloc(). */
static void noted(void *old, void *p)
{
	for (int i = 0; i < STB_LIVE; i++)
		if (heap->live[i] == old) {
			heap->live[i] = p;
			return;
		}
}

static int is_full(void)
{
	for (int i = 0; i < STB_LIVE; i++)
		if (!heap->live[i])
			return 0;
	return 1;
}

/* New memory is zeros, as in a child: what a decoder reads is never chance. */
static void *plain_realloc(void *old, size_t n)
{
	void *p;

	if (!old && is_full())
		return NULL;
	p = old ? realloc(old, n) : calloc(1, n);

	if (p)
		noted(old, p);
	return p;
}

static void *heap_alloc(size_t n)
{
	uint8_t *p;

	if (!heap->base)
		return plain_realloc(NULL, n);
	if (n > heap->size - heap->used)
		return NULL;
	n = (n + 15) & ~(size_t)15;
	if (HEAD + n > heap->size - heap->used)
		return NULL;
	p = heap->base + heap->used + HEAD;
	*head_of(p) = n;
	heap->used += HEAD + n;
	return p;
}

static int is_last(void *p)
{
	return (uint8_t *)p + *head_of(p) == heap->base + heap->used;
}

static void heap_free(void *p)
{
	if (!p)
		return;
	if (!heap->base) {
		noted(p, NULL);
		free(p);
	} else if (is_last(p)) {
		heap->used -= HEAD + *head_of(p);
	}
}

/* stb_image does not clean up when an assertion fails: leave it at once. */
static _Noreturn void broken(void)
{
	longjmp(heap->broken, 1);
}

/* The last block grows where it is. */
static void *heap_realloc(void *p, size_t n)
{
	size_t old;
	void *q;

	if (!heap->base)
		return plain_realloc(p, n);
	old = p ? *head_of(p) : 0;
	if (p && n <= old)
		return p;
	if (p && is_last(p))
		heap->used -= HEAD + old;
	q = heap_alloc(n);
	if (q && q != p && old)
		memcpy(q, p, old);
	return q;
}

/* Declared but left out below; gcc says so only at the end of the file. */
#pragma GCC diagnostic ignored "-Wunused-function"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

/*
 * Its arithmetic on broken pictures is known to overflow; what a fuzzer shall
 * find is memory it should not touch.
 */
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("undefined"))), \
			     apply_to = function)
#endif

#define STBI_ASSERT(x) ((x) ? (void)0 : broken())
#define STBI_MALLOC(n) heap_alloc(n)
#define STBI_REALLOC(p, n) heap_realloc(p, n)
#define STBI_FREE(p) heap_free(p)

/*
 * Four of its functions are replaced by those of jpeg.h.  It takes their
 * addresses by name, without parentheses; what is renamed here is only the
 * definitions, which are then unused.  STBI_NO_SIMD leaves no other versions.
 */
#define STBI_NO_SIMD
#define stbi__idct_block(...) replaced_idct(__VA_ARGS__)
#define stbi__resample_row_h_2(...) replaced_widen(__VA_ARGS__)
#define stbi__resample_row_hv_2(...) replaced_widen_hv(__VA_ARGS__)
#define stbi__YCbCr_to_RGB_row(...) replaced_to_rgb(__VA_ARGS__)

typedef uint8_t *widen_row(uint8_t *, uint8_t *, uint8_t *, int, int);

static void (*const stbi__idct_block)(uint8_t *, int, short[64]) = jpeg_idct;
static widen_row *const stbi__resample_row_h_2 = jpeg_widen;
static widen_row *const stbi__resample_row_hv_2 = jpeg_widen_hv;
static void (*const stbi__YCbCr_to_RGB_row)(uint8_t *, const uint8_t *,
					    const uint8_t *, const uint8_t *,
					    int, int) = jpeg_to_rgb;

#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_ONLY_BMP
#define STBI_MAX_DIMENSIONS 16384
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#include STB_HEADER

#ifdef __clang__
#pragma clang attribute pop
#endif
#pragma GCC diagnostic pop

static void abandon(struct stb_heap *from)
{
	for (int i = 0; i < STB_LIVE; i++)
		free(from->live[i]);
	memset(from->live, 0, sizeof(from->live));
}

uint8_t *stb_decode(struct stb_heap *from, const uint8_t *data, size_t n,
		    int *w, int *h, const char **why)
{
	uint8_t *rgb;
	int components;

	*why = "too large";
	if (n > INT_MAX)
		return NULL;
	heap = from;
	if (setjmp(from->broken)) {
		heap = NULL;
		abandon(from);
		*why = "its data contradict themselves";
		return NULL;
	}
	rgb = stbi_load_from_memory(data, (int)n, w, h, &components, 3);
	heap = NULL;
	if (!rgb)
		*why = stbi_failure_reason();
	return rgb;
}
