/*
 * session-internal -- a session from inside; for its own files alone.
 */
#ifndef UMIE_SESSIONS_SESSION_INTERNAL_H
#define UMIE_SESSIONS_SESSION_INTERNAL_H

#include "sessions/session.h"
#include "sessions/store.h"

struct session {
	struct store *store; /* owned */
	struct state state;
	char *path, *name, *who; /* owned */
	bool read_only;
	size_t saved; /* acts of the log that are in the file */
};

/* Apply an act, whose body is taken over; it is not written yet. */
int session_apply(struct session *s, enum act_kind kind, int example,
		  struct json *body, struct err *err);
/* The same, and write it unless its kind is soft. */
int session_act(struct session *s, enum act_kind kind, int example,
		struct json *body, struct err *err);

#endif
