#include "src/tensor/bucket.h"

#include <math.h>

#include "src/base/mem.h"

int bias_bucket(int64_t distance, int buckets, bool bidirectional,
		int max_distance)
{
	int64_t back = -distance; /* how far the key lies behind */
	int base = 0, exact;
	float large;

	if (bidirectional) {
		buckets /= 2;
		base = distance > 0 ? buckets : 0;
		back = back < 0 ? -back : back;
	} else if (back < 0) {
		back = 0;
	}
	exact = buckets / 2;
	if (back < exact)
		return base + (int)back;
	if (back >= max_distance)
		return base + buckets - 1;
	/* In float, as in the published model: the borders depend on it. */
	large = logf((float)back / (float)exact) /
		(float)log((double)max_distance / exact) *
		(float)(buckets - exact);
	return base + MIN(exact + (int)large, buckets - 1);
}
