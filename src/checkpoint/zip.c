#include "src/checkpoint/zip.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/checkpoint/bytes.h"

/* Sizes and signatures of APPNOTE.TXT 4.3. */
enum {
	LOCAL_SIZE = 30,
	CENTRAL_SIZE = 46,
	END_SIZE = 22,
	LOCATOR_SIZE = 20,
	END64_SIZE = 56,
	DESCRIPTOR_SIZE = 16,
	DESCRIPTOR64_SIZE = 24,
	EXTRA_ZIP64 = 1,
	FLAG_DESCRIPTOR = 1 << 3,
	FLAG_UTF8 = 1 << 11,
};

static const uint32_t sig_local = 0x04034b50, sig_central = 0x02014b50,
		      sig_end = 0x06054b50, sig_locator = 0x07064b50,
		      sig_end64 = 0x06064b50, sig_descriptor = 0x08074b50;

/* Written where the true value stands in a ZIP64 field. */
static const uint32_t full16 = 0xffff, full32 = 0xffffffff;

enum { CRC_SLICES = 8 };

/* at[k][b]: what byte b does to the sum when k bytes follow it. */
struct crc_table {
	uint32_t at[CRC_SLICES][256];
};

struct reader {
	const unsigned char *p;
	size_t n;
	const char *what;
	struct err *err;
	size_t dir, dir_size, dir_count; /* the central directory */
	struct crc_table crc;
};

static int __attribute__((format(printf, 2, 3)))
fail(const struct reader *r, const char *fmt, ...)
{
	char text[ERR_TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(r->err, ERR_CHECKPOINT, "%s: zip archive: %s", r->what,
		       text);
}

static int fail_entry(const struct reader *r, const struct zip_entry *e,
		      const char *why)
{
	return fail(r, "entry %.*s: %s", (int)MIN(e->name.len, (size_t)300),
		    e->name.s, why);
}

static void crc_prepare(struct crc_table *t)
{
	for (uint32_t b = 0; b < 256; b++) {
		uint32_t c = b;

		for (int bit = 0; bit < 8; bit++)
			c = c >> 1 ^ (c & 1 ? 0xedb88320 : 0);
		t->at[0][b] = c;
	}
	for (int k = 1; k < CRC_SLICES; k++)
		for (int b = 0; b < 256; b++)
			t->at[k][b] = t->at[k - 1][b] >> 8 ^
				      t->at[0][t->at[k - 1][b] & 255];
}

static uint32_t crc_sum(const struct crc_table *t, const unsigned char *p,
			size_t n)
{
	uint32_t c = ~0u, lo, hi;

	for (; n >= CRC_SLICES; p += CRC_SLICES, n -= CRC_SLICES) {
		lo = le32(p) ^ c;
		hi = le32(p + 4);
		c = t->at[7][lo & 255] ^ t->at[6][lo >> 8 & 255] ^
		    t->at[5][lo >> 16 & 255] ^ t->at[4][lo >> 24] ^
		    t->at[3][hi & 255] ^ t->at[2][hi >> 8 & 255] ^
		    t->at[1][hi >> 16 & 255] ^ t->at[0][hi >> 24];
	}
	for (; n; p++, n--)
		c = c >> 8 ^ t->at[0][(c ^ *p) & 255];
	return ~c;
}

uint32_t zip_crc32(const unsigned char *p, size_t n)
{
	struct crc_table t;

	crc_prepare(&t);
	return crc_sum(&t, p, n);
}

/* The ZIP64 record must say what the end record says, or what it cannot. */
static int read_end64(struct reader *r, const unsigned char *end, size_t *stop)
{
	const unsigned char *locator = end - LOCATOR_SIZE;
	const unsigned char *e = locator - END64_SIZE;
	size_t at = r->n - END_SIZE - LOCATOR_SIZE - END64_SIZE;
	uint64_t count, size, offset;

	if (le32(locator + 4) != 0 || le64(locator + 8) != at ||
	    le32(locator + 16) != 1 || le32(e) != sig_end64 ||
	    le64(e + 4) != END64_SIZE - 12 || le32(e + 16) != 0 ||
	    le32(e + 20) != 0 || le64(e + 24) != le64(e + 32))
		return fail(r, "its ZIP64 records are not consistent");
	count = le64(e + 32);
	size = le64(e + 40);
	offset = le64(e + 48);
	if ((le16(end + 10) != count && le16(end + 10) != full16) ||
	    (le32(end + 12) != size && le32(end + 12) != full32) ||
	    (le32(end + 16) != offset && le32(end + 16) != full32))
		return fail(r, "its ZIP64 record contradicts its end record");
	r->dir_count = count;
	r->dir_size = size;
	r->dir = offset;
	*stop = at;
	return 0;
}

/* Find the directory from the records at the very end of the file. */
static int find_directory(struct reader *r)
{
	const unsigned char *end = r->p + r->n - END_SIZE;
	size_t stop = r->n - END_SIZE, total;
	int rc;

	if (r->n < END_SIZE || le32(end) != sig_end || le16(end + 20) != 0)
		return fail(r, "no end record at the end; the file may be cut "
			       "short");
	if ((le16(end + 4) != 0 && le16(end + 4) != full16) ||
	    (le16(end + 6) != 0 && le16(end + 6) != full16) ||
	    le16(end + 8) != le16(end + 10))
		return fail(r, "it is one of several parts");
	r->dir_count = le16(end + 10);
	r->dir_size = le32(end + 12);
	r->dir = le32(end + 16);
	if (stop >= LOCATOR_SIZE + END64_SIZE &&
	    le32(end - LOCATOR_SIZE) == sig_locator) {
		rc = read_end64(r, end, &stop);
		if (rc < 0)
			return rc;
	}
	total = r->dir;
	if (!size_add(&total, r->dir_size) || total != stop)
		return fail(r, "its directory does not end where the end "
			       "records begin");
	if (r->dir_count > ZIP_MAX_ENTRIES ||
	    r->dir_count > r->dir_size / CENTRAL_SIZE)
		return fail(r,
			    "%zu entries cannot stand in a directory of "
			    "%zu bytes",
			    r->dir_count, r->dir_size);
	return 0;
}

/* Data of extra field `id` within n bytes; NULL without; *bad when torn. */
static const unsigned char *extra_field(const unsigned char *p, size_t n,
					unsigned id, size_t *len, bool *bad)
{
	const unsigned char *found = NULL;
	size_t size;

	*bad = false;
	for (; n >= 4; p += 4 + size, n -= 4 + size) {
		size = le16(p + 2);
		if (size > n - 4) {
			*bad = true;
			return NULL;
		}
		if (le16(p) != id)
			continue;
		*bad |= found != NULL;
		found = p + 4;
		*len = size;
	}
	*bad |= n != 0;
	return *bad ? NULL : found;
}

/* Values that do not fit 32 bits stand, in this order, in one extra field. */
static int read_zip64(const struct reader *r, const struct zip_entry *e,
		      const unsigned char *extra, size_t n, uint64_t *value[],
		      int count)
{
	const unsigned char *p;
	size_t len = 0, want = 0;
	bool bad;

	p = extra_field(extra, n, EXTRA_ZIP64, &len, &bad);
	for (int i = 0; i < count; i++)
		want += *value[i] == full32 ? 8 : 0;
	if (bad || len != want)
		return fail_entry(r, e, "its extra fields are not consistent");
	for (int i = 0; i < count; i++)
		if (*value[i] == full32) {
			*value[i] = le64(p);
			p += 8;
		}
	return 0;
}

/* One record of the directory at p, `left` bytes before its end. */
static int read_central(struct reader *r, const unsigned char *p, size_t left,
			struct zip_entry *e, size_t *used)
{
	uint64_t packed, size, offset;
	uint64_t *value[] = {&size, &packed, &offset};
	size_t name, extra;
	int rc;

	if (left < CENTRAL_SIZE || le32(p) != sig_central)
		return fail(r, "its directory is damaged");
	name = le16(p + 28);
	extra = le16(p + 30);
	if (name == 0 || left - CENTRAL_SIZE < name + extra)
		return fail(r, "its directory is damaged");
	e->name = (struct span){(const char *)p + CENTRAL_SIZE, name};
	e->flags = le16(p + 8);
	e->crc = le32(p + 16);
	packed = le32(p + 20);
	size = le32(p + 24);
	offset = le32(p + 42);
	if (le16(p + 32) != 0 || le16(p + 34) != 0)
		return fail_entry(r, e, "a comment or a part number");
	if (e->flags & ~(FLAG_DESCRIPTOR | FLAG_UTF8))
		return fail_entry(r, e, "encrypted or of an unknown kind");
	if (le16(p + 10) != 0)
		return fail_entry(r, e,
				  "compressed; only stored entries can "
				  "be read");
	rc = read_zip64(r, e, p + CENTRAL_SIZE + name, extra, value,
			ARRAY_LEN(value));
	if (rc < 0)
		return rc;
	if (packed != size)
		return fail_entry(r, e, "two sizes for a stored entry");
	if (offset > r->dir || size > r->dir - offset)
		return fail_entry(r, e, "it runs past the directory");
	e->size = size;
	e->offset = offset;
	*used = CENTRAL_SIZE + name + extra;
	return 0;
}

static int read_directory(struct reader *r, struct zip *z)
{
	const unsigned char *p = r->p + r->dir;
	size_t left = r->dir_size, used = 0;
	int rc;

	z->entry = xcalloc(r->dir_count, sizeof(*z->entry));
	for (; z->count < r->dir_count; z->count++) {
		rc = read_central(r, p, left, &z->entry[z->count], &used);
		if (rc < 0)
			return rc;
		p += used;
		left -= used;
	}
	return left ? fail(r, "bytes after the last record of its directory")
		    : 0;
}

/* The local header's sizes and sum: those of the directory, or 0 when a
 * descriptor follows the data. */
static int check_local_sizes(struct reader *r, const struct zip_entry *e,
			     const unsigned char *p, size_t name, size_t extra)
{
	bool later = e->flags & FLAG_DESCRIPTOR;
	uint64_t packed = le32(p + 18), size = le32(p + 22);
	uint64_t *value[] = {&size, &packed};
	size_t len;
	bool bad;
	int rc;

	extra_field(p + LOCAL_SIZE + name, extra, EXTRA_ZIP64, &len, &bad);
	if (bad)
		return fail_entry(r, e, "its extra fields are not consistent");
	if (size == full32 || packed == full32) {
		rc = read_zip64(r, e, p + LOCAL_SIZE + name, extra, value,
				ARRAY_LEN(value));
		if (rc < 0)
			return rc;
	}
	if (later && packed == 0 && size == 0 && le32(p + 14) == 0)
		return 0;
	if (packed != e->size || size != e->size || le32(p + 14) != e->crc)
		return fail_entry(r, e,
				  "its header contradicts the "
				  "directory");
	return 0;
}

/* Between the data and `stop` there is the descriptor, or nothing. */
static int check_after(struct reader *r, const struct zip_entry *e, size_t data,
		       size_t stop)
{
	const unsigned char *p = r->p + data + e->size;
	size_t n = stop - data - e->size;
	bool small = n == DESCRIPTOR_SIZE, good;

	if (!(e->flags & FLAG_DESCRIPTOR))
		return n ? fail_entry(r, e,
				      "bytes between it and what "
				      "follows")
			 : 0;
	if (!small && n != DESCRIPTOR64_SIZE)
		return fail_entry(r, e, "bytes between it and what follows");
	good = le32(p) == sig_descriptor && le32(p + 4) == e->crc;
	if (small)
		good =
		    good && le32(p + 8) == e->size && le32(p + 12) == e->size;
	else
		good =
		    good && le64(p + 8) == e->size && le64(p + 16) == e->size;
	return good ? 0
		    : fail_entry(r, e,
				 "its descriptor contradicts the "
				 "directory");
}

/* The entry fills the file from its offset up to `stop`. */
static int check_local(struct reader *r, struct zip_entry *e, size_t stop)
{
	const unsigned char *p = r->p + e->offset;
	size_t left = stop - e->offset, name, extra;
	int rc;

	if (left < LOCAL_SIZE || le32(p) != sig_local)
		return fail_entry(r, e, "no header where the directory says");
	name = le16(p + 26);
	extra = le16(p + 28);
	if (left - LOCAL_SIZE < name + extra ||
	    left - LOCAL_SIZE - name - extra < e->size)
		return fail_entry(r, e, "it overlaps what follows");
	if (name != e->name.len ||
	    memcmp(p + LOCAL_SIZE, e->name.s, name) != 0 ||
	    le16(p + 6) != e->flags || le16(p + 8) != 0)
		return fail_entry(r, e,
				  "its header contradicts the "
				  "directory");
	rc = check_local_sizes(r, e, p, name, extra);
	if (rc < 0)
		return rc;
	e->data = p + LOCAL_SIZE + name + extra;
	rc = check_after(r, e, (size_t)(e->data - r->p), stop);
	if (rc < 0)
		return rc;
	if (crc_sum(&r->crc, e->data, e->size) != e->crc)
		return fail_entry(r, e,
				  "its CRC-32 is wrong: the file is "
				  "damaged");
	return 0;
}

static int compare_offsets(const void *a, const void *b)
{
	const struct zip_entry *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static int compare_names(const void *a, const void *b)
{
	const struct zip_entry *x = a, *y = b;
	size_t n = MIN(x->name.len, y->name.len);
	int c = memcmp(x->name.s, y->name.s, n);

	if (c)
		return c;
	return x->name.len < y->name.len ? -1 : x->name.len > y->name.len;
}

static int check_entries(struct reader *r, struct zip *z)
{
	size_t stop;
	int rc;

	if (z->count)
		qsort(z->entry, z->count, sizeof(*z->entry), compare_offsets);
	if (r->dir && (!z->count || z->entry[0].offset != 0))
		return fail(r, "data before the first entry");
	for (size_t i = 0; i < z->count; i++) {
		stop = i + 1 < z->count ? z->entry[i + 1].offset : r->dir;
		rc = check_local(r, &z->entry[i], stop);
		if (rc < 0)
			return rc;
	}
	if (z->count)
		qsort(z->entry, z->count, sizeof(*z->entry), compare_names);
	for (size_t i = 1; i < z->count; i++)
		if (compare_names(&z->entry[i - 1], &z->entry[i]) == 0)
			return fail_entry(r, &z->entry[i],
					  "it is there "
					  "twice");
	return 0;
}

int zip_parse(struct zip *z, const unsigned char *image, size_t n,
	      const char *what, struct err *err)
{
	struct reader r = {.p = image, .n = n, .what = what, .err = err};
	int rc;

	*z = (struct zip){0};
	crc_prepare(&r.crc);
	rc = find_directory(&r);
	if (rc == 0)
		rc = read_directory(&r, z);
	if (rc == 0)
		rc = check_entries(&r, z);
	if (rc < 0)
		zip_release(z);
	return rc;
}

void zip_release(struct zip *z)
{
	free(z->entry);
	*z = (struct zip){0};
}

const struct zip_entry *zip_find(const struct zip *z, struct span name)
{
	struct zip_entry key = {.name = name};

	if (!z->count)
		return NULL;
	return bsearch(&key, z->entry, z->count, sizeof(key), compare_names);
}
