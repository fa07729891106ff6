/*
 * train-job -- one `umie train` while it runs: what it reads, what it tells.
 *
 * Private to cmd-train.c, train-read.c and train-tell.c.
 */
#ifndef UMIE_TUI_TRAIN_JOB_H
#define UMIE_TUI_TRAIN_JOB_H

#include <stdatomic.h>

#include "src/base/err.h"
#include "src/base/hash.h"
#include "src/data/dataset.h"
#include "src/train/sample.h"
#include "tui/gpus.h"

struct args;
struct bundle;
struct comm;
struct train_hooks;
struct train_options;

/* One training command while it runs. */
struct train_job {
	struct app *app;
	struct backend *be;
	struct bundle *bundle;
	struct samples samples;
	struct dataset dev;
	struct comm *comm, *tensors; /* tensors: owned where it is not comm */
	struct gpus gpus;
	struct json *about; /* of the run, for its log */
	int report;         /* where lines of the log go too; -1: nowhere */
	size_t eval_limit;
	char said[ERR_TEXT];   /* the last note of this rank */
	char digest[HASH_HEX]; /* over the training files */
	char *config_json;
	double shown;            /* ms of the last progress line */
	const atomic_bool *stop; /* asked to end */
};

/* What this rank reads; the others may be through sooner, or later. */
int train_read(struct train_job *t, const struct args *a,
	       const struct train_options *o, struct err *err);
/* config.json of what is saved: with the instructions that were used. */
char *train_config(const struct bundle *b);

/* --report: "json" or a descriptor's number; *fd is -1 without it. */
int train_tell_open(const struct args *a, int *fd, struct err *err);
/* Who, when and with what: the head of the log. */
struct json *train_about(const struct train_job *t, const struct args *a,
			 const struct train_options *o);
/* All of *h but stop, save and about. */
void train_tell(struct train_job *t, struct train_hooks *h);
/* context: the job. */
void train_tell_note(void *context, const char *line);
void train_tell_loading(void *context, size_t done, size_t of);

#endif
