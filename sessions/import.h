/*
 * import -- records of a data set become decisions in a session.
 *
 * An example of the file is the one here with the same text, white space
 * apart, that asks the same; of several the one with the same id.  What the
 * file's people decided, or else its gold records, is then said of the items
 * here: what the model or the data set said too is accepted, the rest is
 * added.  What a person said here already stays: a record that contradicts it
 * is a conflict, is told and kept in the log, and is not taken.
 */
#ifndef UMIE_SESSIONS_IMPORT_H
#define UMIE_SESSIONS_IMPORT_H

#include "sessions/session.h"

struct import_report {
	size_t examples; /* of the session that the file speaks of */
	size_t taken;    /* items accepted, rejected, edited or added */
	size_t already;  /* records that say what is decided here */
	size_t unplaced; /* records whose words, box or event are not here */
	size_t done;     /* examples that became done */
	/* a line each; of examples that are not here, their ids */
	struct labels conflicts, strangers;
	size_t other_text; /* of the strangers: the id is here, the text is
			      another one */
};
void import_report_release(struct import_report *r);

/*
 * Bring in every example of d.  `done`: they count as done, unless something
 * contradicts.  The whole is one step for undo and is saved at once.
 */
int session_import(struct session *s, const struct dataset *d, bool done,
		   struct import_report *r, struct err *err);

#endif
