/*
 * schedule -- learning rate and order of examples as pure functions.
 *
 * Nothing here has state, so a resumed run continues where it stopped.
 */
#ifndef UMIE_TRAIN_SCHEDULE_H
#define UMIE_TRAIN_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

/* Linear warm-up to `peak` at step `warmup`, then linear to 0 at `total`.
 * Steps count from 1. */
double schedule_lr(double peak, int64_t step, int64_t warmup, int64_t total);

/*
 * The batches of one epoch: a permutation of 0 … n-1 chosen by (seed, epoch),
 * sorted by length within windows of 32 batches so that little is padding,
 * the batches then shuffled again.  `length` has n entries.  `order` (n) gets
 * the examples; batch i is order[first[i]] … order[first[i+1]-1]; `first` has
 * schedule_batches()+1 entries.
 */
size_t schedule_batches(size_t n, size_t batch);
void schedule_epoch(uint64_t seed, int64_t epoch, const int *length, size_t n,
		    size_t batch, uint32_t *order, size_t *first);

#endif
