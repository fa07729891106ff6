// The runtime calls that the plugin makes: memory, streams, events, errors.
#include "tests/cudaemu/control.h"
#include "tests/cudaemu/cudaemu.h"
#include "tests/cudaemu/emu.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace cudaemu
{

Options opt;
static std::recursive_mutex G; // guards every table below
static thread_local int last_err, cur_dev;
static long calls, fail_at, allocations, objects;

static const char *env(const char *name, const char *fallback)
{
	const char *v = getenv(name);

	return v && *v ? v : fallback;
}

__attribute__((constructor)) static void init()
{
	cudaemu_set_streams(env("CUDAEMU_STREAMS", "eager"));
	opt.protect = atoi(env("CUDAEMU_PROTECT", "0"));
	opt.trace = atoi(env("CUDAEMU_TRACE", "0"));
	opt.devices = atoi(env("CUDAEMU_DEVICES", "1"));
	opt.memory = strtoull(env("CUDAEMU_MEM", "8589934592"), 0, 0);
	cudaemu_set_order(env("CUDAEMU_ORDER", "fwd"));
}

uint64_t rnd()
{
	uint64_t &r = opt.random;

	r ^= r << 13;
	r ^= r >> 7;
	r ^= r << 17;
	return r;
}

void report(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("cudaemu: ERROR: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	abort();
}

static cudaError_t ret(cudaError_t e)
{
	if (e != cudaSuccess)
		last_err = e;
	return e;
}

static std::map<std::string, long> &calls_of = *new std::map<std::string, long>;

/* CUDAEMU_FAIL="cudaMalloc:3": the third cudaMalloc fails. */
static bool named_failure(const char *api, long nth)
{
	static const char *spec = getenv("CUDAEMU_FAIL");
	size_t n = strlen(api);
	const char *p = spec ? strstr(spec, api) : NULL;

	return p && p[n] == ':' && nth == atol(p + n + 1);
}

static bool forking;
static long copy, copies[3]; // the call that fails in this copy; 0: none

/* Whether this is the copy in which the call fails. */
static bool fails_in_copy()
{
	int status = -1;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		forking = false;
		copy = calls;
		return true;
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		status = -1;
	copies[status == 0                                ? 0
	       : status != -1 && WEXITSTATUS(status) == 2 ? 2
							  : 1]++;
	return false;
}

/* Count the call; whether it is the one that shall fail. */
static bool counted(const char *api)
{
	std::lock_guard<std::recursive_mutex> l(G);

	if (opt.trace)
		fprintf(stderr, "cudaemu: call %s\n", api);
	calls++;
	return named_failure(api, ++calls_of[api]) || calls == fail_at;
}

/* The lock is not held: in a copy it would belong to another thread. */
bool inject(const char *api)
{
	bool fails = counted(api);

	return fails || (forking && fails_in_copy());
}

// Memory ---------------------------------------------------------------------

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

bool check_ptr_arg(const void *p, int argno, const char *kernel)
{
	std::lock_guard<std::recursive_mutex> l(G);
	Alloc *a = find(p);

	if (!p)
		return true;
	if (!a)
		report("launch of %s: argument %d (%p) is not device memory "
		       "(host pointer, or freed)",
		       kernel, argno, p);
	else if (a->k == DEV && a->dev != cur_dev)
		report("launch of %s: argument %d belongs to device %d, "
		       "current is %d",
		       kernel, argno, a->dev, cur_dev);
	return true;
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

void cudaemu_set_order(const char *o)
{
	opt.order = !strcmp(o, "rev") ? 1 : !strncmp(o, "rand", 4) ? 2 : 0;
	opt.random = 1;
	if (opt.order == 2 && o[4] == ':')
		opt.random = strtoull(o + 5, 0, 0) * 0x9E3779B97F4A7C15ull + 1;
}

void cudaemu_set_streams(const char *how)
{
	opt.lazy = !strcmp(how, "lazy");
	opt.late = !strcmp(how, "late");
}

void cudaemu_set_lazy(bool lazy)
{
	cudaemu_set_streams(lazy ? "lazy" : "eager");
}

void cudaemu_set_devices(int n)
{
	opt.devices = n;
}

void cudaemu_set_fenced(bool fenced)
{
	opt.fenced = fenced;
}

void cudaemu_fail_at(long n)
{
	fail_at = n ? calls + n : 0;
}

void cudaemu_fail_each(bool on)
{
	forking = on;
}

long cudaemu_copy(void)
{
	return copy;
}

long cudaemu_copies(int status)
{
	return copies[status];
}

void cudaemu_set_no_algorithm(bool none)
{
	opt.no_algorithm = none;
}

long cudaemu_calls(void)
{
	return calls;
}

long cudaemu_calls_of(const char *name)
{
	return calls_of[name];
}

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

long cudaemu_objects(void)
{
	return objects;
}

bool cudaemu_guards_intact(void)
{
	std::lock_guard<std::recursive_mutex> l(G);

	for (auto &a : mem)
		if (!guard_intact(a.first, a.second))
			return false;
	return true;
}

// Streams and events ---------------------------------------------------------

/* Each piece of work says whether it is done; a sum over ranks may wait. */
struct CUstream_st {
	std::deque<std::function<bool()>> q;
	uint64_t enq = 0, done = 0;
	int dev = 0;
	bool lies_still = false; /* with CUDAEMU_STREAMS=late */
};
struct CUevent_st {
	CUstream_st *s = 0;
	uint64_t seq = 0;
};
static std::map<int, int> streams_of; // streams that a device has

static CUstream_st *stream_of(cudaStream_t s)
{
	if ((uintptr_t)s <= 2)
		report("work on the default stream");
	return s;
}

/* As much as can be done now; false: something waits for another rank. */
static bool drain(CUstream_st *s, uint64_t upto = ~0ull)
{
	for (;;) {
		std::function<bool()> f;
		bool done;

		{
			std::lock_guard<std::recursive_mutex> l(G);

			if (s->q.empty() || s->done >= upto)
				return true;
			f = std::move(s->q.front());
			s->q.pop_front();
		}
		open_mem(1);
		done = f();
		open_mem(-1);
		if (!done) {
			std::lock_guard<std::recursive_mutex> l(G);

			s->q.push_front(std::move(f));
			return false;
		}
		s->done++;
	}
}

/* The same until all is done, as the host waits. */
static void drain_all(CUstream_st *s, uint64_t upto = ~0ull)
{
	while (!drain(s, upto)) {
		timespec t = {0, 50000};

		nanosleep(&t, 0);
	}
}

namespace cudaemu
{

cudaError_t enqueue(cudaStream_t st, std::function<void()> f)
{
	return enqueue_waiting(st, [f = std::move(f)] {
		f();
		return true;
	});
}

cudaError_t enqueue_waiting(cudaStream_t st, std::function<bool()> f)
{
	CUstream_st *s = stream_of(st);

	{
		std::lock_guard<std::recursive_mutex> l(G);

		s->q.push_back(std::move(f));
		s->enq++;
	}
	if (!opt.lazy && !(opt.late && s->lies_still))
		drain(s);
	return cudaSuccess;
}

cudaError_t launch(const Launch &L, std::function<void()> body)
{
	size_t n = (size_t)L.block.x * L.block.y * L.block.z;

	if (inject("cudaLaunchKernel"))
		return ret(cudaErrorLaunchOutOfResources);
	if (n == 0 || n > 1024 || L.block.z > 64 || !L.grid.x || !L.grid.y ||
	    !L.grid.z || L.grid.x > 2147483647u || L.grid.y > 65535 ||
	    L.grid.z > 65535 || L.smem > 0)
		return ret(cudaErrorInvalidConfiguration);
	return ret(enqueue(
	    L.stream, [L, body = std::move(body)] { run_kernel(L, body); }));
}

} // namespace cudaemu

#define INJ(e)                         \
	do {                           \
		if (inject(__func__))  \
			return ret(e); \
	} while (0)

extern "C" {

cudaError_t cudaGetDeviceCount(int *n)
{
	INJ(cudaErrorInsufficientDriver);
	*n = opt.devices;
	return opt.devices ? cudaSuccess : ret(cudaErrorNoDevice);
}

cudaError_t cudaSetDevice(int d)
{
	INJ(cudaErrorInvalidDevice);
	if (d < 0 || d >= opt.devices)
		return ret(cudaErrorInvalidDevice);
	cur_dev = d;
	return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp *p, int d)
{
	INJ(cudaErrorInvalidDevice);
	if (d < 0 || d >= opt.devices)
		return ret(cudaErrorInvalidDevice);
	memset(p, 0, sizeof(*p));
	snprintf(p->name, sizeof(p->name), "emulated device %d", d);
	p->totalGlobalMem = opt.memory;
	return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int *v, cudaDeviceAttr a, int)
{
	INJ(cudaErrorInvalidDevice);
	switch (a) {
	case cudaDevAttrMultiProcessorCount:
		*v = 1;
		break;
	case cudaDevAttrComputeCapabilityMajor:
		*v = atoi(env("CUDAEMU_CAPABILITY", "90")) / 10;
		break;
	case cudaDevAttrComputeCapabilityMinor:
		*v = atoi(env("CUDAEMU_CAPABILITY", "90")) % 10;
		break;
	default:
		*v = 0; /* the driver does not say */
	}
	return cudaSuccess;
}

cudaError_t cudaMalloc(void **p, size_t n)
{
	INJ(cudaErrorMemoryAllocation);
	return ret(dmalloc(p, n, DEV));
}

cudaError_t cudaFree(void *p)
{
	return ret(dfree(p, DEV));
}

cudaError_t cudaMallocHost(void **p, size_t n)
{
	INJ(cudaErrorMemoryAllocation);
	return ret(dmalloc(p, n, PINNED));
}

cudaError_t cudaFreeHost(void *p)
{
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

	INJ(cudaErrorUnknown);
	if (!check_side(d, n, to, "memcpy destination") && !to)
		report("a copy into pageable host memory");
	if (!check_side(s, n, from, "memcpy source") && !from)
		report("a copy out of pageable host memory");
	if (to && from && (char *)d < (const char *)s + n &&
	    (const char *)s < (char *)d + n)
		report("a device copy whose two sides overlap");
	return ret(enqueue(st, [=] { memcpy(d, s, n); }));
}

cudaError_t cudaMemsetAsync(void *d, int v, size_t n, cudaStream_t st)
{
	INJ(cudaErrorUnknown);
	check_dev_range(d, n, "memset");
	return ret(enqueue(st, [=] { memset(d, v, n); }));
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *s, unsigned)
{
	INJ(cudaErrorMemoryAllocation);
	*s = new CUstream_st;
	(*s)->dev = cur_dev;
	{
		std::lock_guard<std::recursive_mutex> l(G);

		(*s)->lies_still = streams_of[cur_dev]++ == 0;
		objects++;
	}
	return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t s)
{
	std::lock_guard<std::recursive_mutex> l(G);

	drain(s);
	streams_of[s->dev]--;
	delete s;
	objects--;
	return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t s)
{
	bool fails = inject(__func__);

	drain_all(stream_of(s));
	return ret(fails ? cudaErrorLaunchFailure : cudaSuccess);
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *e, unsigned)
{
	INJ(cudaErrorMemoryAllocation);
	std::lock_guard<std::recursive_mutex> l(G);

	*e = new CUevent_st;
	objects++;
	return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t e)
{
	std::lock_guard<std::recursive_mutex> l(G);

	delete e;
	objects--;
	return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t e, cudaStream_t st)
{
	INJ(cudaErrorUnknown);
	e->s = stream_of(st);
	e->seq = e->s->enq + 1;
	return ret(enqueue(st, [] {}));
}

cudaError_t cudaEventSynchronize(cudaEvent_t e)
{
	INJ(cudaErrorLaunchFailure);
	if (e->s)
		drain_all(e->s, e->seq);
	return cudaSuccess;
}

cudaError_t cudaEventQuery(cudaEvent_t e)
{
	INJ(cudaErrorLaunchFailure);
	if (e->s)
		drain(e->s, e->seq);
	return e->s && e->s->done < e->seq ? ret(cudaErrorNotReady)
					   : cudaSuccess;
}

/* What the event stands for now, not when the stream gets there. */
cudaError_t cudaStreamWaitEvent(cudaStream_t st, cudaEvent_t e, unsigned)
{
	CUstream_st *other = e->s;
	uint64_t seq = e->seq;

	INJ(cudaErrorUnknown);
	return ret(enqueue_waiting(st, [=] {
		if (other)
			drain(other, seq);
		return !other || other->done >= seq;
	}));
}

cudaError_t cudaGetLastError(void)
{
	int e = last_err;

	last_err = 0;
	return (cudaError_t)e;
}

const char *cudaGetErrorName(cudaError_t e)
{
	static thread_local char text[32];

	snprintf(text, sizeof(text), "error %d", (int)e);
	return text;
}

const char *cudaGetErrorString(cudaError_t)
{
	return "made to fail by the emulator";
}

} // extern "C"
