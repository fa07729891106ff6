#include "cuda/cast.h"
#include "cuda/kernel.h"

__global__ void narrow_kernel(int64_t n, const float *from, __nv_bfloat16 *to)
{
	int64_t i = own_index();

	if (i < n)
		to[i] = __float2bfloat16(from[i]);
}

__global__ void widen_kernel(int64_t n, const __nv_bfloat16 *from, float *to)
{
	int64_t i = own_index();

	if (i < n)
		to[i] = __bfloat162float(from[i]);
}

/* One thread for each number. */
static cudaLaunchConfig_t each(int64_t n, cudaStream_t s)
{
	cudaLaunchConfig_t how = {};

	how.gridDim = dim3((unsigned)((n + THREADS - 1) / THREADS));
	how.blockDim = dim3(THREADS);
	how.stream = s;
	return how;
}

cudaError_t cuda_cast_narrow(int64_t n, const float *from, void *to,
			     cudaStream_t s)
{
	cudaLaunchConfig_t how = each(n, s);

	return cudaLaunchKernelEx(&how, narrow_kernel, n, from,
				  (__nv_bfloat16 *)to);
}

cudaError_t cuda_cast_widen(int64_t n, const void *from, float *to,
			    cudaStream_t s)
{
	cudaLaunchConfig_t how = each(n, s);

	return cudaLaunchKernelEx(&how, widen_kernel, n,
				  (const __nv_bfloat16 *)from, to);
}
