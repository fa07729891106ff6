/*
 * cpu -- the CPU backend's own things, shared by its op files.
 *
 * One file per family of ops.  Matrix products and convolutions go through
 * oneDNN (dnn-*.c, the only files that know its API); the rest is our own
 * vector code (vec.c, compiled once for each instruction set and chosen when
 * the backend opens) on the same OpenMP threads.  Work is split so that the
 * result does not depend on the number of threads.
 */
#ifndef UMIE_CPU_CPU_H
#define UMIE_CPU_CPU_H

#ifdef _OPENMP
#include <omp.h>
#endif

#include "src/base/arena.h"
#include "src/tensor/backend.h"

struct vec;      /* vec.h: kernels of the chosen instruction set */
struct dnn;      /* dnn.h: oneDNN engine, stream, primitives, packed weights */
struct winograd; /* winograd.h: a kernel made ready */

struct cpu {
	struct backend base; /* first: a struct backend * is a struct cpu * */
	int threads;
	bool bf16;
	const struct vec *vec;
	struct dnn *dnn;           /* owned */
	struct winograd *winograd; /* owned list */
	struct arena scratch;      /* reset at the start of every op */
};

static inline struct cpu *cpu_of(struct backend *be)
{
	return (struct cpu *)be;
}

/*
 * `n` bytes for large arrays: in huge pages where the system has them, which
 * is a quarter more speed when weights are read.  For free(); NULL when there
 * is no memory.
 */
void *cpu_memory(size_t n);

/* Threads for a loop over `work` elements: all, or 1 when it is small. */
int cpu_split(const struct cpu *c, int64_t work);

/* The number of the calling thread in its loop; 0 without OpenMP. */
static inline int cpu_thread(void)
{
#ifdef _OPENMP
	return omp_get_thread_num();
#else
	return 0;
#endif
}

/*
 * A contiguous weight of any float type as f32: its own data, or a copy in
 * the scratch arena.  NULL gives NULL.
 */
const float *cpu_wide(struct cpu *c, const struct tensor *w);

/* sum[i] += x[i], i < n */
void cpu_add_to(struct cpu *c, float *sum, const float *x, int64_t n);

/* Every op: cpu_NAME and, when taped, cpu_NAME_backward. */
#define CPU_TAPED(upper, lower) op_fn cpu_##lower, cpu_##lower##_backward;
#define CPU_PLAIN(upper, lower) op_fn cpu_##lower;
OPS_TAPED(CPU_TAPED)
OPS_PLAIN(CPU_PLAIN)
#undef CPU_TAPED
#undef CPU_PLAIN

#endif
