// Streams, events, and what is launched on them.
#include "tests/cudaemu/control.h"
#include "tests/cudaemu/cudaemu.h"
#include "tests/cudaemu/runtime.h"

#include <time.h>

#include <deque>
#include <map>

using namespace cudaemu;

static long objects;

long cudaemu_objects(void)
{
	return objects;
}

/* Each piece of work says whether it is done; a sum over ranks may wait. */
struct CUstream_st {
	std::deque<std::function<bool()>> q;
	uint64_t enq = 0, done = 0;
	int dev = 0;
	bool lies_still = false; /* with CUDAEMU_STREAMS=late */
};
struct CUevent_st {
	CUstream_st *s = 0;
	uint64_t seq = 0;
};
static std::map<int, int> streams_of; // streams that a device has

static CUstream_st *stream_of(cudaStream_t s)
{
	if ((uintptr_t)s <= 2)
		report("work on the default stream");
	return s;
}

/* As much as can be done now; false: something waits for another rank. */
static bool drain(CUstream_st *s, uint64_t upto = ~0ull)
{
	for (;;) {
		std::function<bool()> f;
		bool done;

		{
			std::lock_guard<std::recursive_mutex> l(G);

			if (s->q.empty() || s->done >= upto)
				return true;
			f = std::move(s->q.front());
			s->q.pop_front();
		}
		open_mem(1);
		done = f();
		open_mem(-1);
		if (!done) {
			std::lock_guard<std::recursive_mutex> l(G);

			s->q.push_front(std::move(f));
			return false;
		}
		s->done++;
	}
}

/* The same until all is done, as the host waits. */
static void drain_all(CUstream_st *s, uint64_t upto = ~0ull)
{
	while (!drain(s, upto)) {
		timespec t = {0, 50000};

		nanosleep(&t, 0);
	}
}

namespace cudaemu
{

void count_object(int d)
{
	std::lock_guard<std::recursive_mutex> l(G);

	objects += d;
}

uint64_t queued(cudaStream_t st)
{
	return st->enq;
}

bool is_done(cudaStream_t st, uint64_t seq)
{
	return st->done >= seq;
}

cudaError_t enqueue(cudaStream_t st, std::function<void()> f,
		    std::function<void()> check)
{
	return enqueue_waiting(
	    st,
	    [f = std::move(f)] {
		    f();
		    return true;
	    },
	    std::move(check));
}

cudaError_t enqueue_waiting(cudaStream_t st, std::function<bool()> f,
			    std::function<void()> check)
{
	CUstream_st *s = stream_of(st);
	cudaError_t e;

	if (record(st, f, check, &e))
		return e;
	{
		std::lock_guard<std::recursive_mutex> l(G);

		s->q.push_back(std::move(f));
		s->enq++;
	}
	if (!opt.lazy && !(opt.late && s->lies_still))
		drain(s);
	return cudaSuccess;
}

cudaError_t launch(const Launch &L, std::function<void()> body,
		   std::function<void()> check)
{
	size_t n = (size_t)L.block.x * L.block.y * L.block.z;

	if (inject("cudaLaunchKernel"))
		return ret(cudaErrorLaunchOutOfResources);
	if (n == 0 || n > 1024 || L.block.z > 64 || !L.grid.x || !L.grid.y ||
	    !L.grid.z || L.grid.x > 2147483647u || L.grid.y > 65535 ||
	    L.grid.z > 65535 || L.smem > 0)
		return ret(cudaErrorInvalidConfiguration);
	return ret(enqueue(
	    L.stream, [L, body = std::move(body)] { run_kernel(L, body); },
	    std::move(check)));
}

} // namespace cudaemu

extern "C" {

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *s, unsigned)
{
	INJ(cudaErrorMemoryAllocation);
	*s = new CUstream_st;
	(*s)->dev = cur_dev;
	{
		std::lock_guard<std::recursive_mutex> l(G);

		(*s)->lies_still = streams_of[cur_dev]++ == 0;
		objects++;
	}
	return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t s)
{
	std::lock_guard<std::recursive_mutex> l(G);

	drain(s);
	streams_of[s->dev]--;
	delete s;
	objects--;
	return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t s)
{
	NOT_IN_CAPTURE();
	bool fails = inject(__func__);

	drain_all(stream_of(s));
	return ret(fails ? cudaErrorLaunchFailure : cudaSuccess);
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *e, unsigned)
{
	INJ(cudaErrorMemoryAllocation);
	std::lock_guard<std::recursive_mutex> l(G);

	*e = new CUevent_st;
	objects++;
	return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t e)
{
	std::lock_guard<std::recursive_mutex> l(G);

	delete e;
	objects--;
	return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t e, cudaStream_t st)
{
	INJ(cudaErrorUnknown);
	if (spoils_capture())
		report("an event recorded in a capture is not emulated");
	e->s = stream_of(st);
	e->seq = e->s->enq + 1;
	return ret(enqueue(st, [] {}));
}

cudaError_t cudaEventSynchronize(cudaEvent_t e)
{
	NOT_IN_CAPTURE();
	INJ(cudaErrorLaunchFailure);
	if (e->s)
		drain_all(e->s, e->seq);
	return cudaSuccess;
}

cudaError_t cudaEventQuery(cudaEvent_t e)
{
	NOT_IN_CAPTURE();
	INJ(cudaErrorLaunchFailure);
	if (e->s)
		drain(e->s, e->seq);
	return e->s && e->s->done < e->seq ? ret(cudaErrorNotReady)
					   : cudaSuccess;
}

/* What the event stands for now, not when the stream gets there. */
cudaError_t cudaStreamWaitEvent(cudaStream_t st, cudaEvent_t e, unsigned)
{
	CUstream_st *other = e->s;
	uint64_t seq = e->seq;

	INJ(cudaErrorUnknown);
	return ret(enqueue_waiting(st, [=] {
		if (other)
			drain(other, seq);
		return !other || other->done >= seq;
	}));
}

} // extern "C"
