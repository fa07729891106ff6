#include "src/checkpoint/save.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/checkpoint/save-file.h"

static const char tmp_mark[] = ".tmp-", old_mark[] = ".old-";

struct save_folder {
	char *final, *tmp, *old, *parent;
	bool replaces; /* there was a folder of that name */
	int lock;      /* of the temporary: says that its writer lives */
};

/* How the new folder got its name, so that it can be undone. */
enum placed { PLACED_NOT, PLACED_NEW, PLACED_EXCHANGED, PLACED_ASIDE };

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static void remove_tree(const char *path)
{
	enum { OPEN_FOLDERS = 16 };

	nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static char *parent_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return xstrdup(".");
	return xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/*
 * A folder is replaced only when it is empty or a checkpoint: files, no
 * folders, and among them config.json or weights.  Anything else was named
 * by mistake and would be lost.
 */
static int check_replaceable(const char *path, struct err *err)
{
	bool checkpoint = false, empty = true;
	struct dirent *e;
	struct stat st;
	DIR *d = opendir(path);

	if (!d)
		return err_errno(err, ERR_FAILED, "%s", path);
	while ((e = readdir(d))) {
		const char *dot = strrchr(e->d_name, '.');

		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		empty = false;
		if (fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) ||
		    S_ISDIR(st.st_mode)) {
			checkpoint = false;
			break;
		}
		checkpoint |= !strcmp(e->d_name, "config.json") ||
			      (dot && !strcmp(dot, ".safetensors"));
	}
	closedir(d);
	return empty || checkpoint
		   ? 0
		   : err_set(err, ERR_FAILED,
			     "%s: holds something else than a checkpoint "
			     "and is not replaced",
			     path);
}

/* Is there something of the final name, and may it be replaced? */
static int check_final(struct save_folder *f, struct err *err)
{
	struct stat st;

	if (lstat(f->final, &st) < 0)
		return errno == ENOENT
			   ? 0
			   : err_errno(err, ERR_FAILED, "%s", f->final);
	if (!S_ISDIR(st.st_mode))
		return err_set(err, ERR_FAILED, "%s: is not a folder",
			       f->final);
	f->replaces = true;
	return check_replaceable(f->final, err);
}

/* Create the temporary and hold its lock for as long as it is written. */
static int make_tmp(struct save_folder *f, struct err *err)
{
	remove_tree(f->tmp); /* of a dead process that had our number */
	if (mkdir(f->tmp, 0777) < 0)
		return err_errno(err, ERR_FAILED, "%s: cannot create", f->tmp);
	f->lock = open(f->tmp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->lock < 0) {
		err_errno(err, ERR_FAILED, "%s", f->tmp);
		rmdir(f->tmp);
		return -ERR_FAILED;
	}
	flock(f->lock, LOCK_EX | LOCK_NB); /* where the system has it */
	return 0;
}

static void release(struct save_folder *f)
{
	if (f->lock >= 0)
		close(f->lock);
	free(f->final);
	free(f->tmp);
	free(f->old);
	free(f->parent);
	free(f);
}

struct save_folder *save_begin(const char *final_path, struct err *err)
{
	struct save_folder *f = xcalloc(1, sizeof(*f));
	size_t n = strlen(final_path);
	int rc;

	while (n > 1 && final_path[n - 1] == '/')
		n--;
	f->lock = -1;
	f->final = xstrndup(final_path, n);
	f->tmp = xasprintf("%s%s%ld", f->final, tmp_mark, (long)getpid());
	f->old = xasprintf("%s%s%ld", f->final, old_mark, (long)getpid());
	f->parent = parent_of(f->final);
	rc = file_mkdirs(f->parent, err);
	if (rc == 0)
		rc = check_final(f, err);
	if (rc == 0)
		rc = make_tmp(f, err);
	if (rc == 0)
		return f;
	release(f);
	return NULL;
}

const char *save_path(const struct save_folder *f)
{
	return f->tmp;
}

int save_write(struct save_folder *f, const char *name, const void *data,
	       size_t n, struct err *err)
{
	char *path = file_join(f->tmp, name);
	int fd = save_file_open(path, n, err), rc = fd;

	if (fd >= 0) {
		rc = file_write_all(fd, data, n, path, err);
		rc = save_file_close(fd, path, rc, err);
	}
	free(path);
	return rc;
}

int save_copy(struct save_folder *f, const char *name, const char *from,
	      struct err *err)
{
	struct file_map m;
	int rc = file_map(&m, from, err);

	if (rc < 0)
		return rc;
	rc = save_write(f, name, m.data, m.size, err);
	file_unmap(&m);
	return rc;
}

/*
 * Give the temporary its final name.  The exchange of two names is one step;
 * where it is not to be had, the old folder steps aside, and comes back when
 * the second step fails (or, after a crash between them, in save_sweep()).
 */
static enum placed place(const struct save_folder *f)
{
	if (!f->replaces)
		return rename(f->tmp, f->final) < 0 ? PLACED_NOT : PLACED_NEW;
	if (renameat2(AT_FDCWD, f->tmp, AT_FDCWD, f->final, RENAME_EXCHANGE) ==
	    0)
		return PLACED_EXCHANGED;
	if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP)
		return PLACED_NOT;
	if (rename(f->final, f->old) < 0)
		return PLACED_NOT;
	if (rename(f->tmp, f->final) == 0)
		return PLACED_ASIDE;
	rename(f->old, f->final);
	return PLACED_NOT;
}

/* Afterwards the new folder is the temporary again, if the system lets us. */
static void undo(const struct save_folder *f, enum placed placed)
{
	switch (placed) {
	case PLACED_NOT:
		break;
	case PLACED_NEW:
		rename(f->final, f->tmp);
		break;
	case PLACED_EXCHANGED:
		renameat2(AT_FDCWD, f->tmp, AT_FDCWD, f->final,
			  RENAME_EXCHANGE);
		break;
	case PLACED_ASIDE:
		rename(f->final, f->tmp);
		rename(f->old, f->final);
		break;
	}
}

int save_commit(struct save_folder *f, struct err *err)
{
	enum placed placed = PLACED_NOT;
	int rc = file_sync_dir(f->tmp, err);

	if (rc == 0) {
		placed = place(f);
		if (placed == PLACED_NOT)
			rc = err_errno(err, ERR_FAILED,
				       "%s: cannot be renamed to %s", f->tmp,
				       f->final);
	}
	if (rc == 0)
		rc = file_sync_dir(f->parent, err);
	if (rc < 0)
		undo(f, placed);
	if (rc == 0 && placed == PLACED_ASIDE)
		remove_tree(f->old);
	remove_tree(f->tmp); /* the old folder, or what has failed */
	release(f);
	return rc;
}

void save_abort(struct save_folder *f)
{
	if (!f)
		return;
	remove_tree(f->tmp);
	release(f);
}

/* "X.tmp-123": the process, and where the mark begins; 0 for other names. */
static pid_t owner_of(const char *name, const char *mark, size_t *at)
{
	size_t n = strlen(name), digits = 0;
	long pid;

	while (digits < n && name[n - 1 - digits] >= '0' &&
	       name[n - 1 - digits] <= '9')
		digits++;
	if (digits == 0 || digits > 10 || n - digits <= strlen(mark) ||
	    strncmp(name + n - digits - strlen(mark), mark, strlen(mark)) != 0)
		return 0;
	*at = n - digits - strlen(mark);
	pid = atol(name + n - digits);
	return pid > 0 && pid <= INT32_MAX ? (pid_t)pid : 0;
}

/*
 * The process is gone, and nobody holds the lock: a writer in another
 * container has a process number that says nothing here.
 */
static bool is_left_over(const char *path, pid_t pid)
{
	struct stat st;
	int fd, rc;

	if (lstat(path, &st) < 0 || !S_ISDIR(st.st_mode) || kill(pid, 0) == 0 ||
	    errno != ESRCH)
		return false;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	rc = flock(fd, LOCK_EX | LOCK_NB);
	if (rc < 0 && errno != EWOULDBLOCK)
		rc = 0;
	close(fd);
	return rc == 0;
}

static void sweep_one(const char *dir, const char *name)
{
	char *path = file_join(dir, name), *final;
	size_t at;
	pid_t pid = owner_of(name, tmp_mark, &at);

	if (pid && is_left_over(path, pid))
		remove_tree(path);
	pid = owner_of(name, old_mark, &at);
	if (pid && is_left_over(path, pid)) {
		final = xstrndup(path, strlen(path) - strlen(name) + at);
		if (file_exists(final))
			remove_tree(path);
		else
			rename(path, final);
		free(final);
	}
	free(path);
}

void save_sweep(const char *dir)
{
	struct dirent **list;
	int n = scandir(dir, &list, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		sweep_one(dir, list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}
