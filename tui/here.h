/*
 * here -- the example that is looked at, as panes and keys see it.
 *
 * With a session, the rows of the results are its items: what the model, the
 * data set and the person say.  Without one they are what the newest answer
 * holds.  Everything is borrowed from the app.
 */
#ifndef UMIE_TUI_HERE_H
#define UMIE_TUI_HERE_H

#include "sessions/state.h"

struct app;
struct labels;

/* NULL: there is no session, or no example in it. */
const struct session_example *here_example(const struct app *app);
/* The newest answer about what is looked at; NULL: none. */
const struct extraction *here_answer(const struct app *app);

int here_rows(const struct app *app);
/* Row of results that is selected, as an item; NULL: it is none. */
const struct item *here_item(const struct app *app);
/* What the answer says about the selected row; NULL: nothing. */
const struct found *here_found(const struct app *app);

/*
 * Labels for a kind of item, the schema's first, then others in use; roles of
 * `event` (a label) or of all.  labels_release().
 */
void here_labels(const struct app *app, enum item_kind kind, const char *event,
		 struct labels *out);

#endif
