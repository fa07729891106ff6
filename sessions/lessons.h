/*
 * lessons -- what people decided, as examples to train on.
 */
#ifndef UMIE_SESSIONS_LESSONS_H
#define UMIE_SESSIONS_LESSONS_H

#include "sessions/state.h"

struct lesson_counts {
	size_t examples; /* of the session that are done */
	size_t lessons;  /* that came of them */
	size_t blind;    /* of those, decided with the gate off: they have no
			    picture */
};

/*
 * Append a lesson for every example that is done, to *d, in the session's
 * order.  Its records are those that hold (export.h), its instruction the one
 * that was asked when it was decided.  Events become a lesson about triggers
 * and one about the arguments of each event type; relations without a pair
 * become one for each pair, since that is how a model is asked.
 */
void session_lessons(const struct state *s, struct dataset *d,
		     struct lesson_counts *c);

#endif
