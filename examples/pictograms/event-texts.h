/*
 * event-texts -- event types, their roles and clues, and sentences for them.
 */
#ifndef UMIE_PICTOGRAMS_EVENT_TEXTS_H
#define UMIE_PICTOGRAMS_EVENT_TEXTS_H

#include "examples/pictograms/shapes.h"

struct dice;

enum event {
	NO_EVENT,
	ATTACK,
	ARREST,
	DIE,
	MEET,
	PHONE,
	TRANSPORT,
	MONEY,
	DEMONSTRATE,
	EVENT_COUNT,
};

enum { ROLES_MAX = 5, CLUES_MAX = 7, READINGS_MAX = 3 };

struct event_row {
	const char *name;            /* of the schema */
	const char *role[ROLES_MAX]; /* in the schema's order; NULL: no more */
	struct {
		enum pictogram what;
		const char *role; /* NULL: shows the event, plays no part */
	} clue[CLUES_MAX];
	int n_clues;
};

/*
 * A sentence with one trigger.  Of its readings the first one holds without
 * a picture; slots give one role for each.
 */
struct event_text {
	const char *text;
	int n;
	enum event reading[READINGS_MAX];
};

/* All results are static. */
const struct event_row *event_row(enum event e);
/* Two or three readings. */
const struct event_text *event_text_open(struct dice *d);
/* One reading. */
const struct event_text *event_text_told(struct dice *d);
/* Sentences without an event. */
const char *event_text_quiet(struct dice *d);

#endif
