/*
 * session -- a log in a file, its state, and the acts of a person.
 *
 * A session is one SQLite file.  An act is applied to the state at once and
 * is saved when session_unsaved() no longer counts it; when the disk refuses
 * it, the act stays in memory, the error says so, and it is written with the
 * next one.  One process writes a session; others may read it.  The UI's
 * thread.
 */
#ifndef UMIE_SESSIONS_SESSION_H
#define UMIE_SESSIONS_SESSION_H

#include "sessions/state.h"

struct session;
struct str;

struct session_options {
	const char *who; /* NULL: $USER */
	bool read_only;
	bool create;     /* when there is no such file */
	const char *vfs; /* store.h */
};

/*
 * Open the session `name`: a path when it has a slash or ends in ".umie",
 * else a file of that name below $XDG_STATE_HOME/umie/sessions.  ERR_DATA for
 * a file that is no session, is damaged or is newer than this program;
 * ERR_FAILED names the process that is writing it.
 */
int session_open(struct session **out, const char *name,
		 const struct session_options *o, struct err *err);
/* Saves what is left to save; ERR_FAILED when that is not possible.  `s` is
 * gone in any case. */
int session_close(struct session *s, struct err *err);

const struct state *session_state(const struct session *s);
const char *session_name(const struct session *s);
const char *session_path(const struct session *s);
const char *session_who(const struct session *s);
bool session_read_only(const struct session *s);
/* Acts that are not in the file yet, soft ones apart. */
size_t session_unsaved(const struct session *s);
/* Write everything that is not in the file yet. */
int session_save(struct session *s, struct err *err);

/*
 * Where sessions live, and the file of one by its name (a path is itself);
 * caller's to free().  ERR_FAILED and NULL without a home.
 */
char *session_folder(struct err *err);
char *session_file(const char *name, struct err *err);
/* Names of the sessions there, newest first; labels_release(). */
int session_list(struct labels *out, struct err *err);
/* Process that is writing a session; 0: none. */
long session_writer(const char *path);
/* Is this file an SQLite file, thus perhaps a session? */
bool session_is_file(const char *path);

/* --- examples ---------------------------------------------------------- */

/* Add every example of `d`; *first is the number of the first. */
int session_load(struct session *s, const struct dataset *d, int *first,
		 struct err *err);
/* The example looked at; NULL: there is none. */
struct session_example *session_here(const struct session *s);
int session_goto(struct session *s, int number, struct err *err);
/* The number of an example by that number, else by its name in the data set;
 * 0: there is none. */
int session_find(const struct session *s, const char *name);

/* What the model is asked about example e. */
void session_request(const struct session_example *e,
		     struct extract_request *r);
/*
 * The model's answer to example `number`; x is copied.  `gate` is what was
 * asked for.  Replaces the model layer; decisions stay.
 */
int session_reply(struct session *s, int number, const struct extraction *x,
		  enum gate_setting gate, struct err *err);
/*
 * A child of example `number` that differs in r and is never changed; *child
 * is its number.  An equal child is found again.  `change` names what differs
 * ("instruction", "text", "image", "labels", "gate").
 */
int session_variant(struct session *s, int number,
		    const struct extract_request *r, const char *change,
		    int *child, struct err *err);

/* --- decisions about the example looked at ----------------------------- */

int session_accept(struct session *s, const int *id, size_t n, struct err *err);
int session_reject(struct session *s, const int *id, size_t n, struct err *err);
int session_delete(struct session *s, const int *id, size_t n, struct err *err);
int session_type(struct session *s, int id, const char *label, struct err *err);
/* Code points [start, end). */
int session_edges(struct session *s, int id, enum item_part part, int32_t start,
		  int32_t end, struct err *err);
/* Place k (from 1); 0: the next one, the first after the last. */
int session_place(struct session *s, int id, enum item_part part, int k,
		  struct err *err);
int session_box(struct session *s, int id, const struct box *b,
		struct err *err);

/* *id (may be NULL) is the number of the new item. */
int session_span(struct session *s, const char *label, int32_t start,
		 int32_t end, int *id, struct err *err);
int session_trigger(struct session *s, const char *label, int32_t start,
		    int32_t end, int *id, struct err *err);
int session_rel(struct session *s, const char *label, int head, int tail,
		int *id, struct err *err);
/* An argument of event item `event`, in the text … */
int session_arg(struct session *s, const char *role, int event, int32_t start,
		int32_t end, int *id, struct err *err);
/* … or in the picture: region k, or with k == 0 the box b. */
int session_arg_box(struct session *s, const char *role, int event, int region,
		    const struct box *b, int *id, struct err *err);

/* id 0: of the example.  An empty text takes the note away. */
int session_note(struct session *s, int id, const char *text, struct err *err);
int session_flag(struct session *s, bool on, struct err *err);
int session_done(struct session *s, struct err *err);
int session_skip(struct session *s, struct err *err);

/* --- the log ------------------------------------------------------------ */

/*
 * Take the last n acts back, or make them again; an import is one, however
 * many examples it is about.  The example of the last one becomes the one
 * looked at.  ERR_USAGE when there is nothing (more).
 */
int session_undo(struct session *s, int n, struct err *err);
int session_redo(struct session *s, int n, struct err *err);
/* Undo or redo steps until those up to act `seq` hold and none after it. */
int session_travel(struct session *s, int64_t seq, struct err *err);
/* One act for people: time, who, what, of which example and item. */
void session_tell(const struct session *s, const struct act *a,
		  struct str *out);

/* An act of another log becomes the next of this one; taken over. */
int session_copy_act(struct session *s, struct act *a, struct err *err);
/* seq of the act that an undo or redo is about; 0 for another kind. */
int64_t session_act_of(const struct act *a);

/* Settings: "sort" (queue.h), "filter" and "slice NAME" (filter.h). */
int session_set(struct session *s, const char *key, const char *value,
		struct err *err);

#endif
