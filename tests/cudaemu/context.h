/*
 * context -- stacks for fibers, and the change from one to another.
 *
 * ASan and TSan are told of both, where the program has them: they are found
 * at run time by weak symbols, since the emulator is compiled without them.
 */
#ifndef UMIE_TESTS_CUDAEMU_CONTEXT_H
#define UMIE_TESTS_CUDAEMU_CONTEXT_H

#include <cstddef>
#if !defined(__x86_64__) || defined(CUDAEMU_UCONTEXT)
#include <ucontext.h>
#endif

extern "C" {
void *__tsan_create_fiber(unsigned) __attribute__((weak));
void __tsan_acquire(void *) __attribute__((weak));
void __tsan_release(void *) __attribute__((weak));
}

namespace cudaemu
{

extern const bool have_tsan, have_asan;

/* A stack, and where it was left. */
struct Cx {
	void *sp = 0;
	char *stk = 0;
	size_t size = 0;
	void *fake = 0, *tsan = 0; /* what ASan and TSan know it by */
#if !defined(__x86_64__) || defined(CUDAEMU_UCONTEXT)
	ucontext_t u;
#endif
};

/* Leave `a` for `b`; tsan_to: TSan's fiber of the thread that runs there. */
void cx_switch(Cx &a, Cx &b, void *tsan_to);
/* To be called first on a stack that nobody has left yet. */
void cx_arrive();
/* The stack of the caller, to come back to; no fiber's. */
void cx_here(Cx &c);

/*
 * A stack on which `fn` will run, for thread number `lin` of a block.  Under
 * TSan each thread of a block has its own: one that another has used would
 * look like a race.
 */
Cx *cx_take(unsigned lin, void (*fn)());
/* Nobody stands on this stack any more. */
void cx_put(Cx *c);
/* Before a block of n threads: TSan sees what is allocated on fibers. */
void cx_reserve(unsigned n);

} // namespace cudaemu
#endif
