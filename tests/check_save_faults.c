/*
 * Saving when things go wrong: calls that fail, a full disk, a kill.  The old
 * checkpoint stays or the new one is there, and nothing lies beside it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/version.h"

/* Which call fails, and how; these stand in for those of the C library. */
enum call {
	NONE,
	WRITE,
	SHORT,
	FSYNC,
	CLOSE,
	FALLOCATE,
	RENAME,
	EXCHANGE,
	MKDIR
};

static struct {
	enum call call;
	int error;
	long nth, seen;   /* the nth is the one */
	bool from;        /* and all after it */
	bool no_exchange; /* besides, folders cannot be exchanged */
	long hits;
} fault;

static bool hit(enum call call)
{
	if (call != fault.call)
		return false;
	fault.seen++;
	if (fault.seen != fault.nth && !(fault.from && fault.seen > fault.nth))
		return false;
	fault.hits++;
	errno = fault.error;
	return true;
}

ssize_t write(int fd, const void *p, size_t n)
{
	if (hit(WRITE))
		return -1;
	if (n > 1 && hit(SHORT))
		n /= 2;
	return syscall(SYS_write, fd, p, n);
}

int fsync(int fd)
{
	return hit(FSYNC) ? -1 : (int)syscall(SYS_fsync, fd);
}

int close(int fd)
{
	int rc = (int)syscall(SYS_close, fd);

	return hit(CLOSE) ? -1 : rc;
}

int posix_fallocate(int fd, off_t at, off_t n)
{
	if (hit(FALLOCATE))
		return fault.error;
	return syscall(SYS_fallocate, fd, 0, at, n) < 0 ? errno : 0;
}

int renameat2(int a, const char *from, int b, const char *to, unsigned flags)
{
	if (flags && fault.no_exchange) {
		errno = EINVAL;
		return -1;
	}
	if (flags && hit(EXCHANGE))
		return -1;
	return (int)syscall(SYS_renameat2, a, from, b, to, flags);
}

int rename(const char *from, const char *to)
{
	if (hit(RENAME))
		return -1;
	return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int mkdir(const char *path, mode_t mode)
{
	return hit(MKDIR) ? -1
			  : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

/* Fail the 1st, 2nd, 3rd ... call until a save does not get to it. */
static void check_fault(const char *dir, enum call call, int error, bool from,
			bool no_exchange, bool harmless, const char *what)
{
	char *final = file_join(dir, "ckpt");
	struct err err = {0};
	int wrong = 0, rc;
	long n = 0;

	save_version(final, 1, &err);
	do {
		memset(&fault, 0, sizeof(fault));
		fault.call = call;
		fault.error = error;
		fault.nth = ++n;
		fault.from = from;
		fault.no_exchange = no_exchange;
		rc = save_version(final, 2, &err);
		fault.call = NONE;
		fault.no_exchange = false;
		/* only the close of a file that was written matters */
		if (call != CLOSE && (rc < 0) == (harmless || !fault.hits))
			wrong++;
		if (load_version(final) != (rc < 0 ? 1 : 2) ||
		    count_entries(dir) != 1) {
			diag("call %ld: %s", n, rc < 0 ? err.text : "saved");
			wrong++;
		}
		save_version(final, 1, &err);
	} while (fault.hits);
	ok(n > 1 && wrong == 0, "%s%s: %ld places", what,
	   from ? " from then on" : "", n - 1);
	free(final);
}

/* A first save that cannot be made durable leaves nothing. */
static void check_first(const char *dir)
{
	char *final = file_join(dir, "new");
	struct err err = {0};
	int wrong = 0;

	for (long n = 1; n <= 4; n++) {
		memset(&fault, 0, sizeof(fault));
		fault.call = FSYNC;
		fault.error = EIO;
		fault.nth = n;
		wrong += save_version(final, 1, &err) >= 0;
		wrong += count_entries(dir) != 0;
	}
	fault.call = NONE;
	ok(wrong == 0, "a first save that cannot be synced leaves nothing");
	free(final);
}

static void check_faults(const char *dir)
{
	static const struct {
		enum call call;
		int error;
		bool harmless; /* the save succeeds nevertheless */
		const char *what;
	} faults[] = {
	    {WRITE, ENOSPC, false, "no space left when writing"},
	    {WRITE, EIO, false, "an error when writing"},
	    {FSYNC, EIO, false, "an error when syncing"},
	    {CLOSE, EIO, false, "an error when closing"},
	    {FALLOCATE, ENOSPC, false, "no space left beforehand"},
	    {FALLOCATE, EOPNOTSUPP, true, "no room can be asked for"},
	    {EXCHANGE, EIO, false, "an error when exchanging"},
	    {EXCHANGE, EINVAL, true, "folders cannot be exchanged"},
	    {MKDIR, EACCES, false, "no folder can be made"},
	};

	for (size_t i = 0; i < ARRAY_LEN(faults); i++)
		for (int from = 0; from < 2; from++)
			check_fault(dir, faults[i].call, faults[i].error, from,
				    false, faults[i].harmless, faults[i].what);
	check_fault(dir, WRITE, EINTR, false, false, true,
		    "an interrupted write");
	check_fault(dir, SHORT, 0, true, false, true, "short writes");
	check_fault(dir, RENAME, EIO, false, true, false,
		    "an error when the old checkpoint steps aside");
	check_fault(dir, FSYNC, EIO, false, true, false,
		    "an error when syncing after that");
}

/* In a child: save version 2 with no file longer than `limit` allowed. */
static int save_limited(const char *final, size_t limit)
{
	struct rlimit r = {limit, limit};
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		struct err err = {0};

		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &r);
		_exit(save_version(final, 2, &err) == 0 ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static void check_limit(const char *dir)
{
	char *final = file_join(dir, "ckpt");
	struct err err = {0};
	int failed = 0, wrong = 0;

	save_version(final, 1, &err);
	for (size_t limit = 0; limit < VERSION_ELEMENTS * 4 + 128;
	     limit += 1000) {
		int rc = save_limited(final, limit);

		failed += rc == 1;
		wrong += rc > 1 || load_version(final) != (rc ? 1 : 2) ||
			 count_entries(dir) != 1;
	}
	ok(failed >= 20 && wrong == 0,
	   "a file that may not grow: the old checkpoint stays, no temporary");
	ok(save_limited(final, VERSION_ELEMENTS * 5) == 0 &&
	       load_version(final) == 2,
	   "and then there is room");
	free(final);
}

static bool write_proc(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool good =
	    fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return good;
}

/* Become root of a user namespace. */
static bool own_users(void)
{
	char *uid = xasprintf("0 %u 1", (unsigned)getuid());
	char *gid = xasprintf("0 %u 1", (unsigned)getgid());
	bool good = unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
		    write_proc("/proc/self/setgroups", "deny") &&
		    write_proc("/proc/self/uid_map", uid) &&
		    write_proc("/proc/self/gid_map", gid);

	free(uid);
	free(gid);
	return good;
}

/* A small file system of one's own at `dir`. */
static bool own_disk(const char *dir)
{
	return (unshare(CLONE_NEWNS) == 0 || own_users()) &&
	       mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("tmpfs", dir, "tmpfs", 0, "size=64k") == 0;
}

/* In a child: a file system of 64 KiB fills up. */
static int fill_disk(const char *dir)
{
	char *final = file_join(dir, "ckpt");
	char *filler = file_join(dir, "filler");
	struct err err = {0};
	int rc = 0;

	if (!own_disk(dir))
		return 77;
	if (save_version(final, 1, &err) < 0 || load_version(final) != 1)
		rc |= 1;
	craft_file(dir, "filler", "", 0);
	for (off_t size = 4096; size < 64 << 10; size += 4096) {
		int fd = open(filler, O_WRONLY), full;

		full = posix_fallocate(fd, 0, size);
		close(fd);
		if (save_version(final, 1, &err) < 0)
			rc |= strstr(err.text, "No space left") ? 16 : 2;
		if (load_version(final) != 1 || count_entries(dir) != 2)
			rc |= 4;
		if (full)
			break;
	}
	free(final);
	free(filler);
	return rc;
}

static void check_full(const char *dir)
{
	pid_t pid = fork();
	int status = 0;

	fflush(stdout);
	if (pid == 0)
		_exit(fill_disk(dir));
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip("a full disk leaves the old checkpoint",
		     "a file system of one's own cannot be mounted here");
	else
		ok(WIFEXITED(status) && WEXITSTATUS(status) == 16,
		   "a full disk leaves the old checkpoint, and no temporary "
		   "(%x)",
		   status);
}

/* A child saves version after version until it is killed. */
static void save_forever(const char *final)
{
	struct err err;

	for (int version = 1;; version++)
		if (save_version(final, version, &err) < 0)
			_exit(1);
}

static void check_kill(const char *dir)
{
	enum { ROUNDS = 40 };
	char *final = file_join(dir, "ckpt");
	int torn = 0, swept = 0, ended = 0;
	struct err err = {0};

	save_version(final, 1, &err);
	for (int i = 0; i < ROUNDS; i++) {
		struct timespec t = {0, 1000000 + i * 317000};
		int status;
		pid_t pid = fork();

		if (pid == 0)
			save_forever(final);
		nanosleep(&t, NULL);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		ended += !WIFSIGNALED(status);
		torn += load_version(final) < 1;
		save_sweep(dir);
		swept += count_entries(dir) == 1;
	}
	ok(torn == 0 && ended == 0,
	   "killed %d times, the checkpoint was always whole", ROUNDS);
	ok(swept == ROUNDS, "and the sweep left nothing else");
	free(final);
}

int main(void)
{
	static void (*const checks[])(const char *dir) = {
	    check_first, check_faults, check_limit, check_full, check_kill};

	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		char *dir = craft_dir();

		checks[i](dir);
		craft_remove(dir);
		free(dir);
	}
	return tap_done();
}
