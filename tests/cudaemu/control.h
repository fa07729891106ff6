/*
 * control -- what a test may ask of the emulated device.
 *
 * The same settings are read from the environment when the program starts:
 * CUDAEMU_ORDER=fwd|rev|rand:SEED, CUDAEMU_STREAMS=eager|lazy|late,
 * CUDAEMU_PROTECT=1 (host code cannot touch device memory), CUDAEMU_MEM=BYTES,
 * CUDAEMU_DEVICES=N, CUDAEMU_FAIL=NAME:N (that call fails the N-th time;
 * ncclArrive:N is the N-th sum, which this rank never joins), CUDAEMU_TRACE=1,
 * CUDAEMU_TRUTH=1 (see truth.h).
 */
#ifndef UMIE_TESTS_CUDAEMU_CONTROL_H
#define UMIE_TESTS_CUDAEMU_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Order of threads and blocks: "fwd", "rev", "rand:SEED". */
void cudaemu_set_order(const char *order);
/* lazy: queued work runs only when somebody waits for it. */
void cudaemu_set_lazy(bool lazy);
/*
 * "eager", "lazy", "late": the first stream of a device runs only when another
 * waits for it, and the others at once.
 */
void cudaemu_set_streams(const char *how);
/* How many devices there are from now on. */
void cudaemu_set_devices(int n);
/*
 * Device memory from now on ends at a page that cannot be touched: reading or
 * writing behind it kills the program.
 */
void cudaemu_set_fenced(bool fenced);
/* The n-th call of the runtime or a library from now on fails; 0: none. */
void cudaemu_fail_at(long n);
/* The next call of this name ("cudaGraphLaunch") fails; borrowed. */
void cudaemu_fail_next(const char *name);
/*
 * Every n-th call from now on is made to fail (0: none), each in a copy of the
 * program that is forked for it and has to end by itself.
 */
void cudaemu_fail_each(int n);
long cudaemu_copy(void); /* in a copy: the call that failed; otherwise 0 */
/* How many ended with status 0, 2, or in any other way: 1. */
long cudaemu_copies(int status);
/* cublasLt has no algorithm for any shape: the caller's own kernel runs. */
void cudaemu_set_no_algorithm(bool none);
/* Calls so far that could have been made to fail. */
long cudaemu_calls(void);
long cudaemu_calls_of(const char *name); /* "cudaMalloc" */
/* With CUDAEMU_TRUTH=1: calls to which the true libraries said the same. */
long cudaemu_agreements(void);
/* Bytes allocated now, and cudaMalloc calls so far. */
size_t cudaemu_device_bytes(void);
size_t cudaemu_pinned_bytes(void);
long cudaemu_allocations(void);
/* Streams, events and graphs that were not destroyed. */
long cudaemu_objects(void);
/* Nothing was written just before or behind any allocation. */
bool cudaemu_guards_intact(void);

#ifdef __cplusplus
}
#endif
#endif
