/* One writer a session: FILE-lock, locked for as long as it is written. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sessions/store-internal.h"
#include "sessions/store.h"
#include "src/base/err.h"
#include "src/base/mem.h"

static char *lock_name(const char *path)
{
	return xasprintf("%s-lock", path);
}

static long holder(int fd)
{
	char text[32];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return strtol(text, NULL, 10);
}

/* Is `name` still the file behind fd?  Its holder may have removed it. */
static bool same_file(int fd, const char *name)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(name, &b) == 0 &&
	       a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

static int take(const char *path, const char *name, struct err *err)
{
	char text[32];
	int fd, n;

	for (;;) {
		fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0)
			return err_errno(err, ERR_FAILED, "%s", name);
		if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
			long pid = holder(fd);

			close(fd);
			return err_set(err, ERR_FAILED,
				       "%s: process %ld is writing this "
				       "session; it can be read meanwhile "
				       "(--read-only)",
				       path, pid);
		}
		if (same_file(fd, name))
			break;
		close(fd);
	}
	n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)n, 0) != n) {
		err_errno(err, ERR_FAILED, "%s", name);
		close(fd);
		return -ERR_FAILED;
	}
	return fd;
}

int lock_take(const char *path, struct err *err)
{
	char *name = lock_name(path);
	int fd = take(path, name, err);

	free(name);
	return fd;
}

void lock_give(int fd, const char *path)
{
	char *name = lock_name(path);

	unlink(name);
	close(fd);
	free(name);
}

long store_writer(const char *path)
{
	char *name = lock_name(path);
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	long pid = 0;

	free(name);
	if (fd < 0)
		return 0;
	if (flock(fd, LOCK_SH | LOCK_NB) < 0)
		pid = holder(fd);
	close(fd);
	return pid;
}
