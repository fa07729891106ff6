/*
 * show-step -- what a step of a recording does, and the scratch session that
 * it does it to.  For show.c.
 */
#ifndef UMIE_TUI_SHOW_STEP_H
#define UMIE_TUI_SHOW_STEP_H

#include <stdbool.h>

#include "sessions/replay.h"

struct app;
struct err;

/* `silent`: it has been shown before. */
int show_step(struct app *app, const struct replay_step *s, bool silent,
	      struct err *err);

/* Is this step a caption? */
bool step_is_caption(const struct replay_step *s);

/* Close what is open, which may be another session by now, and forget the
 * scratch one. */
void scratch_drop(struct app *app);
/* Is what is open still what the recording was shown in? */
bool scratch_is_open(const struct app *app);

#endif
