// Stacks for fibers.  Never sanitized; see context.h.
#include "tests/cudaemu/context.h"

#include <pthread.h>
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

extern "C" {
void *__tsan_get_current_fiber(void) __attribute__((weak));
void __tsan_switch_to_fiber(void *, unsigned) __attribute__((weak));
void __sanitizer_start_switch_fiber(void **, const void *, size_t)
    __attribute__((weak));
void __sanitizer_finish_switch_fiber(void *, const void **, size_t *)
    __attribute__((weak));
}

namespace cudaemu
{
const bool have_tsan = __tsan_create_fiber,
	   have_asan = __sanitizer_start_switch_fiber;
// Guarded by whoever runs kernels; never destroyed, so LSan sees what they own.
static std::vector<Cx *> &all_cx = *new std::vector<Cx *>;
static std::vector<Cx *> &free_cx = *new std::vector<Cx *>;
static const size_t STK = 128 << 10;

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
void cx_switch(Cx &a, Cx &b, void *tsan_to)
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
void cx_arrive()
{
	if (have_asan) {
		const void *o;
		size_t n;
		__sanitizer_finish_switch_fiber(0, &o, &n);
	}
}
void cx_here(Cx &c)
{
	if (have_tsan)
		c.tsan = __tsan_get_current_fiber();
	if (have_asan) {
		pthread_attr_t a;
		void *p;
		size_t z;
		pthread_getattr_np(pthread_self(), &a);
		pthread_attr_getstack(&a, &p, &z);
		pthread_attr_destroy(&a);
		c.stk = (char *)p;
		c.size = z;
	}
}
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
Cx *cx_take(unsigned lin, void (*fn)())
{
	Cx *c;

	if (have_tsan) {
		c = all_cx[lin];
	} else if (!free_cx.empty()) {
		c = free_cx.back();
		free_cx.pop_back();
	} else {
		c = new_cx();
	}
	cx_make(*c, fn);
	return c;
}
void cx_put(Cx *c)
{
	if (!have_tsan)
		free_cx.push_back(c);
}
void cx_reserve(unsigned n)
{
	free_cx.reserve(2048);
	all_cx.reserve(2048);
	while (have_tsan && all_cx.size() < n)
		new_cx();
}
} // namespace cudaemu
