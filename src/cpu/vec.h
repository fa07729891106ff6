/*
 * vec -- our own vector code, in plain C, compiled once for each
 * instruction set.
 *
 * vec.c is built three times with -DVEC_ISA=base, avx2 and avx512 (only base
 * on other machines than x86-64); vec_nth(0) is the best that runs here.
 * Kernels work on one row or one run of numbers, never start threads and never
 * allocate.  n is a number of elements; arrays need no alignment and must not
 * overlap unless said.
 */
#ifndef UMIE_CPU_VEC_H
#define UMIE_CPU_VEC_H

#include <stdint.h>

#include "src/base/rng.h"
#include "src/tensor/tensor.h"

/* Most rows of x that gemv takes. */
enum { VEC_GEMV_ROWS = 8 };

/* Columns of a panel, a whole number of registers everywhere. */
enum { VEC_PANEL = 32 };

/*
 * y[m*ldy + r] = b[r] + res[m*ldy + r] + sum over k of w[r*ldw + k] *
 * x[m*ldx + k] for r < rows and m < M <= VEC_GEMV_ROWS.  w is F32, F16 or
 * BF16; b and res may be NULL.  What comes out for (m, r) depends on neither M
 * nor rows.
 */
struct vec_gemv {
	const void *w;
	enum dtype dtype;
	int64_t ldw, rows, K;
	const float *x;
	int64_t ldx;
	int M;
	const float *b, *res;
	float *y;
	int64_t ldy;
};

/* The numbers of one AdamW step, the bias corrections worked in. */
struct vec_adamw {
	float scale;  /* of the gradient */
	float shrink; /* 1 - lr*decay */
	float beta1, beta2;
	float lr;   /* lr / (1 - beta1^step) */
	float root; /* 1 / sqrt(1 - beta2^step) */
	float eps;
};

struct vec {
	const char *name;

	/* dst = src as f32; d is F32, F16 or BF16 */
	void (*widen)(int64_t n, enum dtype d, const void *src, float *dst);
	void (*gemv)(const struct vec_gemv *g);
	float (*dot)(int64_t n, const float *a, const float *b);
	double (*sum_squares)(int64_t n, const float *x);
	void (*axpy)(int64_t n, float s, const float *x,
		     float *y); /* y += s*x */
	/* y += s*a*b */
	void (*muladd)(int64_t n, float s, const float *a, const float *b,
		       float *y);
	/* y = a + b and y = a * b; y may be a or b */
	void (*add)(int64_t n, const float *a, const float *b, float *y);
	void (*mul)(int64_t n, const float *a, const float *b, float *y);
	/* o (n) = sum over j < rows of p[j] * v[j*ldv ...] */
	void (*mix)(int64_t rows, int64_t n, const float *p, const float *v,
		    int64_t ldv, float *o);

	float (*max)(int64_t n, const float *x); /* -inf when n is 0 */
	double (*sum)(int64_t n, const float *x);
	/* sum of exp(x - shift) */
	double (*sum_exp)(int64_t n, const float *x, float shift);
	/* y += s * exp(x - shift) + t */
	void (*add_exp)(int64_t n, const float *x, float shift, float s,
			float t, float *y);
	/* x = x*scale + bias, -inf where mask is 0; both may be NULL */
	void (*logits)(int64_t n, float scale, const float *bias,
		       const uint8_t *mask, float *x);
	/* In place.  -inf gives 0; a row of -inf only gives zeros. */
	void (*softmax)(int64_t n, float *x);
	/* dp becomes p * (dp - sum(dp*p)) */
	void (*softmax_back)(int64_t n, const float *p, float *dp);

	/* y = w * x * r; returns r = 1/sqrt(mean(x^2) + eps) */
	float (*rmsnorm)(int64_t n, const float *x, const float *w, float eps,
			 float *y);
	/* dx += …; r as returned by rmsnorm */
	void (*rmsnorm_back)(int64_t n, const float *x, const float *w, float r,
			     const float *dy, float *dx);
	/* y = gelu_new(a) * b */
	void (*geglu)(int64_t n, const float *a, const float *b, float *y);
	/* da += …, db += …; either may be NULL */
	void (*geglu_back)(int64_t n, const float *a, const float *b,
			   const float *dy, float *da, float *db);
	/* keep[i] = number start+i of the stream >= p ? 1/(1-p) : 0 */
	void (*dropout)(int64_t n, const struct rng_key *key, uint64_t start,
			float p, float *keep);
	void (*adamw)(int64_t n, const struct vec_adamw *a, float *p,
		      const float *g, float *m, float *v);

	/* y (M,VEC_PANEL) = x (M,K) w (K,VEC_PANEL); w without gaps */
	void (*panel)(int64_t M, int64_t K, const float *x, int64_t ldx,
		      const float *w, float *y, int64_t ldy);
	/*
	 * Winograd F(4x4, 3x3) for n channels, n a multiple of 16.  in: a tile
	 * of 6x6 cells to its 36 points, `step` elements apart.  out: 36 points
	 * to 4x4 cells, plus bias (may be NULL), then relu; cells that are NULL
	 * are left out.
	 */
	void (*winograd_in)(int64_t n, const float *const *x, float *v,
			    int64_t step);
	void (*winograd_out)(int64_t n, const float *m, int64_t step,
			     const float *bias, bool relu, float *const *y);
};

extern const struct vec vec_base, vec_avx2, vec_avx512;

/* Those that this machine runs, the fastest first; NULL after the last. */
const struct vec *vec_nth(int i);

#endif
