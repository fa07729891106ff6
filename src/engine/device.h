/*
 * device -- from a name on the command line to a backend.
 */
#ifndef UMIE_ENGINE_DEVICE_H
#define UMIE_ENGINE_DEVICE_H

struct backend;
struct err;

/*
 * "auto" (or NULL) takes the best device there is, "cpu" the processor.
 * threads: 0 means all cores.  ERR_DEVICE says why a device cannot be used.
 */
int device_open(const char *name, int threads, struct backend **out,
		struct err *err);

#endif
