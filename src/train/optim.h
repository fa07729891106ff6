/*
 * optim -- AdamW over the flat parameter block, after clipping.
 *
 * Order of one step, as torch does it: gradients times min(1, clip/(norm +
 * 1e-6)), decoupled decay, moments, update.  One thread, the engine's.
 */
#ifndef UMIE_TRAIN_OPTIM_H
#define UMIE_TRAIN_OPTIM_H

#include "src/model/params.h"
#include "src/tensor/tape.h"

struct optim_options {
	float beta1, beta2, eps, decay, clip; /* clip 0: none */
};
extern const struct optim_options OPTIM_DEFAULT; /* the paper's recipe */

struct optim {
	struct params *params; /* borrowed; in training form */
	struct optim_options o;
	struct tensor m, v; /* moments; as long as the block; owned */
	int64_t step;       /* steps done */
};

int optim_init(struct optim *a, struct params *p, const struct optim_options *o,
	       struct err *err);
void optim_release(struct optim *a);

/*
 * One step with the gradients in the block; *norm is the global L2 norm
 * before clipping.  A norm that is not finite leaves everything as it was
 * and is ERR_FAILED.
 */
int optim_step(struct optim *a, struct tape *t, double lr, double *norm,
	       struct err *err);

#endif
