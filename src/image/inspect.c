#include "src/image/inspect.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/image/image.h"
#include "src/image/inspect-internal.h"

int inspect_broken(const char *kind, const char *what, const char *why,
		   struct err *err)
{
	return err_set(err, ERR_DATA, "%s: broken %s picture (%s)", what, kind,
		       why);
}

int inspect_size(struct picture_info *info, uint64_t w, uint64_t h,
		 const char *what, struct err *err)
{
	if (w == 0 || h == 0)
		return inspect_broken(info->kind, what, "no width or no height",
				      err);
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
		return inspect_broken("PNG", what, "no header", err);
	return inspect_size(info, be32(b.p + 16), be32(b.p + 20), what, err);
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
		return inspect_broken("BMP", what, "no header", err);
	w = old ? le16(b.p + 18) : le32(b.p + 18);
	h = old ? le16(b.p + 20) : le32(b.p + 22);
	bits = le16(b.p + (old ? 24 : 28));
	if (!old && h > INT32_MAX) /* negative: stored top row first */
		h = ((uint64_t)1 << 32) - h;
	rc = inspect_size(info, w, h, what, err);
	if (rc < 0)
		return rc;
	row = (w * bits + 31) / 32 * 4;
	if (offset > b.n || h * row > b.n - offset)
		return inspect_broken("BMP", what, "its end is missing", err);
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
