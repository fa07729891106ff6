#include "src/cpu/vec.h"

#include <math.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/cpu/vec-gemv.h"
#include "src/cpu/vec-lanes.h"
#include "src/cpu/vec-winograd.h"

#ifndef VEC_ISA
#define VEC_ISA base
#endif
#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)
#define TEXT2(a) #a
#define TEXT(a) TEXT2(a)

static void widen(int64_t n, enum dtype d, const void *src, float *dst)
{
	const uint16_t *h = src;
	int64_t i = 0;

	switch (d) {
	case DT_F32:
		memcpy(dst, src, (size_t)n * sizeof(*dst));
		return;
	case DT_BF16:
		for (; i + LANES <= n; i += LANES)
			store_f32(dst + i, load_bf16(h + i));
		for (; i < n; i++)
			dst[i] = bf16_to_f32(h[i]);
		return;
	case DT_F16:
		for (; i + LANES <= n; i += LANES)
			store_f32(dst + i, load_f16(h + i));
		for (; i < n; i++)
			dst[i] = f16_to_f32(h[i]);
		return;
	case DT_F64:
	case DT_I64:
	case DT_I32:
	case DT_I16:
	case DT_I8:
	case DT_U8:
	case DT_BOOL:
		break;
	}
	bug("vec widen of %s", dtype_name(d));
}

static void gemv(const struct vec_gemv *g)
{
	if (g->dtype == DT_BF16)
		gemv_of(g, DT_BF16);
	else if (g->dtype == DT_F16)
		gemv_of(g, DT_F16);
	else
		gemv_of(g, DT_F32);
}

static float dot(int64_t n, const float *a, const float *b)
{
	float s = 0;

#pragma omp simd reduction(+ : s)
	for (int64_t i = 0; i < n; i++)
		s += a[i] * b[i];
	return s;
}

static double sum_squares(int64_t n, const float *x)
{
	double s = 0;

#pragma omp simd reduction(+ : s)
	for (int64_t i = 0; i < n; i++)
		s += (double)x[i] * (double)x[i];
	return s;
}

static double sum(int64_t n, const float *x)
{
	double s = 0;

#pragma omp simd reduction(+ : s)
	for (int64_t i = 0; i < n; i++)
		s += (double)x[i];
	return s;
}

static void axpy(int64_t n, float s, const float *x, float *y)
{
#pragma omp simd
	for (int64_t i = 0; i < n; i++)
		y[i] += s * x[i];
}

static void muladd(int64_t n, float s, const float *a, const float *b, float *y)
{
#pragma omp simd
	for (int64_t i = 0; i < n; i++)
		y[i] += s * a[i] * b[i];
}

static void add(int64_t n, const float *a, const float *b, float *y)
{
#pragma omp simd
	for (int64_t i = 0; i < n; i++)
		y[i] = a[i] + b[i];
}

static void mul(int64_t n, const float *a, const float *b, float *y)
{
#pragma omp simd
	for (int64_t i = 0; i < n; i++)
		y[i] = a[i] * b[i];
}

static void mix(int64_t rows, int64_t n, const float *p, const float *v,
		int64_t ldv, float *o)
{
	int64_t c = 0;

	for (; c + 4 * LANES <= n; c += 4 * LANES) {
		VF acc[4] = {0};

		for (int64_t j = 0; j < rows; j++)
#pragma GCC unroll 4
			for (int i = 0; i < 4; i++)
				acc[i] += p[j] *
					  load_f32(v + j * ldv + c + i * LANES);
		for (int i = 0; i < 4; i++)
			store_f32(o + c + i * LANES, acc[i]);
	}
	for (; c + LANES <= n; c += LANES) {
		VF acc = {0};

		for (int64_t j = 0; j < rows; j++)
			acc += p[j] * load_f32(v + j * ldv + c);
		store_f32(o + c, acc);
	}
	for (; c < n; c++) {
		float acc = 0;

		for (int64_t j = 0; j < rows; j++)
			acc += p[j] * v[j * ldv + c];
		o[c] = acc;
	}
}

static float max(int64_t n, const float *x)
{
	float m = -INFINITY;
	int64_t i = 0;

	if (n >= LANES) {
		VF best = load_f32(x);
		float t[LANES];

		for (i = LANES; i + LANES <= n; i += LANES) {
			VF v = load_f32(x + i);
			VU more = (VU)(v > best);

			best = (VF)(((VU)v & more) | ((VU)best & ~more));
		}
		store_f32(t, best);
		for (int l = 0; l < LANES; l++)
			m = t[l] > m ? t[l] : m;
	}
	for (; i < n; i++)
		m = x[i] > m ? x[i] : m;
	return m;
}

static double sum_exp(int64_t n, const float *x, float shift)
{
	double s = 0;

#pragma omp simd reduction(+ : s)
	for (int64_t i = 0; i < n; i++)
		s += (double)exp_of(x[i] - shift);
	return s;
}

static void add_exp(int64_t n, const float *x, float shift, float s, float t,
		    float *y)
{
#pragma omp simd
	for (int64_t i = 0; i < n; i++)
		y[i] += s * exp_of(x[i] - shift) + t;
}

static void logits(int64_t n, float scale, const float *bias,
		   const uint8_t *mask, float *x)
{
	if (bias) {
#pragma omp simd
		for (int64_t i = 0; i < n; i++)
			x[i] = x[i] * scale + bias[i];
	} else if (scale != 1) {
#pragma omp simd
		for (int64_t i = 0; i < n; i++)
			x[i] *= scale;
	}
	if (mask) {
#pragma omp simd
		for (int64_t i = 0; i < n; i++)
			x[i] = mask[i] ? x[i] : -INFINITY;
	}
}

static void softmax(int64_t n, float *x)
{
	float shift = max(n, x), s = 0;

	if (shift == -INFINITY) {
		memset(x, 0, (size_t)n * sizeof(*x));
		return;
	}
#pragma omp simd reduction(+ : s)
	for (int64_t i = 0; i < n; i++) {
		float e = exp_of(x[i] - shift);

		x[i] = e;
		s += e;
	}
	s = 1 / s;
#pragma omp simd
	for (int64_t i = 0; i < n; i++)
		x[i] *= s;
}

static void softmax_back(int64_t n, const float *p, float *dp)
{
	float s = dot(n, p, dp);

#pragma omp simd
	for (int64_t i = 0; i < n; i++)
		dp[i] = p[i] * (dp[i] - s);
}

static float rmsnorm(int64_t n, const float *x, const float *w, float eps,
		     float *y)
{
	float r = 1 / sqrtf(dot(n, x, x) / (float)n + eps);

#pragma omp simd
	for (int64_t i = 0; i < n; i++)
		y[i] = w[i] * (x[i] * r);
	return r;
}

static void rmsnorm_back(int64_t n, const float *x, const float *w, float r,
			 const float *dy, float *dx)
{
	float s = 0;

#pragma omp simd reduction(+ : s)
	for (int64_t i = 0; i < n; i++)
		s += w[i] * dy[i] * x[i];
	s *= r * r / (float)n;
#pragma omp simd
	for (int64_t i = 0; i < n; i++)
		dx[i] += r * (w[i] * dy[i] - x[i] * s);
}

static void geglu(int64_t n, const float *a, const float *b, float *y)
{
#pragma omp simd
	for (int64_t i = 0; i < n; i++)
		y[i] = a[i] / (1 + exp_of(gelu_exponent(a[i]))) * b[i];
}

static void geglu_back(int64_t n, const float *a, const float *b,
		       const float *dy, float *da, float *db)
{
	if (da && db) {
#pragma omp simd
		for (int64_t i = 0; i < n; i++) {
			float e = exp_of(gelu_exponent(a[i]));

			da[i] += dy[i] * b[i] * gelu_slope(a[i], e);
			db[i] += dy[i] * a[i] / (1 + e);
		}
	} else if (da) {
#pragma omp simd
		for (int64_t i = 0; i < n; i++) {
			float e = exp_of(gelu_exponent(a[i]));

			da[i] += dy[i] * b[i] * gelu_slope(a[i], e);
		}
	} else if (db) {
#pragma omp simd
		for (int64_t i = 0; i < n; i++)
			db[i] +=
			    dy[i] * a[i] / (1 + exp_of(gelu_exponent(a[i])));
	}
}

static void dropout(int64_t n, const struct rng_key *key, uint64_t start,
		    float p, float *keep)
{
	enum { BLOCKS = 16 };
	uint32_t u[4 * BLOCKS];
	const float up = 1 / (1 - p);
	int64_t i = 0;

	while (i < n) {
		uint64_t at = start + (uint64_t)i;
		int skip = (int)(at % 4);
		int64_t count = MIN(n - i, 4 * BLOCKS - skip);

#pragma omp simd
		for (int b = 0; b < BLOCKS; b++)
			rng_block(key, at / 4 + (uint64_t)b, u + 4 * b);
		for (int64_t j = 0; j < count; j++) {
			uint32_t bits = u[skip + j] >> 8;

			keep[i + j] = (float)bits * 0x1p-24f >= p ? up : 0;
		}
		i += count;
	}
}

static void adamw(int64_t n, const struct vec_adamw *a, float *p,
		  const float *g, float *m, float *v)
{
	const struct vec_adamw c = *a;

#pragma omp simd
	for (int64_t i = 0; i < n; i++) {
		float gi = g[i] * c.scale;

		m[i] = c.beta1 * m[i] + (1 - c.beta1) * gi;
		v[i] = c.beta2 * v[i] + (1 - c.beta2) * gi * gi;
		p[i] = p[i] * c.shrink -
		       c.lr * m[i] / (sqrtf(v[i]) * c.root + c.eps);
	}
}

const struct vec PASTE(vec_, VEC_ISA) = {
    .name = TEXT(VEC_ISA),
    .widen = widen,
    .gemv = gemv,
    .dot = dot,
    .sum_squares = sum_squares,
    .axpy = axpy,
    .muladd = muladd,
    .add = add,
    .mul = mul,
    .mix = mix,
    .max = max,
    .sum = sum,
    .sum_exp = sum_exp,
    .add_exp = add_exp,
    .logits = logits,
    .softmax = softmax,
    .softmax_back = softmax_back,
    .rmsnorm = rmsnorm,
    .rmsnorm_back = rmsnorm_back,
    .geglu = geglu,
    .geglu_back = geglu_back,
    .dropout = dropout,
    .adamw = adamw,
    .panel = panel,
    .winograd_in = winograd_in,
    .winograd_out = winograd_out,
};
