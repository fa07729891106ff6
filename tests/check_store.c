/*
 * check_store -- a session file survives what disks and strangers do to it.
 */
#include <sqlite3.h>
#include <sys/stat.h>

#include "sessions/store-internal.h"
#include "sessions/store.h"
#include "src/base/file.h"
#include "tests/session_test.h"
#include "tests/tap.h"

static char *folder, *path;

static void fresh_path(const char *name)
{
	free(path);
	path = xasprintf("%s/%s.umie", folder, name);
}

static int open_with(struct session **s, const char *vfs, bool create,
		     struct err *err)
{
	struct session_options o = {
	    .who = "anna", .create = create, .vfs = vfs};

	return session_open(s, path, &o, err);
}

static void make_session(void)
{
	struct session *s;
	struct err err;

	if (open_with(&s, NULL, true, &err) < 0)
		bug("%s", err.text);
	load_test_set(s);
	reply_to(s, 1, "m1");
	session_flag(s, true, &err);
	session_close(s, &err);
}

/* Run SQL on the file as a stranger would. */
static void meddle(const char *sql)
{
	sqlite3 *db;
	char *why = NULL;

	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		bug("%s: %s", sql, why);
	sqlite3_close(db);
}

static char *answer_to(const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *q;
	char *text = NULL;

	sqlite3_open(path, &db);
	sqlite3_prepare_v2(db, sql, -1, &q, NULL);
	if (sqlite3_step(q) == SQLITE_ROW)
		text = xstrdup((const char *)sqlite3_column_text(q, 0));
	sqlite3_finalize(q);
	sqlite3_close(db);
	return text;
}

static void check_file(void)
{
	char *mode, *id, *version;
	struct stat st;

	fresh_path("file");
	make_session();
	mode = answer_to("PRAGMA journal_mode");
	id = answer_to("PRAGMA application_id");
	version = answer_to("PRAGMA user_version");
	ok(strcmp(mode, "wal") == 0 && atoi(id) == STORE_ID &&
	       atoi(version) == STORE_VERSION,
	   "a write-ahead log, our id %s and version %s", id, version);
	stat(path, &st);
	ok((st.st_mode & 0777) == 0600, "nobody else may read it (%o)",
	   st.st_mode & 0777);
	free(mode);
	free(id);
	free(version);
}

/* Opening is refused with code and a sentence that has `word` in it. */
static void refused(const char *what, enum err_code code, const char *word)
{
	struct session *s;
	struct err err = {0};
	int rc = open_with(&s, NULL, false, &err);

	ok(rc == -(int)code && !s && strstr(err.text, word), "%s: %s", what,
	   err.text);
	if (rc == 0)
		session_close(s, &err);
}

static void spoil(long at, int n)
{
	FILE *f = fopen(path, "r+b");

	fseek(f, at, at < 0 ? SEEK_END : SEEK_SET);
	for (int i = 0; i < n; i++)
		putc(0xa5, f);
	fclose(f);
}

static void check_refused(void)
{
	struct err err;

	fresh_path("none");
	refused("no such file", ERR_DATA, "no such session");
	file_replace(path, "hello, world\n", 13, &err);
	refused("a text", ERR_DATA, "not a umie session");
	fresh_path("foreign");
	meddle("CREATE TABLE t(x); INSERT INTO t VALUES(1)");
	refused("another program's database", ERR_DATA, "not a umie session");
	fresh_path("newer");
	make_session();
	meddle("PRAGMA user_version=99");
	refused("a newer program's session", ERR_DATA, "version 99");
	fresh_path("trigger");
	make_session();
	meddle("CREATE TRIGGER t AFTER INSERT ON act BEGIN DELETE FROM act; "
	       "END");
	refused("a session with a trigger", ERR_DATA, "trigger");
	fresh_path("view");
	make_session();
	meddle("ALTER TABLE act RENAME TO b; CREATE VIEW act AS SELECT * FROM "
	       "b");
	refused("a view in place of the log", ERR_DATA, "do not belong");
	fresh_path("gap");
	make_session();
	meddle("DELETE FROM act WHERE seq=4");
	refused("an act is missing", ERR_DATA, "act 5");
	fresh_path("kind");
	make_session();
	meddle("UPDATE act SET kind='dance' WHERE seq=4");
	refused("an unknown act", ERR_DATA, "dance");
	fresh_path("body");
	make_session();
	meddle("UPDATE act SET body='{\"example\":' WHERE seq=4");
	refused("a body that is not JSON", ERR_DATA, "act 4");
	fresh_path("damaged");
	make_session();
	spoil(4096 + 100, 3000);
	refused("a damaged page", ERR_DATA, "damaged");
	fresh_path("short");
	make_session();
	if (truncate(path, 5000) < 0)
		bug("truncate");
	refused("a file that was cut", ERR_DATA, "damaged");
	refused("a folder", ERR_DATA, "damaged");
}

/* --- versions
 * ------------------------------------------------------------------ */

static char *read_text(const char *name)
{
	struct str text = {0};
	struct err err;

	if (file_read(name, 1 << 20, &text, &err) < 0)
		diag("%s", err.text);
	return str_detach(&text);
}

/* The file of each past version, and what its state is. */
static void check_fixtures(void)
{
	const char *src = getenv("srcdir");

	for (int v = 1; v <= STORE_VERSION; v++) {
		char *from = xasprintf("%s/tests/corpus/session/v%d.umie",
				       src ? src : ".", v);
		char *state = xasprintf("%s/tests/corpus/session/v%d.state",
					src ? src : ".", v);
		struct str bytes = {0};
		struct session *s = NULL;
		struct err err = {0};
		char *want, *got;

		fresh_path("fixture");
		if (file_read(from, 1 << 24, &bytes, &err) < 0 ||
		    file_replace(path, bytes.s, bytes.len, &err) < 0 ||
		    open_with(&s, NULL, false, &err) < 0)
			diag("%s", err.text);
		want = read_text(state);
		got = s ? printed(s) : xstrdup("");
		if (!ok(strcmp(want, got) == 0,
			"a session of version %d opens as it was", v))
			diag("%s", got);
		ok(s && session_undo(s, 1, &err) == 0,
		   "and its last act can be undone");
		session_close(s, &err);
		str_release(&bytes);
		free(from);
		free(state);
		free(want);
		free(got);
	}
}

static void check_migration(void)
{
	static const char *const steps[] = {
	    "", "CREATE TABLE more(x); UPDATE act SET who='migrated'",
	    "CREATE TABLE again(x)"};
	static const char *const broken[] = {
	    "", "UPDATE act SET who='lost'; CREATE TABLE act(x)"};
	sqlite3 *db;
	struct err err;
	char *who, *copy;
	int rc;

	fresh_path("migrate");
	make_session();
	sqlite3_open(path, &db);
	rc = store_migrate(db, path, broken, 2, &err);
	sqlite3_close(db);
	who = answer_to("SELECT who FROM act LIMIT 1");
	ok(rc < 0 && strcmp(who, "anna") == 0,
	   "a migration that fails changes nothing: %s", err.text);
	free(who);
	sqlite3_open(path, &db);
	rc = store_migrate(db, path, steps, 3, &err);
	sqlite3_close(db);
	who = answer_to("SELECT who FROM act LIMIT 1");
	copy = answer_to("PRAGMA user_version");
	ok(rc == 0 && strcmp(who, "migrated") == 0 && atoi(copy) == 3,
	   "all steps of a migration are made at once");
	free(who);
	free(copy);
	copy = xasprintf("%s.bak-v1", path);
	free(path);
	path = copy;
	who = answer_to("SELECT who FROM act LIMIT 1");
	ok(who && strcmp(who, "anna") == 0, "the old file is kept: %s", path);
	free(who);
}

/* --- a disk that fails
 * ------------------------------------------------------------- */

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
	if (open_with(&s, "failing", false, &err) < 0)
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
		if (open_with(&s, NULL, false, &err) < 0) {
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

static void check_faults(void)
{
	fresh_path("faults");
	make_session();
	shim_register();
	sweep(SQLITE_FULL, true, "one write that finds the disk full");
	sweep(SQLITE_FULL, false, "a disk that is full from then on");
	sweep(SQLITE_IOERR_WRITE, true, "one write error");
	sweep(SQLITE_IOERR_WRITE, false, "a disk that is gone from then on");
}

/* A session kept in a folder that nobody may write is still read. */
static void check_read_only_folder(void)
{
	struct session_options o = {.read_only = true};
	struct session *s = NULL;
	struct err err;
	char *dir = xasprintf("%s/locked", folder);

	mkdir(dir, 0700);
	fresh_path("locked/one");
	make_session();
	chmod(dir, 0500);
	ok(session_open(&s, path, &o, &err) == 0 &&
	       session_state(s)->n_examples == 4,
	   "a session in a folder that may not be written can be read");
	session_close(s, &err);
	chmod(dir, 0700);
	free(dir);
}

/* With MAKE_FIXTURE=FILE: write the fixture of this version. */
static void make_fixture(const char *file)
{
	struct err err;
	struct session *s;
	char *state, *name;
	int id;

	path = xstrdup(file);
	if (open_with(&s, NULL, true, &err) < 0)
		bug("%s", err.text);
	load_test_set(s);
	for (int i = 1; i <= 4; i++)
		reply_to(s, i, "m1");
	session_accept(s, (int[]){1, 2}, 2, &err);
	session_type(s, 1, "Location", &err);
	session_place(s, 1, PART_SELF, 2, &err);
	session_span(s, "Person", 6, 9, &id, &err);
	session_rel(s, "couple", 1, id, NULL, &err);
	session_note(s, 0, "a note", &err);
	session_done(s, &err);
	session_goto(s, 3, &err);
	session_trigger(s, "Die", 0, 5, &id, &err);
	session_arg_box(s, "Victim", id, 2, NULL, NULL, &err);
	session_box(s, id + 1, &(struct box){1, 2, 30, 40}, &err);
	session_skip(s, &err);
	session_undo(s, 2, &err);
	session_redo(s, 1, &err);
	session_set(s, "sort", "uncertain", &err);
	session_set(s, "slice hard", "unc>.5", &err);
	session_reject(s, (int[]){2}, 1, &err);
	state = printed(s);
	session_close(s, &err);
	name = xasprintf("%.*s.state", (int)strlen(file) - 5, file);
	file_replace(name, state, strlen(state), &err);
	free(state);
	free(name);
}

int main(void)
{
	if (getenv("MAKE_FIXTURE")) {
		make_fixture(getenv("MAKE_FIXTURE"));
		return 0;
	}
	folder = test_folder();
	check_file();
	check_refused();
	check_fixtures();
	check_migration();
	check_faults();
	check_read_only_folder();
	free(path);
	remove_folder(folder);
	return tap_done();
}
