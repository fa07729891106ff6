/*
 * run-log -- a run as its log.jsonl tells it, also while it is being written.
 *
 * The reader keeps what a screen shows: curves, dev scores, ranks, gates, and
 * each event as a line of text.  It never waits, and may be called as often
 * as one likes; a line that is not whole yet is left for the next time.
 */
#ifndef UMIE_TRAIN_RUN_LOG_H
#define UMIE_TRAIN_RUN_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "src/base/str.h"
#include "src/task/task.h"

struct err;

/* name in :plot, what it is */
#define RUN_METRICS(_)                                 \
	_(LOSS, "loss", "training loss of each step")  \
	_(LR, "lr", "learning rate")                   \
	_(NORM, "norm", "norm of the gradient")        \
	_(SPEED, "tokens", "tokens a second")          \
	_(DEV, "dev", "mean F1 on the dev split")      \
	_(MNER, "mner", "F1 of mner on the dev split") \
	_(MRE, "mre", "F1 of mre on the dev split")    \
	_(MED, "med", "F1 of med on the dev split")    \
	_(MEAE, "meae", "F1 of meae on the dev split")

enum run_metric {
#define RUN_METRIC_ENUM(upper, name, what) RUN_##upper,
	RUN_METRICS(RUN_METRIC_ENUM)
#undef RUN_METRIC_ENUM
	    RUN_METRIC_COUNT,
};

struct run_step {
	int64_t step;
	double loss, lr, norm, speed;
};

struct run_dev {
	int64_t step, epoch; /* epoch from 1 */
	double score;
	double f1[TASK_MEE]; /* percent; -1: no example */
	size_t examples[TASK_MEE];
	bool best; /* of all so far */
};

struct run_rank {
	double examples, busy, wait; /* of the newest step; seconds */
};

enum { RUN_BINS = 16 };

/* Zeroed is empty.  All arrays and strings are owned. */
struct run_log {
	char *path; /* of what was followed last */
	/* the head */
	char *started, *init, *device;
	int64_t pid, total, epochs, batch;
	struct labels tasks;
	/* what came */
	struct run_step *step;
	size_t n_steps, cap_steps;
	struct run_dev *dev;
	size_t n_devs, cap_devs;
	struct run_rank *rank;
	int ranks;
	double gate_mean[TASK_MEE], gate_edge[RUN_BINS], gate_bin[RUN_BINS];
	int bins;             /* of the newest histogram; 0: none */
	struct labels events; /* lines for people, oldest first */
	int64_t best_step;    /* of the best/ that is whole; -1: none */
	double seconds;       /* a step takes; smoothed */
	/* where reading goes on */
	off_t at;
	ino_t inode;
	struct str part;
};
void run_log_release(struct run_log *r);

/* Take in one line, without its newline; what is not one of ours is skipped. */
void run_log_line(struct run_log *r, const char *line, size_t n);

/*
 * Read what was added to `path` since the last time.  A file that was replaced
 * (a resumed run) is read anew.  1 when there was something, 0 when not (also
 * when there is no file yet), or an error.
 */
int run_log_follow(struct run_log *r, const char *path, struct err *err);

/* Newest step; 0 before the first. */
int64_t run_log_step(const struct run_log *r);
/* Seconds to the end; -1 when unknown. */
double run_log_left(const struct run_log *r);

const char *run_metric_name(enum run_metric m);
bool run_metric_find(const char *name, enum run_metric *out);

/* Points of a curve into x and y (free() both); how many there are. */
size_t run_log_curve(const struct run_log *r, enum run_metric m, double **x,
		     double **y);

#endif
