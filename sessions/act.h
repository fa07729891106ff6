/*
 * act -- what a person or the model did: one line of the log.
 *
 * The log is the whole state of a session.  An act is appended and never
 * changed or removed; to undo is an act as well.  The body is a JSON object
 * whose members follow from the kind (umie-formats.5, "SESSIONS").
 */
#ifndef UMIE_SESSIONS_ACT_H
#define UMIE_SESSIONS_ACT_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct json;

enum {
	ACT_UNDO = 1,  /* a person's: undo takes it back */
	ACT_ITEMS = 2, /* names items of its example */
	ACT_SOFT = 4,  /* can be had again: written with the next act */
};

/* enum, name in the log and in :history, flags, what it says */
#define ACTS(_)                                                           \
	_(LOAD, load, 0, "a data set was read")                           \
	_(EXAMPLE, example, 0, "an example of it, whole")                 \
	_(VARIANT, variant, 0, "a child of an example, never changed")    \
	_(REPLY, reply, ACT_SOFT, "what the model answered")              \
	_(ACCEPT, accept, ACT_UNDO | ACT_ITEMS, "items are right")        \
	_(REJECT, reject, ACT_UNDO | ACT_ITEMS, "items are wrong")        \
	_(TYPE, type, ACT_UNDO | ACT_ITEMS, "an item has another label")  \
	_(EDGES, edges, ACT_UNDO | ACT_ITEMS, "an item stands elsewhere") \
	_(PLACE, place, ACT_UNDO | ACT_ITEMS,                             \
	  "an item is another of the places of its text")                 \
	_(BOX, box, ACT_UNDO | ACT_ITEMS, "an item has another box")      \
	_(SPAN, span, ACT_UNDO | ACT_ITEMS, "an entity was added")        \
	_(REL, rel, ACT_UNDO | ACT_ITEMS, "a relation was added")         \
	_(TRIGGER, trigger, ACT_UNDO | ACT_ITEMS, "an event was added")   \
	_(ARG, arg, ACT_UNDO | ACT_ITEMS, "an argument was added")        \
	_(IMPORT, import, ACT_UNDO | ACT_ITEMS,                           \
	  "records of a file were brought in")                            \
	_(DELETE, delete, ACT_UNDO | ACT_ITEMS, "items are gone")         \
	_(NOTE, note, ACT_UNDO, "a note to an example or an item")        \
	_(FLAG, flag, ACT_UNDO, "an example is to be looked at again")    \
	_(DONE, done, ACT_UNDO, "an example is done")                     \
	_(SKIP, skip, ACT_UNDO, "an example is left out")                 \
	_(UNDO, undo, 0, "an act no longer counts")                       \
	_(REDO, redo, 0, "an act counts again")                           \
	_(AT, at, ACT_SOFT, "an example is looked at")                    \
	_(SET, set, 0, "a setting that the queue depends on")

enum act_kind {
#define ACT_ENUM(upper, lower, flags, what) ACT_KIND_##upper,
	ACTS(ACT_ENUM)
#undef ACT_ENUM
	    ACT_KINDS
};

struct act {
	int64_t seq;  /* from 1, without a gap */
	int64_t time; /* ms since 1970, UTC */
	char *who;    /* owned */
	enum act_kind kind;
	int example; /* number of the example; 0: of the session */
	char *body;  /* JSON object, owned */
};
void act_release(struct act *a);

const char *act_name(enum act_kind k);
const char *act_what(enum act_kind k);
unsigned act_flags(enum act_kind k);
bool act_find(const char *name, enum act_kind *out);

/* "2025-11-23T14:02:11.042Z", and back; ERR_DATA for anything else. */
void act_time_print(int64_t ms, char out[32]);
int act_time_parse(const char *s, int64_t *ms, struct err *err);

/* One object: {"seq","time","who","kind","example","body"}; json_free(). */
struct json *act_to_json(const struct act *a);
/* After a failure *a is released.  ERR_DATA names `what` and the member. */
int act_from_json(struct act *a, const struct json *j, const char *what,
		  struct err *err);

#endif
