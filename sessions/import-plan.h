/*
 * import-plan -- what an example of a file comes to in one of the session.
 *
 * Private to import.c.
 */
#ifndef UMIE_SESSIONS_IMPORT_PLAN_H
#define UMIE_SESSIONS_IMPORT_PLAN_H

#include "sessions/import.h"

struct json;

/*
 * Put what is to be done and the conflicts into the body of an import act, and
 * count them in r.  `done`: the example of the file counts as done.  False:
 * nothing is to be done.
 */
bool import_plan(const struct session_example *ours, const struct example *from,
		 bool done, struct json *body, struct import_report *r);

#endif
