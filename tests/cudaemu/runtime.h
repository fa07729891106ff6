/*
 * runtime -- what the stand-ins for the runtime's calls share.
 */
#ifndef UMIE_TESTS_CUDAEMU_RUNTIME_H
#define UMIE_TESTS_CUDAEMU_RUNTIME_H

#include "tests/cudaemu/emu.h"

#include <mutex>

namespace cudaemu
{

extern std::recursive_mutex G;   /* guards the tables of all files */
extern thread_local int cur_dev; /* the calling thread's device */
cudaError_t ret(cudaError_t e);  /* e, kept for cudaGetLastError() */

/* One stream, event or graph more, or (-1) fewer. */
void count_object(int d);

/* stream.cpp: how much was queued, and whether so much is done. */
uint64_t queued(cudaStream_t st);
bool is_done(cudaStream_t st, uint64_t seq);

/* graph.cpp: true when the stream is captured; *e tells how that went. */
bool record(cudaStream_t st, const std::function<bool()> &run,
	    const std::function<void()> &check, cudaError_t *e);
/* Whether the calling thread captures; then that comes to nothing. */
bool spoils_capture();

/* A call that allocates or waits is an error while a stream is captured. */
#define NOT_IN_CAPTURE()                                               \
	do {                                                           \
		if (spoils_capture())                                  \
			return ret(cudaErrorStreamCaptureUnsupported); \
	} while (0)

/* Fail with `e` when this call shall. */
#define INJ(e)                         \
	do {                           \
		if (inject(__func__))  \
			return ret(e); \
	} while (0)

} // namespace cudaemu
#endif
