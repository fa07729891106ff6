/*
 * cast -- f32 to bf16, to nearest even, and back; for both plugins.
 */
#ifndef UMIE_CUDA_CAST_H
#define UMIE_CUDA_CAST_H

#include <cuda_runtime_api.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* n > 0 numbers, on stream s. */
cudaError_t cuda_cast_narrow(int64_t n, const float *from, void *to,
			     cudaStream_t s);
cudaError_t cuda_cast_widen(int64_t n, const void *from, float *to,
			    cudaStream_t s);

#ifdef __cplusplus
}
#endif
#endif
