/*
 * check_disk -- a session on a disk that is full or fails: nothing that was
 * acknowledged is lost, whichever write it is.
 */
#include <sqlite3.h>
#include <unistd.h>

#include "src/base/file.h"
#include "tests/session_test.h"
#include "tests/tap.h"

static char *path;

/* The shim counts writes and syncs and fails from number `fail_at` on. */
static struct {
	sqlite3_vfs vfs, *real;
	long count, fail_at;
	bool once;
	int code;
} shim;

struct shim_file {
	sqlite3_file base, *real;
};

static bool fails_now(void)
{
	long n = ++shim.count;

	return shim.fail_at &&
	       (shim.once ? n == shim.fail_at : n >= shim.fail_at);
}

static sqlite3_file *real_of(sqlite3_file *f)
{
	return ((struct shim_file *)f)->real;
}

static int shim_close(sqlite3_file *f)
{
	int rc = real_of(f)->pMethods->xClose(real_of(f));

	free(real_of(f));
	return rc;
}

static int shim_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return real_of(f)->pMethods->xRead(real_of(f), p, n, at);
}

/* A failing write leaves half of its bytes, as a full disk does. */
static int shim_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	if (fails_now()) {
		real_of(f)->pMethods->xWrite(real_of(f), p, n / 2, at);
		return shim.code;
	}
	return real_of(f)->pMethods->xWrite(real_of(f), p, n, at);
}

static int shim_truncate(sqlite3_file *f, sqlite3_int64 n)
{
	return fails_now() ? SQLITE_IOERR_TRUNCATE
			   : real_of(f)->pMethods->xTruncate(real_of(f), n);
}

static int shim_sync(sqlite3_file *f, int flags)
{
	return fails_now() ? SQLITE_IOERR_FSYNC
			   : real_of(f)->pMethods->xSync(real_of(f), flags);
}

static int shim_size(sqlite3_file *f, sqlite3_int64 *n)
{
	return real_of(f)->pMethods->xFileSize(real_of(f), n);
}

static int shim_lock(sqlite3_file *f, int l)
{
	return real_of(f)->pMethods->xLock(real_of(f), l);
}

static int shim_unlock(sqlite3_file *f, int l)
{
	return real_of(f)->pMethods->xUnlock(real_of(f), l);
}

static int shim_reserved(sqlite3_file *f, int *out)
{
	return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}

static int shim_control(sqlite3_file *f, int op, void *arg)
{
	return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}

static int shim_sector(sqlite3_file *f)
{
	return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int shim_device(sqlite3_file *f)
{
	return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static int shim_map(sqlite3_file *f, int page, int size, int extend,
		    void volatile **out)
{
	return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend,
					     out);
}

static int shim_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	return real_of(f)->pMethods->xShmLock(real_of(f), at, n, flags);
}

static void shim_barrier(sqlite3_file *f)
{
	real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int shim_unmap(sqlite3_file *f, int delete_it)
{
	return real_of(f)->pMethods->xShmUnmap(real_of(f), delete_it);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = shim_close,
    .xRead = shim_read,
    .xWrite = shim_write,
    .xTruncate = shim_truncate,
    .xSync = shim_sync,
    .xFileSize = shim_size,
    .xLock = shim_lock,
    .xUnlock = shim_unlock,
    .xCheckReservedLock = shim_reserved,
    .xFileControl = shim_control,
    .xSectorSize = shim_sector,
    .xDeviceCharacteristics = shim_device,
    .xShmMap = shim_map,
    .xShmLock = shim_shm_lock,
    .xShmBarrier = shim_barrier,
    .xShmUnmap = shim_unmap,
};

static int shim_open(sqlite3_vfs *v, const char *name, sqlite3_file *f,
		     int flags, int *out)
{
	struct shim_file *s = (struct shim_file *)f;
	int rc;

	(void)v;
	s->real = xcalloc(1, (size_t)shim.real->szOsFile);
	rc = shim.real->xOpen(shim.real, name, s->real, flags, out);
	s->base.pMethods = rc == SQLITE_OK ? &methods : NULL;
	if (rc != SQLITE_OK)
		free(s->real);
	return rc;
}

static void shim_register(void)
{
	shim.real = sqlite3_vfs_find(NULL);
	shim.vfs = *shim.real;
	shim.vfs.zName = "failing";
	shim.vfs.szOsFile = sizeof(struct shim_file);
	shim.vfs.xOpen = shim_open;
	sqlite3_vfs_register(&shim.vfs, 0);
}

enum { ACTS_MADE = 4 };

/*
 * Make some acts on a disk that fails.  Returns how many were acknowledged;
 * -1 when the session could not be opened.
 */
static int work_on(long fail_at, bool once, int *unsaved_right)
{
	struct session *s;
	struct err err;
	int acknowledged = 0;

	shim.fail_at = 0;
	shim.count = 0;
	if (open_file(&s, path, "failing", false, &err) < 0)
		bug("%s", err.text);
	shim.count = 0;
	shim.fail_at = fail_at;
	shim.once = once;
	for (int i = 0; i < ACTS_MADE; i++) {
		int rc = session_note(s, 0, i % 2 ? "odd" : "even", &err);

		if (rc == 0)
			acknowledged = i + 1;
		*unsaved_right &= (rc == 0) == (session_unsaved(s) == 0);
		*unsaved_right &=
		    strcmp(session_here(s)->note, i % 2 ? "odd" : "even") == 0;
	}
	session_close(s, &err);
	return acknowledged;
}

/* The file as it was, and no write-ahead log of a run before. */
static void put_back(const struct str *base)
{
	struct err err;
	char *wal = xasprintf("%s-wal", path), *shm = xasprintf("%s-shm", path);

	unlink(wal);
	unlink(shm);
	if (file_replace(path, base->s, base->len, &err) < 0)
		bug("%s", err.text);
	free(wal);
	free(shm);
}

static void sweep(int code, bool once, const char *what)
{
	struct err err;
	struct session *s;
	int lost = 0, corrupt = 0, right = 1, refused_acts = 0, runs = 0;
	struct str base = {0};

	shim.code = code;
	if (file_read(path, 1 << 24, &base, &err) < 0)
		bug("%s", err.text);
	for (long n = 1; n < 400; n++) {
		int acknowledged;
		size_t acts;

		put_back(&base);
		acknowledged = work_on(n, once, &right);
		runs++;
		if (shim.count < n)
			break; /* nothing failed any more */
		refused_acts += acknowledged < ACTS_MADE;
		if (open_file(&s, path, NULL, false, &err) < 0) {
			diag("failure %ld: %s", n, err.text);
			corrupt++;
			continue;
		}
		acts = session_state(s)->n_undo - 1; /* the flag */
		lost += acts < (size_t)acknowledged || acts > ACTS_MADE;
		if (session_undo(s, 1, &err) < 0 && !corrupt++)
			diag("failure %ld: %s", n, err.text);
		session_close(s, &err);
	}
	put_back(&base);
	ok(!lost && !corrupt && right && refused_acts > 0,
	   "%s: %d runs, %d with acts refused, nothing acknowledged is lost",
	   what, runs, refused_acts);
	ok(right, "%s: what is not saved stays on the screen and is counted",
	   what);
	str_release(&base);
}

int main(void)
{
	char *folder = test_folder();

	path = xasprintf("%s/faults.umie", folder);
	make_session(path);
	shim_register();
	sweep(SQLITE_FULL, true, "one write that finds the disk full");
	sweep(SQLITE_FULL, false, "a disk that is full from then on");
	sweep(SQLITE_IOERR_WRITE, true, "one write error");
	sweep(SQLITE_IOERR_WRITE, false, "a disk that is gone from then on");
	free(path);
	remove_folder(folder);
	return tap_done();
}
