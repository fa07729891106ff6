/*
 * train -- the loop: batches, steps, evaluation, saving, resuming.
 *
 * The paper's recipe is the default (see TRAIN_DEFAULT).  Everything random
 * is a function of (seed, step), so the same command gives the same losses
 * and a resumed run gives, byte for byte on the CPU, what the uninterrupted
 * one gives.  One thread, the engine's; it reports through hooks.
 */
#ifndef UMIE_TRAIN_TRAIN_H
#define UMIE_TRAIN_TRAIN_H

#include <stdatomic.h>

#include "src/model/umie.h"
#include "src/train/optim.h"
#include "src/train/sample.h"
#include "src/train/state.h"

struct json;
struct resnet;

struct train_options {
	int epochs, batch;
	double lr, warmup; /* warmup: share of all steps */
	float smoothing, drop;
	uint64_t seed;
	int64_t max_steps;  /* stop (and save) after this many steps of the
			       whole run; 0: at the end.  The schedule does
			       not change. */
	int64_t save_every; /* steps; 0: only at the end of an epoch */
	int eval_every;     /* epochs; 0: never */
	struct gate_lesson gate; /* of the first gate_steps steps */
	int64_t gate_steps;      /* 0: the gate is always the model's own */
	struct optim_options optim;
};
extern const struct train_options TRAIN_DEFAULT;

struct train_progress {
	int64_t step, total, epoch;
	double loss, lr, norm;    /* of this step */
	double tokens_per_second; /* input and answer tokens that are real */
	double seconds_left;
};

/*
 * What the caller does for the loop.  evaluate: *score of the model as it is
 * (larger is better), and *detail, a JSON object for the log (caller of the
 * hook frees it), or NULL.  A hook may be NULL.
 */
struct train_hooks {
	void *context;
	int (*evaluate)(void *context, double *score, struct json **detail,
			struct err *err);
	void (*progress)(void *context, const struct train_progress *p);
	void (*note)(void *context, const char *line);
	const atomic_bool *stop; /* finish the step, save, return */
};

/* What is trained; all borrowed. */
struct train_model {
	struct umie *model;
	struct params *params; /* in training form */
	struct resnet *vision; /* NULL: pictures are left out */
	bool train_vision;
	struct backend *be;
	const struct image_norm *norm;
};

/*
 * Run (or resume, when `resume`) into the folder `out`.  ERR_CANCELLED after
 * a stop that was asked for; everything is saved then.
 */
int train_run(const struct train_model *m, const struct samples *s,
	      const struct train_options *o, const struct state_files *files,
	      const char *data_digest, const char *out, bool resume,
	      const struct train_hooks *hooks, struct err *err);

#endif
