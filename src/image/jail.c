#include "src/image/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include "src/base/err.h"
#include "src/base/mem.h"

#ifdef __linux__
static int open_memory(void)
{
	return memfd_create("umie-picture", MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

static void seal_size(int fd)
{
	fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW);
}
#else
static int open_memory(void)
{
	char name[64];
	int fd;

	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "/umie-%ld-%d", (long)getpid(), i);
		fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
		if (fd >= 0) {
			shm_unlink(name);
			fcntl(fd, F_SETFD, FD_CLOEXEC);
			return fd;
		}
		if (errno != EEXIST)
			break;
	}
	return -1;
}

static void seal_size(int fd)
{
	(void)fd;
}
#endif

int jail_memory(size_t n, struct err *err)
{
	int fd = open_memory();

	if (fd < 0)
		return err_errno(err, ERR_FAILED, "no shared memory");
	if (ftruncate(fd, (off_t)n) < 0) {
		err_errno(err, ERR_FAILED, "no %zu bytes of shared memory", n);
		close(fd);
		return -ERR_FAILED;
	}
	seal_size(fd);
	return fd;
}

int jail_sockets(int pair[2], struct err *err)
{
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		return err_errno(err, ERR_FAILED, "no socket pair");
	for (int i = 0; i < 2; i++) {
		fcntl(pair[i], F_SETFD, FD_CLOEXEC);
#ifdef SO_NOSIGPIPE
		setsockopt(pair[i], SOL_SOCKET, SO_NOSIGPIPE, &(int){1},
			   sizeof(int));
#endif
	}
	return 0;
}

static void limit(int what, rlim_t soft, rlim_t hard)
{
	struct rlimit now;

	/* The hard limit in force may be lower already. */
	if (getrlimit(what, &now) < 0)
		return;
	now.rlim_cur = MIN(soft, now.rlim_max);
	now.rlim_max = MIN(hard, now.rlim_max);
	setrlimit(what, &now);
}

#ifdef __linux__
/*
 * Strict mode is refused to a process that already lives under a filter, as
 * in most containers; there a filter of our own says much the same.  It does
 * not look at the architecture: under the other numbering of x86 these two
 * are umask and fgetxattr.
 */
static enum jail give_up_calls(void)
{
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		     offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit, 2, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 1, 0),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {ARRAY_LEN(code), code};

	if (JAIL_SANITIZED)
		return JAIL_LIMITS;
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0)
		return JAIL_STRICT;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
		return JAIL_FILTER;
	return JAIL_LIMITS;
}

static void die_with_parent(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

void jail_leave(int status)
{
	/* exit_group(2), which _exit() uses, is forbidden in strict mode. */
	if (!JAIL_SANITIZED)
		syscall(SYS_exit, status);
	_exit(status);
}
#else
static enum jail give_up_calls(void)
{
	return JAIL_LIMITS;
}

static void die_with_parent(void)
{
}

void jail_leave(int status)
{
	_exit(status);
}
#endif

enum jail jail_enter(int seconds)
{
	if (!JAIL_SANITIZED)
		close(STDERR_FILENO);
	die_with_parent();
	limit(RLIMIT_CPU, (rlim_t)seconds, (rlim_t)seconds + 1);
	limit(RLIMIT_CORE, 0, 0);
	limit(RLIMIT_FSIZE, 0, 0);
#ifdef RLIMIT_NPROC
	limit(RLIMIT_NPROC, 0, 0);
#endif
	return give_up_calls();
}
