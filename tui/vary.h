/*
 * vary -- probes, sweeps and comparisons over a set, from the prompt.
 */
#ifndef UMIE_TUI_VARY_H
#define UMIE_TUI_VARY_H

#include "src/probe/set.h"
#include "tui/cmd.h"

struct app;

/* Row of an option table. */
#define DATA_OPTION                                                \
	{                                                          \
		"data", 0, "FILE",                                 \
		    "over this data set; goes on where it stopped" \
	}

/*
 * Start the call over --data, or over the session's examples that the filter
 * chooses.  `o` says what is computed.  Progress is kept, so that it goes on
 * where it stopped.
 */
int vary_set(struct app *app, const struct args *a, struct set_options *o,
	     struct err *err);

#endif
