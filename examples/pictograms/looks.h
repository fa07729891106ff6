/*
 * looks -- exercises in seeing: name the regions, find the region.
 */
#ifndef UMIE_PICTOGRAMS_LOOKS_H
#define UMIE_PICTOGRAMS_LOOKS_H

#include <stdint.h>

struct err;

/*
 * Write n examples into dir/looks.jsonl, their pictures into dir/images/; each
 * shows 1 … most things (most <= SCENE_MAX).
 */
int looks_write(const char *dir, uint64_t seed, long n, int most,
		struct err *err);

#endif
