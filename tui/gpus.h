/*
 * gpus -- the devices of `train --gpus LIST`, one for each rank.
 */
#ifndef UMIE_TUI_GPUS_H
#define UMIE_TUI_GPUS_H

#include <stddef.h>

struct args;
struct comm;
struct err;

enum { GPUS_MAX = 1024 };

struct gpus {
	int n; /* 0: --gpus was not given */
	int id[GPUS_MAX];
};

/*
 * The list of --gpus ("0-3", "0,2"), and whether --ranks and --device agree
 * with it.  ERR_USAGE names what is wrong.
 */
int gpus_read(const struct args *a, struct gpus *g, struct err *err);

/* Whether this machine has them all; ERR_DEVICE names one that it has not. */
int gpus_check(const struct args *a, const struct gpus *g, struct err *err);

/*
 * The name of a rank's device (caller's to free()): what --device says, with
 * the rank's number in the list, or among the ranks of its machine.  NULL
 * where neither option was given.  ERR_USAGE.
 */
int gpus_device(const struct args *a, const struct gpus *g,
		const struct comm *c, char **name, struct err *err);

#endif
