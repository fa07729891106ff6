/*
 * vec-lanes -- registers of the instruction set that is compiled for.
 *
 * GCC's and clang's vector types, as wide as a register; intrinsics only
 * where the compilers do not find the instruction themselves.
 */
#ifndef UMIE_CPU_VEC_LANES_H
#define UMIE_CPU_VEC_LANES_H

#include <string.h>
#ifdef __AVX__
#include <immintrin.h>
#endif

#include "src/tensor/tensor.h"

#if defined(__AVX512F__)
enum { BYTES = 64 };
#elif defined(__AVX__)
enum { BYTES = 32 };
#else
enum { BYTES = 16 };
#endif
enum { LANES = BYTES / 4 };

#define V(type, bytes) type __attribute__((vector_size(bytes)))
#define VF V(float, BYTES)
#define VU V(uint32_t, BYTES)
#define VH V(uint16_t, BYTES / 2)
#define INLINE static inline __attribute__((always_inline))

INLINE VF load_f32(const float *p)
{
	VF v;

	memcpy(&v, p, sizeof(v));
	return v;
}

INLINE void store_f32(float *p, VF v)
{
	memcpy(p, &v, sizeof(v));
}

INLINE VF load_bf16(const uint16_t *p)
{
	VU u;
#if defined(__AVX512F__)
	u = (VU)_mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)p));
#elif defined(__AVX2__)
	u = (VU)_mm256_cvtepu16_epi32(_mm_loadu_si128((const void *)p));
#else
	VH h;

	memcpy(&h, p, sizeof(h));
	u = __builtin_convertvector(h, VU);
#endif
	return (VF)(u << 16);
}

INLINE VF load_f16(const uint16_t *p)
{
#if defined(__AVX512F__)
	return _mm512_cvtph_ps(_mm256_loadu_si256((const void *)p));
#elif defined(__F16C__)
	return _mm256_cvtph_ps(_mm_loadu_si128((const void *)p));
#else
	float f[LANES];

	for (int i = 0; i < LANES; i++)
		f[i] = f16_to_f32(p[i]);
	return load_f32(f);
#endif
}

/* Elements i … i+LANES-1 of an array of type d, a constant. */
INLINE VF load(enum dtype d, const void *p, int64_t i)
{
	if (d == DT_BF16)
		return load_bf16((const uint16_t *)p + i);
	if (d == DT_F16)
		return load_f16((const uint16_t *)p + i);
	return load_f32((const float *)p + i);
}

/* The same for the last n < LANES elements: zeros follow. */
INLINE VF load_tail(enum dtype d, const void *p, int64_t i, int64_t n)
{
	unsigned char t[BYTES] = {0};
	size_t size = d == DT_F32 ? 4 : 2;

	memcpy(t, (const char *)p + (size_t)i * size, (size_t)n * size);
	return load(d, t, 0);
}

/* Always in the same order, so that equal inputs give equal sums. */
INLINE float reduce(VF v)
{
#if defined(__AVX512F__)
	V(float, 32)
	h = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
	    __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
#elif defined(__AVX__)
	VF h = v;
#endif
#if defined(__AVX__)
	V(float, 16)
	q = __builtin_shufflevector(h, h, 0, 1, 2, 3) +
	    __builtin_shufflevector(h, h, 4, 5, 6, 7);
#else
	VF q = v;
#endif
	return (q[0] + q[2]) + (q[1] + q[3]);
}

/*
 * exp: 2^n times a polynomial on [-ln2/2, ln2/2] (the coefficients of the
 * Cephes library), within 2 ulp.  Below the normal numbers 0; the largest
 * result is about 2.4e38.
 */
INLINE float exp_of(float x)
{
	const float round = 12582912; /* 1.5 * 2^23: rounds to integers */
	union {
		float f;
		uint32_t u;
	} n;
	float r, y, least = x;

	x = x > 88.37f ? 88.37f : x;
	x = x < -87.33f ? -87.33f : x;
	n.f = x * 1.44269504f + round;
	r = n.f - round;
	x -= r * 0.693359375f;
	x -= r * -2.12194440e-4f;
	y = 1.9875691500e-4f;
	y = y * x + 1.3981999507e-3f;
	y = y * x + 8.3334519073e-3f;
	y = y * x + 4.1665795894e-2f;
	y = y * x + 1.6666665459e-1f;
	y = y * x + 5.0000001201e-1f;
	y = y * x * x + x + 1;
	n.u = (n.u << 23) + 0x3f800000;
	return least < -87.33f ? 0 : y * n.f;
}

/*
 * gelu_new(z) = z/2 (1 + tanh(u)) = z / (1 + exp(-2u)) with
 * u = sqrt(2/pi) (z + 0.044715 z^3): no cancellation anywhere.
 */
INLINE float gelu_exponent(float z)
{
	return z * (-1.5957691216f - 0.0713548162726f * z * z);
}

/* d gelu_new(z) / dz, given e = exp(gelu_exponent(z)); e*s = 1 - s. */
INLINE float gelu_slope(float z, float e)
{
	float s = 1 / (1 + e);

	return s + z * s * (e * s) * (1.5957691216f + 0.2140644488178f * z * z);
}

#endif
