/*
 * calls -- the room's work as calls for the engine's thread, or for a batch
 * command: one code for both.
 *
 * Each slice is one batch through the model and brings what is known so far.
 */
#ifndef UMIE_PROBE_CALLS_H
#define UMIE_PROBE_CALLS_H

#include "src/engine/call.h"
#include "src/probe/alternatives.h"
#include "src/probe/compare.h"
#include "src/probe/plan.h"
#include "src/probe/probe.h"
#include "src/probe/set.h"
#include "src/probe/sweep.h"

/* What a slice brings; one of the pointers is set.  All owned. */
struct probe_news {
	size_t done, of; /* requests, or examples of a set */
	char *note;      /* a line for the user, or NULL */
	struct probe_table *table;
	struct sweep *sweep;
	struct alternatives *scores;
	struct comparison *comparison;
	struct set_result *set;
};
struct probe_news *probe_news_new(size_t done, size_t of);
void probe_news_free(void *news);
struct probe_news *probe_news_copy(const struct probe_news *n);
/* The table of what it brings; NULL when there is none yet. */
struct table *probe_news_report(const struct probe_news *n);

struct probe_call_options {
	const struct extract_request *base; /* copied */
	const struct records *gold;         /* copied; NULL: none */
	/* requests that somebody edited, a row each, and their names; copied */
	const struct extract_request *edited;
	char *const *edited_as;
	size_t n_edited;
	const struct plan *plan; /* copied */
	bool strict;             /* what cannot be varied is an error */
	bool boxes; /* every box of the picture is masked in turn */
};
struct call *probe_call(const struct probe_call_options *o);

struct call *sweep_call(const struct extract_request *base,
			const struct records *gold,
			const struct sweep_options *o);

/* Result i of the base, for the base and n more requests (copied). */
struct score_row {
	const char *id, *what;
	const struct extract_request *request;
};
struct call *score_call(const struct extract_request *base, size_t i,
			const struct score_row *row, size_t n);

/* The same for the rows of a table whose text is the base's, or NULL. */
struct call *score_table_call(const struct extract_request *base, size_t i,
			      const struct probe_table *t);

/* The checkpoint in folder `dir` beside the one that is open. */
struct call *compare_call(const struct extract_request *base, const char *dir);

/* What is asked, and what it is called. */
struct compare_side {
	const char *name;
	const struct extract_request *request;
};
/* The open checkpoint's answers to both: instructions, or examples.  Copied. */
struct call *compare_sides_call(const struct compare_side side[2]);
/* `base` under two instructions (NULL: the task's own), its own aside.
 * ERR_USAGE for mee, which has none. */
int compare_under_call(struct call **out, const struct extract_request *base,
		       const char *const name[2], char *const instruction[2],
		       struct err *err);

#endif
