#include "src/image/resize.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"

const struct image_norm IMAGE_NORM_CLIP = {
    .mean = {0.48145466f, 0.4578275f, 0.40821073f},
    .std = {0.26862954f, 0.26130258f, 0.27577711f},
};
const struct image_norm IMAGE_NORM_IMAGENET = {
    .mean = {0.485f, 0.456f, 0.406f},
    .std = {0.229f, 0.224f, 0.225f},
};

enum {
	WEIGHT_BITS = 22,
	HALF = 1 << (WEIGHT_BITS - 1),
	GROUP = 12, /* products summed side by side: a multiple of 3 */
};

/* One direction of a resize: outputs first … first + n of `out`. */
struct axis {
	int in, out, first, n;
	int taps;        /* room for weights per output */
	int *start;      /* first input of each output; owned */
	int *count;      /* inputs of each output; owned */
	int32_t *weight; /* n x taps; owned */
};

/* Cubic convolution kernel with a = -0.5. */
static double kernel(double x)
{
	const double a = -0.5;

	x = fabs(x);
	if (x < 1)
		return ((a + 2) * x - (a + 3)) * x * x + 1;
	if (x < 2)
		return (((x - 5) * x + 8) * x - 4) * a;
	return 0;
}

static int32_t fixed(double w)
{
	return (int32_t)(w * (1 << WEIGHT_BITS) + (w < 0 ? -0.5 : 0.5));
}

static void axis_init(struct axis *a, int in, int out, int first, int n)
{
	double scale = (double)in / out, wide = fmax(scale, 1);
	double support = 2 * wide, *w;

	*a = (struct axis){.in = in, .out = out, .first = first, .n = n};
	a->taps = (int)ceil(support) * 2 + 1;
	a->start = xcalloc((size_t)n, sizeof(int));
	a->count = xcalloc((size_t)n, sizeof(int));
	a->weight = xcalloc((size_t)n * (size_t)a->taps, sizeof(int32_t));
	w = xcalloc((size_t)a->taps, sizeof(double));
	for (int i = 0; i < n; i++) {
		double center = (first + i + 0.5) * scale, sum = 0;
		int lo = MAX((int)(center - support + 0.5), 0);
		int hi = MIN((int)(center + support + 0.5), in);

		for (int x = lo; x < hi; x++) {
			w[x - lo] = kernel((x - center + 0.5) * (1 / wide));
			sum += w[x - lo];
		}
		for (int x = lo; x < hi; x++)
			a->weight[(size_t)i * (size_t)a->taps +
				  (size_t)(x - lo)] =
			    fixed(sum != 0 ? w[x - lo] / sum : w[x - lo]);
		a->start[i] = lo;
		a->count[i] = hi - lo;
	}
	free(w);
}

static void axis_release(struct axis *a)
{
	free(a->start);
	free(a->count);
	free(a->weight);
}

static uint8_t clip8(int32_t acc)
{
	acc >>= WEIGHT_BITS;
	return (uint8_t)(acc < 0 ? 0 : acc > 255 ? 255 : acc);
}

/*
 * Sums of products of `n` bytes with a weight each, for the three colours;
 * GROUP running sums, so that the compiler can use vector registers.
 */
static void dot3(const uint8_t *p, const int32_t *w3, size_t n, uint8_t *out)
{
	int32_t acc[GROUP] = {0};
	size_t i = 0;

	for (; i + GROUP <= n; i += GROUP)
		for (int j = 0; j < GROUP; j++)
			acc[j] += p[i + (size_t)j] * w3[i + (size_t)j];
	for (int j = 0; i < n; i++, j++)
		acc[j] += p[i] * w3[i];
	for (int c = 0; c < 3; c++)
		out[c] =
		    clip8(acc[c] + acc[c + 3] + acc[c + 6] + acc[c + 9] + HALF);
}

/* Rows of `in` (stride bytes apart) to rows of a->n pixels. */
static void across(const struct axis *a, const uint8_t *in, size_t stride,
		   int rows, uint8_t *out)
{
	size_t width = (size_t)a->n * 3;
	int32_t *w3 = xcalloc((size_t)a->taps * 3, sizeof(int32_t));

	for (int i = 0; i < a->n; i++) {
		const int32_t *w = a->weight + (size_t)i * (size_t)a->taps;
		const uint8_t *p = in + 3 * (size_t)a->start[i];
		size_t n = 3 * (size_t)a->count[i];

		for (size_t k = 0; k < n; k++)
			w3[k] = w[k / 3];
		for (size_t y = 0; y < (size_t)rows; y++)
			dot3(p + y * stride, w3, n,
			     out + y * width + 3 * (size_t)i);
	}
	free(w3);
}

/* a->n rows of `width` bytes from rows of `in`. */
static void down(const struct axis *a, const uint8_t *in, size_t stride,
		 size_t width, uint8_t *out)
{
	int32_t *acc = xcalloc(width, sizeof(int32_t));

	for (int i = 0; i < a->n; i++) {
		const int32_t *w = a->weight + (size_t)i * (size_t)a->taps;
		const uint8_t *p = in + (size_t)a->start[i] * stride;

		for (size_t x = 0; x < width; x++)
			acc[x] = HALF;
		for (int k = 0; k < a->count[i]; k++, p += stride)
			for (size_t x = 0; x < width; x++)
				acc[x] += p[x] * w[k];
		for (size_t x = 0; x < width; x++)
			out[x] = clip8(acc[x]);
		out += width;
	}
	free(acc);
}

/*
 * The part of a resize of `in` (w x h pixels, rows `stride` bytes apart) that
 * the two axes ask for.  A direction that keeps its size is left alone.
 */
static void resample(const uint8_t *in, size_t stride, int w, int h, int out_w,
		     int out_h, const int window[4], struct image *out)
{
	size_t width = (size_t)window[2] * 3;
	struct axis x, y;
	uint8_t *middle;

	*out = (struct image){.w = window[2], .h = window[3]};
	out->rgb = xmalloc(width * (size_t)window[3]);
	middle = xmalloc(width * (size_t)h);
	if (w == out_w) {
		for (size_t r = 0; r < (size_t)h; r++)
			memcpy(middle + r * width,
			       in + r * stride + 3 * (size_t)window[0], width);
	} else {
		axis_init(&x, w, out_w, window[0], window[2]);
		across(&x, in, stride, h, middle);
		axis_release(&x);
	}
	if (h == out_h) {
		memcpy(out->rgb, middle + (size_t)window[1] * width,
		       width * (size_t)window[3]);
	} else {
		axis_init(&y, h, out_h, window[1], window[3]);
		down(&y, middle, width, width, out->rgb);
		axis_release(&y);
	}
	free(middle);
}

static int clamp(double v, int lo, int hi)
{
	return v < lo ? lo : v > hi ? hi : (int)v;
}

void box_to_pixels(const struct box *b, int w, int h, int out[4])
{
	out[0] = clamp(floor(b->x1), 0, w - 1);
	out[1] = clamp(floor(b->y1), 0, h - 1);
	out[2] = MAX(clamp(ceil(b->x2), 0, w), out[0] + 1);
	out[3] = MAX(clamp(ceil(b->y2), 0, h), out[1] + 1);
}

void image_crop_resize(const struct image *in, const int px[4], int w, int h,
		       struct image *out)
{
	size_t stride = (size_t)in->w * 3;
	const uint8_t *corner =
	    in->rgb + (size_t)px[1] * stride + (size_t)px[0] * 3;

	resample(corner, stride, px[2] - px[0], px[3] - px[1], w, h,
		 (const int[]){0, 0, w, h}, out);
}

/* Half of `n` with halves rounded to even, as Python's round() does. */
static int half_even(int n)
{
	return n / 2 + (n % 2 && n / 2 % 2);
}

void image_center_crop(const struct image *in, int size, struct image *out)
{
	int s = MIN(in->w, in->h);
	int w = (int)((int64_t)size * in->w / s);
	int h = (int)((int64_t)size * in->h / s);

	resample(
	    in->rgb, (size_t)in->w * 3, in->w, in->h, w, h,
	    (const int[]){half_even(w - size), half_even(h - size), size, size},
	    out);
}

void image_to_float(const struct image *in, const struct image_norm *norm,
		    int chw, float *out)
{
	size_t pixels = (size_t)in->w * (size_t)in->h;
	size_t step = chw ? 1 : 3, plane = chw ? pixels : 1;
	float table[256];

	for (size_t c = 0; c < 3; c++) {
		for (int v = 0; v < 256; v++)
			table[v] =
			    ((float)v / 255 - norm->mean[c]) / norm->std[c];
		for (size_t i = 0; i < pixels; i++)
			out[c * plane + i * step] = table[in->rgb[3 * i + c]];
	}
}
