/*
 * state -- what a run needs to go on exactly where it stopped.
 *
 * A run is a folder: step-NNNNNNNN/ folders, each a complete checkpoint plus
 * optim.safetensors and state.json (with length and SHA-256 of the others),
 * LATEST (a name), best/ (a checkpoint), log.jsonl.  Written by the protocol
 * of save.h; the two newest steps are kept.
 */
#ifndef UMIE_TRAIN_STATE_H
#define UMIE_TRAIN_STATE_H

#include <stdint.h>

#include "src/model/params.h"
#include "src/train/optim.h"

struct err;
struct heartbeat;

struct train_state {
	uint64_t seed;
	int64_t step;     /* steps done */
	int64_t epoch;    /* the one that is going on, from 0 */
	int64_t position; /* its batches that are done */
	int64_t total, warmup, batch;
	double lr, drop, smoothing;
	double best; /* best dev score; -1 before the first */
	int64_t best_step;
	double loss_sum; /* of this epoch so far */
	int64_t loss_count;
	char data[65];   /* digest over the data sets */
	char config[65]; /* digest of the options that change the result */
};

/* What a checkpoint folder consists of besides the weights. */
struct state_files {
	const char *config_json; /* text */
	const char *spm_path;    /* NULL: none, texts cannot be read */
	const char *schema_path;
	const char *vision_path; /* copied when not trained; NULL: none */
	bool vision_trained;
};

/*
 * Save parameters as a checkpoint in `dir` (replacing it).  With `optim`,
 * collected, also what resuming needs; its files do not tell how many ranks
 * there were.  `as` is the type of the weights.
 */
int state_save(const char *dir, const struct params *p,
	       const struct optim *optim, const struct train_state *s,
	       const struct state_files *files, enum dtype as, struct err *err);

/* Save RUN/step-NNNNNNNN, point LATEST at it, drop all but the two newest. */
int state_save_step(const char *run, const struct params *p,
		    const struct optim *optim, const struct train_state *s,
		    const struct state_files *files, struct err *err);

/*
 * The newest step of RUN whose files are whole, checked by digest: its path
 * in *dir (caller's to free()) and its state.  *warning (caller's, may be
 * NULL) says which newer one was damaged.  ERR_CHECKPOINT when none is.
 */
int state_find(const char *run, char **dir, struct train_state *s,
	       char **warning, const struct heartbeat *heart, struct err *err);

/* Fill parameters, and the own slice of moments, from a step folder. */
int state_load(const char *dir, struct params *p, struct optim *optim,
	       struct err *err);

#endif
