/*
 * jail -- what systems offer to lock a process in.
 *
 * The one place where systems differ: anonymous shared memory, resource
 * limits, and giving up system calls.  Everything is done by the process to
 * itself; jail_enter() cannot be undone.
 */
#ifndef UMIE_IMAGE_JAIL_H
#define UMIE_IMAGE_JAIL_H

#include <stddef.h>

struct err;

/*
 * The runtimes of the sanitizers make system calls of their own, so under
 * them a jail is one of limits only.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define JAIL_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define JAIL_SANITIZED 1
#endif
#endif
#ifndef JAIL_SANITIZED
#define JAIL_SANITIZED 0
#endif

/* How tight a jail became; also the exit status of jail_leave(). */
enum jail {
	JAIL_LIMITS = 20, /* resource limits only */
	JAIL_FILTER,      /* and no system call but exit */
	JAIL_STRICT,      /* and no system call but read, write, exit */
};

/*
 * A descriptor of n zeroed bytes of memory, to be mapped shared.  Closed on
 * exec; cannot shrink where the system can promise that.
 */
int jail_memory(size_t n, struct err *err);

/* Two connected stream sockets, closed on exec, that raise no SIGPIPE. */
int jail_sockets(int pair[2], struct err *err);

/*
 * Limit this process to `seconds` of processor time (SIGXCPU, a second later
 * SIGKILL), no core, no file growth, no children; tie it to the life of its
 * parent; then give up system calls.  Only memory at hand may be used after.
 */
enum jail jail_enter(int seconds);
_Noreturn void jail_leave(int status);

#endif
