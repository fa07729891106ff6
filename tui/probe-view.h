/*
 * probe-view -- the newest tables of the probe, for screen and line mode.
 *
 * Belongs to the app.  Commands start calls, the engine's news come here, and
 * panes read it; everything is plain data.
 */
#ifndef UMIE_TUI_PROBE_VIEW_H
#define UMIE_TUI_PROBE_VIEW_H

#include "src/probe/calls.h"
#include "tui/cmd.h"

struct app;
struct event;

struct probe_view {
	int job;                      /* of the call that runs; 0: none */
	size_t done, of;              /* of it */
	struct plan plan;             /* of the newest table */
	bool ablation;                /* every box was masked, too */
	struct extract_request base;  /* of it; text NULL: none yet */
	struct extract_request *kept; /* edited by hand; owned */
	char **kept_as;               /* what they are called; owned */
	size_t n_kept, cap_kept, cap_as;
	/* the newest of each, or NULL; owned */
	struct probe_table *table;
	struct sweep *sweep;
	struct alternatives *scores;
	struct comparison *comparison;
	struct set_result *set;
};

/* Made when it is first wanted; owned by the app. */
struct probe_view *probe_view(struct app *app);
void probe_view_free(struct probe_view *v);

/* Submit a call (taken); it replaces one that still runs. */
int probe_view_start(struct app *app, struct call *c, struct err *err);
/* News of the call that runs; the last is said in line mode. */
void probe_view_take(struct app *app, struct event *ev, bool last);
/* Compute the variants table of the view's plan, base and kept requests. */
int probe_view_probe(struct app *app, bool strict, struct err *err);

/* Every line of a table, to app_say(). */
void say_table(struct app *app, const struct table *t);

/*
 * What news are worth to a batch command: lines, or with --json one object;
 * --csv and --svg write files.
 */
int probe_output(struct app *app, const struct probe_news *n,
		 const struct args *a, struct err *err);

/* Rows of an option table for commands that print tables. */
#define OUTPUT_OPTIONS                                                       \
	{"json", 0, NULL, "figures as one JSON object"},                     \
	    {"csv", 0, "FILE", "write the table as CSV, too"},               \
	{                                                                    \
		"svg", 0, "FILE", "write a drawing of the table or the plot" \
	}

#endif
