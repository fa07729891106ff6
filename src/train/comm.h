/*
 * comm -- several processes (ranks) that train one model together.
 *
 * Every rank calls the same functions in the same order.  Implementations:
 * one process, where everything is already as it should be; MPI (plugin
 * umie-mpi.so), whose data lies on the host; NCCL (plugin umie-nccl.so), whose
 * data lies on a device of each rank: it is made over one of the host, by
 * which its ranks find each other, and keeps its streams to itself.  Results
 * are the same bits on every rank.
 *
 * A rank that is dead ends the others: its launcher sees to that.  One that
 * hangs is noticed by the rest, which wait no longer than comm_patience()
 * says and then give up with ERR_FAILED.  The trainer's thread.
 */
#ifndef UMIE_TRAIN_COMM_H
#define UMIE_TRAIN_COMM_H

#include <stddef.h>

#include "src/base/err.h"
#include "src/base/plugin.h"

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
	const char *name; /* "one", "mpi", "nccl" */
	int rank, size;
	int local_rank, local_size; /* among the ranks of this machine */
	/* Everybody gets `root`'s n elements. */
	int (*broadcast)(struct comm *c, void *data, size_t n, enum comm_type,
			 int root, struct err *err);
	/* Everybody gets the sum (least, largest) over the ranks, in place. */
	int (*all_reduce)(struct comm *c, void *data, size_t n, enum comm_type,
			  enum comm_sum, struct err *err);
	/*
	 * Begin the sum over the ranks, in place, of n f32 numbers as they are
	 * once the backend has done what it was asked to do.  Its later work
	 * goes on beside the sum and leaves `data` alone until finish().  All
	 * ranks begin the same sums in the same order.  NULL: there is only
	 * all_reduce().
	 */
	int (*begin)(struct comm *c, float *data, size_t n, struct err *err);
	/* Wait for all sums that were begun. */
	int (*finish)(struct comm *c, struct err *err);
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
enum { COMM_ABI = 2 };
struct comm_plugin {
	struct plugin_head head;
	const char *library; /* "Open MPI v4.1.4, …" */
	struct comm *(*open)(struct err *err);
};

/* Of a rank that ends because another has failed. */
#define COMM_ANOTHER "another rank failed"

/*
 * Whether something went well on all ranks: rc and its error where it did not,
 * ERR_FAILED on the ranks beside them.  Here, since a plugin needs it too.
 */
static inline int comm_agree(struct comm *c, int rc, struct err *err)
{
	struct err other = {0};
	double failed = rc < 0;
	int met = c->all_reduce(c, &failed, 1, COMM_F64, COMM_MAX, &other);

	if (rc < 0)
		return rc;
	if (met < 0)
		*err = other;
	else if (failed > 0)
		err_set(err, ERR_FAILED, COMM_ANOTHER);
	else
		return 0;
	return -(int)err->code;
}

/* The device of a rank, and how sums over the ranks are made there. */
struct comm_device {
	int device;      /* 0, 1, …: one for each rank */
	void *stream;    /* where its backend computes: a cudaStream_t */
	bool bf16;       /* what is begun travels, and is added up, as bf16 */
	double patience; /* seconds that the others are waited for; 0: ever */
};

/* What umie-nccl.so exports under the name "umie_comm_device". */
enum { COMM_DEVICE_ABI = 1 };
struct comm_device_plugin {
	struct plugin_head head;
	/*
	 * Join the ranks of `over` (borrowed; it lives longer), all of which
	 * call this.  ERR_DEVICE.
	 */
	struct comm *(*open)(struct comm *over, const struct comm_device *d,
			     struct err *err);
};

/* A process of its own: rank 0 of 1.  Static; close() does nothing. */
struct comm *comm_one(void);

/*
 * Join the ranks that mpirun or srun started together with this process;
 * comm_one() when nobody did.  ERR_DEVICE says why they cannot be joined.
 */
struct comm *comm_open(struct err *err);

/* The NCCL plugin, loaded; NULL and ERR_DEVICE when that cannot be done. */
const struct comm_device_plugin *comm_device_plugin(struct err *err);

/* How many ranks the launcher's environment promises; 1 without one. */
int comm_promised(void);

#endif
