#include "src/base/arena.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"

enum { ALIGN = 64, CHUNK = 1 << 20 };

/* The header lives on the host even when the memory does not. */
struct arena_chunk {
	struct arena_chunk *next;
	char *data; /* owned: from the source, or xaligned() */
	size_t size;
};

static void *get(struct arena *a, size_t n)
{
	return a->source ? a->source->get(a->source->context, n) : xaligned(n);
}

static struct arena_chunk *chunk_new(struct arena *a, size_t n)
{
	size_t least = MAX(n, a->chunk_size ? a->chunk_size : (size_t)CHUNK);
	/* what a round took at most, after arena_settle() */
	size_t size = a->first ? least : MAX(least, a->peak);
	struct arena_chunk *c = xcalloc(1, sizeof(*c));

	c->data = get(a, size);
	if (!c->data && size > least) /* several smaller ones may still fit */
		c->data = get(a, size = least);
	if (!c->data) {
		free(c);
		return NULL;
	}
	c->size = size;
	a->total += size;
	return c;
}

static void *take(struct arena *a, size_t n)
{
	void *p = a->now->data + a->used;

	a->used += n;
	a->live += n;
	a->peak = MAX(a->peak, a->live);
	return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
	struct arena_chunk *c;

	if (!size_add(&n, ALIGN - 1))
		bug("arena: a size near the end of the address space");
	n &= ~(size_t)(ALIGN - 1);
	if (n == 0)
		n = ALIGN;
	if (a->now && n <= a->now->size - a->used)
		return take(a, n);
	while (a->now && a->now->next) { /* chunks kept by a reset */
		a->now = a->now->next;
		a->used = 0;
		if (n <= a->now->size)
			return take(a, n);
	}
	c = chunk_new(a, n);
	if (!c)
		return NULL;
	if (a->now)
		a->now->next = c;
	else
		a->first = c;
	a->now = c;
	a->used = 0;
	return take(a, n);
}

void *arena_zalloc(struct arena *a, size_t n)
{
	return memset(arena_alloc(a, n), 0, n);
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *p = arena_alloc(a, n + 1);

	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

struct arena_mark arena_mark(const struct arena *a)
{
	return (struct arena_mark){a->now, a->used, a->live};
}

void arena_reset_to(struct arena *a, struct arena_mark m)
{
	a->now = m.now ? m.now : a->first;
	a->used = m.now ? m.used : 0;
	a->live = m.now ? m.live : 0;
}

void arena_reset(struct arena *a)
{
	a->now = a->first;
	a->used = a->live = 0;
}

static void give_back(struct arena *a)
{
	struct arena_chunk *c = a->first, *next;

	for (; c; c = next) {
		next = c->next;
		if (a->source)
			a->source->put(a->source->context, c->data, c->size);
		else
			free(c->data);
		free(c);
	}
	a->first = a->now = NULL;
	a->used = a->live = a->total = 0;
}

void arena_settle(struct arena *a)
{
	if (a->first && a->first->next)
		give_back(a);
	else
		arena_reset(a);
}

void arena_release(struct arena *a)
{
	give_back(a);
	a->peak = 0;
}
