#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/cpu/cpu.h"
#include "src/cpu/dnn.h"
#include "src/cpu/vec.h"
#include "src/cpu/winograd.h"

/* From this size on memory is asked for in huge pages. */
enum { HUGE_PAGE = 2 << 20 };

void *cpu_memory(size_t n)
{
	size_t align = n >= HUGE_PAGE ? HUGE_PAGE : 64;
	void *p;

	if (posix_memalign(&p, align, n ? n : 1) != 0)
		return NULL;
#ifdef MADV_HUGEPAGE
	if (n >= HUGE_PAGE) /* only advice: slower without, not wrong */
		(void)madvise(p, n, MADV_HUGEPAGE);
#endif
	return p;
}

static void *cpu_get(struct backend *be, size_t n)
{
	(void)be;
	return cpu_memory(n);
}

static void cpu_put(struct backend *be, void *p, size_t n)
{
	(void)be;
	(void)n;
	free(p);
}

static int cpu_copy(struct backend *be, void *to, const void *from, size_t n,
		    struct err *err)
{
	(void)be;
	(void)err;
	if (n) /* an empty array may be NULL */
		memcpy(to, from, n);
	return 0;
}

static int cpu_copy_all(struct backend *be, const struct device_read *r, int n,
			struct err *err)
{
	for (int i = 0; i < n; i++)
		cpu_copy(be, r[i].host, r[i].device, r[i].n, err);
	return 0;
}

static int cpu_move(struct backend *be, void *to, const void *from, size_t n,
		    struct err *err)
{
	(void)be;
	(void)err;
	memmove(to, from, n);
	return 0;
}

static int cpu_zero(struct backend *be, void *p, size_t n, struct err *err)
{
	const struct cpu *c = cpu_of(be);
	const size_t piece = 1 << 20;

	(void)err;
#pragma omp parallel for num_threads(cpu_split(c, (int64_t)n / 4))
	for (size_t at = 0; at < n; at += piece)
		memset((char *)p + at, 0, MIN(piece, n - at));
	return 0;
}

static void cpu_forget(struct backend *be)
{
	dnn_forget(cpu_of(be)->dnn);
	winograd_forget(cpu_of(be));
}

static void cpu_close(struct backend *be)
{
	struct cpu *c = cpu_of(be);

	if (!c)
		return;
	dnn_close(c->dnn);
	winograd_forget(c);
	arena_release(&c->scratch);
	free(c);
}

int cpu_split(const struct cpu *c, int64_t work)
{
	const int64_t least = 1 << 15; /* takes longer than to start */

	/* Nothing between: libgomp ends threads that one loop does not need. */
	return work < least ? 1 : c->threads;
}

const float *cpu_wide(struct cpu *c, const struct tensor *w)
{
	const int64_t piece = 4096;
	int64_t n = w ? tensor_count(w) : 0;
	float *f;

	if (!w || w->dtype == DT_F32)
		return w ? w->data : NULL;
	f = arena_alloc(&c->scratch, (size_t)n * sizeof(*f));
#pragma omp parallel for num_threads(cpu_split(c, n))
	for (int64_t at = 0; at < n; at += piece)
		c->vec->widen(MIN(piece, n - at), w->dtype,
			      (const char *)w->data +
				  (size_t)at * dtype_size(w->dtype),
			      f + at);
	return f;
}

const struct vec *vec_nth(int i)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx512f") &&
	    __builtin_cpu_supports("avx512bw") &&
	    __builtin_cpu_supports("avx512vl") &&
	    __builtin_cpu_supports("avx512dq") && i-- == 0)
		return &vec_avx512;
	/* Whatever has AVX2 has F16C, for which clang cannot ask. */
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
	    i-- == 0)
		return &vec_avx2;
#endif
	return i == 0 ? &vec_base : NULL;
}

static int all_cores(void)
{
#ifdef _OPENMP
	return omp_get_num_procs();
#else
	return 1;
#endif
}

struct backend *cpu_backend_open(const struct cpu_options *o, struct err *err)
{
	static const struct op_impl ops[OP_COUNT] = {
#define TAPED(upper, lower) \
	[OP_##upper] = {#lower, cpu_##lower, cpu_##lower##_backward},
#define PLAIN(upper, lower) [OP_##upper] = {#lower, cpu_##lower, NULL},
	    OPS_TAPED(TAPED) OPS_PLAIN(PLAIN)
#undef TAPED
#undef PLAIN
	};
	struct cpu *c = xcalloc(1, sizeof(*c));

	c->base = (struct backend){
	    .name = "cpu",
	    .ops = ops,
	    .get = cpu_get,
	    .put = cpu_put,
	    .copy_in = cpu_copy,
	    .copy_out = cpu_copy,
	    .copy_out_all = cpu_copy_all,
	    .move = cpu_move,
	    .fill_zero = cpu_zero,
	    .forget = cpu_forget,
	    .host_memory = true,
	    .close = cpu_close,
	};
	c->threads = o->threads > 0 ? o->threads : all_cores();
	c->vec = vec_nth(0);
	c->dnn = dnn_open(c->threads, err);
	if (!c->dnn) {
		cpu_close(&c->base);
		return NULL;
	}
	c->bf16 = o->bf16 && dnn_has_bf16(c->dnn);
	return &c->base;
}
