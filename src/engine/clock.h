/*
 * clock -- milliseconds since some moment, for measuring.
 */
#ifndef UMIE_ENGINE_CLOCK_H
#define UMIE_ENGINE_CLOCK_H

#include <time.h>

static inline double clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

#endif
