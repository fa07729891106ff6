/*
 * vec-gemv -- the kernel of decoding: a weight against at most eight rows.
 *
 * Every product of a row of w and a row of x has an accumulator of its own,
 * filled in the same order whatever stands beside it: a result depends on
 * its two rows only.
 */
#ifndef UMIE_CPU_VEC_GEMV_H
#define UMIE_CPU_VEC_GEMV_H

#include "src/cpu/vec-lanes.h"
#include "src/cpu/vec.h"

/* Rows of w taken at once for 1, 2 and up to 4 rows of x. */
#if defined(__AVX512F__)
enum { GEMV_1 = 8, GEMV_2 = 8, GEMV_4 = 4, GEMV_4_F32 = 3 };
#elif defined(__AVX__)
enum { GEMV_1 = 8, GEMV_2 = 4, GEMV_4 = 2, GEMV_4_F32 = 2 };
#else
enum { GEMV_1 = 8, GEMV_2 = 4, GEMV_4 = 2, GEMV_4_F32 = 2 };
#endif

/*
 * R rows of w from r0 on against M rows of x from m0 on, of which those below
 * g->M are there.  What the next R rows will need is asked for ahead, into
 * the second-level cache: 20 to 24 GB/s per core where the first level gave
 * 10 to 18.
 */
INLINE void gemv_block(const struct vec_gemv *g, enum dtype d, int R, int M,
		       int64_t r0, int m0)
{
	size_t size = d == DT_F32 ? 4 : 2, ld = (size_t)g->ldw * size;
	const char *w = (const char *)g->w + (size_t)r0 * ld;
	int64_t k = 0, tail = g->K % LANES;
	const float *x[4];
	VF acc[8][4] = {0};

	for (int m = 0; m < M; m++)
		x[m] = g->x + (m0 + m < g->M ? m0 + m : 0) * g->ldx;
	for (; k < g->K - tail; k += LANES) {
		VF xk[4];

		for (int m = 0; m < M; m++)
			xk[m] = load_f32(x[m] + k);
#pragma GCC unroll 8
		for (int r = 0; r < R; r++) {
			const char *row = w + (size_t)r * ld;
			VF v = load(d, row, k);

			__builtin_prefetch(row + R * ld + (size_t)k * size, 0,
					   2);
			for (int m = 0; m < M; m++)
				acc[r][m] += v * xk[m];
		}
	}
	for (int r = 0; tail && r < R; r++) {
		VF v = load_tail(d, w + (size_t)r * ld, k, tail);

		for (int m = 0; m < M; m++)
			acc[r][m] += v * load_tail(DT_F32, x[m], k, tail);
	}
	for (int r = 0; r < R; r++)
		for (int m = 0; m < M && m0 + m < g->M; m++) {
			int64_t i = (m0 + m) * g->ldy + r0 + r;

			g->y[i] = reduce(acc[r][m]) +
				  (g->b ? g->b[r0 + r] : 0) +
				  (g->res ? g->res[i] : 0);
		}
}

/*
 * All rows of w, R at a time and then one at a time.  When there are more
 * rows of x than M, the second turn finds those of w in the cache.
 */
INLINE void gemv_rows(const struct vec_gemv *g, enum dtype d, int R, int M)
{
	int64_t r = 0;

	for (; r + R <= g->rows; r += R)
		for (int m = 0; m < g->M; m += M)
			gemv_block(g, d, R, M, r, m);
	for (; r < g->rows; r++)
		for (int m = 0; m < g->M; m += M)
			gemv_block(g, d, 1, M, r, m);
}

INLINE void gemv_of(const struct vec_gemv *g, enum dtype d)
{
	if (g->M == 1)
		gemv_rows(g, d, GEMV_1, 1);
	else if (g->M == 2)
		gemv_rows(g, d, GEMV_2, 2);
	else
		gemv_rows(g, d, d == DT_F32 ? GEMV_4_F32 : GEMV_4, 4);
}

#endif
