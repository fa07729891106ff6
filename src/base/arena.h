/*
 * arena -- a bump allocator: many small things that die together.
 *
 * Four lifetimes have an arena each: model, step, job, frame.  A reset keeps
 * the chunks, so a warm arena never calls the system.  Not thread-safe: an
 * arena belongs to the thread that owns what it serves.
 */
#ifndef UMIE_BASE_ARENA_H
#define UMIE_BASE_ARENA_H

#include <stddef.h>

struct arena_chunk;

/*
 * Where chunks come from.  NULL in struct arena means host memory.  `get`
 * returns NULL when there is none; `context` is passed through.
 */
struct arena_source {
	void *(*get)(void *context, size_t n);
	void (*put)(void *context, void *p, size_t n);
	void *context;
};

/* A zeroed struct is an empty arena in host memory. */
struct arena {
	struct arena_chunk *first, *now;
	size_t used;       /* bytes taken in `now` */
	size_t chunk_size; /* least size of a chunk; 0: 1 MiB */
	size_t total;      /* bytes held from the source */
	size_t live, peak; /* bytes taken now, and at most since it is one */
	const struct arena_source *source; /* borrowed; NULL: host */
};

struct arena_mark {
	struct arena_chunk *now;
	size_t used, live;
};

/*
 * `n` bytes, 64-byte aligned, not initialised, valid until the arena is
 * reset below them.  NULL only when a source has no more memory.
 */
void *arena_alloc(struct arena *a, size_t n);
void *arena_zalloc(struct arena *a, size_t n); /* zeroed; host arenas only */
char *arena_strndup(struct arena *a, const char *s, size_t n);

struct arena_mark arena_mark(const struct arena *a);
void arena_reset_to(struct arena *a, struct arena_mark m);
void arena_reset(struct arena *a); /* forget everything, keep chunks */
/*
 * Forget everything.  An arena that had to take several chunks gives them back;
 * the next one will be as large as all that was live at once.  For rounds of
 * ever other sizes, which would leave behind chunks that nothing fits in; what
 * keeps addresses from one round to the next wants arena_reset().
 */
void arena_settle(struct arena *a);
void arena_release(struct arena *a); /* give the chunks back */

#endif
