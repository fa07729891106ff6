// Capture: what a stream is given becomes a graph, which is launched later.
#include "tests/cudaemu/control.h"
#include "tests/cudaemu/runtime.h"

#include <vector>

namespace cudaemu
{

/* Arguments are kept by value, as a graph keeps them. */
struct Node {
	std::function<bool()> run;
	std::function<void()> check;
};

} // namespace cudaemu

using namespace cudaemu;

struct CUgraph_st {
	std::vector<Node> nodes;
};
struct CUgraphExec_st {
	std::vector<Node> nodes;
	cudaStream_t stream = 0; // where it was launched last
	uint64_t seq = 0;
};

/* What the calling thread captures; a spoiled capture can only be ended. */
static thread_local struct {
	cudaStream_t stream;
	CUgraph_st *graph;
	bool spoiled;
} capture;

namespace cudaemu
{

bool record(cudaStream_t st, const std::function<bool()> &run,
	    const std::function<void()> &check, cudaError_t *e)
{
	if (!capture.graph || capture.stream != st)
		return false;
	*e = capture.spoiled ? cudaErrorStreamCaptureInvalidated : cudaSuccess;
	if (!capture.spoiled)
		capture.graph->nodes.push_back({run, check});
	return true;
}

bool spoils_capture()
{
	if (!capture.graph)
		return false;
	capture.spoiled = true;
	return true;
}

} // namespace cudaemu

extern "C" {

cudaError_t cudaStreamBeginCapture(cudaStream_t st, cudaStreamCaptureMode)
{
	INJ(cudaErrorUnknown);
	if (capture.graph)
		return ret(cudaErrorIllegalState);
	capture = {st, new CUgraph_st, false};
	count_object(1);
	return cudaSuccess;
}

/* However it ends, it ends. */
cudaError_t cudaStreamEndCapture(cudaStream_t st, cudaGraph_t *g)
{
	bool spoiled = inject(__func__) || capture.spoiled;
	CUgraph_st *graph = capture.graph;

	if (!graph || capture.stream != st)
		return ret(cudaErrorIllegalState);
	capture = {};
	*g = spoiled ? NULL : graph;
	if (!spoiled)
		return cudaSuccess;
	cudaGraphDestroy(graph);
	return ret(cudaErrorStreamCaptureInvalidated);
}

cudaError_t cudaGraphDestroy(cudaGraph_t g)
{
	delete g;
	count_object(-1);
	return cudaSuccess;
}

cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t *x, cudaGraph_t g,
					  unsigned long long)
{
	NOT_IN_CAPTURE();
	INJ(cudaErrorMemoryAllocation);
	*x = new CUgraphExec_st;
	(*x)->nodes = g->nodes;
	count_object(1);
	return cudaSuccess;
}

/* All its memory is looked at again: it may have been given back. */
cudaError_t cudaGraphLaunch(cudaGraphExec_t x, cudaStream_t st)
{
	INJ(cudaErrorUnknown);
	if (capture.graph)
		report("a graph launched into a capture is not emulated");
	for (const Node &n : x->nodes) {
		if (n.check)
			n.check();
		enqueue_waiting(st, n.run);
	}
	x->stream = st;
	x->seq = queued(st);
	return cudaSuccess;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t x)
{
	if (x->stream && !is_done(x->stream, x->seq))
		report("a graph is destroyed that may still run");
	delete x;
	count_object(-1);
	return cudaSuccess;
}

} // extern "C"
