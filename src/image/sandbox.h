/*
 * sandbox -- run one function on bytes nobody trusts, in another process.
 *
 * sandbox_start() forks a helper that does nothing but wait for jobs.  For
 * each job it forks a child, which enters a jail (jail.h), calls the function
 * and ends.  Forking from the helper is cheap however large this process has
 * become, and safe however many threads it has.  Bytes travel in both
 * directions through one piece of shared memory per job.
 */
#ifndef UMIE_IMAGE_SANDBOX_H
#define UMIE_IMAGE_SANDBOX_H

#include <stddef.h>
#include <stdint.h>

#include "src/image/jail.h"

struct sandbox;

/*
 * The function: reads in[0 … n), writes out[0 … size), which is zeroed and
 * 4096-byte aligned, and returns.  It may not call the system nor allocate.
 */
typedef void sandbox_work(const uint8_t *in, size_t n, uint8_t *out,
			  size_t size);

/* How a job ended. */
enum sandbox_end {
	SANDBOX_DONE,      /* the function returned */
	SANDBOX_CRASHED,   /* a signal, or a forbidden system call */
	SANDBOX_TOO_SLOW,  /* past its limits */
	SANDBOX_NO_MEMORY, /* the system had no process or memory for it */
};

struct sandbox_job {
	const void *in; /* borrowed */
	size_t n;
	size_t size; /* of `out` */
	int seconds; /* of processor time; by the clock twice that plus one */

	/* Filled by sandbox_run(). */
	enum sandbox_end end;
	enum jail jail; /* when DONE */
	/* What the child left: anything at all, check everything. */
	const uint8_t *out; /* in map */
	void *map;          /* given back by sandbox_release() */
	size_t map_size;
};

/*
 * Fork the helper.  The caller must still have a single thread.  Ctrl-C and
 * the like do not reach the helper; it ends when this process does.
 */
struct sandbox *sandbox_start(sandbox_work *work, struct err *err);

/* End the helper and wait for it.  NULL is allowed. */
void sandbox_stop(struct sandbox *s);

/*
 * Run one job and wait for it; one at a time.  Fails (ERR_FAILED) only when
 * there is no shared memory or the helper is gone, which is for good.
 */
int sandbox_run(struct sandbox *s, struct sandbox_job *job, struct err *err);
void sandbox_release(struct sandbox_job *job);

#endif
