/*
 * train -- the loop: batches, steps, evaluation, saving, resuming.
 *
 * The paper's recipe is the default (see TRAIN_DEFAULT).  Everything random
 * is a function of (seed, step), so the same command gives the same losses
 * and a resumed run gives, byte for byte on the CPU, what the uninterrupted
 * one gives.  One thread, the engine's; it reports through hooks.
 *
 * Several ranks share each batch of ranks * batch examples and add up what
 * they found.  The loss of a batch is a mean over its answer tokens, so a
 * rank's gradient counts by its share of them, not by its share of the
 * examples: only then is the sum the gradient of the whole batch, as one rank
 * would have computed it.  Rank 0 evaluates, logs and saves.
 */
#ifndef UMIE_TRAIN_TRAIN_H
#define UMIE_TRAIN_TRAIN_H

#include <stdatomic.h>

#include "src/model/umie.h"
#include "src/train/optim.h"
#include "src/train/sample.h"
#include "src/train/state.h"

struct comm;
struct json;
struct resnet;

struct train_options {
	int epochs, batch; /* batch: examples of a step, on each rank */
	double lr, warmup; /* warmup: share of all steps */
	float smoothing, drop;
	uint64_t seed;
	int64_t max_steps;       /* stop (and save) after this many steps of the
				    whole run; 0: at the end.  The schedule does
				    not change. */
	int64_t save_every;      /* steps; 0: only at the end of an epoch */
	int eval_every;          /* epochs; 0: never */
	double patience;         /* seconds that a silent rank is waited for */
	size_t bucket;           /* bytes of gradient that devices add up at a
				    time, beside the computation */
	bool bf16_sums;          /* they do it in bf16 */
	struct gate_lesson gate; /* of the first gate_steps steps */
	int64_t gate_steps;      /* 0: the gate is always the model's own */
	bool shard;              /* moments over the ranks; changes no number */
	bool recompute;          /* the inside of layers; changes no number */
	struct optim_options optim;
};
extern const struct train_options TRAIN_DEFAULT;

/* What one rank did in a step. */
struct rank_report {
	double examples;
	double busy; /* seconds it computed */
	double wait; /* seconds it waited for the others, one step earlier */
};

struct train_progress {
	int64_t step, total, epoch;
	const struct rank_report *rank; /* one for each; until the next step */
	int ranks;
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
	/* Every line of log.jsonl, without its newline. */
	void (*line)(void *context, const char *json);
	void (*note)(void *context, const char *line);
	const atomic_bool *stop;  /* finish the step, save, return */
	atomic_bool *save;        /* finish the step, save, go on; is reset */
	const struct json *about; /* for the log's head; or NULL */
};

/* What is trained; all borrowed. */
struct train_model {
	struct umie *model;
	struct params *params; /* in training form */
	struct resnet *vision; /* NULL: pictures are left out */
	bool train_vision;
	struct backend *be;
	const struct image_norm *norm;
	struct comm *comm;    /* for host memory: what the ranks agree on */
	struct comm *tensors; /* for the backend's memory: gradients */
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
