/*
 * plugin -- a shared object that is opened while running, never linked.
 *
 * One binary serves machines with and without the libraries that a plugin
 * needs, and `umie --version` does not pay for them.  A plugin exports one
 * constant struct that begins with its version; it may call nothing of the
 * program.  It is never closed: libraries below it leave threads behind.
 */
#ifndef UMIE_BASE_PLUGIN_H
#define UMIE_BASE_PLUGIN_H

#include <stdbool.h>
#include <stdint.h>

struct err;

/* How the exported struct of every plugin begins. */
struct plugin_head {
	uint32_t abi;  /* of the interface that the plugin was built for */
	uint32_t size; /* of the whole struct */
};

/*
 * The struct `symbol` of `name` ("umie-mpi.so"), looked for in
 * $UMIE_PLUGIN_DIR (unless the program is setuid) and where plugins are
 * installed.  ERR_DEVICE says what was missing, in the loader's own words, or
 * which version was found.
 */
const void *plugin_open(const char *name, const char *symbol, uint32_t abi,
			uint32_t size, struct err *err);

/* Whether there is a file of that name where plugin_open() looks. */
bool plugin_installed(const char *name);

#endif
