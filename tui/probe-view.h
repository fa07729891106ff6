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
struct str;

/* Which of the tables came last. */
enum probe_kind {
	PROBE_NONE,
	PROBE_TABLE,
	PROBE_SWEEP,
	PROBE_SCORES,
	PROBE_COMPARISON,
	PROBE_SET,
};

enum { PROBE_REPLAYED = -3 }; /* id of a call whose news are recorded */

/* A call that runs; id 0: none. */
struct probe_job {
	int id;
	size_t done, of, first; /* first: done when it began */
	double begun;           /* ms */
};

struct probe_view {
	struct probe_job one, set; /* about one text; over a set */
	enum probe_kind newest;
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
	struct set_result *set_result;
};

/* Made when it is first wanted; owned by the app. */
struct probe_view *probe_view(struct app *app);
void probe_view_free(struct probe_view *v);

/* Submit a call (taken) about one text; it replaces one that still runs. */
int probe_view_start(struct app *app, struct call *c, struct err *err);
/* The same over a set.  What is about one text runs between its slices. */
int probe_view_start_set(struct app *app, struct call *c, struct err *err);
/* Take in an event, if it is of a call of ours. */
void probe_view_take(struct app *app, struct event *ev);
/* "probe 12/309, 4 min left" for the line at the top; 0 when no set runs. */
int probe_view_progress(const struct app *app, struct str *out);
/* Write the newest tables by the suffix of `path`: .csv, .json, .svg, or
 * .plan for the variations. */
int probe_view_write(const struct app *app, const char *path, struct err *err);
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
