/*
 * train -- what `umie train`, `:train` and the start of ranks share.
 */
#ifndef UMIE_TUI_TRAIN_H
#define UMIE_TUI_TRAIN_H

#include "tui/cmd.h"

/* Rows of both option tables. */
#define TRAIN_OPTIONS                                                          \
	{"init", 0, "CKPT", "checkpoint to start from (umie init makes one)"}, \
	    {"data", 0, "FILE", "examples to train on; may be given often"},   \
	    {"from", 0, "SESSION",                                             \
	     "train on what was decided there; decisions: the open one"},      \
	    {"dev", 0, "FILE", "examples to select on; may be given often"},   \
	    {"tasks", 0, "LIST", "only examples of these tasks: mner,mre,…"},  \
	    {"format", 0, "FORMAT", "of the data (default: guessed)"},         \
	    {"images", 0, "DIR",                                               \
	     "where pictures are (default: beside the data)"},                 \
	    {"train-vision", 0, NULL, "train the image backbone too"},         \
	    {"freeze", 0, "LIST",                                              \
	     "tensors whose names begin so are not trained"},                  \
	    {"epochs", 0, "N", "passes over the data (default 40)"},           \
	    {"batch", 0, "N",                                                  \
	     "examples a step, on each rank (16; large models 8)"},            \
	    {"lr", 0, "X", "peak learning rate (1e-4; large models 5e-5)"},    \
	    {"warmup", 0, "X",                                                 \
	     "share of the steps that warm up (default 0.06)"},                \
	    {"label-smoothing", 0, "X", "default 0.1"},                        \
	    {"dropout", 0, "X", "default 0.1"},                                \
	    {"gate-hold", 0, "X",                                              \
	     "value that --gate-steps holds (default 0.3)"},                   \
	    {"gate-steps", 0, "N",                                             \
	     "hold the gate for the first N steps (default 0)"},               \
	    {"seed", 0, "N", "default 1"},                                     \
	    {"save-every", 0, "N",                                             \
	     "steps between saves (default: each epoch)"},                     \
	    {"eval-every", 0, "N", "epochs between evaluations (default 1)"},  \
	    {"eval-limit", 0, "N",                                             \
	     "examples of each dev file (default: all)"},                      \
	    {"max-steps", 0, "N", "stop and save after this many steps"},      \
	    {"resume", 0, NULL, "go on with the run in RUN"},                  \
	    {"recompute", 0, NULL,                                             \
	     "keep only the inputs of layers: less memory, a third slower"},   \
	    {"shard-optimizer", 0, NULL,                                       \
	     "each rank keeps a part of the optimiser's state (ZeRO-1)"},      \
	    {"ranks", 0, "N", "train with N processes, through mpirun"},       \
	    {"patience", 0, "X", "seconds that a silent rank is given (45)"},  \
	    {"gpus", 0, "DEVICES", "a rank on each of these: 0-3 or 0,2"},     \
	    {"bucket", 0, "X",                                                 \
	     "MiB of gradients that devices add up at a time (25)"},           \
	    {"sums", 0, "f32|bf16", "type in which they do (f32)"},            \
	    {"device", 0, "NAME", "where to compute"},                         \
	{                                                                      \
		"threads", 0, "N", "processor threads (default: all cores)"    \
	}

/*
 * The options of `a` again as words, those named in `skip` (ends with NULL)
 * left out.  Caller's to free(), each and all.
 */
char **train_words(const struct args *a, const char *const *skip, size_t *n);

/* Where the lessons of --from are kept, beside the run; caller's. */
char *train_lessons_path(const char *run);
/*
 * Write what was decided in the session `name` there, for a run that begins,
 * and say how much it is.  ERR_DATA when no example of it is done.
 */
int train_lessons(struct app *app, const char *name, const char *run,
		  struct err *err);

/*
 * `umie train --ranks N …` (or --gpus, N devices) as the N processes that it
 * asks for: starts mpirun with the same words and waits.  The first SIGINT or
 * SIGTERM lets every rank finish its step and save, the second ends them all.
 */
int train_launch(const struct args *a, long ranks, struct err *err);

#endif
