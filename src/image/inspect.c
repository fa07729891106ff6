#include "src/image/inspect.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/image/image.h"

/* Markers of JPEG: the second byte, after 0xff. */
enum {
	M_SOF0 = 0xc0,
	M_SOF2 = 0xc2,
	M_DHT = 0xc4,
	M_JPG = 0xc8,
	M_DAC = 0xcc,
	M_SOF15 = 0xcf,
	M_RST0 = 0xd0,
	M_RST7 = 0xd7,
	M_SOI = 0xd8,
	M_EOI = 0xd9,
	M_SOS = 0xda,
	M_APP1 = 0xe1,
	M_TEM = 0x01,
};

enum { HUFFMAN_CODES = 256, TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3 };

struct bytes {
	const uint8_t *p;
	size_t n;
};

static unsigned be16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)be16(p) << 16 | be16(p + 2);
}

static unsigned le16(const uint8_t *p)
{
	return (unsigned)p[1] << 8 | p[0];
}

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)le16(p + 2) << 16 | le16(p);
}

static int broken(const char *kind, const char *what, const char *why,
		  struct err *err)
{
	return err_set(err, ERR_DATA, "%s: broken %s picture (%s)", what, kind,
		       why);
}

/* w and h as stored, which may be anything up to 2^32. */
static int set_size(struct picture_info *info, uint64_t w, uint64_t h,
		    const char *what, struct err *err)
{
	if (w == 0 || h == 0)
		return broken(info->kind, what, "no width or no height", err);
	if (w > IMAGE_DIMENSION_MAX || h > IMAGE_DIMENSION_MAX ||
	    w * h > IMAGE_PIXELS_MAX)
		return err_set(err, ERR_DATA,
			       "%s: %llux%llu pixels, at most %dx%d and %zu "
			       "in all",
			       what, (unsigned long long)w,
			       (unsigned long long)h, IMAGE_DIMENSION_MAX,
			       IMAGE_DIMENSION_MAX, IMAGE_PIXELS_MAX);
	info->w = (int)w;
	info->h = (int)h;
	return 0;
}

static int inspect_png(struct bytes b, const char *what,
		       struct picture_info *info, struct err *err)
{
	info->kind = "PNG";
	if (b.n < 24 || memcmp(b.p + 12, "IHDR", 4) != 0)
		return broken("PNG", what, "no header", err);
	return set_size(info, be32(b.p + 16), be32(b.p + 20), what, err);
}

/* The decoder reads zeros past the end, so the length is checked here. */
static int inspect_bmp(struct bytes b, const char *what,
		       struct picture_info *info, struct err *err)
{
	uint32_t offset = le32(b.p + 10), header = le32(b.p + 14);
	bool old = header == 12;
	uint64_t w, h, row;
	unsigned bits;
	int rc;

	info->kind = "BMP";
	if (b.n < (old ? 26 : 30))
		return broken("BMP", what, "no header", err);
	w = old ? le16(b.p + 18) : le32(b.p + 18);
	h = old ? le16(b.p + 20) : le32(b.p + 22);
	bits = le16(b.p + (old ? 24 : 28));
	if (!old && h > INT32_MAX) /* negative: stored top row first */
		h = ((uint64_t)1 << 32) - h;
	rc = set_size(info, w, h, what, err);
	if (rc < 0)
		return rc;
	row = (w * bits + 31) / 32 * 4;
	if (offset > b.n || h * row > b.n - offset)
		return broken("BMP", what, "its end is missing", err);
	return 0;
}

static bool is_bmp(struct bytes b)
{
	static const uint32_t headers[] = {12, 40, 52, 56, 64, 108, 124};

	if (b.n < 18 || memcmp(b.p, "BM", 2) != 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(headers); i++)
		if (le32(b.p + 14) == headers[i])
			return true;
	return false;
}

/* Orientation in the TIFF structure of an EXIF segment; 0: none there. */
static int tiff_orientation(struct bytes t)
{
	bool big = t.n >= 8 && memcmp(t.p, "MM\0*", 4) == 0;
	bool little = t.n >= 8 && memcmp(t.p, "II*\0", 4) == 0;
	size_t at;
	unsigned count, v;

	if (!big && !little)
		return 0;
	at = big ? be32(t.p + 4) : le32(t.p + 4);
	if (at > t.n - 2)
		return 0;
	count = big ? be16(t.p + at) : le16(t.p + at);
	at += 2;
	for (; count && t.n - at >= 12; count--, at += 12) {
		const uint8_t *e = t.p + at;

		if ((big ? be16(e) : le16(e)) != TAG_ORIENTATION)
			continue;
		if ((big ? be16(e + 2) : le16(e + 2)) != TYPE_SHORT)
			return 0;
		v = big ? be16(e + 8) : le16(e + 8);
		return v >= 1 && v <= 8 ? (int)v : 0;
	}
	return 0;
}

/* The first APP1 segment that is EXIF decides. */
static void read_exif(struct bytes s, struct picture_info *info)
{
	int o;

	if (info->orientation || s.n < 6 || memcmp(s.p, "Exif\0", 6) != 0)
		return;
	o = tiff_orientation((struct bytes){s.p + 6, s.n - 6});
	info->orientation = o ? o : 1;
}

/*
 * A table says how many codes there are of each length.  Decoders have
 * written past their arrays when these add up to more than a byte can name.
 */
static bool huffman_ok(struct bytes s)
{
	while (s.n) {
		size_t codes = 0;

		if (s.n < 17)
			return false;
		for (int i = 1; i <= 16; i++)
			codes += s.p[i];
		if (codes > HUFFMAN_CODES || s.n - 17 < codes)
			return false;
		s.p += 17 + codes;
		s.n -= 17 + codes;
	}
	return true;
}

static bool is_frame(int marker)
{
	return marker >= M_SOF0 && marker <= M_SOF15 && marker != M_DHT &&
	       marker != M_JPG && marker != M_DAC;
}

static int read_frame(int marker, struct bytes s, const char *what,
		      struct picture_info *info, struct err *err)
{
	if (marker > M_SOF2)
		return err_set(err, ERR_DATA,
			       "%s: a kind of JPEG that is not read "
			       "(lossless, hierarchical or arithmetic)",
			       what);
	if (s.n < 6)
		return broken("JPEG", what, "bad frame header", err);
	if (info->w)
		return broken("JPEG", what, "two frames", err);
	return set_size(info, be16(s.p + 3), be16(s.p + 1), what, err);
}

static int read_segment(int marker, struct bytes s, const char *what,
			struct picture_info *info, struct err *err)
{
	if (is_frame(marker))
		return read_frame(marker, s, what, info, err);
	if (marker == M_DHT && !huffman_ok(s))
		return broken("JPEG", what, "bad Huffman table", err);
	if (marker == M_SOS && !info->w)
		return broken("JPEG", what, "no frame header", err);
	if (marker == M_APP1)
		read_exif(s, info);
	return 0;
}

/*
 * The next marker at or after *at, which moves past it; -1: none.  Between
 * segments and in compressed data alike, anything that is not 0xff followed
 * by a marker is skipped; restart markers belong to the data.
 */
static int next_marker(struct bytes b, size_t *at)
{
	const uint8_t *p;

	while (*at + 1 < b.n) {
		p = memchr(b.p + *at, 0xff, b.n - 1 - *at);
		if (!p)
			break;
		*at = (size_t)(p - b.p) + 1;
		if (p[1] == 0 || p[1] == 0xff ||
		    (p[1] >= M_RST0 && p[1] <= M_RST7) || p[1] == M_TEM)
			continue;
		(*at)++;
		return p[1];
	}
	return -1;
}

static int inspect_jpeg(struct bytes b, const char *what,
			struct picture_info *info, struct err *err)
{
	size_t at = 2, length;
	int marker, rc;
	bool scanned = false;

	info->kind = "JPEG";
	while ((marker = next_marker(b, &at)) != M_EOI) {
		if (marker < 0 || b.n - at < 2)
			return broken("JPEG", what, "its end is missing", err);
		length = be16(b.p + at);
		if (length < 2)
			return broken("JPEG", what, "bad segment length", err);
		if (length > b.n - at)
			return broken("JPEG", what, "its end is missing", err);
		rc = read_segment(marker,
				  (struct bytes){b.p + at + 2, length - 2},
				  what, info, err);
		if (rc < 0)
			return rc;
		at += length;
		scanned |= marker == M_SOS;
	}
	return scanned ? 0 : broken("JPEG", what, "no picture data", err);
}

int picture_inspect(const uint8_t *data, size_t n, const char *what,
		    struct picture_info *info, struct err *err)
{
	struct bytes b = {data, n};
	int rc;

	*info = (struct picture_info){0};
	if (n == 0)
		return err_set(err, ERR_DATA,
			       "%s: empty, a JPEG, PNG or BMP picture was "
			       "expected",
			       what);
	if (n > IMAGE_BYTES_MAX)
		return err_set(err, ERR_DATA, "%s: %zu bytes, at most %d", what,
			       n, IMAGE_BYTES_MAX);
	if (n >= 3 && memcmp(data, "\xff\xd8\xff", 3) == 0)
		rc = inspect_jpeg(b, what, info, err);
	else if (n >= 8 && memcmp(data, "\x89PNG\r\n\x1a\n", 8) == 0)
		rc = inspect_png(b, what, info, err);
	else if (is_bmp(b))
		rc = inspect_bmp(b, what, info, err);
	else
		rc = err_set(err, ERR_DATA,
			     "%s: not a JPEG, PNG or BMP picture", what);
	if (info->orientation == 0)
		info->orientation = 1;
	return rc;
}
