/*
 * device -- from a name on the command line to a backend.
 *
 * Names: "auto", "cpu", "cuda", "cuda:N", and behind a cuda name ",tf32" and
 * ",bf16" for faster, coarser products, ",eager" for decoding without CUDA
 * graphs, to compare.  CUDA comes from the plugin
 * umie-cuda.so (src/base/plugin.h), opened only when it may be used.
 */
#ifndef UMIE_ENGINE_DEVICE_H
#define UMIE_ENGINE_DEVICE_H

struct backend;
struct backend_plugin;
struct err;

enum { DEVICE_NOTE = 1088 };

/*
 * "auto" (or NULL) takes CUDA when it can be used and the processor
 * otherwise; then `note` (DEVICE_NOTE bytes, or NULL) says why in one line.
 * It is empty in all other cases, and when nobody asked (NULL) and no plugin
 * is installed.  threads: of the processor, 0 means all cores.  ERR_DEVICE
 * says why a device that was named cannot be used, ERR_USAGE that there is no
 * such name.
 */
int device_open(const char *name, int threads, struct backend **out, char *note,
		struct err *err);

/* The CUDA plugin, loaded; NULL and ERR_DEVICE when that cannot be done. */
const struct backend_plugin *device_plugin(struct err *err);

#endif
