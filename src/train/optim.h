/*
 * optim -- AdamW over the flat parameter block, after clipping.
 *
 * Order of one step, as torch does it: gradients times min(1, clip/(norm +
 * 1e-6)), decoupled decay, moments, update.  One thread, the engine's.
 *
 * Ranks may share the work: each keeps the moments of one slice of the block,
 * updates it, and gets the other slices from their ranks (ZeRO stage 1,
 * Rajbhandari et al. 2020).  An element is updated by the same arithmetic
 * wherever it stands, so the result is the same to the bit.
 */
#ifndef UMIE_TRAIN_OPTIM_H
#define UMIE_TRAIN_OPTIM_H

#include "src/model/params.h"
#include "src/tensor/tape.h"

struct optim_options {
	float beta1, beta2, eps, decay, clip; /* clip 0: none */
};
extern const struct optim_options OPTIM_DEFAULT; /* the paper's recipe */

struct comm;

/* A slice of the flat block, in elements. */
struct optim_slice {
	int64_t from, to;
};

struct optim {
	struct params *params; /* borrowed; in training form */
	struct optim_options o;
	struct comm *comm;      /* among whom it is shared; NULL: nobody */
	struct optim_slice own; /* of the block; the whole when not shared */
	struct tensor m, v;     /* moments of the own slice; owned */
	float *host[2];         /* m and v after optim_collect(); owned */
	int64_t step;           /* steps done */
};

/*
 * comm: the ranks' that hold the same parameters, for the backend's memory,
 * to share the moments among them; NULL: each keeps all of them.
 */
int optim_init(struct optim *a, struct params *p, const struct optim_options *o,
	       struct comm *comm, struct err *err);
void optim_release(struct optim *a);

/* The slice of a block of n elements that this rank of `size` keeps. */
struct optim_slice optim_slice(int64_t n, int rank, int size);

/*
 * Bring both moments of the whole block to the host of rank 0, for saving.
 * All ranks call it where the moments are shared.  optim_forget() frees them.
 */
int optim_collect(struct optim *a, struct err *err);
void optim_forget(struct optim *a);

/*
 * One step with the gradients in the block; *norm is the global L2 norm
 * before clipping.  A norm that is not finite leaves everything as it was
 * and is ERR_FAILED.  All ranks call it where the moments are shared.
 */
int optim_step(struct optim *a, struct tape *t, double lr, double *norm,
	       struct err *err);

#endif
