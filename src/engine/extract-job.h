/*
 * extract-job -- one extraction while it is made: its picture, its prompts
 * (several where the task is a cascade), and what their answers come to.
 *
 * Private to extract.c.  For the engine's thread.
 */
#ifndef UMIE_ENGINE_EXTRACT_JOB_H
#define UMIE_ENGINE_EXTRACT_JOB_H

#include "src/base/str.h"
#include "src/engine/extract.h"
#include "src/engine/steps.h"
#include "src/tensor/tape.h"

enum { CASCADE = 16 }; /* prompts of a cascade that run side by side */

struct extractor {
	struct bundle *b;
	struct views *views;
	struct steps *steps;
	struct tape tape; /* for views */
};

struct job_state {
	struct extractor *x;
	const struct extract_request *r;
	struct extraction *out; /* the caller's, or extraction_free() it */
	const struct view *view;
	struct str raw;
	/* the checkpoint's, or `changed` */
	const struct schema *schema;
	struct schema changed;
};

/* `r` outlives the job.  job_end() leaves out alone. */
void job_begin(struct job_state *j, struct extractor *x,
	       const struct extract_request *r);
void job_end(struct job_state *j);

/*
 * The picture, if there is one.  A file that does not exist is told as
 * "missing" and the text runs alone; one that cannot be decoded is an error.
 */
int job_look(struct job_state *j, struct err *err);

/* A prompt of task t in a step of its own; step_release() it. */
int job_ask(const struct job_state *j, enum task t, const char *head,
	    const char *tail, const char *event, struct step *s,
	    struct err *err);

/* Ask what the task asks, one prompt after another where it must be. */
int job_run(struct job_state *j, struct err *err);

/* Read a step that was run elsewhere: the whole of a task of one prompt. */
void job_read(struct job_state *j, struct step *s);

/* The raw answers and the time since `start` (ms) into what came out. */
void job_finish(struct job_state *j, double start);

#endif
