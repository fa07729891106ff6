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
	make_session(path);
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
	int rc = open_file(&s, path, NULL, false, &err);

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
	make_session(path);
	meddle("PRAGMA user_version=99");
	refused("a newer program's session", ERR_DATA, "version 99");
	fresh_path("trigger");
	make_session(path);
	meddle("CREATE TRIGGER t AFTER INSERT ON act BEGIN DELETE FROM act; "
	       "END");
	refused("a session with a trigger", ERR_DATA, "trigger");
	fresh_path("view");
	make_session(path);
	meddle("ALTER TABLE act RENAME TO b; CREATE VIEW act AS SELECT * FROM "
	       "b");
	refused("a view in place of the log", ERR_DATA, "do not belong");
	fresh_path("gap");
	make_session(path);
	meddle("DELETE FROM act WHERE seq=4");
	refused("an act is missing", ERR_DATA, "act 5");
	fresh_path("kind");
	make_session(path);
	meddle("UPDATE act SET kind='dance' WHERE seq=4");
	refused("an unknown act", ERR_DATA, "dance");
	fresh_path("body");
	make_session(path);
	meddle("UPDATE act SET body='{\"example\":' WHERE seq=4");
	refused("a body that is not JSON", ERR_DATA, "act 4");
	fresh_path("damaged");
	make_session(path);
	spoil(4096 + 100, 3000);
	refused("a damaged page", ERR_DATA, "damaged");
	fresh_path("short");
	make_session(path);
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
		    open_file(&s, path, NULL, false, &err) < 0)
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
	make_session(path);
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

/* A session kept in a folder that nobody may write is still read. */
static void check_read_only_folder(void)
{
	struct session_options o = {.read_only = true};
	struct session *s = NULL;
	struct err err;
	char *dir = xasprintf("%s/locked", folder);

	mkdir(dir, 0700);
	fresh_path("locked/one");
	make_session(path);
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
	if (open_file(&s, path, NULL, true, &err) < 0)
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
	check_read_only_folder();
	free(path);
	remove_folder(folder);
	return tap_done();
}
