/*
 * kernel -- what kernels share: launching, sums over warps and blocks,
 * weights of any float type.  For .cu files only.
 */
#ifndef UMIE_CUDA_KERNEL_H
#define UMIE_CUDA_KERNEL_H

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include "cuda/cuda.h"

enum { THREADS = 256, WARP = 32 };
#define ALL_LANES 0xffffffffu

/*
 * Run `kernel` on `blocks` (at least one) of `threads` threads; an int, 0 or
 * the error.  cudaLaunchKernelEx() is what nvcc and the emulator both know.
 */
#define LAUNCH(c, err, blocks, threads, kernel, ...)                           \
	[&]() -> int {                                                         \
		cudaLaunchConfig_t how = {};                                   \
		how.gridDim = dim3(blocks);                                    \
		how.blockDim = dim3(threads);                                  \
		how.stream = (c)->stream;                                      \
		return cuda_check(                                             \
		    c, cudaLaunchKernelEx(&how, kernel, __VA_ARGS__), #kernel, \
		    err);                                                      \
	}()

/* The same with one thread for each of n things; nothing when n is 0. */
#define LAUNCH_EACH(c, err, n, kernel, ...)                                   \
	((n) == 0 ? 0                                                         \
		  : LAUNCH(c, err, (unsigned)(((n) + THREADS - 1) / THREADS), \
			   THREADS, kernel, __VA_ARGS__))

/* Which thing is this thread's. */
__device__ static inline int64_t own_index(void)
{
	return (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
}

__device__ static inline float wide(float v)
{
	return v;
}

__device__ static inline float wide(__half v)
{
	return __half2float(v);
}

__device__ static inline float wide(__nv_bfloat16 v)
{
	return __bfloat162float(v);
}

/* statement with T bound to the element type of tensor w */
#define WITH_TYPE(w, statement)                     \
	do {                                        \
		if ((w)->dtype == DT_F16) {         \
			typedef __half T;           \
			statement;                  \
		} else if ((w)->dtype == DT_BF16) { \
			typedef __nv_bfloat16 T;    \
			statement;                  \
		} else {                            \
			typedef float T;            \
			statement;                  \
		}                                   \
	} while (0)

template <class T> __device__ static inline T warp_sum(T v)
{
#pragma unroll
	for (int o = WARP / 2; o > 0; o /= 2)
		v += __shfl_xor_sync(ALL_LANES, v, o);
	return v;
}

__device__ static inline float warp_max(float v)
{
#pragma unroll
	for (int o = WARP / 2; o > 0; o /= 2)
		v = fmaxf(v, __shfl_xor_sync(ALL_LANES, v, o));
	return v;
}

/* What every warp has, put together for every thread, in a fixed order. */
template <class T, class F>
__device__ static inline T block_join(T v, T *room, F join)
{
	__syncthreads(); /* the room may still be read from before */
	if (threadIdx.x % WARP == 0)
		room[threadIdx.x / WARP] = v;
	__syncthreads();
	v = room[0];
	for (unsigned w = 1; w < blockDim.x / WARP; w++)
		v = join(v, room[w]);
	return v;
}

struct sum_of {
	template <class T> __device__ T operator()(T a, T b) const
	{
		return a + b;
	}
};

struct larger_of {
	__device__ float operator()(float a, float b) const
	{
		return fmaxf(a, b);
	}
};

/*
 * The sum over the block, for every thread of it.  `room`: shared, one place
 * for each warp.
 */
template <class T> __device__ static inline T block_sum(T v, T *room)
{
	return block_join(warp_sum(v), room, sum_of());
}

__device__ static inline float block_max(float v, float *room)
{
	return block_join(warp_max(v), room, larger_of());
}

/* Keep the first error that a kernel finds. */
__device__ static inline void set_fault(struct fault *f, int op, int value,
					int limit)
{
	if (atomicCAS(&f->op, 0, op + 1) == 0) {
		f->value = value;
		f->limit = limit;
	}
}

/* Number `index` of a stream, as rng_uniform(). */
__device__ static inline float uniform(const struct rng_key &key,
				       uint64_t index)
{
	unsigned at = (unsigned)index % 4;
	uint32_t out[4], bits;

	rng_block(&key, index / 4, out);
	/* An index would move the four numbers out of registers. */
	bits =
	    at < 2 ? (at == 0 ? out[0] : out[1]) : (at == 2 ? out[2] : out[3]);
	return (float)(bits >> 8) * 0x1p-24f;
}

#endif
