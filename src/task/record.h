/*
 * record -- one extracted or gold fact, as strings of the answer.
 */
#ifndef UMIE_TASK_RECORD_H
#define UMIE_TASK_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/task/task.h"

/*
 *        label        text          head      tail      event
 * MNER   entity type  the span
 * MRE    relation                   head      tail
 * MED    event type   the trigger
 * MEAE   role         span or "O3"                      event type
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
/* All fields but where it was read. */
bool record_equal(const struct record *a, const struct record *b);
/* Deep copy of src to the end of dst. */
void records_copy(struct records *dst, const struct records *src);

/* "O12" -> 12; 0 for anything else ("o1", "O01", "O 1", "O1."). */
int region_of(const char *text);

#endif
