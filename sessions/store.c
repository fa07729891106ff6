#include "sessions/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sessions/store-internal.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/base/utf8.h"

enum {
	LENGTH_MAX = 64 << 20, /* bytes of one value */
	SQL_MAX = 100000,
	BUSY_MS = 2000,
};

/* STEPS[v] leads from version v to v + 1. */
static const char *const STEPS[STORE_VERSION] = {
    "CREATE TABLE act("
    " seq INTEGER PRIMARY KEY,"
    " time INTEGER NOT NULL,"
    " who TEXT NOT NULL,"
    " kind TEXT NOT NULL,"
    " example INTEGER,"
    " body TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX act_example ON act(example);",
};

struct store {
	sqlite3 *db;
	sqlite3_stmt *insert; /* NULL when read only */
	char *path;           /* owned */
	int lock;             /* descriptor; -1: read only */
};

int store_fail(sqlite3 *db, const char *path, struct err *err)
{
	int rc = sqlite3_errcode(db) & 0xff;

	if (rc == SQLITE_NOTADB)
		return err_set(err, ERR_DATA, "%s: not a umie session", path);
	if (rc == SQLITE_CORRUPT)
		return err_set(err, ERR_DATA,
			       "%s: the file is damaged (sqlite3 FILE .recover "
			       "may save what is left)",
			       path);
	return err_set(err, ERR_FAILED, "%s: %s", path, sqlite3_errmsg(db));
}

static int run_sql(struct store *s, const char *sql, struct err *err)
{
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return store_fail(s->db, s->path, err);
}

/* The first column of the first row as text; the caller's. */
static int ask(struct store *s, const char *sql, char **out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	int rc = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL);

	*out = NULL;
	if (rc == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW &&
	    sqlite3_column_text(q, 0))
		*out = xstrdup((const char *)sqlite3_column_text(q, 0));
	if (!*out)
		store_fail(s->db, s->path, err);
	sqlite3_finalize(q);
	return *out ? 0 : -(int)err->code;
}

int store_number(sqlite3 *db, const char *path, const char *sql, long *out,
		 struct err *err)
{
	struct store s = {.db = db, .path = (char *)path};
	char *text;
	int rc = ask(&s, sql, &text, err);

	*out = rc == 0 ? strtol(text, NULL, 10) : 0;
	free(text);
	return rc;
}

/* File systems on which a write-ahead log does not work. */
static bool on_network(const char *path)
{
	static const long types[] = {
	    0x6969,     /* NFS */
	    0x517b,     /* SMB */
	    0xfe534d42, /* SMB2 */
	    0xff534d42, /* CIFS */
	    0x01021997, /* 9p */
	    0x73757245, /* Coda */
	    0x5346414f, /* AFS */
	};
	struct statfs fs;

	if (statfs(path, &fs) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if ((long)(unsigned)fs.f_type == types[i])
			return true;
	return false;
}

/* Nothing in the file is trusted, and nothing in it runs. */
static int harden(struct store *s, struct err *err)
{
	sqlite3_busy_timeout(s->db, BUSY_MS);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_limit(s->db, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
	sqlite3_limit(s->db, SQLITE_LIMIT_SQL_LENGTH, SQL_MAX);
	return run_sql(s,
		       "PRAGMA trusted_schema=OFF;"
		       "PRAGMA foreign_keys=ON;"
		       "PRAGMA cell_size_check=ON;"
		       "PRAGMA mmap_size=0;",
		       err);
}

static int set_journal(struct store *s, struct err *err)
{
	bool network = on_network(s->path);
	char *mode = NULL;
	int rc = ask(s,
		     network ? "PRAGMA journal_mode=DELETE"
			     : "PRAGMA journal_mode=WAL",
		     &mode, err);

	if (rc == 0 && !network && strcmp(mode, "wal") != 0) {
		free(mode);
		rc = ask(s, "PRAGMA journal_mode=DELETE", &mode, err);
		network = true;
	}
	if (rc == 0 && strcmp(mode, network ? "delete" : "wal") != 0)
		rc = err_set(err, ERR_FAILED,
			     "%s: SQLite journals as \"%s\", which a session "
			     "cannot rely on",
			     s->path, mode);
	free(mode);
	return rc < 0 ? rc
		      : run_sql(s,
				network ? "PRAGMA synchronous=EXTRA"
					: "PRAGMA synchronous=FULL",
				err);
}

/* A session of a version that we know, with nothing else in it, and sound. */
static int check(struct store *s, struct err *err)
{
	long id, version, pages, others;
	char *answer;
	int rc =
	    store_number(s->db, s->path, "PRAGMA application_id", &id, err);

	if (rc == 0)
		rc = store_number(s->db, s->path, "PRAGMA page_count", &pages,
				  err);
	if (rc < 0 || (pages == 0 && s->lock >= 0))
		return rc;
	if (id != STORE_ID)
		return err_set(err, ERR_DATA, "%s: not a umie session",
			       s->path);
	rc = store_number(s->db, s->path, "PRAGMA user_version", &version, err);
	if (rc == 0 && (version < 1 || version > STORE_VERSION))
		return err_set(err, ERR_DATA,
			       "%s: a session of version %ld; this program "
			       "knows versions 1 to %d",
			       s->path, version, STORE_VERSION);
	if (rc == 0)
		rc = ask(s, "PRAGMA quick_check(1)", &answer, err);
	if (rc < 0)
		return rc;
	if (strcmp(answer, "ok") != 0)
		rc = err_set(
		    err, ERR_DATA, "%s: the file is damaged: %s", s->path,
		    strchr(answer, '\n') ? strchr(answer, '\n') + 1 : answer);
	free(answer);
	if (rc == 0)
		rc = store_number(s->db, s->path,
				  "SELECT count(*) FROM sqlite_schema WHERE "
				  "type NOT IN ('table','index') OR tbl_name"
				  "<>'act'",
				  &others, err);
	if (rc == 0 && others)
		rc = err_set(err, ERR_DATA,
			     "%s: holds %ld tables, views or triggers that do "
			     "not belong into a session",
			     s->path, others);
	return rc;
}

static int backup(sqlite3 *db, const char *path, long version, struct err *err)
{
	char *copy = xasprintf("%s.bak-v%ld", path, version);
	char *sql = sqlite3_mprintf("VACUUM INTO %Q", copy);
	int rc = 0;

	unlink(copy);
	if (!sql || sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		rc = store_fail(db, copy, err);
	sqlite3_free(sql);
	free(copy);
	return rc;
}

int store_migrate(sqlite3 *db, const char *path, const char *const *step, int n,
		  struct err *err)
{
	char pragma[128];
	long version;
	int rc = store_number(db, path, "PRAGMA user_version", &version, err);

	if (rc < 0 || version >= n)
		return rc;
	if (version > 0)
		rc = backup(db, path, version, err);
	if (rc < 0)
		return rc;
	snprintf(pragma, sizeof(pragma),
		 "PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT",
		 STORE_ID, n);
	if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return store_fail(db, path, err);
	while (version < n &&
	       sqlite3_exec(db, step[version], NULL, NULL, NULL) == SQLITE_OK)
		version++;
	if (version == n &&
	    sqlite3_exec(db, pragma, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	rc = store_fail(db, path, err);
	sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return rc;
}

/* "file:PATH?immutable=1": of a file that nobody can write. */
static char *immutable_uri(const char *path)
{
	struct str uri = {0};

	str_add(&uri, "file:");
	for (const char *c = path; *c; c++)
		if (strchr("%?#", *c))
			str_addf(&uri, "%%%02X", (unsigned)(unsigned char)*c);
		else
			str_addc(&uri, *c);
	str_add(&uri, "?immutable=1");
	return str_detach(&uri);
}

static int open_as(struct store *s, const char *name, int flags,
		   const char *vfs, struct err *err)
{
	sqlite3_close(s->db);
	s->db = NULL;
	if (sqlite3_open_v2(name, &s->db, flags | SQLITE_OPEN_NOMUTEX, vfs) !=
	    SQLITE_OK)
		return store_fail(s->db, s->path, err);
	return harden(s, err);
}

/*
 * A reader shares the write-ahead log with the writer, for which it has to
 * write beside the file.  Where it may not, and there is no such log, the
 * file is read as one that does not change.
 */
static int open_reader(struct store *s, const char *vfs, struct err *err)
{
	char *wal = xasprintf("%s-wal", s->path), *uri;
	int rc = open_as(s, s->path, SQLITE_OPEN_READONLY, vfs, err);
	long n;

	if (rc == 0)
		rc = store_number(s->db, s->path, "PRAGMA user_version", &n,
				  err);
	if (rc == -ERR_FAILED && !file_exists(wal)) {
		uri = immutable_uri(s->path);
		rc = open_as(s, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
			     vfs, err);
		free(uri);
	}
	free(wal);
	return rc;
}

/* An empty file of our own, which SQLite would make readable for all. */
static int create_file(const char *path, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_errno(err, ERR_FAILED, "%s", path);
	close(fd);
	return 0;
}

static int open_writer(struct store *s, const struct store_options *o,
		       struct err *err)
{
	static const char insert[] =
	    "INSERT INTO act(seq,time,who,kind,example,body) "
	    "VALUES(?1,?2,?3,?4,?5,?6)";
	int rc;

	s->lock = lock_take(s->path, err);
	if (s->lock < 0)
		return -(int)err->code;
	if (o->create && create_file(s->path, err) < 0)
		return -(int)err->code;
	rc = open_as(s, s->path, SQLITE_OPEN_READWRITE, o->vfs, err);
	if (rc == 0)
		rc = check(s, err);
	if (rc == 0)
		rc = set_journal(s, err);
	if (rc == 0)
		rc = store_migrate(s->db, s->path, STEPS, STORE_VERSION, err);
	if (rc == 0 && sqlite3_prepare_v2(s->db, insert, -1, &s->insert,
					  NULL) != SQLITE_OK)
		rc = store_fail(s->db, s->path, err);
	return rc;
}

int store_open(struct store **out, const char *path,
	       const struct store_options *o, struct err *err)
{
	struct store *s;
	int rc;

	*out = NULL;
	if (!(o->create && !o->read_only) && !file_exists(path))
		return err_set(err, ERR_DATA, "%s: no such session", path);
	if (file_is_dir(path))
		return err_set(err, ERR_DATA, "%s: not a umie session", path);
	s = xcalloc(1, sizeof(*s));
	s->path = xstrdup(path);
	s->lock = -1;
	if (o->read_only) {
		rc = open_reader(s, o->vfs, err);
		if (rc == 0)
			rc = check(s, err);
	} else {
		rc = open_writer(s, o, err);
	}
	if (rc < 0)
		store_close(s);
	else
		*out = s;
	return rc;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	sqlite3_finalize(s->insert);
	sqlite3_close(s->db);
	if (s->lock >= 0)
		lock_give(s->lock, s->path);
	free(s->path);
	free(s);
}

static bool insert(struct store *s, const struct act *a)
{
	sqlite3_stmt *q = s->insert;
	bool done;

	sqlite3_bind_int64(q, 1, a->seq);
	sqlite3_bind_int64(q, 2, a->time);
	sqlite3_bind_text(q, 3, a->who, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 4, act_name(a->kind), -1, SQLITE_STATIC);
	if (a->example)
		sqlite3_bind_int(q, 5, a->example);
	else
		sqlite3_bind_null(q, 5);
	sqlite3_bind_text(q, 6, a->body, -1, SQLITE_STATIC);
	done = sqlite3_step(q) == SQLITE_DONE;
	sqlite3_reset(q);
	sqlite3_clear_bindings(q);
	return done;
}

int store_append(struct store *s, const struct act *a, size_t n,
		 struct err *err)
{
	size_t i = 0;
	int rc;

	if (!s->insert)
		return err_set(err, ERR_USAGE,
			       "%s: the session is open for reading only",
			       s->path);
	if (n == 0)
		return 0;
	if (sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) !=
	    SQLITE_OK)
		return store_fail(s->db, s->path, err);
	while (i < n && insert(s, &a[i]))
		i++;
	if (i == n &&
	    sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	rc = store_fail(s->db, s->path, err);
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return rc;
}

/* Column c as text without a NUL in it; the caller's; NULL otherwise. */
static char *column(sqlite3_stmt *q, int c)
{
	const char *s = (const char *)sqlite3_column_text(q, c);
	size_t n = (size_t)sqlite3_column_bytes(q, c);

	if (!s || strlen(s) != n || utf8_valid(s, n) != n)
		return NULL;
	return xstrdup(s);
}

static int read_row(struct store *s, sqlite3_stmt *q, struct act *a,
		    struct err *err)
{
	char *kind = column(q, 3);
	sqlite3_int64 example = sqlite3_column_int64(q, 4);
	bool good;

	*a = (struct act){.seq = sqlite3_column_int64(q, 0),
			  .time = sqlite3_column_int64(q, 1),
			  .who = column(q, 2),
			  .body = column(q, 5)};
	good = kind && a->who && a->body && example >= 0 &&
	       example <= INT32_MAX && a->time >= 0 && act_find(kind, &a->kind);
	a->example = (int)example;
	if (!good) {
		err_set(err, ERR_DATA,
			"%s: act %lld (%.40s) is not one that this program "
			"knows",
			s->path, (long long)a->seq, kind ? kind : "?");
		act_release(a);
	}
	free(kind);
	return good ? 0 : -ERR_DATA;
}

int store_read(struct store *s,
	       int (*take)(void *context, struct act *a, struct err *err),
	       void *context, struct err *err)
{
	sqlite3_stmt *q = NULL;
	struct act a;
	int rc = 0, step = SQLITE_DONE;

	if (sqlite3_prepare_v2(s->db,
			       "SELECT seq,time,who,kind,example,body FROM act "
			       "ORDER BY seq",
			       -1, &q, NULL) != SQLITE_OK)
		return store_fail(s->db, s->path, err);
	while (rc == 0 && (step = sqlite3_step(q)) == SQLITE_ROW) {
		rc = read_row(s, q, &a, err);
		if (rc == 0)
			rc = take(context, &a, err);
	}
	if (rc == 0 && step != SQLITE_DONE)
		rc = store_fail(s->db, s->path, err);
	sqlite3_finalize(q);
	return rc;
}
