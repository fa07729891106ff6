#include "src/base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void out_of_memory(size_t n)
{
	fprintf(stderr, "umie: out of memory (%zu bytes wanted)\n", n);
	exit(1);
}

void *xmalloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		out_of_memory(n);
	return p;
}

void *xcalloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);

	if (!p)
		out_of_memory(count);
	return p;
}

void *xrealloc(void *p, size_t count, size_t size)
{
	size_t n = count;

	if (!size_mul(&n, size))
		out_of_memory(count);
	p = realloc(p, n ? n : 1);
	if (!p)
		out_of_memory(n);
	return p;
}

char *xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *xstrdup_null(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

char *xstrndup(const char *s, size_t n)
{
	size_t room = n;
	char *p;

	if (!size_add(&room, 1))
		out_of_memory(n);
	p = xmalloc(room);
	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0)
		out_of_memory(0);
	return s;
}

void *xaligned(size_t n)
{
	size_t room = n ? n : 1;
	void *p;

	if (!size_add(&room, 63))
		out_of_memory(n);
	room &= ~(size_t)63;
	p = aligned_alloc(64, room);
	if (!p)
		out_of_memory(n);
	memset(p, 0, room);
	return p;
}

void *xgrow(void *p, size_t used, size_t *cap, size_t size)
{
	if (used < *cap)
		return p;
	*cap = *cap ? *cap * 2 : 8;
	return xrealloc(p, *cap, size);
}
