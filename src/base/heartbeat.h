/*
 * heartbeat -- long work says now and then that it goes on.
 *
 * Somebody waits for the work and must tell a long one from one that hangs:
 * ranks that train together do (src/train/ranks.h).  The work calls
 * heartbeat() at least every few seconds, from the thread that does it, and
 * not where it may be stuck for good.  It costs a look at the clock.
 */
#ifndef UMIE_BASE_HEARTBEAT_H
#define UMIE_BASE_HEARTBEAT_H

#include <stddef.h>

struct heartbeat {
	void (*beat)(void *context);
	void *context;
};

/* p: NULL when nobody waits. */
static inline void heartbeat(const struct heartbeat *p)
{
	if (p)
		p->beat(p->context);
}

#endif
