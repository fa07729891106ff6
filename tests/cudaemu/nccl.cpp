// NCCL for ranks that are threads or processes, over shared memory.  Nothing
// here blocks: a sum waits in its stream until every rank has brought its part.
#include "tests/cudaemu/emu.h"

#include <fcntl.h>
#include <nccl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cuda_bf16.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

using namespace cudaemu;

enum { RANKS = 64, ROOM = 1 << 16 }; // bytes of a rank's part at a time

enum What { ALL_REDUCE, BROADCAST };

/* What all ranks must ask for alike. */
struct Call {
	int what, type, op, root;
	size_t count;
};

/* A rank's place in the shared memory. */
struct Place {
	std::atomic<uint64_t> posted, taken; // parts so far
	Call call;
	alignas(64) char part[ROOM];
};

struct Shared {
	std::atomic<int> joined, aborted;
	Place place[RANKS];
};

struct Comm {
	Shared *shared = 0;
	int n = 0, rank = 0;
	char name[NCCL_UNIQUE_ID_BYTES];
	uint64_t part = 0; // parts that this rank has finished
	std::atomic<bool> dropped{false};
	~Comm()
	{
		if (shared)
			munmap(shared, sizeof(Shared));
	}
};

/* Work that is still queued keeps what it needs. */
struct ncclComm {
	std::shared_ptr<Comm> c;
};

static size_t size_of(ncclDataType_t t)
{
	switch (t) {
	case ncclBfloat16:
		return 2;
	case ncclFloat32:
		return 4;
	case ncclFloat64:
	case ncclUint64:
		return 8;
	default:
		return 0;
	}
}

template <class T> static T combine(T a, T b, int op)
{
	return op == ncclMax   ? (b > a ? b : a)
	       : op == ncclMin ? (b < a ? b : a)
			       : a + b;
}

/* A ring rounds at every rank. */
static __nv_bfloat16 combine(__nv_bfloat16 a, __nv_bfloat16 b, int op)
{
	return __float2bfloat16(
	    combine(__bfloat162float(a), __bfloat162float(b), op));
}

template <class T>
static void reduce(const Comm &c, int op, void *out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		T sum = ((const T *)c.shared->place[0].part)[i];

		for (int r = 1; r < c.n; r++)
			sum = combine(
			    sum, ((const T *)c.shared->place[r].part)[i], op);
		((T *)out)[i] = sum;
	}
}

static void take(const Comm &c, const Call &k, void *out, size_t n)
{
	if (k.what == BROADCAST)
		memcpy(out, c.shared->place[k.root].part,
		       n * size_of((ncclDataType_t)k.type));
	else if (k.type == ncclBfloat16)
		reduce<__nv_bfloat16>(c, k.op, out, n);
	else if (k.type == ncclFloat32)
		reduce<float>(c, k.op, out, n);
	else if (k.type == ncclFloat64)
		reduce<double>(c, k.op, out, n);
	else
		reduce<uint64_t>(c, k.op, out, n);
}

/* A collective as far as it got. */
struct Collective {
	std::shared_ptr<Comm> c;
	Call call;
	const char *in;
	char *out;
	bool never; // this rank does not join: it hangs
	size_t at = 0;
	bool posted = false;

	size_t width() const
	{
		return size_of((ncclDataType_t)call.type);
	}
	size_t some() const
	{
		size_t most = ROOM / width();

		return call.count - at < most ? call.count - at : most;
	}
	bool all(std::atomic<uint64_t> Place::*what, uint64_t part) const
	{
		for (int r = 0; r < c->n; r++)
			if ((c->shared->place[r].*what).load() < part)
				return false;
		return true;
	}
	void check_alike() const
	{
		for (int r = 0; r < c->n; r++)
			if (memcmp(&c->shared->place[r].call, &call,
				   sizeof(call)) != 0)
				report("NCCL: rank %d wants %zu numbers, rank "
				       "%d another collective of %zu",
				       c->rank, call.count, r,
				       c->shared->place[r].call.count);
	}
	/* When everybody has read the part before. */
	bool post()
	{
		Place &own = c->shared->place[c->rank];

		if (posted)
			return true;
		if (!all(&Place::taken, c->part))
			return false;
		own.call = call;
		memcpy(own.part, in + at * width(), some() * width());
		own.posted = c->part + 1;
		return posted = true;
	}
	bool go_on()
	{
		if (c->dropped)
			return true; // the kernel was killed
		if (never)
			return false;
		for (;;) {
			size_t n = some();

			if (!post() || !all(&Place::posted, c->part + 1))
				return false;
			check_alike();
			take(*c, call, out + at * width(), n);
			c->shared->place[c->rank].taken = ++c->part;
			posted = false;
			at += n;
			if (at >= call.count)
				return true;
		}
	}
};

static ncclResult_t start(ncclComm_t comm, const Call &call, const void *in,
			  void *out, cudaStream_t s)
{
	size_t n = call.count * size_of((ncclDataType_t)call.type);
	auto k = std::make_shared<Collective>();

	if (!n || comm->c->shared->joined < comm->c->n)
		return ncclInvalidUsage;
	check_dev_range(in, n, "NCCL, send");
	check_dev_range(out, n, "NCCL, receive");
	k->c = comm->c;
	k->call = call;
	k->in = (const char *)in;
	k->out = (char *)out;
	k->never = inject("ncclArrive");
	return enqueue_waiting(s, [k] { return k->go_on(); }) == cudaSuccess
		   ? ncclSuccess
		   : ncclUnhandledCudaError;
}

static bool all_joined(const Comm &c)
{
	if (c.shared->joined < c.n)
		return false;
	shm_unlink(c.name);
	return true;
}

#define INJ()                                     \
	do {                                      \
		if (inject(__func__))             \
			return ncclInternalError; \
	} while (0)

extern "C" {

const char *ncclGetErrorString(ncclResult_t rc)
{
	return rc == ncclRemoteError ? "another rank has gone"
				     : "made to fail by the emulator";
}

const char *ncclGetLastError(ncclComm_t)
{
	return "";
}

ncclResult_t ncclGetUniqueId(ncclUniqueId *id)
{
	static std::atomic<int> k;

	INJ();
	memset(id, 0, sizeof(*id));
	snprintf(id->internal, sizeof(id->internal), "/cudaemu-%d-%d-%lld",
		 (int)getpid(), k++, (long long)time(0));
	return ncclSuccess;
}

ncclResult_t ncclCommInitRankConfig(ncclComm_t *out, int n, ncclUniqueId id,
				    int rank, ncclConfig_t *config)
{
	auto c = std::make_shared<Comm>();
	int fd;
	void *p;

	INJ();
	if (n < 1 || n > RANKS || rank < 0 || rank >= n ||
	    config->blocking != 0)
		return ncclInvalidArgument;
	fd = shm_open(id.internal, O_CREAT | O_RDWR, 0600);
	if (fd < 0 || ftruncate(fd, sizeof(Shared)) < 0)
		return ncclSystemError;
	p = mmap(0, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return ncclSystemError;
	c->shared = (Shared *)p;
	c->n = n;
	c->rank = rank;
	memcpy(c->name, id.internal, sizeof(c->name));
	c->shared->joined++;
	*out = new ncclComm{c};
	return ncclInProgress;
}

ncclResult_t ncclCommGetAsyncError(ncclComm_t comm, ncclResult_t *state)
{
	Comm &c = *comm->c;

	*state = inject(__func__)    ? ncclRemoteError
		 : c.shared->aborted ? ncclRemoteError
		 : all_joined(c)     ? ncclSuccess
				     : ncclInProgress;
	return ncclSuccess;
}

ncclResult_t ncclCommFinalize(ncclComm_t)
{
	INJ();
	return ncclSuccess;
}

ncclResult_t ncclCommDestroy(ncclComm_t comm)
{
	delete comm;
	return ncclSuccess;
}

ncclResult_t ncclCommAbort(ncclComm_t comm)
{
	comm->c->dropped = true;
	comm->c->shared->aborted = 1;
	shm_unlink(comm->c->name);
	return ncclCommDestroy(comm);
}

ncclResult_t ncclAllReduce(const void *in, void *out, size_t n,
			   ncclDataType_t type, ncclRedOp_t op, ncclComm_t comm,
			   cudaStream_t s)
{
	INJ();
	return start(comm, Call{ALL_REDUCE, type, op, 0, n}, in, out, s);
}

ncclResult_t ncclBroadcast(const void *in, void *out, size_t n,
			   ncclDataType_t type, int root, ncclComm_t comm,
			   cudaStream_t s)
{
	INJ();
	return start(comm, Call{BROADCAST, type, 0, root, n}, in, out, s);
}

} // extern "C"
