/*
 * bucket -- T5's relative position buckets, the same for every backend.
 */
#ifndef UMIE_TENSOR_BUCKET_H
#define UMIE_TENSOR_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Which row of a T5 bias table serves the distance key - query.  Half of
 * the buckets are exact, the others grow logarithmically up to max_distance.
 */
int bias_bucket(int64_t distance, int buckets, bool bidirectional,
		int max_distance);

#endif
