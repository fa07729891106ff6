/*
 * golden_images -- decoding, boxes, crops and floats of the images package.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/image/decode.h"
#include "src/image/resize.h"
#include "tests/golden.h"

/* What lossy decoders may differ by; PNG and BMP may not at all. */
static const int JPEG_MAX = 4;
static const double JPEG_MEAN = 0.4, FLOAT_TOLERANCE = 1e-5;

struct package {
	const char *dir;
	struct golden_file *file;
	struct decoder *decoder;
};

/* One entry of expect.json. */
struct entry {
	const char *key, *path;
	bool lossy, upright;
	struct image stored;  /* as the package has it; borrowed */
	struct image decoded; /* as we decode it; owned */
	const struct json *json;
};

static const struct tensor *find(const struct package *p, const char *key,
				 const char *name, const char *suffix)
{
	char *full = xasprintf("%s/%s%s", key, name, suffix);
	const struct tensor *t = golden_get(p->file, full);

	free(full);
	return t;
}

/* A (H, W, 3) tensor of bytes as an image; rgb NULL when it is none. */
static struct image as_image(const struct tensor *t)
{
	if (!t || t->dtype != DT_U8 || t->ndim != 3 || t->dim[2] != 3)
		return (struct image){0};
	return (struct image){t->data, (int)t->dim[1], (int)t->dim[0]};
}

static void compare(const struct image *got, const struct image *want,
		    bool lossy, const char *key, const char *name)
{
	size_t n = (size_t)want->w * (size_t)want->h * 3;
	double sum = 0;
	int worst = 0;

	if (!want->rgb || got->w != want->w || got->h != want->h) {
		golden_ok(false, "images %s: %s is %dx%d, want %dx%d", key,
			  name, got->w, got->h, want->w, want->h);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		int d = abs(got->rgb[i] - want->rgb[i]);

		worst = MAX(worst, d);
		sum += d;
	}
	golden_ok(worst <= (lossy ? JPEG_MAX : 0) &&
		      sum <= (lossy ? JPEG_MEAN : 0) * (double)n,
		  "images %s: %s, off by %d, %.3f on average", key, name, worst,
		  sum / (double)n);
}

static void compare_floats(const struct image *u8,
			   const struct image_norm *norm,
			   const struct tensor *want, const char *key,
			   const char *name, const char *kind)
{
	char *what = xasprintf("images %s: %s%s", key, name, kind);
	size_t n = (size_t)u8->w * (size_t)u8->h * 3;
	float *buffer = xcalloc(n, sizeof(float));
	struct tensor got;

	image_to_float(u8, norm, 1, buffer);
	got =
	    tensor_view(buffer, DT_F32, 3, (const int64_t[]){3, u8->h, u8->w});
	golden_near(&got, want, FLOAT_TOLERANCE, true, NULL, what);
	free(buffer);
	free(what);
}

static void check_floats(const struct package *p, const struct entry *e,
			 const struct image *u8, const char *name)
{
	const struct tensor *clip = find(p, e->key, name, ".clip");
	const struct tensor *imagenet = find(p, e->key, name, ".imagenet");

	if (clip)
		compare_floats(u8, &IMAGE_NORM_CLIP, clip, e->key, name,
			       ".clip");
	if (imagenet)
		compare_floats(u8, &IMAGE_NORM_IMAGENET, imagenet, e->key, name,
			       ".imagenet");
}

static void numbers(const struct json *j, double out[4])
{
	int i = 0;

	memset(out, 0, 4 * sizeof(*out));
	for (j = json_first(j); j && i < 4; j = json_next(j))
		out[i++] = json_number(j);
}

static void check_box(const struct package *p, const struct entry *e,
		      const struct json *j)
{
	const char *name = json_string(json_get(j, "name"));
	struct image want = as_image(find(p, e->key, name, ".u8")), got;
	struct box box;
	double b[4], px[4];
	int mine[4];

	numbers(json_get(j, "box"), b);
	numbers(json_get(j, "pixel_box"), px);
	box = (struct box){(float)b[0], (float)b[1], (float)b[2], (float)b[3]};
	box_to_pixels(&box, e->stored.w, e->stored.h, mine);
	if (!golden_ok(mine[0] == px[0] && mine[1] == px[1] &&
			   mine[2] == px[2] && mine[3] == px[3],
		       "images %s: %s in pixels is [%d, %d, %d, %d]", e->key,
		       name, mine[0], mine[1], mine[2], mine[3]))
		return;
	image_crop_resize(&e->stored, mine, want.w, want.h, &got);
	compare(&got, &want, false, e->key, name);
	check_floats(p, e, want.rgb ? &want : &got, name);
	image_release(&got);
	if (!e->lossy || e->decoded.w != e->stored.w ||
	    e->decoded.h != e->stored.h)
		return;
	image_crop_resize(&e->decoded, mine, want.w, want.h, &got);
	compare(&got, &want, true, e->key, "the same from our own decoding");
	image_release(&got);
}

static void check_entry(const struct package *p, struct entry *e)
{
	struct image want =
	    as_image(find(p, e->key, "whole_centercrop", ".u8"));
	struct image got;
	struct err err;

	e->stored = as_image(find(p, e->key, "decoded", ""));
	if (!golden_ok(e->stored.rgb, "images %s: stored pixels", e->key))
		return;
	if (decoder_read(p->decoder, e->path, e->upright, &e->decoded, &err) <
	    0) {
		golden_ok(false, "images %s: %s", e->key, err.text);
		return;
	}
	compare(&e->decoded, &e->stored, e->lossy, e->key, "decoded");
	for (const struct json *b = json_first(json_get(e->json, "boxes")); b;
	     b = json_next(b))
		check_box(p, e, b);
	if (want.rgb) {
		image_center_crop(&e->stored, want.w, &got);
		compare(&got, &want, false, e->key, "centre crop");
		image_release(&got);
	}
	image_release(&e->decoded);
}

static bool ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), k = strlen(end);

	return n >= k && strcmp(s + n - k, end) == 0;
}

static void check_all(const struct package *p, const struct json *expect)
{
	const struct json *j = json_first(json_get(expect, "images"));
	int n = 0;

	for (; j; j = json_next(j), n++) {
		const char *name = json_string(json_get(j, "file"));
		const char *key = json_string(json_get(j, "key"));
		char *path;

		if (!golden_ok(name && key, "images: entry %d has file and key",
			       n))
			continue;
		path = file_join(p->dir, name);
		check_entry(
		    p, &(struct entry){.key = key,
				       .path = path,
				       .lossy = ends_in(name, ".jpg") ||
						ends_in(name, ".jpeg"),
				       .upright = !ends_in(key, "#as_stored"),
				       .json = j});
		free(path);
	}
	golden_ok(n > 0, "images: %d entries in expect.json", n);
}

void golden_images(const char *dir)
{
	char *data = file_join(dir, "expect.safetensors");
	char *text = file_join(dir, "expect.json");
	struct err err = {0};
	struct json *expect = json_read(text, (size_t)64 << 20, &err);
	struct package p = {.dir = dir, .file = golden_open(data)};

	if (golden_ok(expect && p.file, "images: expect.json, "
					"expect.safetensors"))
		p.decoder = decoder_start(&err);
	if (err.code)
		golden_note("%s", err.text);
	if (p.decoder)
		check_all(&p, expect);
	else
		golden_ok(false, "images: decoder");
	decoder_stop(p.decoder);
	golden_close(p.file);
	json_free(expect);
	free(text);
	free(data);
}
