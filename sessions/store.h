/*
 * store -- the log in an SQLite file: append, read, nothing else.
 *
 * Write-ahead log with synchronous=FULL; on network file systems, where that
 * does not work, a rollback journal with synchronous=EXTRA.  What
 * store_append() returned 0 for survives a crash and a power cut.  A file
 * FILE-lock says who is writing.
 */
#ifndef UMIE_SESSIONS_STORE_H
#define UMIE_SESSIONS_STORE_H

#include "sessions/act.h"

#include <stddef.h>

struct store;

enum {
	STORE_ID = 0x756d6965, /* application_id: "umie" */
	STORE_VERSION = 1,     /* user_version */
};

struct store_options {
	bool read_only;
	bool create;     /* when there is no such file */
	const char *vfs; /* SQLite's name of one; NULL: the default */
};

/*
 * ERR_DATA for a file that is no session, is damaged, or is newer than this
 * program; ERR_FAILED when it cannot be opened or another process writes it,
 * which is named.
 */
int store_open(struct store **out, const char *path,
	       const struct store_options *o, struct err *err);
/* One file remains. */
void store_close(struct store *s);

/* Append n acts, all or none. */
int store_append(struct store *s, const struct act *a, size_t n,
		 struct err *err);

/* Every act in order; `take` owns it and may refuse. */
int store_read(struct store *s,
	       int (*take)(void *context, struct act *a, struct err *err),
	       void *context, struct err *err);

/*
 * Who holds the lock of `path`: its process number, 0 when nobody does.  The
 * answer may be old by the time it is read.
 */
long store_writer(const char *path);

#endif
