/*
 * adjust-internal -- what begins an adjustment, and the keys that end it.
 */
#ifndef UMIE_TUI_ADJUST_INTERNAL_H
#define UMIE_TUI_ADJUST_INTERNAL_H

#include "sessions/item.h"
#include "tui/adjust.h"

/* Size of the picture that is shown; 0: there is none. */
void adjust_picture(const struct app *app, float *w, float *h);

/* Choose a label to be put between two pieces of a line, which are taken. */
void adjust_pick(struct app *app, enum item_kind kind, const char *event,
		 char *before, char *after);

#endif
