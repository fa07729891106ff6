/*
 * check_image -- pictures are decoded, right side up, or refused with a
 * sentence that says why.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/image/decode.h"
#include "tests/tap.h"

static char *corpus(const char *name)
{
	const char *src = getenv("srcdir");

	return xasprintf("%s/tests/corpus/image/%s", src ? src : ".", name);
}

static struct str slurp(const char *name)
{
	char *path = corpus(name);
	struct str s = {0};
	struct err err;

	if (file_read(path, (size_t)1 << 20, &s, &err) < 0)
		ok(false, "%s", err.text);
	free(path);
	return s;
}

static bool same(const struct image *a, const struct image *b)
{
	return a->rgb && b->rgb && a->w == b->w && a->h == b->h &&
	       memcmp(a->rgb, b->rgb, (size_t)a->w * (size_t)a->h * 3) == 0;
}

/* A pixel of the corpus pictures, which PNG and BMP keep exactly. */
static bool is_pattern(const struct image *im)
{
	if (im->w != 24 || im->h != 16)
		return false;
	for (int y = 0; y < im->h; y++)
		for (int x = 0; x < im->w; x++) {
			const uint8_t *p = im->rgb + 3 * (y * im->w + x);

			if (p[0] != x * 10 || p[1] != y * 15 ||
			    p[2] != (x + y) * 6)
				return false;
		}
	return true;
}

static void check_formats(struct decoder *d)
{
	static const char *const exact[] = {
	    "rgb.png",  "rgba.png", "rgb16.png", "interlaced.png",
	    "trns.png", "rgb.bmp",  "rgba.bmp",  "top-down.bmp"};
	static const char *const other[] = {
	    "grey.png",    "grey-alpha.png", "grey16.png",  "palette.png",
	    "one-bit.png", "palette.bmp",    "one-bit.bmp", "420.jpg",
	    "422.jpg",     "444.jpg",        "grey.jpg",    "cmyk.jpg",
	    "restart.jpg", "progressive.jpg"};
	struct image im, here = {0};
	struct err err = {0};

	for (size_t i = 0; i < ARRAY_LEN(exact); i++) {
		char *path = corpus(exact[i]);

		ok(decoder_read(d, path, true, &im, &err) == 0 &&
		       is_pattern(&im),
		   "%s decodes to its exact pixels %s", exact[i], err.text);
		image_release(&im);
		free(path);
	}
	for (size_t i = 0; i < ARRAY_LEN(other); i++) {
		struct str s = slurp(other[i]);

		ok(decoder_decode(d, s.s, s.len, true, "p", &im, &err) == 0 &&
		       decode_here(s.s, s.len, true, "p", &here, &err) == 0 &&
		       same(&im, &here) && im.w == 24 && im.h == 16,
		   "%s decodes, with and without the sandbox alike %s",
		   other[i], err.text);
		image_release(&im);
		image_release(&here);
		str_release(&s);
	}
}

static void check_grey16(struct decoder *d)
{
	char *path = corpus("grey16.png");
	struct image im;
	struct err err;
	bool fine = decoder_read(d, path, true, &im, &err) == 0;

	for (int y = 0; fine && y < im.h; y++)
		for (int x = 0; x < im.w; x++)
			fine &= im.rgb[3 * (y * im.w + x)] ==
				(uint8_t)((x * 2000 + y * 7) >> 8);
	ok(fine, "16-bit samples give their high byte");
	image_release(&im);
	free(path);
}

/* What `name` is refused with, its path left out. */
static void refused(struct decoder *d, const char *name, const char *want)
{
	char *path = corpus(name);
	struct err err = {0};
	struct image im;
	int rc = decoder_read(d, path, true, &im, &err);
	size_t n = strlen(path);
	bool named = strncmp(err.text, path, n) == 0;

	if (!ok(rc == -ERR_DATA && named && !im.rgb &&
		    strcmp(err.text + n, want) == 0,
		"refused: %s%s", name, want))
		diag("got %d: %s", rc, err.text);
	image_release(&im);
	free(path);
}

static void check_refusals(struct decoder *d)
{
	struct err err;
	struct image im;
	char *big = calloc(1, (size_t)IMAGE_BYTES_MAX + 1);

	refused(d, "huge.png",
		": 20000x20000 pixels, at most 16384x16384 and "
		"67108864 in all");
	refused(d, "empty", ": empty, a JPEG, PNG or BMP picture was expected");
	refused(d, "text.txt", ": not a JPEG, PNG or BMP picture");
	refused(d, "absent.png", ": No such file or directory");
	refused(d, "cut.jpg", ": broken JPEG picture (its end is missing)");
	refused(d, "cut.bmp", ": broken BMP picture (its end is missing)");
	refused(d, "short.png", ": broken PNG picture (not enough pixels)");
	refused(d, "huffman.jpg", ": broken JPEG picture (bad Huffman table)");
	refused(d, "no-huffman.jpg",
		": broken JPEG picture (a Huffman table is missing)");
	refused(d, "no-quantization.jpg",
		": broken JPEG picture (a quantization table is missing)");
	refused(d, "no-scan.jpg", ": broken JPEG picture (no picture data)");
	ok(decoder_decode(d, big, (size_t)IMAGE_BYTES_MAX + 1, true, "big", &im,
			  &err) == -ERR_DATA &&
	       strcmp(err.text, "big: 67108865 bytes, at most 67108864") == 0,
	   "refused: %s", err.text);
	free(big);
}

/* Every prefix of a picture is decoded or refused, and nothing else. */
static void check_prefixes(const char *name)
{
	struct str s = slurp(name);
	struct image im;
	struct err err;
	size_t good = 0;

	for (size_t n = 0; n < s.len; n++) {
		char *copy = xmalloc(n + 1);

		memcpy(copy, s.s, n);
		good += decode_here(copy, n, true, "p", &im, &err) == 0;
		image_release(&im);
		free(copy);
	}
	ok(good < s.len / 8, "%s cut off: %zu of %zu prefixes pass", name, good,
	   s.len);
	str_release(&s);
}

static void check_next_after_bad(struct decoder *d)
{
	char *bomb = corpus("zip-bomb.png"), *good = corpus("rgb.png");
	struct image im;
	struct err err = {0};

	decoder_read(d, bomb, true, &im, &err);
	image_release(&im);
	ok(decoder_read(d, good, true, &im, &err) == 0 && is_pattern(&im),
	   "after a hostile picture the next one decodes");
	image_release(&im);
	free(good);
	free(bomb);
}

/* ---- EXIF orientation ---- */

/* The JPEG `s` with an EXIF segment put behind its first marker. */
static struct str with_exif(const struct str *s, const char *exif, size_t n)
{
	struct str out = {0};

	str_addn(&out, s->s, 2);
	str_addn(&out, "\xff\xe1", 2);
	str_addc(&out, (char)((n + 2) >> 8));
	str_addc(&out, (char)(n + 2));
	str_addn(&out, exif, n);
	str_addn(&out, s->s + 2, s->len - 2);
	return out;
}

/* Where the pixel at (x, y) of the upright picture is stored. */
static void stored_at(int orientation, int x, int y, int w, int h, int at[2])
{
	const int places[9][2] = {
	    {0, 0},         {x, y}, {w - 1 - x, y}, {w - 1 - x, h - 1 - y},
	    {x, h - 1 - y}, {y, x}, {y, h - 1 - x}, {w - 1 - y, h - 1 - x},
	    {w - 1 - y, x}};

	at[0] = places[orientation][0];
	at[1] = places[orientation][1];
}

static bool is_turned(const struct image *up, const struct image *stored,
		      int orientation)
{
	int at[2];

	if (up->w != (orientation > 4 ? stored->h : stored->w) ||
	    up->h != (orientation > 4 ? stored->w : stored->h))
		return false;
	for (int y = 0; y < up->h; y++)
		for (int x = 0; x < up->w; x++) {
			stored_at(orientation, x, y, stored->w, stored->h, at);
			if (memcmp(up->rgb + 3 * (y * up->w + x),
				   stored->rgb +
				       3 * (at[1] * stored->w + at[0]),
				   3) != 0)
				return false;
		}
	return true;
}

static void check_orientation(struct decoder *d)
{
	char big[] = "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"
		     "?\0\0\0\0\0\0";
	char little[] = "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0?"
			"\0\0\0\0\0\0\0";
	struct str plain = slurp("444.jpg");
	struct image stored, up;
	struct err err = {0};

	decoder_decode(d, plain.s, plain.len, true, "p", &stored, &err);
	for (int o = 1; o <= 16; o++) {
		char *exif = o > 8 ? little : big;
		size_t n = sizeof(big) - 1;
		int want = (o - 1) % 8 + 1;
		struct str s;

		*(char *)memchr(exif + 16, '?', n - 16) = (char)want;
		s = with_exif(&plain, exif, n);
		ok(decoder_decode(d, s.s, s.len, true, "p", &up, &err) == 0 &&
		       is_turned(&up, &stored, want),
		   "EXIF orientation %d (%.2s) is applied %s", want, exif + 6,
		   err.text);
		image_release(&up);
		ok(decoder_decode(d, s.s, s.len, false, "p", &up, &err) == 0 &&
		       same(&up, &stored),
		   "EXIF orientation %d (%.2s) is left alone when asked", want,
		   exif + 6);
		image_release(&up);
		str_release(&s);
		exif[o > 8 ? 24 : 25] = '?';
	}
	image_release(&stored);
	str_release(&plain);
}

static void check_bad_exif(struct decoder *d)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *what;
	} cases[] = {
	    {"Exif\0\0MM\0*\xff\xff\xff\xff", 14, "offset past the end"},
	    {"Exif\0\0MM\0*\0\0\0\x08\xff\xff", 16, "entries past the end"},
	    {"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x04\0\0\0\x01\0\x06\0"
	     "\0",
	     28, "wrong type"},
	    {"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x09\0"
	     "\0",
	     28, "orientation 9"},
	    {"Exif\0\0XX", 8, "no byte order"},
	    {"Exif\0\0", 6, "nothing in it"},
	};
	struct str plain = slurp("444.jpg");
	struct image stored, up;
	struct err err = {0};

	decoder_decode(d, plain.s, plain.len, true, "p", &stored, &err);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str s = with_exif(&plain, cases[i].bytes, cases[i].n);

		ok(decoder_decode(d, s.s, s.len, true, "p", &up, &err) == 0 &&
		       same(&up, &stored),
		   "damaged EXIF is ignored: %s", cases[i].what);
		image_release(&up);
		str_release(&s);
	}
	image_release(&stored);
	str_release(&plain);
}

/* ---- several threads ---- */

static void *decode_ten(void *p)
{
	char *path = corpus("rgb.png");
	size_t good = 0;
	struct image im;
	struct err err;

	for (int i = 0; i < 10; i++) {
		good += decoder_read(p, path, true, &im, &err) == 0 &&
			is_pattern(&im);
		image_release(&im);
	}
	free(path);
	return (void *)good;
}

static void check_threads(struct decoder *d)
{
	pthread_t t[4];
	size_t sum = 0;
	void *good;

	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, decode_ten, d);
	for (int i = 0; i < 4; i++) {
		pthread_join(t[i], &good);
		sum += (size_t)good;
	}
	ok(sum == 40, "four threads share one decoder");
}

int main(void)
{
	struct err err = {0};
	struct decoder *d;

	d = decoder_start(&err);
	if (ok(d != NULL, "a decoder starts %s", err.text)) {
		check_formats(d);
		check_grey16(d);
		check_refusals(d);
		check_next_after_bad(d);
		check_orientation(d);
		check_bad_exif(d);
		check_threads(d);
	}
	decoder_stop(d);
	check_prefixes("progressive.jpg");
	check_prefixes("interlaced.png");
	check_prefixes("palette.bmp");
	return tap_done();
}
