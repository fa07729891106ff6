/*
 * filter -- which examples: "state=todo and unc>.5 or text~\"Kevin\"".
 *
 * Comparisons of a field with a value, joined by and, or, not and
 * parentheses; the name of a slice stands for its expression.  Fields: see
 * FILTER_FIELDS.  Immutable once parsed.
 */
#ifndef UMIE_SESSIONS_FILTER_H
#define UMIE_SESSIONS_FILTER_H

#include "sessions/state.h"

/* enum, name, type (N number, W word, T text), what it is */
#define FILTER_FIELDS(_)                                                    \
	_(TASK, task, W, "mner, mre, med, meae or mee")                     \
	_(SPLIT, split, W, "train, dev, test … of the data set")            \
	_(STATE, state, W, "todo, done or skipped")                         \
	_(GATE, gate, N, "the gate that was used")                          \
	_(UNC, unc, N, "1 - p of the least probable result")                \
	_(N, n, N, "results of the model")                                  \
	_(LENGTH, length, N, "characters of the text")                      \
	_(DISAGREE, disagree, N, "results that only model or data set has") \
	_(FLIPS, flips, N, "results that come or go in the variants")       \
	_(CONFLICTS, conflicts, N, "imported records that decisions deny")  \
	_(ABSENT, absent, N, "results that are not in the text")            \
	_(NUMBER, number, N, "number of the example")                       \
	_(FLAG, flag, N, "1: flagged, 0: not")                              \
	_(ID, id, T, "its name in the data set")                            \
	_(TEXT, text, T, "its text")                                        \
	_(NOTE, note, T, "its note")

struct filter; /* NULL: every example */

/*
 * *out is the caller's.  ERR_USAGE gives the character (from 1) and what was
 * expected there.  Slices are looked up in `s` (may be NULL).
 */
int filter_parse(struct filter **out, const char *expr, const struct state *s,
		 struct err *err);
void filter_free(struct filter *f);
bool filter_match(const struct filter *f, const struct session_example *e);

#endif
