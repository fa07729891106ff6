/*
 * Markers, frame and scan headers as in ITU-T T.81, annex B.
 */
#include <stdbool.h>
#include <string.h>

#include "src/base/err.h"
#include "src/image/inspect-internal.h"
#include "src/image/inspect.h"

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
	M_DQT = 0xdb,
	M_APP1 = 0xe1,
	M_TEM = 0x01,
};

enum {
	HUFFMAN_CODES = 256,
	TABLES = 4,     /* of each class: DC, AC, quantization */
	COMPONENTS = 4, /* of a frame */
	TAG_ORIENTATION = 0x0112,
	TYPE_SHORT = 3
};

/* What the segments before a scan have defined. */
struct jpeg {
	bool progressive;
	unsigned n;                  /* components of the frame */
	uint8_t id[COMPONENTS];      /* their names */
	uint8_t quant[COMPONENTS];   /* and quantization tables, < TABLES */
	unsigned huffman[2], quants; /* bit t: DC or AC table t is there */
};

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
static bool read_huffman(struct bytes s, struct jpeg *j)
{
	while (s.n) {
		unsigned class = s.p[0] >> 4, t = s.p[0] & 15;
		size_t codes = 0;

		if (s.n < 17 || class > 1 || t >= TABLES)
			return false;
		for (int i = 1; i <= 16; i++)
			codes += s.p[i];
		if (codes > HUFFMAN_CODES || s.n - 17 < codes)
			return false;
		j->huffman[class] |= 1U << t;
		s.p += 17 + codes;
		s.n -= 17 + codes;
	}
	return true;
}

static bool read_quantization(struct bytes s, struct jpeg *j)
{
	while (s.n) {
		unsigned wide = s.p[0] >> 4, t = s.p[0] & 15;
		size_t size = 1 + 64 * (1 + (size_t)wide);

		if (wide > 1 || t >= TABLES || s.n < size)
			return false;
		j->quants |= 1U << t;
		s.p += size;
		s.n -= size;
	}
	return true;
}

static bool is_frame(int marker)
{
	return marker >= M_SOF0 && marker <= M_SOF15 && marker != M_DHT &&
	       marker != M_JPG && marker != M_DAC;
}

static int read_frame(int marker, struct bytes s, const char *what,
		      struct picture_info *info, struct jpeg *j,
		      struct err *err)
{
	if (marker > M_SOF2)
		return err_set(err, ERR_DATA,
			       "%s: a kind of JPEG that is not read "
			       "(lossless, hierarchical or arithmetic)",
			       what);
	j->n = s.n < 6 ? 0 : s.p[5];
	if (j->n < 1 || j->n > COMPONENTS || s.n < 6 + 3 * (size_t)j->n)
		return inspect_broken("JPEG", what, "bad frame header", err);
	if (info->w)
		return inspect_broken("JPEG", what, "two frames", err);
	j->progressive = marker == M_SOF2;
	for (unsigned i = 0; i < j->n; i++) {
		j->id[i] = s.p[6 + 3 * i];
		j->quant[i] = s.p[8 + 3 * i] & (TABLES - 1);
	}
	return inspect_size(info, be16(s.p + 3), be16(s.p + 1), what, err);
}

/* Whether component `c` of the frame may be in a scan that names `tables`. */
static const char *missing(const struct jpeg *j, unsigned c, unsigned tables,
			   bool dc, bool ac)
{
	unsigned d = tables >> 4, a = tables & 15;

	if (c == j->n || d >= TABLES || a >= TABLES)
		return "bad scan header";
	if (!(j->quants >> j->quant[c] & 1))
		return "a quantization table is missing";
	if ((dc && !(j->huffman[0] >> d & 1)) ||
	    (ac && !(j->huffman[1] >> a & 1)))
		return "a Huffman table is missing";
	return NULL;
}

/*
 * A decoder that is not told a table uses what lies in its memory.  A
 * progressive scan needs one of the two Huffman tables, and none when it
 * refines DC coefficients.
 */
static const char *read_scan(struct bytes s, const struct jpeg *j)
{
	size_t n = s.n ? s.p[0] : 0;
	const char *why = NULL;
	bool dc = true, ac = true;

	if (n < 1 || n > COMPONENTS || s.n < 4 + 2 * n)
		return "bad scan header";
	if (j->progressive) {
		ac = s.p[1 + 2 * n] > 0;
		dc = !ac && s.p[3 + 2 * n] >> 4 == 0;
	}
	for (size_t i = 0; i < n && !why; i++) {
		unsigned c = 0;

		while (c < j->n && j->id[c] != s.p[1 + 2 * i])
			c++;
		why = missing(j, c, s.p[2 + 2 * i], dc, ac);
	}
	return why;
}

static int read_segment(int marker, struct bytes s, const char *what,
			struct picture_info *info, struct jpeg *j,
			struct err *err)
{
	const char *why = NULL;

	if (is_frame(marker))
		return read_frame(marker, s, what, info, j, err);
	if (marker == M_DHT && !read_huffman(s, j))
		why = "bad Huffman table";
	else if (marker == M_DQT && !read_quantization(s, j))
		why = "bad quantization table";
	else if (marker == M_SOS)
		why = info->w ? read_scan(s, j) : "no frame header";
	else if (marker == M_APP1)
		read_exif(s, info);
	return why ? inspect_broken("JPEG", what, why, err) : 0;
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

int inspect_jpeg(struct bytes b, const char *what, struct picture_info *info,
		 struct err *err)
{
	struct jpeg j = {0};
	size_t at = 2, length;
	int marker, rc;
	bool scanned = false;

	info->kind = "JPEG";
	while ((marker = next_marker(b, &at)) != M_EOI) {
		if (marker < 0 || b.n - at < 2)
			return inspect_broken("JPEG", what,
					      "its end is missing", err);
		length = be16(b.p + at);
		if (length < 2)
			return inspect_broken("JPEG", what,
					      "bad segment length", err);
		if (length > b.n - at)
			return inspect_broken("JPEG", what,
					      "its end is missing", err);
		rc = read_segment(marker,
				  (struct bytes){b.p + at + 2, length - 2},
				  what, info, &j, err);
		if (rc < 0)
			return rc;
		at += length;
		scanned |= marker == M_SOS;
	}
	return scanned ? 0
		       : inspect_broken("JPEG", what, "no picture data", err);
}
