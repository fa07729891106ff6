#include <stdlib.h>

#include "cuda/cuda.h"
#include "src/base/mem.h"

enum { GRAIN = 512, LARGE = 2 << 20 }; /* sizes are multiples of these */

static size_t rounded(size_t n)
{
	size_t grain = n >= LARGE ? LARGE : GRAIN;

	return (MAX(n, 1) + grain - 1) / grain * grain;
}

/* The smallest kept block that fits and is not twice too large. */
static struct memory_block *find_kept(struct cuda *c, size_t n)
{
	struct memory_block *best = NULL;

	for (size_t i = 0; i < c->n_blocks; i++) {
		struct memory_block *b = &c->block[i];

		if (b->used || b->size < n || b->size / 2 > n)
			continue;
		if (!best || b->size < best->size)
			best = b;
	}
	return best;
}

/* Give kept blocks back to the driver. */
static void drop_kept(struct cuda *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_blocks; i++) {
		if (c->block[i].used)
			c->block[n++] = c->block[i];
		else
			(void)cudaFree(c->block[i].p);
	}
	c->n_blocks = n;
}

void *cuda_get(struct backend *be, size_t n)
{
	struct cuda *c = cuda_of(be);
	struct memory_block *b;
	void *p = NULL;

	n = rounded(n);
	b = find_kept(c, n);
	if (b) {
		b->used = true;
		return b->p;
	}
	if (c->steps.capturing)
		return NULL; /* the driver would refuse, and spoil it */
	if (cudaMalloc(&p, n) != cudaSuccess) {
		(void)cudaGetLastError(); /* it would be reported again */
		drop_kept(c);
		if (cudaMalloc(&p, n) != cudaSuccess) {
			(void)cudaGetLastError();
			return NULL;
		}
	}
	c->block =
	    xgrow(c->block, c->n_blocks, &c->cap_blocks, sizeof(*c->block));
	c->block[c->n_blocks++] = (struct memory_block){p, n, true};
	return p;
}

void cuda_put(struct backend *be, void *p, size_t n)
{
	struct cuda *c = cuda_of(be);

	(void)n;
	for (size_t i = 0; i < c->n_blocks; i++)
		if (c->block[i].p == p)
			c->block[i].used = false;
}

void cuda_memory_release(struct cuda *c)
{
	arena_release(&c->scratch);
	drop_kept(c);
	for (size_t i = 0; i < c->n_blocks; i++)
		(void)cudaFree(c->block[i].p);
	free(c->block);
	c->block = NULL;
	c->n_blocks = c->cap_blocks = 0;
}

void *cuda_scratch(struct cuda *c, size_t n, struct err *err)
{
	void *p = arena_alloc(&c->scratch, n);

	if (!p)
		err_set(err, ERR_DEVICE,
			"%s: out of memory (%zu bytes wanted for scratch)",
			c->name, n);
	return p;
}
