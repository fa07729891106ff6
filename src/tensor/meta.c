#include "src/tensor/meta.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "src/base/mem.h"

struct meta {
	struct backend base;
	size_t held;
};

static int nothing(struct backend *be, const struct op_call *c, struct err *err)
{
	(void)be, (void)c, (void)err;
	return 0;
}

static void *meta_get(struct backend *be, size_t n)
{
	void *p = mmap(NULL, MAX(n, 1), PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	((struct meta *)be)->held += n;
	return p;
}

static void meta_put(struct backend *be, void *p, size_t n)
{
	((struct meta *)be)->held -= n;
	munmap(p, MAX(n, 1));
}

static int meta_copy_in(struct backend *be, void *device, const void *host,
			size_t n, struct err *err)
{
	(void)be, (void)device, (void)host, (void)n, (void)err;
	return 0;
}

static int meta_copy_out(struct backend *be, void *host, const void *device,
			 size_t n, struct err *err)
{
	(void)be, (void)device, (void)err;
	memset(host, 0, n);
	return 0;
}

static int meta_copy_out_all(struct backend *be, const struct device_read *r,
			     int n, struct err *err)
{
	for (int i = 0; i < n; i++)
		meta_copy_out(be, r[i].host, r[i].device, r[i].n, err);
	return 0;
}

static int meta_zero(struct backend *be, void *device, size_t n,
		     struct err *err)
{
	(void)be, (void)device, (void)n, (void)err;
	return 0;
}

static void meta_forget(struct backend *be)
{
	(void)be;
}

static void meta_close(struct backend *be)
{
	free(be);
}

struct backend *meta_backend_open(bool recomputes)
{
	static const struct op_impl ops[OP_COUNT] = {
#define TAPED(upper, lower) [OP_##upper] = {#lower, nothing, nothing},
#define PLAIN(upper, lower) [OP_##upper] = {#lower, nothing, NULL},
	    OPS_TAPED(TAPED) OPS_PLAIN(PLAIN)
#undef TAPED
#undef PLAIN
	};
	struct meta *m = xcalloc(1, sizeof(*m));

	m->base = (struct backend){
	    .name = "meta",
	    .ops = ops,
	    .get = meta_get,
	    .put = meta_put,
	    .copy_in = meta_copy_in,
	    .copy_out = meta_copy_out,
	    .copy_out_all = meta_copy_out_all,
	    .fill_zero = meta_zero,
	    .move = meta_copy_in,
	    .forget = meta_forget,
	    .recomputes = recomputes,
	    .close = meta_close,
	};
	return &m->base;
}

size_t meta_held(const struct backend *be)
{
	return ((const struct meta *)be)->held;
}
