/*
 * vec-winograd -- Winograd's convolution F(4x4, 3x3): tile transforms and the
 * product between them.
 *
 * Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR
 * 2016: points 0, 1, -1, 2, -2 and infinity.  Part of vec.c, which is
 * compiled once for each instruction set.
 */
#ifndef UMIE_CPU_VEC_WINOGRAD_H
#define UMIE_CPU_VEC_WINOGRAD_H

#include "src/cpu/vec-lanes.h"
#include "src/cpu/vec.h"

/* Six numbers of the input to the six points; the stride of both is `s`. */
INLINE void points(VF *x, int s)
{
	VF a = x[4 * s] - 4 * x[2 * s], b = x[3 * s] - 4 * x[s];
	VF c = x[4 * s] - x[2 * s], d = 2 * (x[3 * s] - x[s]);
	VF first = 4 * x[0] - 5 * x[2 * s] + x[4 * s];
	VF last = 4 * x[s] - 5 * x[3 * s] + x[5 * s];

	x[0] = first;
	x[s] = a + b;
	x[2 * s] = a - b;
	x[3 * s] = c + d;
	x[4 * s] = c - d;
	x[5 * s] = last;
}

/* Six points to the four numbers of the output, in x[0 … 3]. */
INLINE void unpoints(VF *x, int s)
{
	VF a = x[s] + x[2 * s], b = x[s] - x[2 * s];
	VF c = x[3 * s] + x[4 * s], d = x[3 * s] - x[4 * s];

	x[0] = x[0] + a + c;
	x[s] = b + 2 * d;
	x[2 * s] = a + 4 * c;
	x[3 * s] = b + 8 * d + x[5 * s];
}

/*
 * R rows of x against one panel of w.  Every number has an accumulator of its
 * own, filled in the order of k: it depends neither on R nor on the panel.
 */
INLINE void panel_block(int R, int64_t K, const float *x, int64_t ldx,
			const float *w, float *y, int64_t ldy)
{
	enum { WIDE = VEC_PANEL / LANES };
	VF acc[12][WIDE] = {0};

	for (int64_t k = 0; k < K; k++) {
		VF v[WIDE];

#pragma GCC unroll 8
		for (int j = 0; j < WIDE; j++)
			v[j] = load_f32(w + k * VEC_PANEL + j * LANES);
#pragma GCC unroll 12
		for (int r = 0; r < R; r++)
#pragma GCC unroll 8
			for (int j = 0; j < WIDE; j++)
				acc[r][j] += x[r * ldx + k] * v[j];
	}
	for (int r = 0; r < R; r++)
		for (int j = 0; j < WIDE; j++)
			store_f32(y + r * ldy + j * LANES, acc[r][j]);
}

static void panel(int64_t M, int64_t K, const float *x, int64_t ldx,
		  const float *w, float *y, int64_t ldy)
{
	int64_t m = 0;

#if defined(__AVX512F__)
	for (; m + 12 <= M; m += 12)
		panel_block(12, K, x + m * ldx, ldx, w, y + m * ldy, ldy);
	for (; m + 4 <= M; m += 4)
		panel_block(4, K, x + m * ldx, ldx, w, y + m * ldy, ldy);
#elif defined(__AVX__)
	for (; m + 3 <= M; m += 3)
		panel_block(3, K, x + m * ldx, ldx, w, y + m * ldy, ldy);
#endif
	for (; m < M; m++)
		panel_block(1, K, x + m * ldx, ldx, w, y + m * ldy, ldy);
}

static void winograd_in(int64_t n, const float *const *x, float *v,
			int64_t step)
{
	for (int64_t c = 0; c < n; c += LANES) {
		VF t[36];

		for (int i = 0; i < 36; i++)
			t[i] = load_f32(x[i] + c);
		for (int i = 0; i < 6; i++)
			points(t + i, 6);
		for (int i = 0; i < 6; i++)
			points(t + 6 * i, 1);
		for (int i = 0; i < 36; i++)
			store_f32(v + i * step + c, t[i]);
	}
}

static void winograd_out(int64_t n, const float *m, int64_t step,
			 const float *bias, bool relu, float *const *y)
{
	const VF zero = {0};

	for (int64_t c = 0; c < n; c += LANES) {
		VF t[36], b = bias ? load_f32(bias + c) : zero;

		for (int i = 0; i < 36; i++)
			t[i] = load_f32(m + i * step + c);
		for (int i = 0; i < 6; i++)
			unpoints(t + i, 6);
		for (int i = 0; i < 4; i++)
			unpoints(t + 6 * i, 1);
		for (int i = 0; i < 16; i++) {
			VF v = t[i / 4 * 6 + i % 4] + b;

			if (relu) /* a NaN stays */
				v = (VF)((VU)v & ~(VU)(v < zero));
			if (y[i])
				store_f32(y[i] + c, v);
		}
	}
}

#endif
