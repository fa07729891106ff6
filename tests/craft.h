/*
 * craft -- files made by hand, good and bad, for the tests of checkpoints.
 */
#ifndef UMIE_TESTS_CRAFT_H
#define UMIE_TESTS_CRAFT_H

#include <ftw.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/checkpoint/zip.h"
#include "tests/tap.h"

#define CRAFT __attribute__((unused)) static

/* A new folder below $TMPDIR; the caller's to free() and to remove. */
CRAFT char *craft_dir(void)
{
	const char *base = getenv("TMPDIR");
	char *dir = xasprintf("%s/umie-craft-XXXXXX", base ? base : "/tmp");

	if (!mkdtemp(dir))
		bug("cannot create %s", dir);
	return dir;
}

static inline int craft_remove_one(const char *path, const struct stat *st,
				   int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

CRAFT void craft_remove(const char *dir)
{
	nftw(dir, craft_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

CRAFT void craft_file(const char *dir, const char *name, const void *data,
		      size_t n)
{
	char *path = file_join(dir, name);
	FILE *f = fopen(path, "wb");

	if (!f || (n && fwrite(data, 1, n, f) != n) || fclose(f))
		bug("cannot write %s", path);
	free(path);
}

/* ok() when the error text has `part`; the text itself when it has not. */
CRAFT bool craft_says(int rc, const struct err *err, enum err_code code,
		      const char *part, const char *what)
{
	bool good =
	    rc == -(int)code && err->code == code && strstr(err->text, part);

	if (!ok(good, "%s: \"%s\"", what, part))
		diag("%d: %s", rc, rc < 0 ? err->text : "no error");
	return good;
}

CRAFT void craft_le(struct str *out, uint64_t v, int bytes)
{
	str_addn(out, (const char *)&v, (size_t)bytes);
}

/* A safetensors image: length, header, then n data bytes 0, 1, 2 ... */
CRAFT void craft_safetensors(struct str *out, const char *header, size_t n)
{
	craft_le(out, strlen(header), 8);
	str_add(out, header);
	for (size_t i = 0; i < n; i++)
		str_addc(out, (char)i);
}

/* A zip archive in the making, as PyTorch writes it. */
struct craft_zip {
	struct str file, dir;
	unsigned count;
	bool descriptors; /* sizes and sums after the data */
	bool zip64;       /* records at the end, as PyTorch always has */
	bool large;       /* entries as PyTorch has them beyond 4 GB */
	size_t dir_at;    /* where the directory begins, once finished */
};

/* CRC-32 and the two sizes, in 4 bytes each or said to be elsewhere. */
CRAFT void craft_zip_sizes(struct str *out, uint32_t crc, uint64_t n)
{
	craft_le(out, crc, 4);
	craft_le(out, n, 4);
	craft_le(out, n, 4);
}

CRAFT void craft_zip_local(struct craft_zip *z, const char *name, uint32_t crc,
			   size_t n)
{
	uint64_t at = z->file.len;

	craft_le(&z->file, 0x04034b50, 4);
	craft_le(&z->file, 0, 2);
	craft_le(&z->file, z->descriptors ? 0x0808 : 0, 2);
	craft_le(&z->file, 0, 2 + 4);
	if (z->descriptors)
		craft_zip_sizes(&z->file, 0, 0);
	else
		craft_zip_sizes(&z->file, crc, z->large ? 0xffffffff : n);
	craft_le(&z->file, strlen(name), 2);
	craft_le(&z->file, z->large ? (z->descriptors ? 12 : 20) : 0, 2);
	str_add(&z->file, name);
	if (!z->large)
		return;
	craft_le(&z->file, 1, 2);
	craft_le(&z->file, z->descriptors ? 8 : 16, 2);
	craft_le(&z->file, z->descriptors ? at : n, 8);
	if (!z->descriptors)
		craft_le(&z->file, n, 8);
}

CRAFT void craft_zip_central(struct craft_zip *z, const char *name,
			     uint32_t crc, size_t n, uint64_t at)
{
	uint64_t elsewhere = 0xffffffff;

	craft_le(&z->dir, 0x02014b50, 4);
	craft_le(&z->dir, 0, 2 + 2);
	craft_le(&z->dir, z->descriptors ? 0x0808 : 0, 2);
	craft_le(&z->dir, 0, 2 + 4);
	craft_zip_sizes(&z->dir, crc, z->large ? elsewhere : n);
	craft_le(&z->dir, strlen(name), 2);
	craft_le(&z->dir, z->large ? 28 : 0, 2);
	craft_le(&z->dir, 0, 6);
	craft_le(&z->dir, 0, 4);
	craft_le(&z->dir, z->large ? elsewhere : at, 4);
	str_add(&z->dir, name);
	if (!z->large)
		return;
	craft_le(&z->dir, 1, 2);
	craft_le(&z->dir, 24, 2);
	craft_le(&z->dir, n, 8);
	craft_le(&z->dir, n, 8);
	craft_le(&z->dir, at, 8);
}

CRAFT void craft_zip_add(struct craft_zip *z, const char *name,
			 const void *data, size_t n)
{
	uint32_t crc = zip_crc32(data, n);

	craft_zip_central(z, name, crc, n, z->file.len);
	craft_zip_local(z, name, crc, n);
	str_addn(&z->file, data, n);
	z->count++;
	if (!z->descriptors)
		return;
	craft_le(&z->file, 0x08074b50, 4);
	craft_le(&z->file, crc, 4);
	craft_le(&z->file, n, z->large ? 8 : 4);
	craft_le(&z->file, n, z->large ? 8 : 4);
}

CRAFT void craft_zip_finish(struct craft_zip *z)
{
	uint64_t size = z->dir.len, at = z->file.len;

	z->dir_at = at;
	str_addn(&z->file, z->dir.s, z->dir.len);
	if (z->zip64) {
		craft_le(&z->file, 0x06064b50, 4);
		craft_le(&z->file, 44, 8);
		craft_le(&z->file, 0, 4);
		craft_le(&z->file, 0, 8);
		craft_le(&z->file, z->count, 8);
		craft_le(&z->file, z->count, 8);
		craft_le(&z->file, size, 8);
		craft_le(&z->file, at, 8);
		craft_le(&z->file, 0x07064b50, 4);
		craft_le(&z->file, 0, 4);
		craft_le(&z->file, at + size, 8);
		craft_le(&z->file, 1, 4);
	}
	craft_le(&z->file, 0x06054b50, 4);
	craft_le(&z->file, 0, 4);
	craft_le(&z->file, z->count, 2);
	craft_le(&z->file, z->count, 2);
	craft_le(&z->file, size, 4);
	craft_le(&z->file, at, 4);
	craft_le(&z->file, 0, 2);
}

CRAFT void craft_zip_release(struct craft_zip *z)
{
	str_release(&z->file);
	str_release(&z->dir);
	*z = (struct craft_zip){0};
}

CRAFT void craft_set16(struct str *s, size_t at, uint16_t v)
{
	memcpy(s->s + at, &v, sizeof(v));
}

CRAFT void craft_set32(struct str *s, size_t at, uint32_t v)
{
	memcpy(s->s + at, &v, sizeof(v));
}

/* Operations of a pickle: string, whole number, tuple of numbers. */
CRAFT void craft_pickle_str(struct str *p, const char *s)
{
	str_addc(p, 'X');
	craft_le(p, strlen(s), 4);
	str_add(p, s);
}

CRAFT void craft_pickle_int(struct str *p, int64_t v)
{
	str_addn(p, "\x8a\x08", 2);
	craft_le(p, (uint64_t)v, 8);
}

CRAFT void craft_pickle_ints(struct str *p, const int64_t *v, int n)
{
	str_addc(p, '(');
	for (int i = 0; i < n; i++)
		craft_pickle_int(p, v[i]);
	str_addc(p, 't');
}

/* How a tensor is described in a pickle. */
struct craft_tensor {
	const char *name, *storage, *key;
	int64_t elements, offset;
	int ndim;
	int64_t dim[10], stride[10];
};

/* The key and the value of a dictionary of tensors. */
CRAFT void craft_pickle_tensor(struct str *p, const struct craft_tensor *t,
			       bool legacy)
{
	craft_pickle_str(p, t->name);
	str_add(p, "ctorch._utils\n_rebuild_tensor_v2\n((");
	craft_pickle_str(p, "storage");
	str_addf(p, "ctorch\n%s\n", t->storage);
	craft_pickle_str(p, t->key);
	craft_pickle_str(p, "cpu");
	craft_pickle_int(p, t->elements);
	str_add(p, legacy ? "NtQ" : "tQ");
	craft_pickle_int(p, t->offset);
	craft_pickle_ints(p, t->dim, t->ndim);
	craft_pickle_ints(p, t->stride, t->ndim);
	str_add(p, "\x89"
		   "ccollections\nOrderedDict\n)RtR");
}

/* A whole pickle: an OrderedDict of the tensors. */
CRAFT void craft_pickle(struct str *p, const struct craft_tensor *t, size_t n,
			bool legacy)
{
	str_add(p, "\x80\x02"
		   "ccollections\nOrderedDict\n)R(");
	for (size_t i = 0; i < n; i++)
		craft_pickle_tensor(p, &t[i], legacy);
	str_add(p, "u.");
}

#endif
