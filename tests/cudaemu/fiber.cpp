// Kernels: a fiber for each CUDA thread, one block after the other.  Compiled
// without sanitizers; see context.h.
#include "tests/cudaemu/fiber.h"
#include "tests/cudaemu/emu.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <mutex>

uint3 threadIdx, blockIdx;
dim3 blockDim, gridDim;
extern "C" {
extern char __start_cudaemu_shared[] __attribute__((weak));
extern char __stop_cudaemu_shared[] __attribute__((weak));
}

namespace cudaemu
{
static std::mutex devlock; // one kernel at a time
// Guarded by devlock; never destroyed, so LSan sees what it owns.
Blk &B = *new Blk;

static void fiber_main();
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
static void resume(Cx &from, Thr *t)
{ // t==0: back to the block loop
	if (!t) {
		B.cur = 0;
		cx_switch(from, B.main, B.main.tsan);
		return;
	}
	if (t->st == NEW) {
		t->cx = cx_take(t->lin, fiber_main);
	}
	t->st = READY;
	B.cur = t;
	cx_switch(from, *t->cx, t->tsan);
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
void fail(const char *fmt, ...)
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
		cx_switch(*c, B.main, B.main.tsan);
	}
}
static void fiber_main()
{
	Thr *t = B.cur;

	cx_arrive();
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
		// same stack, no switch
		if (nx && nx->st == NEW && !have_tsan) {
			nx->cx = c;
			nx->st = READY;
			B.cur = t = nx;
			continue;
		}
		// before c becomes free: we still stand on it
		if (nx && nx->st == NEW)
			nx->cx = cx_take(nx->lin, fiber_main);
		cx_put(c);
		if (nx && nx->st == NEW) {
			nx->st = READY;
			B.cur = nx;
			cx_switch(*c, *nx->cx, nx->tsan);
		} // TSan: one fiber object per CUDA thread
		else
			resume(*c, nx);
		abort();
	}
}
void yield()
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
	if (have_tsan)
		__tsan_release(&B.tag_start);
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
				cx_put(B.t[i].cx);
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
	cx_reserve(n);
	cx_here(B.main);
	size_t nb = (size_t)L.grid.x * L.grid.y * L.grid.z;
	for (size_t k = 0; k < nb; k++) {
		size_t b = opt.order == 1 ? nb - 1 - k : k;
		run_block(L, b % L.grid.x, b / L.grid.x % L.grid.y,
			  b / ((size_t)L.grid.x * L.grid.y));
	}
}
} // namespace cudaemu
