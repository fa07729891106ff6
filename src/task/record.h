/*
 * record -- one extracted or gold fact: strings of the answer, and where they
 * stand when that is known.
 */
#ifndef UMIE_TASK_RECORD_H
#define UMIE_TASK_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/place.h"
#include "src/task/task.h"

/* A box round one thing, or round all things that play a role. */
enum boxed { BOXED_NOT, BOXED_ONE, BOXED_UNION };

/*
 *        label        text          head      tail      event
 * MNER   entity type  the span
 * MRE    relation                   head      tail
 * MED    event type   the trigger
 * MEAE   role         span or "O3"                      event type
 *
 * `text` is NULL for an event that only a picture shows and for an argument
 * that has a box but no region.
 */
struct record {
	enum task task;    /* never MEE: an event is MED and MEAE records */
	char *label;       /* schema's spelling; owned; never NULL */
	char *text;        /* owned, or NULL */
	char *head, *tail; /* owned, or NULL */
	char *event;       /* owned, or NULL */
	int region;        /* k for "Ok" (1 …), 0: textual */
	/* where in the raw answer this record was read: bytes */
	size_t raw_start, raw_end;
	/*
	 * Where text, head and tail stand.  The characters there are the
	 * string, white space apart: "Washington, D.C." may stand for
	 * "Washington , D.C.".
	 */
	struct place at, head_at, tail_at;
	/* a visual argument's own box, in the unit of its example's boxes */
	enum boxed boxed;
	struct box box;
	/*
	 * Names in the file, each owned or NULL: of this record; of the
	 * records that head and tail are; of an argument's event; of what
	 * `text` is, when it is a record or an annotation of its own.
	 */
	char *id, *head_id, *tail_id, *event_id, *text_id;
};

/* What the parser could not use, and why. */
struct dropped {
	char *segment;      /* owned */
	const char *reason; /* "no_comma", "unknown_type", … ; static */
};

/* Zeroed is empty. */
struct records {
	struct record *rec;
	size_t n, cap;
	struct dropped *dropped;
	size_t n_dropped, cap_dropped;
};

struct record *records_add(struct records *l, enum task t); /* zeroed slot */
/* Note n bytes that could not be used; `reason` is static. */
void records_drop(struct records *l, const char *segment, size_t n,
		  const char *reason);
void records_release(struct records *l);
/* Task, strings and region: what an answer says, not where that stands. */
bool record_equal(const struct record *a, const struct record *b);
/* The same with places and boxes; names in the file may differ. */
bool record_same(const struct record *a, const struct record *b);
void record_copy(struct record *dst, const struct record *src); /* deep */
void record_release(struct record *r);
/* Deep copy of src to the end of dst. */
void records_copy(struct records *dst, const struct records *src);

/* "O12" -> 12; 0 for anything else ("o1", "O01", "O 1", "O1."). */
int region_of(const char *text);

#endif
