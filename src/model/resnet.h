/*
 * resnet -- the image encoder: pictures in, one feature vector each.
 *
 * Bottleneck ResNets in two layouts: torchvision's (7x7 stem, max-pool, mean
 * over the last grid) and CLIP's (three 3x3 convolutions and average pools,
 * attention pool).  A network exists in one of two forms.  Trainable: its
 * parameters stand in a registry (params.h) and batch normalisation is an op
 * of its own.  Folded: for inference, the normalisation worked into the
 * convolutions once, in double.  One thread.
 */
#ifndef UMIE_MODEL_RESNET_H
#define UMIE_MODEL_RESNET_H

#include <stdbool.h>

#include "src/checkpoint/config.h"
#include "src/model/params.h"
#include "src/tensor/tape.h"

struct resnet;
struct weights;

/*
 * The trainable form: registers every tensor in `p` under its name in
 * checkpoints, with `key_prefix` ("" or "visual.") before it.  Running
 * statistics are registered as trained, because training writes them; their
 * gradient is always 0.  `p` is borrowed, bound and placed by the caller.
 */
struct resnet *resnet_new(const struct vision_config *cfg, struct params *p,
			  const char *key_prefix);

/* "visual." when the names of the file begin so, else "". */
const char *resnet_key_prefix(const struct weights *w);

/*
 * Turn a network whose parameters hold host data into the folded form, on
 * `be`.  Afterwards it needs neither the registry nor the files.  `type` of
 * the convolutions' weights: DT_F32, or DT_BF16 for backends that multiply
 * in bf16.
 */
int resnet_fold(struct resnet *r, struct backend *be, enum dtype type,
		struct err *err);

/*
 * The folded form straight from a file, in f32.  ERR_CHECKPOINT names a
 * tensor that is missing or has another shape.  `w` may be closed afterwards.
 */
struct resnet *resnet_open(const struct vision_config *cfg,
			   const struct weights *w, struct backend *be,
			   struct err *err);
struct resnet *resnet_open_as(const struct vision_config *cfg,
			      const struct weights *w, struct backend *be,
			      enum dtype type, struct err *err);
void resnet_close(struct resnet *r); /* NULL is fine */

/* ERR_CHECKPOINT when binding left a parameter of `r` without data. */
int resnet_complete(const struct resnet *r, const char *path, struct err *err);

/* After resnet_open: what the file had; classifier and counters left out. */
const struct bind_report *resnet_report(const struct resnet *r);

enum { RESNET_TAPS = 5 };

struct resnet_options {
	bool train; /* batch statistics; trainable form only */
	/* Where to put what the stem and layers 1 to 4 give, or NULL. */
	struct tensor **taps;
};

/*
 * images (B,Y,X,3), normalised -> (B,feat), feat = vision_feat_dim().  NULL
 * when the tape failed.
 */
struct tensor *resnet_forward(struct resnet *r, struct tape *t,
			      struct tensor *images,
			      const struct resnet_options *o);

/*
 * Features of n pictures (n,S,S,3) of the configured size S into out
 * (n,feat), both on the host; a few at a time.  On the CPU each gets the same
 * bits in any company.  Resets `t` before and after; its `cancel` is polled.
 */
int resnet_features(struct resnet *r, struct tape *t, const float *pixels,
		    int n, float *out, struct err *err);

/* Multiply-adds of the matrix products for one picture. */
double resnet_macs(const struct vision_config *cfg);

#endif
