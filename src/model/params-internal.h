/*
 * params-internal -- what the files of the registry share.
 */
#ifndef UMIE_MODEL_PARAMS_INTERNAL_H
#define UMIE_MODEL_PARAMS_INTERNAL_H

#include "src/model/params.h"

/* Elements from … to-1 by the parameter's rule; out is the whole tensor. */
void param_fill(const struct param *a, uint64_t seed, float *out, int64_t from,
		int64_t to);

#endif
