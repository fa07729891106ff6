/*
 * batch -- samples side by side: padded ids, labels, boxes, features.
 */
#ifndef UMIE_TRAIN_BATCH_H
#define UMIE_TRAIN_BATCH_H

#include "src/model/umie.h"
#include "src/train/sample.h"

struct image_norm;
struct resnet;

/* Buffers that grow and are used again; zeroed is empty. */
struct batcher {
	struct arena memory;
	struct umie_batch batch; /* points into memory */
	int64_t tokens;          /* real ones, input and answer */
	/* crops of all pictures of the batch, and where each region's row
	 * stands in them: (B,N), 0 for padding */
	const uint8_t **crop;
	int n_crops;
	int32_t *row;
	/* What a frozen backbone makes of each picture, (regions,feat);
	 * computed when a picture is first met, owned. */
	float **seen;
	size_t n_seen;
	struct tape eye; /* of that */
};
void batcher_release(struct batcher *b);

/* The backbone of a run. */
struct batcher_vision {
	struct resnet *net;
	const struct image_norm *norm;
	int feat; /* width of its features */
};

/* Collate samples `index` (n of them); pictures only when wanted. */
void batcher_fill(struct batcher *b, const struct samples *s,
		  const uint32_t *index, size_t n, bool pictures);

/*
 * After batcher_fill(): features of the batch's pictures through a backbone
 * that does not change, as batch.feats (zero for padding).  A picture goes
 * through it once in a run, and gets the same bits in any company.
 */
int batcher_look(struct batcher *b, struct backend *be, const struct samples *s,
		 const uint32_t *index, const struct batcher_vision *v,
		 struct err *err);

/*
 * The same through a backbone that is trained, with batch statistics, spread
 * over (B,N,feat) on the tape.
 */
struct tensor *batcher_features(struct batcher *b, struct tape *t, int size,
				const struct batcher_vision *v);

#endif
