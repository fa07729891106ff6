/*
 * Zip archives: each byte belongs to one entry, and what is said twice is the
 * same twice.
 */
#include "tests/craft.h"

static const char payload[] = "twenty-five bytes of data";

/* An exact copy is parsed; the second entry has to be what went in. */
static int parse(const struct str *image, struct err *err)
{
	unsigned char *copy = xmalloc(image->len);
	const struct zip_entry *e;
	struct zip z;
	int rc;

	memcpy(copy, image->s, image->len);
	rc = zip_parse(&z, copy, image->len, "FILE", err);
	if (rc == 0) {
		e = zip_find(&z, span_of("x/data/0"));
		if (!e || e->size != sizeof(payload) ||
		    memcmp(e->data, payload, sizeof(payload)) != 0)
			rc = err_set(err, ERR_FAILED, "another content");
		zip_release(&z);
	}
	free(copy);
	return rc;
}

static void check_good(const struct str *image, const char *what)
{
	struct err err = {0};

	if (!ok(parse(image, &err) == 0, "%s", what))
		diag("%s", err.text);
}

static void check_bad(const struct str *image, const char *part,
		      const char *what)
{
	struct err err = {0};

	craft_says(parse(image, &err), &err, ERR_CHECKPOINT, part, what);
}

static void fill(struct craft_zip *z)
{
	craft_zip_add(z, "x/data.pkl", payload, 9);
	craft_zip_add(z, "x/data/0", payload, sizeof(payload));
	craft_zip_add(z, "x/empty", "", 0);
	craft_zip_add(z, "x/version", "3\n", 2);
	craft_zip_finish(z);
}

static struct craft_zip archive(bool descriptors, bool zip64)
{
	struct craft_zip z = {.descriptors = descriptors, .zip64 = zip64};

	fill(&z);
	return z;
}

static void check_kinds(void)
{
	for (int i = 0; i < 4; i++) {
		struct craft_zip z = archive(i & 1, i & 2);

		check_good(&z.file, "an archive");
		craft_zip_release(&z);
	}
}

/*
 * One field of a good archive changed.  Places: the first and second local
 * headers, the first record of the directory, the end record.
 */
enum place { LOCAL, LOCAL2, DIR_, END };

static void check_patches(void)
{
	static const struct {
		const char *what, *message;
		enum place place;
		int at, bytes;
		uint32_t value;
		bool descriptors;
	} patch[] = {
	    {"a compressed entry", "compressed", DIR_, 10, 2, 8, false},
	    {"compressed in the local header only", "contradicts", LOCAL, 8, 2,
	     8, false},
	    {"an encrypted entry", "encrypted", DIR_, 8, 2, 1, false},
	    {"flags that differ", "contradicts", LOCAL, 6, 2, 0x800, false},
	    {"a local name that differs", "contradicts", LOCAL, 30, 1, 'y',
	     false},
	    {"a local size that differs", "contradicts", LOCAL, 22, 4, 5,
	     false},
	    {"a local packed size that differs", "contradicts", LOCAL, 18, 4, 5,
	     false},
	    {"a local sum that differs", "contradicts", LOCAL, 14, 4, 5, false},
	    {"a local size of 0 without a descriptor", "contradicts", LOCAL, 22,
	     4, 0, false},
	    {"a local name of another length", "overlaps", LOCAL, 26, 2, 0xffff,
	     false},
	    {"a local header elsewhere", "no header", LOCAL2, 0, 4, 0, false},
	    {"two sizes of one entry", "two sizes", DIR_, 20, 4, 5, false},
	    {"an entry past the directory", "past the directory", DIR_, 42, 4,
	     0x7fffffff, false},
	    {"an entry that begins later", "before the first entry", DIR_, 42,
	     4, 1, false},
	    {"ZIP64 offsets without the field", "extra fields", DIR_, 42, 4,
	     0xffffffff, false},
	    {"a comment on an entry", "a comment", DIR_, 32, 2, 1, false},
	    {"an entry of another part", "a comment", DIR_, 34, 2, 1, false},
	    {"a damaged directory", "damaged", DIR_, 0, 4, 0, false},
	    {"an extra field past the directory", "damaged", DIR_, 30, 2,
	     0xffff, false},
	    {"an archive comment", "no end record", END, 20, 2, 1, false},
	    {"an archive in parts", "several parts", END, 4, 2, 1, false},
	    {"a directory in another part", "several parts", END, 6, 2, 1,
	     false},
	    {"two counts", "several parts", END, 8, 2, 3, false},
	    {"a shorter local name", "contradicts", LOCAL, 26, 2, 9, false},
	    {"a longer extra field", "overlaps", LOCAL, 28, 2, 900, false},
	    {"a directory elsewhere", "does not end", END, 16, 4, 7, false},
	    {"a directory of another size", "does not end", END, 12, 4, 7,
	     false},
	    {"a size with a descriptor that differs", "contradicts", LOCAL, 22,
	     4, 5, true},
	};

	for (size_t i = 0; i < ARRAY_LEN(patch); i++) {
		struct craft_zip z = archive(patch[i].descriptors, false);
		size_t base[] = {0, 0, z.dir_at, z.file.len - 22};
		uint32_t second;

		memcpy(&second, z.file.s + z.dir_at + 46 + 10 + 42, 4);
		base[LOCAL2] = second;
		memcpy(z.file.s + base[patch[i].place] + patch[i].at,
		       &patch[i].value, (size_t)patch[i].bytes);
		check_bad(&z.file, patch[i].message, patch[i].what);
		craft_zip_release(&z);
	}
}

/* Entries as they are beyond 4 GB, with their sizes in an extra field. */
static void check_large(void)
{
	static const struct {
		const char *what, *message;
		bool descriptors;
		int from_name, bytes; /* place behind a name */
		uint32_t value;
		bool local;
		int also; /* another place for the value; 0: none */
	} patch[] = {
	    {"an extra field of another size", "extra fields", true, 2, 2, 16,
	     false, 0},
	    {"an extra field of another kind", "extra fields", true, 0, 2, 7,
	     false, 0},
	    {"an extra field that is torn", "extra fields", true, 2, 2, 30,
	     true, 0},
	    {"a local size that differs", "contradicts", false, 4, 4, 7, true,
	     0},
	    {"a packed local size that differs", "contradicts", false, 12, 4, 7,
	     true, 0},
	    {"a local extra field of another size", "extra fields", false, 2, 2,
	     8, true, 0},
	    {"two sizes of one entry", "two sizes", true, 12, 4, 7, false, 0},
	    {"a size past the directory", "past the directory", true, 8, 4, 7,
	     false, 16},
	    {"an offset past the directory", "past the directory", true, 24, 4,
	     7, false, 0},
	};
	for (int later = 0; later < 2; later++) {
		struct craft_zip z = {
		    .zip64 = true, .large = true, .descriptors = later};

		fill(&z);
		check_good(&z.file, later ? "large entries with descriptors"
					  : "large entries");
		if (later) {
			size_t end = 30 + 10 + 12 + 9;

			z.file.s[end + 16] ^= 1;
			check_bad(&z.file, "descriptor contradicts",
				  "a descriptor that differs");
		}
		craft_zip_release(&z);
	}
	for (size_t i = 0; i < ARRAY_LEN(patch); i++) {
		struct craft_zip z = {.zip64 = true,
				      .large = true,
				      .descriptors = patch[i].descriptors};
		size_t at;

		fill(&z);
		at = (patch[i].local ? 30 : z.dir_at + 46) + 10;
		memcpy(z.file.s + at + patch[i].from_name, &patch[i].value,
		       (size_t)patch[i].bytes);
		if (patch[i].also)
			craft_set32(&z.file, at + (size_t)patch[i].also,
				    patch[i].value);
		check_bad(&z.file, patch[i].message, patch[i].what);
		craft_zip_release(&z);
	}
}

/* Fields of the ZIP64 records: 56 bytes, then a locator of 20. */
static void check_zip64_records(void)
{
	static const struct {
		const char *what;
		int from_end, bytes;
		uint32_t value;
	} patch[] = {
	    {"a locator of another part", 42 - 4, 4, 1},
	    {"a locator that points elsewhere", 42 - 8, 4, 1},
	    {"a locator of two parts", 42 - 16, 4, 2},
	    {"no ZIP64 record", 98, 4, 0},
	    {"a ZIP64 record of another size", 98 - 4, 4, 45},
	    {"a ZIP64 record of another part", 98 - 16, 4, 1},
	    {"a directory in another part", 98 - 20, 4, 1},
	    {"another count on this part", 98 - 24, 4, 3},
	};

	for (size_t i = 0; i < ARRAY_LEN(patch); i++) {
		struct craft_zip z = archive(true, true);
		size_t at = z.file.len - (size_t)patch[i].from_end;

		craft_set32(&z.file, at, patch[i].value);
		check_bad(&z.file, "not consistent", patch[i].what);
		craft_zip_release(&z);
	}
}

/* Counts in the end record and, with ZIP64, behind the directory. */
static void check_counts(void)
{
	struct craft_zip z = archive(true, false);
	size_t end = z.file.len - 22;

	craft_set16(&z.file, end + 8, 3);
	craft_set16(&z.file, end + 10, 3);
	check_bad(&z.file, "after the last record", "one entry too few");
	craft_set16(&z.file, end + 8, 60000);
	craft_set16(&z.file, end + 10, 60000);
	check_bad(&z.file, "60000 entries cannot stand",
		  "more entries than the directory has bytes for");
	craft_zip_release(&z);
	z = archive(true, true);
	end = z.file.len - 22;
	craft_set16(&z.file, end + 8, 0xffff);
	craft_set16(&z.file, end + 10, 0xffff);
	craft_set32(&z.file, end + 12, 0xffffffff);
	craft_set32(&z.file, end + 16, 0xffffffff);
	check_good(&z.file, "an end record that leaves all to ZIP64");
	craft_set32(&z.file, end + 16, 1);
	check_bad(&z.file, "contradicts its end record",
		  "two places for the directory");
	craft_set32(&z.file, end + 16, 0xffffffff);
	craft_set32(&z.file, end + 12, 1);
	check_bad(&z.file, "contradicts its end record",
		  "two sizes of the directory");
	craft_set32(&z.file, end + 12, 0xffffffff);
	craft_set16(&z.file, end + 8, 3);
	craft_set16(&z.file, end + 10, 3);
	check_bad(&z.file, "contradicts its end record", "two counts");
	craft_set32(&z.file, end - 20 - 56 + 24, 3);
	check_bad(&z.file, "not consistent", "two counts of ZIP64");
	craft_zip_release(&z);
}

/* The directory says that the first entry is longer than it is. */
static void check_overlap(void)
{
	struct craft_zip z = archive(false, false);

	craft_set32(&z.file, z.dir_at + 20, 40);
	craft_set32(&z.file, z.dir_at + 24, 40);
	check_bad(&z.file, "overlaps", "an entry that reaches into the next");
	craft_zip_release(&z);
	z = (struct craft_zip){0};
	craft_zip_add(&z, "x/a-name-so-long-that-its-record-could-be-two-more",
		      "", 0);
	craft_zip_finish(&z);
	craft_set16(&z.file, z.file.len - 22 + 8, 2);
	craft_set16(&z.file, z.file.len - 22 + 10, 2);
	check_bad(&z.file, "damaged", "one entry too many");
	craft_zip_release(&z);
}

/* Bytes of the archive that no entry owns, or two do. */
static void check_bytes(void)
{
	struct craft_zip z = archive(true, true), cut;
	struct str image = {0};
	size_t good = 0;
	struct err err;

	str_add(&image, "#!/bin/sh\n");
	str_addn(&image, z.file.s, z.file.len);
	check_bad(&image, "not consistent", "a script before it");
	str_clear(&image);
	str_addn(&image, z.file.s, z.file.len);
	str_addc(&image, 0);
	check_bad(&image, "no end record", "a byte after it");
	str_clear(&image);
	str_addn(&image, z.file.s, z.file.len);
	for (image.len--; image.len > 4; image.len--)
		good += parse(&image, &err) == 0;
	ok(good == 0, "no beginning of an archive is taken for it");
	memcpy(image.s, z.file.s, z.file.len);
	image.len = z.file.len;
	for (size_t i = 0; i < z.dir_at; i++) {
		image.s[i] ^= 0x10;
		good += parse(&image, &err) == 0;
		image.s[i] ^= 0x10;
	}
	ok(good == 4 * 6, "a flipped bit is found, but for version and time "
			  "in the four headers");
	craft_zip_release(&z);
	cut = (struct craft_zip){0};
	craft_zip_add(&cut, "x/data.pkl", payload, 7);
	str_add(&cut.file, "hidden");
	craft_zip_add(&cut, "x/data/0", payload, sizeof(payload));
	craft_zip_finish(&cut);
	check_bad(&cut.file, "bytes between", "bytes between two entries");
	craft_zip_release(&cut);
	cut = (struct craft_zip){.descriptors = true};
	craft_zip_add(&cut, "x/data/0", payload, sizeof(payload));
	str_add(&cut.file, "four");
	craft_zip_finish(&cut);
	check_bad(&cut.file, "bytes between", "bytes after a descriptor");
	craft_zip_release(&cut);
	check_overlap();
	str_release(&image);
}

static void check_crc(void)
{
	ok(zip_crc32((const unsigned char *)"123456789", 9) == 0xcbf43926 &&
	       zip_crc32((const unsigned char *)"", 0) == 0 &&
	       zip_crc32((const unsigned char *)"abc", 3) == 0x352441c2,
	   "the sum is CRC-32");
}

int main(void)
{
	check_crc();
	check_kinds();
	check_patches();
	check_large();
	check_zip64_records();
	check_counts();
	check_bytes();
	return tap_done();
}
