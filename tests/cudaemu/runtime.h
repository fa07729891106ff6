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

/* Fail with `e` when this call shall. */
#define INJ(e)                         \
	do {                           \
		if (inject(__func__))  \
			return ret(e); \
	} while (0)

} // namespace cudaemu
#endif
