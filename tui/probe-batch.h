/*
 * probe-batch -- what the batch commands that probe share (cmd-probe.c).
 */
#ifndef UMIE_TUI_PROBE_BATCH_H
#define UMIE_TUI_PROBE_BATCH_H

#include "src/probe/set.h"
#include "tui/cmd.h"

struct app;
struct call;

/* Rows for commands that also go over a data set. */
#define SET_OPTIONS                                                     \
	{"jsonl", 0, "FILE", "a data set instead of one text"},         \
	    {"format", 0, "FORMAT", "of it (default: guessed)"},        \
	    {"images", 0, "DIR",                                        \
	     "where its pictures are (default: beside it)"},            \
	    {"limit", 0, "N", "only its first N examples"},             \
	    {"progress", 0, "FILE",                                     \
	     "note each example there; a run that was killed goes on"}, \
	{                                                               \
		"seed", 0, "N", "of everything random (0)"              \
	}

/* Makes the call that the command line asks for; r is what REQUEST_OPTIONS
 * say, p holds --seed. */
typedef int probe_make(struct app *app, const struct args *a,
		       struct extract_request *r, const struct plan *p,
		       struct call **out, struct err *err);
/* Everything around it: open the checkpoint, run it, print what came of it. */
int probe_batch(struct app *app, const struct args *a, probe_make *make,
		struct err *err);

/* The call over --jsonl; options of the kind are in `o` already. */
int probe_set_of(const struct args *a, const struct extract_request *r,
		 struct set_options *o, struct call **out, struct err *err);
/* r gets the text at argument `at`; its picture has to be there. */
int probe_request(struct app *app, const struct args *a, int at,
		  struct extract_request *r, struct err *err);

#endif
