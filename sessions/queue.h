/*
 * queue -- in which order the examples come, and how far we are.
 *
 * Order and membership are taken when the queue is made: what one does to an
 * example does not move it away from under the cursor.  Variants are not in
 * it.
 */
#ifndef UMIE_SESSIONS_QUEUE_H
#define UMIE_SESSIONS_QUEUE_H

#include "sessions/state.h"

/* enum, name, what comes first */
#define QUEUE_ORDERS(_)                                                 \
	_(FILE, file, "as the files have them")                         \
	_(UNCERTAIN, uncertain, "the least probable result")            \
	_(GATE, gate, "the widest open gate")                           \
	_(DISAGREE, disagree, "the most differences to the data set")   \
	_(FLIPS, flips, "the most results that come or go in variants") \
	_(LENGTH, length, "the longest text")

enum queue_order {
#define QUEUE_ENUM(upper, lower, what) QUEUE_##upper,
	QUEUE_ORDERS(QUEUE_ENUM)
#undef QUEUE_ENUM
};

struct queue {
	int *number; /* of examples; owned */
	size_t n;
};

bool queue_order_find(const char *name, enum queue_order *out);
const char *queue_order_names(void); /* "file, uncertain, …" */

/* From the settings of `s`; examples without a value come last. */
int queue_make(struct queue *q, const struct state *s, struct err *err);
void queue_release(struct queue *q);

/* Where an example stands, from 0; -1: it is not in the queue. */
long queue_find(const struct queue *q, int number);
/*
 * The example after (step 1) or before (-1) `from` (0: before the first);
 * with `todo`, the next that is to do, going round.  0: there is none.
 */
int queue_step(const struct queue *q, const struct state *s, int from, int step,
	       bool todo);

struct queue_progress {
	size_t n, done, skipped;
	long place;     /* of the example looked at, from 1; 0: outside */
	double minutes; /* left at this speed; < 0: not known */
};
void queue_progress(const struct queue *q, const struct state *s,
		    struct queue_progress *out);

/*
 * Of the next `max` examples to do, without the one looked at, those that lack
 * a reply of `model` (hash); returns how many.
 */
size_t queue_ahead(const struct queue *q, const struct state *s,
		   const char *model, int *out, size_t max);

#endif
