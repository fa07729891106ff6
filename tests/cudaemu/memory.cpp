// Memory of the device and pinned memory, with what is checked about it.
#include "tests/cudaemu/control.h"
#include "tests/cudaemu/cudaemu.h"
#include "tests/cudaemu/runtime.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <map>

namespace cudaemu
{

static long allocations;
enum Kind { DEV, PINNED };
enum { GUARD = 8192 }; // bytes before and behind every allocation

struct Alloc {
	size_t n;
	int dev;
	Kind k;
	unsigned char pattern; // of the guard
	bool fenced;
};

static std::map<uintptr_t, Alloc> &mem = *new std::map<uintptr_t, Alloc>;
static size_t used[2];
static char *arena, *arena_top; // with CUDAEMU_PROTECT
static const size_t ARENA = 16ull << 30;
static int active;

static Alloc *find(const void *p, uintptr_t *base = 0)
{
	auto it = mem.upper_bound((uintptr_t)p);

	if (it == mem.begin())
		return 0;
	--it;
	if ((uintptr_t)p > it->first + it->second.n)
		return 0;
	if (base)
		*base = it->first;
	return &it->second;
}

void check_ptr_arg(const void *p, int argno, const char *kernel)
{
	std::lock_guard<std::recursive_mutex> l(G);
	Alloc *a = find(p);

	if (!p)
		return;
	if (!a)
		report("launch of %s: argument %d (%p) is not device memory "
		       "(host pointer, or freed)",
		       kernel, argno, p);
	else if (a->k == DEV && a->dev != cur_dev)
		report("launch of %s: argument %d belongs to device %d, "
		       "current is %d",
		       kernel, argno, a->dev, cur_dev);
}

bool check_dev_range(const void *p, size_t n, const char *what)
{
	std::lock_guard<std::recursive_mutex> l(G);
	uintptr_t b;
	Alloc *a = find(p, &b);

	if (!a || a->k != DEV)
		report("%s: %p is not device memory", what, p);
	else if ((uintptr_t)p + n > b + a->n)
		report("%s: %zu bytes at %p run past an allocation of %zu "
		       "bytes",
		       what, n, p, a->n);
	return true;
}

void open_mem(int d)
{
	std::lock_guard<std::recursive_mutex> l(G);

	if (!opt.protect)
		return;
	active += d;
	if (active == (d > 0) && arena && arena_top > arena)
		mprotect(arena, (size_t)(arena_top - arena),
			 d > 0 ? PROT_READ | PROT_WRITE : PROT_NONE);
}

/* Memory that host code cannot touch; it is never given back. */
static char *protected_memory(size_t n)
{
	char *p;

	if (!arena) {
		arena = (char *)mmap(
		    0, ARENA, PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		arena_top = arena;
	}
	p = arena_top;
	arena_top += (n + 4095) & ~(size_t)4095;
	return p;
}

enum { PAGE = 4096, FENCED_ALIGN = 16 };

/* n bytes that end where a page begins that nobody can touch. */
static size_t fenced_size(size_t n)
{
	return (n + FENCED_ALIGN - 1) & ~(size_t)(FENCED_ALIGN - 1);
}

static void *fenced_memory(size_t n)
{
	size_t size = fenced_size(n), pages = (size + PAGE - 1) & -PAGE;
	char *p = (char *)mmap(0, pages + PAGE, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return 0;
	mprotect(p + pages, PAGE, PROT_NONE);
	return p + pages - size;
}

static void fenced_free(void *p, size_t n)
{
	char *from = (char *)((uintptr_t)p & -PAGE);

	munmap(from, (size_t)((char *)p + fenced_size(n) + PAGE - from));
}

/* New memory is NaN, and what lies before and behind it a pattern. */
static cudaError_t dmalloc(void **p, size_t n, Kind k)
{
	std::lock_guard<std::recursive_mutex> l(G);
	// As f32 a number near 1, another one behind each allocation: what
	// is computed from guards, or copied, does not look like a guard.
	unsigned char pattern = (unsigned char)(0x3d + allocations % 3);
	bool fenced = opt.fenced && k == DEV && !opt.protect;
	void *q = 0;

	if (k == DEV && used[DEV] + n > opt.memory)
		return cudaErrorMemoryAllocation;
	if (k == DEV && opt.protect)
		q = protected_memory(n + 2 * GUARD);
	else if (fenced)
		q = fenced_memory(n);
	else if (posix_memalign(&q, 256, n + 2 * GUARD))
		q = 0;
	if (!q)
		return cudaErrorMemoryAllocation;
	open_mem(1);
	if (k == DEV && opt.protect)
		mprotect(arena, (size_t)(arena_top - arena),
			 PROT_READ | PROT_WRITE);
	if (!fenced) {
		memset(q, pattern, n + 2 * GUARD);
		q = (char *)q + GUARD;
	}
	memset(q, 0xff, n);
	open_mem(-1);
	used[k] += n;
	allocations += k == DEV;
	mem[(uintptr_t)q] = {n, cur_dev, k, pattern, fenced};
	*p = q;
	return cudaSuccess;
}

static bool guard_intact(uintptr_t p, const Alloc &a)
{
	const unsigned char *g = (const unsigned char *)p;
	bool good = true;

	if (a.fenced)
		return true;
	if (a.k == DEV)
		open_mem(1);
	for (int i = 0; i < GUARD && good; i++)
		good = g[a.n + (size_t)i] == a.pattern &&
		       *(g - i - 1) == a.pattern;
	if (a.k == DEV)
		open_mem(-1);
	return good;
}

static cudaError_t dfree(void *p, Kind k)
{
	std::lock_guard<std::recursive_mutex> l(G);
	auto it = mem.find((uintptr_t)p);

	if (!p)
		return cudaSuccess;
	if (it == mem.end() || it->second.k != k)
		report("free of %p, which is not a live %s allocation", p,
		       k == DEV ? "device" : "pinned");
	if (!guard_intact(it->first, it->second))
		report("something was written beside the %zu bytes at %p",
		       it->second.n, p);
	used[k] -= it->second.n;
	if (it->second.fenced)
		fenced_free(p, it->second.n);
	else if (!(k == DEV && opt.protect))
		free((char *)p - GUARD);
	mem.erase(it);
	return cudaSuccess;
}

} // namespace cudaemu

using namespace cudaemu;

size_t cudaemu_device_bytes(void)
{
	return used[DEV];
}

size_t cudaemu_pinned_bytes(void)
{
	return used[PINNED];
}

long cudaemu_allocations(void)
{
	return allocations;
}

bool cudaemu_guards_intact(void)
{
	std::lock_guard<std::recursive_mutex> l(G);

	for (auto &a : mem)
		if (!guard_intact(a.first, a.second))
			return false;
	return true;
}

extern "C" {

cudaError_t cudaMalloc(void **p, size_t n)
{
	NOT_IN_CAPTURE();
	INJ(cudaErrorMemoryAllocation);
	return ret(dmalloc(p, n, DEV));
}

cudaError_t cudaFree(void *p)
{
	NOT_IN_CAPTURE();
	return ret(dfree(p, DEV));
}

cudaError_t cudaMallocHost(void **p, size_t n)
{
	NOT_IN_CAPTURE();
	INJ(cudaErrorMemoryAllocation);
	return ret(dmalloc(p, n, PINNED));
}

cudaError_t cudaFreeHost(void *p)
{
	NOT_IN_CAPTURE();
	return ret(dfree(p, PINNED));
}

/* One side of a copy is what `kind` says it is; true when pinned. */
static bool check_side(const void *p, size_t n, bool device, const char *what)
{
	std::lock_guard<std::recursive_mutex> l(G);
	Alloc *a = find(p);

	if (device)
		check_dev_range(p, n, what);
	else if (a && a->k == DEV)
		report("%s: %p is device memory, the kind says host", what, p);
	return a && a->k == PINNED;
}

cudaError_t cudaMemcpyAsync(void *d, const void *s, size_t n, cudaMemcpyKind k,
			    cudaStream_t st)
{
	bool to = k != cudaMemcpyDeviceToHost;
	bool from = k != cudaMemcpyHostToDevice;

	auto check = [=] {
		if (!check_side(d, n, to, "memcpy destination") && !to)
			report("a copy into pageable host memory");
		if (!check_side(s, n, from, "memcpy source") && !from)
			report("a copy out of pageable host memory");
	};

	INJ(cudaErrorUnknown);
	check();
	if (to && from && (char *)d < (const char *)s + n &&
	    (const char *)s < (char *)d + n)
		report("a device copy whose two sides overlap");
	return ret(enqueue(
	    st, [=] { memcpy(d, s, n); }, check));
}

cudaError_t cudaMemsetAsync(void *d, int v, size_t n, cudaStream_t st)
{
	auto check = [=] { check_dev_range(d, n, "memset"); };

	INJ(cudaErrorUnknown);
	check();
	return ret(enqueue(
	    st, [=] { memset(d, v, n); }, check));
}

} // extern "C"
