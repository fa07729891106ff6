/*
 * check_resize -- boxes, crops, resizing and floats.
 *
 * The numbers of Pillow itself are compared in check_golden; here is what
 * must hold for any picture.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/rng.h"
#include "src/image/resize.h"
#include "tests/tap.h"

static struct image noise(int w, int h, uint64_t seed)
{
	struct image im = {xmalloc((size_t)w * (size_t)h * 3), w, h};
	struct rng_key key = {.seed = seed};

	for (size_t i = 0; i < (size_t)w * (size_t)h * 3; i++)
		im.rgb[i] = (uint8_t)rng_u32(&key, i);
	return im;
}

static struct image flat(int w, int h, uint8_t v)
{
	struct image im = {xmalloc((size_t)w * (size_t)h * 3), w, h};

	memset(im.rgb, v, (size_t)w * (size_t)h * 3);
	return im;
}

static bool same(const struct image *a, const struct image *b)
{
	return a->w == b->w && a->h == b->h &&
	       memcmp(a->rgb, b->rgb, (size_t)a->w * (size_t)a->h * 3) == 0;
}

static bool all_are(const struct image *im, uint8_t v)
{
	for (size_t i = 0; i < (size_t)im->w * (size_t)im->h * 3; i++)
		if (im->rgb[i] != v)
			return false;
	return true;
}

static void check_box(struct box b, int w, int h, int x1, int y1, int x2,
		      int y2, const char *what)
{
	int px[4];

	box_to_pixels(&b, w, h, px);
	ok(px[0] == x1 && px[1] == y1 && px[2] == x2 && px[3] == y2,
	   "box: %s [%d, %d, %d, %d]", what, px[0], px[1], px[2], px[3]);
}

static void check_boxes(void)
{
	check_box((struct box){1.5f, 2.5f, 3.5f, 4.5f}, 10, 10, 1, 2, 4, 5,
		  "grows to whole pixels");
	check_box((struct box){-7.5f, -1, 180, 212}, 100, 50, 0, 0, 100, 50,
		  "is cut at the edges");
	check_box((struct box){5, 5, 5, 5}, 10, 10, 5, 5, 6, 6,
		  "has at least one pixel");
	check_box((struct box){10, 10, 12, 12}, 10, 10, 9, 9, 10, 10,
		  "past the end is the last pixel");
}

static void check_identity(void)
{
	struct image im = noise(37, 23, 1), out;

	image_crop_resize(&im, (const int[]){0, 0, 37, 23}, 37, 23, &out);
	ok(same(&im, &out), "a resize to the same size changes nothing");
	image_release(&out);
	image_crop_resize(&im, (const int[]){5, 7, 15, 12}, 10, 5, &out);
	bool fine = true;

	for (int y = 0; y < 5; y++)
		fine &= memcmp(out.rgb + 30 * y,
			       im.rgb + 3 * (37 * (y + 7) + 5), 30) == 0;
	ok(fine, "a crop of the size asked for is a copy");
	image_release(&out);
	image_release(&im);
}

static void check_flat(void)
{
	static const int sizes[][4] = {{1, 1, 7, 9},       {300, 200, 224, 224},
				       {3, 500, 224, 224}, {500, 3, 10, 1},
				       {1, 2000, 5, 5},    {2000, 1, 224, 224}};
	static const uint8_t values[] = {0, 1, 127, 254, 255};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		const int *s = sizes[i];
		bool fine = true;

		for (size_t v = 0; v < ARRAY_LEN(values); v++) {
			struct image im = flat(s[0], s[1], values[v]), out;

			image_crop_resize(&im, (const int[]){0, 0, s[0], s[1]},
					  s[2], s[3], &out);
			fine &= out.w == s[2] && out.h == s[3] &&
				all_are(&out, values[v]);
			image_release(&out);
			image_release(&im);
		}
		ok(fine, "one colour stays that colour, %dx%d to %dx%d", s[0],
		   s[1], s[2], s[3]);
	}
}

/* A crop is resized alone: pixels around it do not matter. */
static void check_alone(void)
{
	struct image im = noise(60, 40, 2), a, b;
	const int px[4] = {11, 9, 42, 33};

	image_crop_resize(&im, px, 19, 50, &a);
	for (int y = 0; y < im.h; y++)
		for (int x = 0; x < im.w; x++)
			if (x < px[0] || x >= px[2] || y < px[1] || y >= px[3])
				memset(im.rgb + 3 * (y * im.w + x), 99, 3);
	image_crop_resize(&im, px, 19, 50, &b);
	ok(same(&a, &b), "what is around a crop has no influence");
	image_release(&a);
	image_release(&b);
	image_release(&im);
}

/* The bicubic kernel by its definition, in doubles, without rounding. */
static double by_definition(const struct image *im, int out, int i, int c)
{
	double scale = (double)im->w / out, wide = fmax(scale, 1);
	double center = (i + 0.5) * scale, sum = 0, weights = 0;

	for (int x = 0; x < im->w; x++) {
		double d = fabs(x + 0.5 - center) / wide, w = 0;

		if (fabs(x + 0.5 - center) > 2 * wide + 0.5)
			continue;
		if (d < 1)
			w = 1.5 * d * d * d - 2.5 * d * d + 1;
		else if (d < 2)
			w = -0.5 * d * d * d + 2.5 * d * d - 4 * d + 2;
		sum += w * im->rgb[3 * x + c];
		weights += w;
	}
	return fmin(fmax(sum / weights, 0), 255);
}

static void check_definition(void)
{
	static const int out[] = {1, 5, 50, 99, 101, 300};
	struct image im = noise(100, 1, 3), small;

	for (size_t k = 0; k < ARRAY_LEN(out); k++) {
		double worst = 0;

		image_crop_resize(&im, (const int[]){0, 0, 100, 1}, out[k], 1,
				  &small);
		for (int i = 0; i < out[k]; i++)
			for (int c = 0; c < 3; c++)
				worst = fmax(
				    worst,
				    fabs(small.rgb[3 * i + c] -
					 by_definition(&im, out[k], i, c)));
		ok(worst < 0.501, "100 to %d pixels is bicubic (off by %.3f)",
		   out[k], worst);
		image_release(&small);
	}
	image_release(&im);
}

static void check_center(void)
{
	struct image im = noise(300, 200, 4), whole, out;
	bool fine = true;

	image_crop_resize(&im, (const int[]){0, 0, 300, 200}, 336, 224, &whole);
	image_center_crop(&im, 224, &out);
	for (int y = 0; y < 224; y++)
		fine &= memcmp(out.rgb + 3 * 224 * y,
			       whole.rgb + 3 * (336 * y + 56), 3 * 224) == 0;
	ok(out.w == 224 && out.h == 224 && fine,
	   "a centre crop is the middle of the whole resize");
	image_release(&out);
	image_release(&whole);
	image_release(&im);
	im = noise(1, 16384, 5);
	image_center_crop(&im, 224, &out);
	ok(out.w == 224 && out.h == 224,
	   "a centre crop of 1x16384 pixels does not need gigabytes");
	image_release(&out);
	image_release(&im);
}

static void check_floats(void)
{
	struct image im = noise(9, 7, 6);
	const struct image_norm *norm = &IMAGE_NORM_CLIP;
	float hwc[9 * 7 * 3], chw[9 * 7 * 3], worst = 0;
	bool moved = true;

	image_to_float(&im, norm, 0, hwc);
	image_to_float(&im, norm, 1, chw);
	for (int i = 0; i < 9 * 7; i++)
		for (int c = 0; c < 3; c++) {
			float want =
			    ((float)im.rgb[3 * i + c] / 255 - norm->mean[c]) /
			    norm->std[c];

			worst = fmaxf(worst, fabsf(hwc[3 * i + c] - want));
			moved &= hwc[3 * i + c] == chw[c * 63 + i];
		}
	ok(worst < 1e-6f, "floats are normalised by colour");
	ok(moved, "channels first and channels last hold the same numbers");
	image_release(&im);
}

int main(void)
{
	check_boxes();
	check_identity();
	check_flat();
	check_alone();
	check_definition();
	check_center();
	check_floats();
	return tap_done();
}
