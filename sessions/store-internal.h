/*
 * store-internal -- the parts of the store, for itself and its test.
 */
#ifndef UMIE_SESSIONS_STORE_INTERNAL_H
#define UMIE_SESSIONS_STORE_INTERNAL_H

#include <sqlite3.h>
#include <stdbool.h>

struct err;

/* Take FILE-lock; its descriptor, or an error that names the holder. */
int lock_take(const char *path, struct err *err);
void lock_give(int fd, const char *path);

/*
 * Bring a file from its user_version to version n: step[v] leads from v to
 * v + 1.  All steps are one transaction; a file that held something is first
 * copied to FILE.bak-vN.
 */
int store_migrate(sqlite3 *db, const char *path, const char *const *step, int n,
		  struct err *err);

/* Fill err with SQLite's reason; `code` tells a full disk from damage. */
int store_fail(sqlite3 *db, const char *path, struct err *err);

/* The whole number that `sql` gives. */
int store_number(sqlite3 *db, const char *path, const char *sql, long *out,
		 struct err *err);

#endif
