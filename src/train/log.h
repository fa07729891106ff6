/*
 * log -- log.jsonl of a run: a line for every step, epoch and evaluation.
 *
 * A resumed run first drops the lines of steps that it will do again, so the
 * log reads like that of an uninterrupted run.  A line is whole or absent.
 * The lines are described in umie-formats(5) and read by run-log.h.  Every
 * function takes NULL for a rank that keeps no log.
 */
#ifndef UMIE_TRAIN_LOG_H
#define UMIE_TRAIN_LOG_H

struct err;
struct json;
struct train_hooks;
struct train_log;
struct train_progress;
struct train_state;

/* `hooks` (borrowed) get each line too. */
int train_log_open(struct train_log **out, const char *run,
		   const struct train_state *s, const struct train_hooks *hooks,
		   struct err *err);
void train_log_close(struct train_log *l);

void train_log_step(struct train_log *l, const struct train_progress *p,
		    double seconds);
void train_log_epoch(struct train_log *l, const struct train_state *s);
/* `detail` is borrowed; may be NULL. */
void train_log_eval(struct train_log *l, const struct train_state *s,
		    double score, const struct json *detail);
/* step-NNNNNNNN/ is whole; best/ is whole. */
void train_log_saved(struct train_log *l, const struct train_state *s);
void train_log_best(struct train_log *l, const struct train_state *s);

#endif
