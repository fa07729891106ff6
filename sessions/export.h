/*
 * export -- a session as a data set: what people decided becomes its records.
 */
#ifndef UMIE_SESSIONS_EXPORT_H
#define UMIE_SESSIONS_EXPORT_H

#include "sessions/filter.h"

/*
 * Append the examples of `s` that match f (NULL: all), without variants, to
 * *d.  An example that is done has as gold what was accepted, edited or
 * added, and every decision with who, when, model and score; of others, the
 * data set's own gold stays.  Boxes that were drawn are
 * added to the example's boxes when those are in pixels.
 */
void session_dataset(const struct state *s, const struct filter *f,
		     struct dataset *d);

/* One example of it; example_release() it. */
void session_export(const struct session_example *e, struct example *out);

#endif
