/*
 * emu -- what the files of the emulator share.
 */
#ifndef UMIE_TESTS_CUDAEMU_EMU_H
#define UMIE_TESTS_CUDAEMU_EMU_H

#include <cstdint>
#include <functional>

#include <cuda_runtime.h>

namespace cudaemu
{

/* Settings; see control.h. */
struct Options {
	bool lazy, late, protect, trace, no_algorithm, fenced;
	int order; /* 0 fwd, 1 rev, 2 random */
	uint64_t random;
	int devices;
	size_t memory;
};
extern Options opt;
uint64_t rnd();

/* Print "cudaemu: ERROR: …" and abort. */
void report(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Whether this call shall fail; every stand-in asks first. */
bool inject(const char *api);

/*
 * Run `f` when the stream gets to it.  check: of the memory it names, done
 * already; a graph that it is captured into does it again at each launch.
 */
cudaError_t enqueue(cudaStream_t st, std::function<void()> f,
		    std::function<void()> check = {});
/* The same again and again until `f` says that it is done. */
cudaError_t enqueue_waiting(cudaStream_t st, std::function<bool()> f,
			    std::function<void()> check = {});

/* n bytes at p are within one allocation of the device. */
bool check_dev_range(const void *p, size_t n, const char *what);
/* Make device memory accessible (+1), or not any more (-1). */
void open_mem(int d);

struct Launch;
void run_kernel(const Launch &l, const std::function<void()> &body);

} // namespace cudaemu
#endif
