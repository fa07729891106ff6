// Kernels: a fiber for each CUDA thread, one block after the other.  Compiled
// without sanitizers; it finds ASan and TSan at run time by weak symbols.
#include "tests/cudaemu/cudaemu.h"
#include "tests/cudaemu/emu.h"

#include <pthread.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <vector>
#if !defined(__x86_64__) || defined(CUDAEMU_UCONTEXT)
#include <ucontext.h>
#endif

uint3 threadIdx, blockIdx;
dim3 blockDim, gridDim;
extern "C" {
void *__tsan_create_fiber(unsigned) __attribute__((weak));
void *__tsan_get_current_fiber(void) __attribute__((weak));
void __tsan_switch_to_fiber(void *, unsigned) __attribute__((weak));
void __tsan_acquire(void *) __attribute__((weak));
void __tsan_release(void *) __attribute__((weak));
void __sanitizer_start_switch_fiber(void **, const void *, size_t)
    __attribute__((weak));
void __sanitizer_finish_switch_fiber(void *, const void **, size_t *)
    __attribute__((weak));
extern char __start_cudaemu_shared[] __attribute__((weak));
extern char __stop_cudaemu_shared[] __attribute__((weak));
}

namespace cudaemu
{
static bool have_tsan = __tsan_create_fiber,
	    have_asan = __sanitizer_start_switch_fiber;
static std::mutex devlock; // one kernel at a time
struct Cx {
	void *sp = 0;
	char *stk = 0;
	size_t size = 0;
	void *fake = 0, *tsan = 0;
#if !defined(__x86_64__) || defined(CUDAEMU_UCONTEXT)
	ucontext_t u;
#endif
};
#if defined(__x86_64__) && !defined(CUDAEMU_UCONTEXT)
extern "C" void cudaemu_swap(void **save, void *load);
asm(".text\n.globl cudaemu_swap\n.type cudaemu_swap,@function\ncudaemu_swap:\n"
    "push %rbp\npush %rbx\npush %r12\npush %r13\npush %r14\npush %r15\n"
    "mov %rsp,(%rdi)\nmov %rsi,%rsp\n"
    "pop %r15\npop %r14\npop %r13\npop %r12\npop %rbx\npop %rbp\nret\n.size "
    "cudaemu_swap,.-cudaemu_swap\n");
static void cx_make(Cx &c, void (*fn)())
{
	void **p = (void **)(c.stk + c.size);
	*--p = 0;
	*--p = (void *)fn; // so that rsp is 8 mod 16 on entry, as the ABI wants
	for (int i = 0; i < 6; i++)
		*--p = 0;
	c.sp = p;
}
static inline void cx_swap(Cx &a, Cx &b)
{
	cudaemu_swap(&a.sp, b.sp);
}
#else
static void cx_make(Cx &c, void (*fn)())
{
	getcontext(&c.u);
	c.u.uc_stack.ss_sp = c.stk;
	c.u.uc_stack.ss_size = c.size;
	c.u.uc_link = 0;
	makecontext(&c.u, fn, 0);
}
static inline void cx_swap(Cx &a, Cx &b)
{
	swapcontext(&a.u, &b.u);
}
#endif
enum St : uint8_t { NEW, READY, W_BAR, W_WARP, DONE };
struct Thr {
	Cx *cx;
	St st;
	unsigned lin;
	uint3 idx;
	Op op;
	unsigned mask;
	uint64_t val, res;
	int arg, width;
	const char *site;
	int pred;
	void *tsan;
};
struct Blk {
	std::vector<Thr> t;
	std::vector<unsigned> order, rq;
	size_t rq_head = 0, cursor = 0;
	unsigned n = 0, live = 0, nbar = 0;
	unsigned gen = 0;
	int bar_red[2], bar_and[2], bar_or[2];
	Red bar_kind;
	const std::function<void()> *body;
	const Launch *L;
	Thr *cur;
	bool failed;
	Cx main;
	std::vector<Cx *> freecx;
	std::vector<unsigned> cdone;
	char tag_start, tag_end, tag_bar[2], tag_warp[32][2];
	unsigned wgen[32];
};
static Blk &B =
    *new Blk; // guarded by devlock; never destroyed, so LSan sees what it owns
static std::vector<Cx *> &all_cx = *new std::vector<Cx *>;
static const size_t STK = 128 << 10;

static void sw(Cx &a, Cx &b, void *tsan_to)
{
	if (have_asan)
		__sanitizer_start_switch_fiber(&a.fake, b.stk, b.size);
	if (have_tsan)
		__tsan_switch_to_fiber(tsan_to, 1);
	cx_swap(a, b);
	if (have_asan) {
		const void *o;
		size_t n;
		__sanitizer_finish_switch_fiber(a.fake, &o, &n);
	}
}
static void fiber_main();
static Cx *new_cx()
{
	Cx *c = new Cx;
	size_t pg = 4096;
	char *m =
	    (char *)mmap(0, STK + pg, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (m == MAP_FAILED) {
		perror("cudaemu mmap");
		abort();
	}
	mprotect(m, pg, PROT_NONE);
	c->stk = m + pg;
	c->size = STK;
	all_cx.push_back(c);
	return c;
}
/*
 * A stack for this thread.  Under TSan each thread of a block has its own:
 * one that another has used would look like a race.
 */
static Cx *get_cx(const Thr *t)
{
	Cx *c;

	if (have_tsan) {
		c = all_cx[t->lin];
	} else if (!B.freecx.empty()) {
		c = B.freecx.back();
		B.freecx.pop_back();
	} else {
		c = new_cx();
	}
	cx_make(*c, fiber_main);
	return c;
}
/* Nobody stands on this stack any more. */
static void put_cx(Cx *c)
{
	if (!have_tsan)
		B.freecx.push_back(c);
}
/*
 * In random orders one warp runs ahead of the others as far as it can: what a
 * missing barrier between warps needs to show.  Moves a ready thread of that
 * warp to the head of the queue, if there is one.
 */
static bool favour_ahead()
{
	static unsigned ahead;

	if (rnd() % 256 == 0)
		ahead = (unsigned)rnd();
	for (size_t i = B.rq_head; i < B.rq.size(); i++)
		if (B.rq[i] / 32 == ahead % ((B.n + 31) / 32)) {
			std::swap(B.rq[B.rq_head], B.rq[i]);
			return true;
		}
	return false;
}
static Thr *next_thr()
{
	bool ahead;

	if (B.failed)
		return 0;
	ahead = opt.order == 2 && favour_ahead();
	if (B.rq_head < B.rq.size() &&
	    (opt.order != 2 || ahead || B.cursor >= B.n || (rnd() & 1))) {
		if (opt.order == 2 && !ahead)
			std::swap(B.rq[B.rq_head],
				  B.rq[B.rq_head +
				       rnd() % (B.rq.size() - B.rq_head)]);
		Thr *t = &B.t[B.rq[B.rq_head++]];
		if (B.rq_head == B.rq.size()) {
			B.rq.clear();
			B.rq_head = 0;
		}
		return t;
	}
	if (B.cursor < B.n)
		return &B.t[B.order[B.cursor++]];
	return 0;
}
static void make_ready(unsigned i)
{
	B.t[i].st = READY;
	B.rq.push_back(i);
}
static void resume(Cx &from, Thr *t)
{ // t==0: back to the block loop
	if (!t) {
		B.cur = 0;
		sw(from, B.main, B.main.tsan);
		return;
	}
	if (t->st == NEW) {
		t->cx = get_cx(t);
	}
	t->st = READY;
	B.cur = t;
	sw(from, *t->cx, t->tsan);
}
static void release_bar()
{
	unsigned g = B.gen & 1;
	B.gen++;
	B.nbar = 0;
	if (opt.order == 1) {
		for (unsigned i = B.n; i-- > 0;)
			if (B.t[i].st == W_BAR)
				make_ready(i);
	} else
		for (unsigned i = 0; i < B.n; i++)
			if (B.t[i].st == W_BAR)
				make_ready(i);
	B.bar_red[!g] = 0;
	B.bar_and[!g] = 1;
	B.bar_or[!g] = 0;
}
static void fail(const char *fmt, ...)
{
	char b[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(b, sizeof b, fmt, ap);
	va_end(ap);
	report("kernel %s block (%u,%u,%u) thread (%u,%u,%u): %s", B.L->name,
	       blockIdx.x, blockIdx.y, blockIdx.z, B.cur ? B.cur->idx.x : 0,
	       B.cur ? B.cur->idx.y : 0, B.cur ? B.cur->idx.z : 0, b);
	B.failed = true;
	if (B.cur) {
		Cx *c = B.cur->cx;
		B.cur = 0;
		sw(*c, B.main, B.main.tsan);
	}
}
static void fiber_main()
{
	Thr *t = B.cur;
	if (have_asan) {
		const void *o;
		size_t n;
		__sanitizer_finish_switch_fiber(0, &o, &n);
	}
	for (;;) {
		threadIdx = t->idx;
		if (have_tsan)
			__tsan_acquire(&B.tag_start);
		(*B.body)();
		if (have_tsan)
			__tsan_release(&B.tag_end);
		t->st = DONE;
		B.live--;
		B.cdone[t->lin >> 5] |= 1u << (t->lin & 31);
		for (unsigned w = t->lin >> 5, i = w * 32;
		     i < std::min(B.n, w * 32 + 32); i++)
			if (B.t[i].st == W_WARP &&
			    (B.t[i].mask >> (t->lin & 31) & 1)) {
				B.cur = t;
				fail("thread exited while lane %u waits for it "
				     "in %s (mask %08x)",
				     i & 31, B.t[i].site, B.t[i].mask);
			}
		if (B.live && B.nbar == B.live)
			release_bar(); // non-exited threads only, as on sm_70+
		Cx *c = t->cx;
		Thr *nx = next_thr();
		if (nx && nx->st == NEW && !have_tsan) {
			nx->cx = c;
			nx->st = READY;
			B.cur = t = nx;
			continue;
		} // same stack, no switch
		if (nx && nx->st == NEW)
			nx->cx = get_cx(nx); // before c becomes free: we still
					     // stand on it
		put_cx(c);
		if (nx && nx->st == NEW) {
			nx->st = READY;
			B.cur = nx;
			sw(*c, *nx->cx, nx->tsan);
		} // TSan: one fiber object per CUDA thread
		else
			resume(*c, nx);
		abort();
	}
}
static void yield()
{
	Thr *me = B.cur;
	Thr *n = next_thr();
	if (n != me)
		resume(*me->cx, n);
	B.cur = me;
	threadIdx = me->idx;
}
int barrier(Red r, int pred, const char *site)
{
	Thr *t = B.cur;
	unsigned g = B.gen & 1;
	if (B.nbar == 0) {
		B.bar_kind = r;
		B.bar_red[g] = 0;
		B.bar_and[g] = 1;
		B.bar_or[g] = 0;
	}
	B.bar_red[g] += pred;
	B.bar_and[g] &= pred;
	B.bar_or[g] |= pred;
	if (B.nbar)
		for (unsigned i = 0; i < B.n; i++)
			if (B.t[i].st == W_BAR) {
				if (strcmp(B.t[i].site, site))
					fail("divergent __syncthreads: here "
					     "%s, thread %u at %s",
					     site, i, B.t[i].site);
				break;
			}
	t->st = W_BAR;
	t->site = site;
	B.nbar++;
	if (have_tsan)
		__tsan_release(&B.tag_bar[g]);
	if (B.nbar == B.live) {
		release_bar();
	}
	yield();
	if (have_tsan)
		__tsan_acquire(&B.tag_bar[g]);
	return r == BAR_AND  ? B.bar_and[g]
	       : r == BAR_OR ? B.bar_or[g]
			     : B.bar_red[g];
}
uint64_t warp_op(Op op, unsigned mask, uint64_t v, int arg, int width,
		 const char *site)
{
	Thr *t = B.cur;
	unsigned w = t->lin >> 5, base = w * 32, me = t->lin & 31,
		 nl = std::min(32u, B.n - base);
	if (!(mask >> me & 1))
		fail("%s: calling lane %u is not in mask %08x", site, me, mask);
	if (nl < 32 && (mask >> nl))
		fail(
		    "%s: mask %08x names lanes that do not exist (warp has %u)",
		    site, mask, nl);
	if (B.cdone[w] & mask)
		fail("%s: mask %08x names lanes that have exited (%08x)", site,
		     mask, B.cdone[w]);
	t->op = op;
	t->mask = mask;
	t->val = v;
	t->arg = arg;
	t->width = width;
	t->site = site;
	t->st = W_WARP;
	void *tag = &B.tag_warp[w & 31][B.wgen[w & 31] & 1];
	if (have_tsan && op == OP_SYNCWARP)
		__tsan_release(tag);
	bool all = true;
	for (unsigned l = 0; l < nl; l++)
		if (mask >> l & 1) {
			Thr &o = B.t[base + l];
			if (o.st != W_WARP) {
				all = false;
				continue;
			}
			if (o.mask != mask || o.op != op) {
				if (o.mask >> me & 1)
					fail(
					    "divergent warp operation: %s mask "
					    "%08x, lane %u in %s mask %08x",
					    site, mask, l, o.site, o.mask);
				all = false;
			}
		}
	if (all) {
		uint64_t bal = 0, acc = 0;
		bool first = true;
		for (unsigned l = 0; l < 32; l++)
			if (mask >> l & 1) {
				uint64_t x = B.t[base + l].val;
				if (x)
					bal |= 1ull << l;
				acc = first          ? x
				      : op == OP_ADD ? (uint32_t)(acc + x)
				      : op == OP_MIN ? std::min(acc, x)
				      : op == OP_MAX ? std::max(acc, x)
						     : acc;
				first = false;
			}
		for (unsigned k = 0; k < 32; k++) {
			unsigned l = opt.order == 1 ? 31 - k : k;
			if (!(mask >> l & 1))
				continue;
			Thr &o = B.t[base + l];
			int wd = o.width, lo = (int)(l & ~(wd - 1)),
			    src = (int)l;
			switch (op) {
			case OP_SHFL:
				src = lo + (o.arg & (wd - 1));
				break;
			case OP_SHFL_UP:
				src = (int)l - o.arg < lo ? (int)l
							  : (int)l - o.arg;
				break;
			case OP_SHFL_DOWN:
				src = (int)l + o.arg >= lo + wd
					  ? (int)l
					  : (int)l + o.arg;
				break;
			case OP_SHFL_XOR:
				src = (int)(l ^ o.arg) >= lo + wd
					  ? (int)l
					  : (int)(l ^ o.arg);
				break;
			case OP_BALLOT:
				o.res = bal;
				break;
			case OP_ANY:
				o.res = bal != 0;
				break;
			case OP_ALL:
				o.res = bal == mask;
				break;
			case OP_ADD:
			case OP_MIN:
			case OP_MAX:
				o.res = acc;
				break;
			case OP_SYNCWARP:
				break;
			}
			if (op <= OP_SHFL_XOR) {
				if (!(mask >> src & 1)) {
					fail("%s: lane %u reads lane %d, which "
					     "is not in mask %08x",
					     site, l, src, mask);
				}
				o.res = B.t[base + src].val;
			}
		}
		for (unsigned k = 0; k < 32; k++) {
			unsigned l = opt.order == 1 ? 31 - k : k;
			if (mask >> l & 1)
				make_ready(base + l);
		}
		if (op == OP_SYNCWARP)
			B.wgen[w & 31]++;
	}
	yield();
	if (have_tsan && op == OP_SYNCWARP)
		__tsan_acquire(tag);
	return t->res;
}

static bool run_block(const Launch &L, unsigned bx, unsigned by, unsigned bz)
{
	unsigned n = L.block.x * L.block.y * L.block.z;
	blockIdx.x = bx;
	blockIdx.y = by;
	blockIdx.z = bz;
	blockDim = L.block;
	gridDim = L.grid;
	B.live = n;
	B.nbar = 0;
	B.cursor = 0;
	B.rq.clear();
	B.rq_head = 0;
	B.failed = false;
	for (auto &w : B.cdone)
		w = 0;
	for (unsigned i = 0; i < n; i++)
		B.t[i].st = NEW;
	if (opt.order == 2)
		for (unsigned i = n; i > 1; i--)
			std::swap(B.order[i - 1], B.order[rnd() % i]);
	if (__start_cudaemu_shared)
		for (char *p = __start_cudaemu_shared;
		     p < __stop_cudaemu_shared; p++)
			*(volatile char *)p = (char)0xff;
	if (have_tsan) {
		B.main.tsan = __tsan_get_current_fiber();
		__tsan_release(&B.tag_start);
	}
	Thr *t;
	while ((t = next_thr()))
		resume(B.main, t);
	if (have_tsan)
		__tsan_acquire(&B.tag_end);
	if (!B.failed && B.live) {
		unsigned nb = 0, nw = 0, eb = 0, ew = 0;
		for (unsigned i = 0; i < n; i++) {
			if (B.t[i].st == W_BAR) {
				nb++;
				eb = i;
			}
			if (B.t[i].st == W_WARP) {
				nw++;
				ew = i;
			}
		}
		B.cur = 0;
		fail("deadlock: %u of %u threads live, %u at __syncthreads "
		     "(%s), %u in a warp operation (%s)",
		     B.live, n, nb, nb ? B.t[eb].site : "-", nw,
		     nw ? B.t[ew].site : "-");
	}
	if (B.failed)
		for (unsigned i = 0; i < n; i++)
			if (B.t[i].st != DONE && B.t[i].st != NEW &&
			    B.t[i].cx) {
				put_cx(B.t[i].cx);
				B.t[i].cx = 0;
			}
	return !B.failed;
}
void run_kernel(const Launch &L, const std::function<void()> &body)
{
	std::lock_guard<std::mutex> l(devlock);
	unsigned n = L.block.x * L.block.y * L.block.z;
	if (B.n != n || B.t.size() < n) {
		B.t.resize(std::max<size_t>(B.t.size(), n));
		B.n = n;
		B.order.resize(n);
		B.cdone.assign((n + 31) / 32, 0);
		for (unsigned i = 0; i < n; i++)
			B.order[i] = opt.order == 1 ? n - 1 - i : i;
	}
	for (unsigned i = 0; i < n; i++) {
		Thr &t = B.t[i];
		t.lin = i;
		t.idx.x = i % L.block.x;
		t.idx.y = i / L.block.x % L.block.y;
		t.idx.z = i / (L.block.x * L.block.y);
		if (have_tsan && !t.tsan)
			t.tsan = __tsan_create_fiber(0);
	}
	B.body = &body;
	B.L = &L;
	B.rq.reserve(2048);
	B.freecx.reserve(2048);
	all_cx.reserve(
	    2048); // no allocation on fibers: TSan sees malloc and memmove
	while (have_tsan && all_cx.size() < n)
		new_cx();
	if (have_asan) {
		pthread_attr_t a;
		void *p;
		size_t z;
		pthread_getattr_np(pthread_self(), &a);
		pthread_attr_getstack(&a, &p, &z);
		pthread_attr_destroy(&a);
		B.main.stk = (char *)p;
		B.main.size = z;
	}
	size_t nb = (size_t)L.grid.x * L.grid.y * L.grid.z;
	for (size_t k = 0; k < nb; k++) {
		size_t b = opt.order == 1 ? nb - 1 - k : k;
		run_block(L, b % L.grid.x, b / L.grid.x % L.grid.y,
			  b / ((size_t)L.grid.x * L.grid.y));
	}
}
} // namespace cudaemu
