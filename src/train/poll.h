/*
 * poll -- waiting for another rank without burning a core.
 *
 * For the plugins, which call nothing of the program.
 */
#ifndef UMIE_TRAIN_POLL_H
#define UMIE_TRAIN_POLL_H

#include <time.h>

/* Seconds of a clock that only goes on. */
static inline double poll_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Between two looks: nothing for a moment, then ever longer, to 1 ms. */
static inline void poll_rest(double waited)
{
	struct timespec t = {0};

	if (waited < 50e-6)
		return;
	t.tv_nsec = waited < 2e-3 ? 20000 : waited < 0.1 ? 200000 : 1000000;
	nanosleep(&t, NULL);
}

#endif
