/*
 * training -- a run that this program started, or looks at.
 *
 * Training is another process, so that it can be stopped at once, survive
 * the terminal and use as many ranks as it likes; nothing here waits for it.
 * What it does is read from its log.jsonl, which cannot block it.  Belongs to
 * the UI's thread.
 */
#ifndef UMIE_TUI_TRAINING_H
#define UMIE_TUI_TRAINING_H

#include <sys/types.h>

#include "src/train/run-log.h"

struct app;

struct training {
	char *name, *dir; /* of the run; owned */
	char *errors;     /* file with its standard error; owned */
	struct run_log log;
	pid_t pid;         /* our child; 0: none (any more) */
	int stops;         /* how often it was asked to stop */
	double stopped_at; /* ms, of the last time */
	bool use_best;     /* open best/ whenever it is written */
	int64_t opened;    /* step of the best/ that was opened; -1: none */
};

/*
 * The folder of runs that have no folder of their own; caller's to free().
 * ERR_FAILED and NULL without a home.
 */
char *runs_dir(struct err *err);

/*
 * Start `umie train` with these words in the run folder `dir` (NULL: a new one
 * in runs_dir(), named after the day).  app->training is it.
 */
int training_start(struct app *app, char **words, size_t n, const char *dir,
		   bool resume, struct err *err);
/* Look at another run; a child of ours is left in peace. */
int training_look(struct app *app, const char *name, struct err *err);

bool training_runs(const struct app *app);
/* Read what is new, open a better checkpoint, notice the end. */
void training_tick(struct app *app);
/* The first time it finishes its step and saves, the second it ends at once. */
int training_stop(struct app *app, struct err *err);
/* Save at the end of this step and go on. */
int training_save(struct app *app, struct err *err);
/* A run goes on without us. */
void training_free(struct training *t);

#endif
