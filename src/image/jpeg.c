#include "src/image/jpeg.h"

/* Fixed point: 13 bits of fraction, 2 more kept between the passes. */
enum { BITS = 13, KEPT = 2 };

static uint8_t clip8(int64_t v)
{
	return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

/*
 * Eight-point inverse DCT by Loeffler, Ligtenberg and Moschytz (ICASSP 1989):
 * `v` is replaced by the results, scaled by 2^BITS * sqrt(8).  64 bits,
 * because coefficients of a broken file may be anything.
 */
static void idct8(int64_t v[8])
{
	int64_t turn = (v[2] + v[6]) * 4433; /* 0.541196100 */
	int64_t e2 = turn - v[6] * 15137;    /* 1.847759065 */
	int64_t e3 = turn + v[2] * 6270;     /* 0.765366865 */
	int64_t e0 = (v[0] + v[4]) * (1 << BITS);
	int64_t e1 = (v[0] - v[4]) * (1 << BITS);
	int64_t all = (v[7] + v[3] + v[5] + v[1]) * 9633; /* 1.175875602 */
	int64_t a = (v[7] + v[1]) * -7373;                /* 0.899976223 */
	int64_t b = (v[5] + v[3]) * -20995;               /* 2.562915447 */
	int64_t c = (v[7] + v[3]) * -16069 + all;         /* 1.961570560 */
	int64_t d = (v[5] + v[1]) * -3196 + all;          /* 0.390180644 */
	int64_t o0 = v[7] * 2446 + a + c;                 /* 0.298631336 */
	int64_t o1 = v[5] * 16819 + b + d;                /* 2.053119869 */
	int64_t o2 = v[3] * 25172 + b + c;                /* 3.072711026 */
	int64_t o3 = v[1] * 12299 + a + d;                /* 1.501321110 */

	v[0] = e0 + e3 + o3;
	v[7] = e0 + e3 - o3;
	v[1] = e1 + e2 + o2;
	v[6] = e1 + e2 - o2;
	v[2] = e1 - e2 + o1;
	v[5] = e1 - e2 - o1;
	v[3] = e0 - e3 + o0;
	v[4] = e0 - e3 - o0;
}

/* v / 2^n, rounded to nearest. */
static int64_t scaled(int64_t v, int n)
{
	return (v + ((int64_t)1 << (n - 1))) >> n;
}

void jpeg_idct(uint8_t *out, int stride, short data[64])
{
	int64_t v[8], middle[64];

	for (int x = 0; x < 8; x++) {
		for (int y = 0; y < 8; y++)
			v[y] = data[8 * y + x];
		idct8(v);
		for (int y = 0; y < 8; y++)
			middle[8 * y + x] = scaled(v[y], BITS - KEPT);
	}
	for (int y = 0; y < 8; y++, out += stride) {
		idct8(middle + 8 * y);
		for (int x = 0; x < 8; x++)
			out[x] = clip8(
			    128 + scaled(middle[8 * y + x], BITS + KEPT + 3));
	}
}

/* Rows too narrow to blend. */
static uint8_t *repeat(uint8_t *out, const uint8_t *in, int w)
{
	for (int i = 0; i < w; i++)
		out[2 * i] = out[2 * i + 1] = in[i];
	return out;
}

/*
 * Each sample is three parts of its own and one of its neighbour; halves are
 * rounded up and down in turn.
 */
uint8_t *jpeg_widen(uint8_t *out, uint8_t *near, uint8_t *far, int w, int hs)
{
	(void)far;
	(void)hs;
	if (w <= 2)
		return repeat(out, near, w);
	out[0] = near[0];
	for (int i = 0; i + 1 < w; i++) {
		out[2 * i + 1] = (uint8_t)((3 * near[i] + near[i + 1] + 2) / 4);
		out[2 * i + 2] = (uint8_t)((3 * near[i + 1] + near[i] + 1) / 4);
	}
	out[2 * w - 1] = near[w - 1];
	return out;
}

uint8_t *jpeg_widen_hv(uint8_t *out, uint8_t *near, uint8_t *far, int w, int hs)
{
	int a, b = 3 * near[0] + far[0];

	(void)hs;
	if (w <= 2)
		return repeat(out, near, w);
	out[0] = (uint8_t)((4 * b + 8) / 16);
	for (int i = 0; i + 1 < w; i++) {
		a = b;
		b = 3 * near[i + 1] + far[i + 1];
		out[2 * i + 1] = (uint8_t)((3 * a + b + 7) / 16);
		out[2 * i + 2] = (uint8_t)((3 * b + a + 8) / 16);
	}
	out[2 * w - 1] = (uint8_t)((4 * b + 7) / 16);
	return out;
}

void jpeg_to_rgb(uint8_t *out, const uint8_t *y, const uint8_t *cb,
		 const uint8_t *cr, int n, int step)
{
	enum { HALF = 1 << 15 };

	for (int i = 0; i < n; i++, out += step) {
		int blue = cb[i] - 128, red = cr[i] - 128;

		/* 1.402, 0.34414, 0.71414, 1.772 times 2^16 */
		out[0] = clip8(y[i] + ((91881 * red + HALF) >> 16));
		out[1] =
		    clip8(y[i] + ((-22554 * blue - 46802 * red + HALF) >> 16));
		out[2] = clip8(y[i] + ((116130 * blue + HALF) >> 16));
		if (step == 4)
			out[3] = 255;
	}
}
