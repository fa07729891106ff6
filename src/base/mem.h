/*
 * mem -- sizes that cannot overflow, allocations that cannot fail.
 *
 * The x functions end the program when the host is out of memory, so no
 * caller checks.  Sizes that come from a file go through size_mul() and
 * size_add() first and are compared with the file's real size.
 */
#ifndef UMIE_BASE_MEM_H
#define UMIE_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* *n *= m and *n += m; false (and *n unchanged) when it does not fit. */
static inline bool size_mul(size_t *n, size_t m)
{
	size_t r;

	if (__builtin_mul_overflow(*n, m, &r))
		return false;
	*n = r;
	return true;
}

static inline bool size_add(size_t *n, size_t m)
{
	size_t r;

	if (__builtin_add_overflow(*n, m, &r))
		return false;
	*n = r;
	return true;
}

/* libreadline exports functions of these names and must call its own. */
#define MEM_HIDDEN __attribute__((visibility("hidden")))

/* Owned by the caller, to be given to free().  Never NULL. */
MEM_HIDDEN void *xmalloc(size_t n);
void *xcalloc(size_t count, size_t size); /* zeroed; checks the product */
MEM_HIDDEN void *xrealloc(void *p, size_t count, size_t size);
char *xstrdup(const char *s);
char *xstrdup_null(const char *s);       /* NULL of NULL */
char *xstrndup(const char *s, size_t n); /* adds the final NUL */
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* 64-byte aligned and zeroed; to be given to free(). */
void *xaligned(size_t n);

/*
 * Make room for one more element in a growable array: `p` holds *cap
 * elements of `size` bytes of which `used` are taken.  Returns the array.
 */
void *xgrow(void *p, size_t used, size_t *cap, size_t size);

#endif
