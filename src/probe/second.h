/*
 * second -- another checkpoint beside the one that is open.
 */
#ifndef UMIE_PROBE_SECOND_H
#define UMIE_PROBE_SECOND_H

#include "src/engine/bundle.h"
#include "src/engine/call.h"

struct second {
	struct bundle *bundle;       /* owned */
	struct extractor *extractor; /* owned */
};

/* On the device and with the caches of `at`. */
int second_open(struct second **out, const char *dir,
		const struct call_site *at, struct err *err);
void second_close(struct second *s);

#endif
