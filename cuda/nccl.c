/*
 * Plugin umie-nccl.so: ranks with a device each, joined by NCCL.
 *
 * Sums run on a stream of their own, behind what the backend's stream was
 * asked before and beside what it is asked later.  The communicator never
 * blocks: every wait is a look at its state and at a clock, so a rank that is
 * gone, or hangs, is noticed.
 */
#include <nccl.h>
#include <stdlib.h>
#include <string.h>

#include "cuda/cast.h"
#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/train/comm.h"
#include "src/train/poll.h"

enum { PIECE = 8 << 20 }; /* numbers that are narrowed at a time */

struct nccl {
	struct comm comm; /* first: a struct comm * is a struct nccl * */
	struct comm *over;
	struct comm_device o;
	ncclComm_t nccl;
	cudaStream_t stream;
	cudaEvent_t ready; /* the backend has done what comes before */
	cudaEvent_t done;  /* all that was begun */
	void *narrow;      /* PIECE numbers as bf16, when they are wanted */
	double patience;
	bool running; /* something was begun and not waited for */
};

static int check_cuda(const struct nccl *n, cudaError_t e, const char *what,
		      struct err *err)
{
	if (e == cudaSuccess)
		return 0;
	(void)cudaGetLastError(); /* or the next call reports it again */
	return err_set(err, ERR_DEVICE, "cuda:%d: %s failed: %s (%s)",
		       n->o.device, what, cudaGetErrorString(e),
		       cudaGetErrorName(e));
}

static int fail(const struct nccl *n, ncclResult_t rc, const char *what,
		struct err *err)
{
	const char *more = ncclGetLastError(n->nccl);

	return err_set(err, ERR_DEVICE, "NCCL: %s failed: %s%s%s", what,
		       ncclGetErrorString(rc), more && *more ? ": " : "",
		       more ? more : "");
}

static int too_long(double waited, const char *what, struct err *err)
{
	return err_set(err, ERR_FAILED,
		       "waited %.0f s for another rank (%s): it hangs, or is "
		       "gone",
		       waited, what);
}

/*
 * The communicator does not block: a call may answer that it is under way, and
 * the next must wait until it is not.
 */
static int settle(const struct nccl *n, ncclResult_t rc, const char *what,
		  struct err *err)
{
	double start = poll_now(), waited;
	ncclResult_t state;

	while (rc == ncclInProgress) {
		rc = ncclCommGetAsyncError(n->nccl, &state);
		if (rc == ncclSuccess)
			rc = state;
		if (rc != ncclInProgress)
			break;
		waited = poll_now() - start;
		if (n->patience > 0 && waited > n->patience)
			return too_long(waited, what, err);
		poll_rest(waited);
	}
	return rc == ncclSuccess ? 0 : fail(n, rc, what, err);
}

/* The backend's work so far comes before what is queued next. */
static int follow_backend(struct nccl *n, struct err *err)
{
	cudaStream_t backend = n->o.stream;

	n->running = true;
	if (check_cuda(n, cudaEventRecord(n->ready, backend), "cudaEventRecord",
		       err) < 0)
		return -(int)err->code;
	return check_cuda(n, cudaStreamWaitEvent(n->stream, n->ready, 0),
			  "cudaStreamWaitEvent", err);
}

static int add_up(struct nccl *n, void *data, size_t count, ncclDataType_t type,
		  ncclRedOp_t op, struct err *err)
{
	return settle(
	    n, ncclAllReduce(data, data, count, type, op, n->nccl, n->stream),
	    "all-reduce", err);
}

static int add_up_narrow(struct nccl *n, float *data, size_t count,
			 struct err *err)
{
	int64_t some = (int64_t)count;

	if (check_cuda(n, cuda_cast_narrow(some, data, n->narrow, n->stream),
		       "narrowing", err) < 0 ||
	    add_up(n, n->narrow, count, ncclBfloat16, ncclSum, err) < 0)
		return -(int)err->code;
	return check_cuda(n, cuda_cast_widen(some, n->narrow, data, n->stream),
			  "widening", err);
}

static int begin(struct comm *c, float *data, size_t count, struct err *err)
{
	struct nccl *n = (struct nccl *)c;
	int rc = follow_backend(n, err);

	if (!n->narrow)
		return rc < 0
			   ? rc
			   : add_up(n, data, count, ncclFloat32, ncclSum, err);
	for (size_t at = 0; at < count && rc == 0; at += PIECE)
		rc = add_up_narrow(n, data + at, MIN(count - at, PIECE), err);
	return rc;
}

/* What the network or another rank has to say while we wait. */
static int look(const struct nccl *n, double waited, struct err *err)
{
	ncclResult_t state = ncclSuccess;
	ncclResult_t rc = ncclCommGetAsyncError(n->nccl, &state);

	if (rc == ncclSuccess && state != ncclInProgress)
		rc = state;
	if (rc != ncclSuccess)
		return fail(n, rc, "a sum over the ranks", err);
	if (n->patience > 0 && waited > n->patience)
		return too_long(waited, "a sum of gradients", err);
	return 0;
}

/* The host waits, so what the backend is asked next comes behind. */
static int finish(struct comm *c, struct err *err)
{
	struct nccl *n = (struct nccl *)c;
	double start = poll_now();
	cudaError_t e;

	if (!n->running)
		return 0;
	if (check_cuda(n, cudaEventRecord(n->done, n->stream),
		       "cudaEventRecord", err) < 0)
		return -(int)err->code;
	while ((e = cudaEventQuery(n->done)) == cudaErrorNotReady) {
		double waited = poll_now() - start;

		(void)cudaGetLastError(); /* "not ready" is none */
		if (look(n, waited, err) < 0)
			return -(int)err->code;
		poll_rest(waited);
	}
	if (check_cuda(n, e, "a sum over the ranks", err) < 0)
		return -(int)err->code;
	n->running = false;
	return 0;
}

static ncclDataType_t datatype(enum comm_type t)
{
	switch (t) {
	case COMM_F32:
		return ncclFloat32;
	case COMM_F64:
		return ncclFloat64;
	case COMM_U64:
		return ncclUint64;
	}
	return ncclNumTypes;
}

static ncclRedOp_t operation(enum comm_sum s)
{
	switch (s) {
	case COMM_SUM:
		return ncclSum;
	case COMM_MAX:
		return ncclMax;
	case COMM_MIN:
		return ncclMin;
	}
	return ncclNumOps;
}

static int all_reduce(struct comm *c, void *data, size_t count,
		      enum comm_type type, enum comm_sum sum, struct err *err)
{
	struct nccl *n = (struct nccl *)c;

	if (follow_backend(n, err) < 0 ||
	    add_up(n, data, count, datatype(type), operation(sum), err) < 0)
		return -(int)err->code;
	return finish(c, err);
}

static int broadcast(struct comm *c, void *data, size_t count,
		     enum comm_type type, int root, struct err *err)
{
	struct nccl *n = (struct nccl *)c;

	if (follow_backend(n, err) < 0 ||
	    settle(n,
		   ncclBroadcast(data, data, count, datatype(type), root,
				 n->nccl, n->stream),
		   "broadcast", err) < 0)
		return -(int)err->code;
	return finish(c, err);
}

static int barrier(struct comm *c, struct err *err)
{
	struct nccl *n = (struct nccl *)c;

	if (finish(c, err) < 0)
		return -(int)err->code;
	return n->over->barrier(n->over, err);
}

static void patience(struct comm *c, double seconds)
{
	((struct nccl *)c)->patience = seconds;
}

/* Kernels that wait for another rank end. */
static void drop(struct nccl *n)
{
	if (n->nccl)
		(void)ncclCommAbort(n->nccl);
	n->nccl = NULL;
}

static void abort_all(struct comm *c, int status)
{
	struct nccl *n = (struct nccl *)c;

	drop(n);
	n->over->abort(n->over, status);
}

/* In peace when nothing is open, or else at once. */
static void leave(struct nccl *n)
{
	struct err ignored;

	if (n->nccl && !n->running &&
	    settle(n, ncclCommFinalize(n->nccl), "leaving", &ignored) == 0) {
		(void)ncclCommDestroy(n->nccl);
		n->nccl = NULL;
	}
	drop(n);
}

static void close_nccl(struct comm *c)
{
	struct nccl *n = (struct nccl *)c;

	leave(n);
	if (n->ready)
		(void)cudaEventDestroy(n->ready);
	if (n->done)
		(void)cudaEventDestroy(n->done);
	if (n->stream)
		(void)cudaStreamDestroy(n->stream);
	if (n->narrow)
		(void)cudaFree(n->narrow);
	free(n);
}

/* Rank 0's, to everyone; the first word says whether it has one. */
static int exchange_id(struct nccl *n, ncclUniqueId *id, struct err *err)
{
	uint64_t word[1 + NCCL_UNIQUE_ID_BYTES / sizeof(uint64_t)] = {0};
	ncclResult_t rc = ncclSuccess;

	if (n->comm.rank == 0) {
		rc = ncclGetUniqueId(id);
		word[0] = (uint64_t)rc;
		memcpy(word + 1, id, sizeof(*id));
	}
	if (n->over->broadcast(n->over, word, ARRAY_LEN(word), COMM_U64, 0,
			       err) < 0)
		return -(int)err->code;
	memcpy(id, word + 1, sizeof(*id));
	if (rc != ncclSuccess)
		return fail(n, rc, "ncclGetUniqueId", err);
	return word[0] ? err_set(err, ERR_FAILED, COMM_ANOTHER) : 0;
}

static int join(struct nccl *n, struct err *err)
{
	ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
	ncclUniqueId id = {0};

	config.blocking = 0;
	if (exchange_id(n, &id, err) < 0)
		return -(int)err->code;
	return settle(n,
		      ncclCommInitRankConfig(&n->nccl, n->comm.size, id,
					     n->comm.rank, &config),
		      "joining", err);
}

static int get_ready(struct nccl *n, struct err *err)
{
	if (check_cuda(n, cudaSetDevice(n->o.device), "cudaSetDevice", err) <
		0 ||
	    check_cuda(
		n, cudaStreamCreateWithFlags(&n->stream, cudaStreamNonBlocking),
		"cudaStreamCreate", err) < 0 ||
	    check_cuda(
		n, cudaEventCreateWithFlags(&n->ready, cudaEventDisableTiming),
		"cudaEventCreate", err) < 0 ||
	    check_cuda(
		n, cudaEventCreateWithFlags(&n->done, cudaEventDisableTiming),
		"cudaEventCreate", err) < 0)
		return -(int)err->code;
	if (!n->o.bf16)
		return 0;
	return check_cuda(n, cudaMalloc(&n->narrow, PIECE * sizeof(uint16_t)),
			  "memory for sums in bf16", err);
}

/* A rank that is not ready says so before the others wait for it. */
static struct comm *open_nccl(struct comm *over, const struct comm_device *d,
			      struct err *err)
{
	struct nccl *n = xcalloc(1, sizeof(*n));

	n->comm = (struct comm){
	    .name = "nccl",
	    .rank = over->rank,
	    .size = over->size,
	    .local_rank = over->local_rank,
	    .local_size = over->local_size,
	    .broadcast = broadcast,
	    .all_reduce = all_reduce,
	    .begin = begin,
	    .finish = finish,
	    .barrier = barrier,
	    .patience = patience,
	    .abort = abort_all,
	    .close = close_nccl,
	};
	n->over = over;
	n->o = *d;
	n->patience = d->patience;
	if (comm_agree(over, get_ready(n, err), err) < 0 || join(n, err) < 0) {
		close_nccl(&n->comm);
		return NULL;
	}
	return &n->comm;
}

__attribute__((visibility(
    "default"))) extern const struct comm_device_plugin umie_comm_device;
const struct comm_device_plugin umie_comm_device = {
    .head = {COMM_DEVICE_ABI, sizeof(struct comm_device_plugin)},
    .open = open_nccl,
};
