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
};
void batcher_release(struct batcher *b);

/* Collate samples `index` (n of them); pictures only when wanted. */
void batcher_fill(struct batcher *b, const struct samples *s,
		  const uint32_t *index, size_t n, bool pictures);

/*
 * Features of the batch's crops through the backbone, spread over (B,N,feat)
 * on the tape.  `train` uses batch statistics and records.
 */
struct tensor *batcher_features(struct batcher *b, struct tape *t,
				struct resnet *vision,
				const struct image_norm *norm, int size,
				bool train);

#endif
