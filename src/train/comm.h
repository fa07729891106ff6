/*
 * comm -- several processes (ranks) that train one model together.
 *
 * Every rank calls the same functions in the same order.  Implementations:
 * one process, where everything is already as it should be; MPI (plugin
 * umie-mpi.so), whose data lies on the host; a further one for data on
 * devices is made over an MPI one and leaves streams to itself.  Results are
 * the same bits on every rank.
 *
 * A rank that is dead ends the others: its launcher sees to that.  One that
 * hangs is noticed by the rest, which wait no longer than comm_patience()
 * says and then give up with ERR_FAILED.  The trainer's thread.
 */
#ifndef UMIE_TRAIN_COMM_H
#define UMIE_TRAIN_COMM_H

#include <stddef.h>

#include "src/base/plugin.h"

struct err;

/* name, size of one in bytes */
#define COMM_TYPES(_) _(F32, 4) _(F64, 8) _(U64, 8)
enum comm_type {
#define COMM_TYPE_ENUM(name, bytes) COMM_##name,
	COMM_TYPES(COMM_TYPE_ENUM)
#undef COMM_TYPE_ENUM
};

enum comm_sum { COMM_SUM, COMM_MAX, COMM_MIN };

/*
 * One rank's end.  `data` lies in the memory that the implementation is for:
 * the host's, or the backend's of its device.  What the backend was asked to
 * do with it before is done first, and the backend's later work sees the
 * result.  Functions return 0 or a negative code and fill *err.
 */
struct comm {
	const char *name; /* "one", "mpi", … */
	int rank, size;
	int local_rank, local_size; /* among the ranks of this machine */
	/* Everybody gets `root`'s n elements. */
	int (*broadcast)(struct comm *c, void *data, size_t n, enum comm_type,
			 int root, struct err *err);
	/* Everybody gets the sum (least, largest) over the ranks, in place. */
	int (*all_reduce)(struct comm *c, void *data, size_t n, enum comm_type,
			  enum comm_sum, struct err *err);
	/* Nobody returns before everybody has called it. */
	int (*barrier)(struct comm *c, struct err *err);
	/* How long the others are waited for, in seconds; 0: for ever. */
	void (*patience)(struct comm *c, double seconds);
	/* End all ranks at once; `status` is the exit code of the run. */
	void (*abort)(struct comm *c, int status);
	/* Leave, after a barrier; all ranks do, or the launcher calls it a
	 * failure. */
	void (*close)(struct comm *c);
};

/* What umie-mpi.so exports under the name "umie_comm". */
enum { COMM_ABI = 1 };
struct comm_plugin {
	struct plugin_head head;
	const char *library; /* "Open MPI v4.1.4, …" */
	struct comm *(*open)(struct err *err);
};

/* A process of its own: rank 0 of 1.  Static; close() does nothing. */
struct comm *comm_one(void);

/*
 * Join the ranks that mpirun or srun started together with this process;
 * comm_one() when nobody did.  ERR_DEVICE says why they cannot be joined.
 */
struct comm *comm_open(struct err *err);

/* How many ranks the launcher's environment promises; 1 without one. */
int comm_promised(void);

#endif
