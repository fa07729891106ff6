/*
 * resnet-internal -- the network as resnet.c runs it and resnet-load.c makes
 * it.
 */
#ifndef UMIE_MODEL_RESNET_INTERNAL_H
#define UMIE_MODEL_RESNET_INTERNAL_H

#include "src/model/resnet.h"

/* A convolution and the normalisation behind it. */
struct resnet_unit {
	int stride, pad;
	/* trainable form; in the registry */
	struct tensor *conv, *gamma, *beta, *mean, *var;
	/* folded form */
	struct tensor weight, bias;
};

#define RESNET_BN_EPS 1e-5f

struct resnet_block {
	struct resnet_unit conv[3];
	struct resnet_unit down; /* of the shortcut */
	bool has_down;
	int pool; /* CLIP: average pool after conv[1] and before down; 1: no */
};

/* A matrix and its bias; `weight` and `bias` point to what is in use. */
struct resnet_linear {
	struct tensor *weight, *bias;
};

enum { POOL_Q, POOL_K, POOL_V, POOL_C, POOL_LINEARS };

struct resnet {
	struct vision_config cfg;
	struct params *params; /* borrowed, or &own; NULL once folded */
	struct params own;
	struct bind_report report;
	struct resnet_unit stem[3];
	int n_stem;
	struct resnet_block *blocks; /* owned; all stages in a row */
	int n_blocks;
	struct resnet_linear pool[POOL_LINEARS]; /* CLIP */
	struct tensor *posemb; /* CLIP: (1+cells, C); NULL: 0 */

	struct backend *be; /* folded: owner of `memory` */
	void *memory;
	size_t size;
	struct tensor pool_folded[2 * POOL_LINEARS + 1];
};

#endif
