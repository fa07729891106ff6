#include "src/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"

int file_map(struct file_map *m, const char *path, struct err *err)
{
	struct stat st;
	void *p;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	*m = (struct file_map){0};
	if (fd < 0)
		return err_errno(err, ERR_FAILED, "%s", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(err, ERR_FAILED, "%s: not a regular file", path);
	}
	if (st.st_size > 0) {
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd,
			 0);
		if (p == MAP_FAILED) {
			err_errno(err, ERR_FAILED, "%s", path);
			close(fd);
			return -ERR_FAILED;
		}
		m->data = p;
		m->size = (size_t)st.st_size;
	}
	close(fd);
	return 0;
}

void file_unmap(struct file_map *m)
{
	if (m->data)
		munmap((void *)m->data, m->size);
	*m = (struct file_map){0};
}

static int read_fd(int fd, const char *path, size_t limit, struct str *out,
		   struct err *err)
{
	size_t start = out->len;
	char block[65536];
	ssize_t n;

	for (;;) {
		n = read(fd, block, sizeof(block));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, ERR_FAILED, "%s", path);
		if (n == 0)
			return 0;
		if ((size_t)n > limit - (out->len - start))
			return err_set(err, ERR_DATA,
				       "%s: larger than %zu bytes", path,
				       limit);
		str_addn(out, block, (size_t)n);
	}
}

int file_read(const char *path, size_t limit, struct str *out, struct err *err)
{
	int fd, rc;

	if (strcmp(path, "-") == 0)
		return read_fd(STDIN_FILENO, "standard input", limit, out, err);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(err, ERR_DATA, "%s", path);
	rc = read_fd(fd, path, limit, out, err);
	close(fd);
	return rc;
}

int file_write_all(int fd, const void *data, size_t n, const char *path,
		   struct err *err)
{
	const char *p = data;
	ssize_t k;

	while (n) {
		k = write(fd, p, MIN(n, (size_t)1 << 30));
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_errno(err, ERR_FAILED, "%s: cannot write",
					 path);
		p += k;
		n -= (size_t)k;
	}
	return 0;
}

int file_sync_dir(const char *dir, struct err *err)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;

	if (fd < 0)
		return err_errno(err, ERR_FAILED, "%s", dir);
	if (fsync(fd) < 0 && errno != EINVAL) /* EINVAL: some file systems */
		rc = err_errno(err, ERR_FAILED, "%s: cannot sync", dir);
	close(fd);
	return rc;
}

/* The directory part of `path`; caller's to free(). */
static char *dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return xstrdup(".");
	return xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* A new file `tmp`; errors name `path`, which it will become. */
static int write_synced(const char *tmp, const char *path, const void *data,
			size_t n, struct err *err)
{
	int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int rc;

	if (fd < 0)
		return err_errno(err, ERR_FAILED, "%s: cannot write", path);
	rc = file_write_all(fd, data, n, path, err);
	if (rc == 0 && fsync(fd) < 0)
		rc = err_errno(err, ERR_FAILED, "%s: cannot sync", path);
	if (close(fd) < 0 && rc == 0)
		rc = err_errno(err, ERR_FAILED, "%s: cannot close", path);
	return rc;
}

int file_replace(const char *path, const void *data, size_t n, struct err *err)
{
	char *tmp = xasprintf("%s.tmp-%ld", path, (long)getpid());
	char *dir = dir_of(path);
	int rc = write_synced(tmp, path, data, n, err);

	if (rc == 0 && rename(tmp, path) < 0)
		rc = err_errno(err, ERR_FAILED, "%s: cannot rename", path);
	if (rc == 0)
		rc = file_sync_dir(dir, err);
	else
		unlink(tmp);
	free(dir);
	free(tmp);
	return rc;
}

bool file_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

bool file_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int file_mkdirs(const char *path, struct err *err)
{
	char *p = xstrdup(path);
	int rc = 0;

	for (char *s = p + 1; rc == 0; s++) {
		char c = *s;

		if (c != '/' && c != '\0')
			continue;
		*s = '\0';
		if (mkdir(p, 0700) < 0 && errno != EEXIST)
			rc = err_errno(err, ERR_FAILED, "%s: cannot create", p);
		*s = c;
		if (c == '\0')
			break;
	}
	if (rc == 0 && !file_is_dir(path))
		rc = err_set(err, ERR_FAILED, "%s: not a directory", path);
	free(p);
	return rc;
}

char *file_join(const char *dir, const char *name)
{
	size_t n = strlen(dir);

	return xasprintf("%s%s%s", dir, n && dir[n - 1] == '/' ? "" : "/",
			 name);
}

char *file_xdg(const char *which)
{
	static const char *const table[][2] = {
	    {"CONFIG", ".config"},
	    {"STATE", ".local/state"},
	    {"DATA", ".local/share"},
	    {"CACHE", ".cache"},
	};
	char *name = xasprintf("XDG_%s_HOME", which);
	const char *dir = getenv(name), *home = getenv("HOME");

	free(name);
	if (dir && dir[0] == '/')
		return file_join(dir, "umie");
	if (!home || home[0] != '/')
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (strcmp(table[i][0], which) == 0)
			return xasprintf("%s/%s/umie", home, table[i][1]);
	bug("file_xdg: %s", which);
}

char *file_xdg_folder(const char *which, const char *name, struct err *err)
{
	char *base = file_xdg(which), *path;

	if (!base) {
		err_set(err, ERR_FAILED,
			"there is no place for %s: neither XDG_%s_HOME nor "
			"HOME is an absolute path",
			name, which);
		return NULL;
	}
	path = file_join(base, name);
	free(base);
	return path;
}
