#include "src/data/dataset.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/data/reader.h"

#define FILE_MAX_BYTES ((size_t)1 << 30)

static void shrink(struct dataset *d, size_t n)
{
	while (d->n > n)
		example_release(&d->ex[--d->n]);
}

void dataset_release(struct dataset *d)
{
	shrink(d, 0);
	free(d->ex);
	free(d->name);
	*d = (struct dataset){0};
}

static int (*const readers[])(struct reader *r) = {
    [DATA_JSONL] = read_jsonl,
    [DATA_CONLL] = read_conll,
    [DATA_CONLL2003] = read_conll,
    [DATA_BILOU] = read_conll,
    [DATA_MNRE] = read_mnre,
    [DATA_UMIE] = read_umie,
    [DATA_M2E2] = read_m2e2,
    [DATA_M2E2_IMAGE] = read_m2e2_image,
    [DATA_M2E2_COREF] = read_m2e2_coref,
    [DATA_M2E2_UMIE] = read_m2e2,
    [DATA_ONEIE] = read_oneie,
    [DATA_LABELSTUDIO] = read_labelstudio,
    [DATA_COCO] = read_coco,
    [DATA_SPACY] = read_spacy,
    [DATA_DOCCANO] = read_doccano,
    [DATA_CSV] = read_csv,
    [DATA_TSV] = read_tsv,
    [DATA_CONLL04] = read_conll04,
    [DATA_SEMEVAL] = read_semeval,
};

static int read_format(struct reader *r)
{
	enum data_format f = r->o->format;

	if (r->i == r->n && f == DATA_GUESS)
		return err_set(r->err, ERR_DATA,
			       "%s: empty, a data set was expected", r->path);
	if (f == DATA_GUESS)
		f = data_format_guess(r->s + r->i, r->n - r->i);
	if (f == DATA_GUESS) /* its reader says what is wrong */
		f = data_format_of_name(r->path);
	r->d->format = f;
	if (f == DATA_BRAT)
		return err_set(r->err, ERR_DATA,
			       "%s: brat is a folder of .txt and .ann files",
			       r->path);
	if (f != DATA_GUESS)
		return readers[f](r);
	return err_set(r->err, ERR_DATA,
		       "%s: of no known format (umie-formats(5) lists them; "
		       "an option can name one)",
		       r->path);
}

static int check_read(struct reader *r)
{
	char *tags;

	if (r->d->n == r->first)
		return err_set(r->err, ERR_DATA, "%s: no example in it",
			       r->path);
	if (r->lost.n == 0)
		return 0;
	tags = labels_join(&r->lost);
	err_set(r->err, ERR_DATA,
		"%s: line %zu: the schema has no label for %.800s", r->path,
		r->lost_line, tags);
	free(tags);
	return -ERR_DATA;
}

/* Remember path and digest, together with those of earlier files. */
static void note_file(struct dataset *d, const char *path, const char *bytes,
		      size_t n)
{
	char hex[HASH_HEX], *both;

	hash_bytes(bytes, n, hex);
	if (!d->name) {
		memcpy(d->digest, hex, sizeof(d->digest));
		d->name = xstrdup(path);
		return;
	}
	both = xasprintf("%s%s", d->digest, hex);
	hash_bytes(both, strlen(both), d->digest);
	free(both);
	both = xasprintf("%s, %s", d->name, path);
	free(d->name);
	d->name = both;
}

/* The directory that a file is in; caller's to free(). */
static char *beside(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? xstrndup(path, (size_t)(slash - path) + 1) : NULL;
}

/* Look at what was read, and take it in or forget it. */
static int finish(struct reader *r, int rc, const char *bytes, size_t n)
{
	struct dataset *d = r->d;

	if (rc == 0)
		rc = check_read(r);
	if (rc < 0)
		shrink(d, r->first);
	for (size_t i = r->first; i < d->n; i++)
		d->missing_images += d->ex[i].image_state == IMAGE_MISSING;
	if (rc == 0)
		note_file(d, r->path, bytes, n);
	labels_release(&r->lost);
	return rc;
}

int dataset_parse(struct dataset *d, const char *bytes, size_t n,
		  const char *path, const struct dataset_options *o,
		  struct err *err)
{
	static const struct dataset_options none;
	struct reader r = {.path = path,
			   .o = o ? o : &none,
			   .d = d,
			   .first = d->n,
			   .s = bytes,
			   .n = n,
			   .err = err};
	char *dir = r.o->image_dir ? xstrdup(r.o->image_dir) : beside(path);
	int rc;

	r.image_dir = dir;
	if (n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		r.i = 3;
	rc = finish(&r, read_format(&r), bytes, n);
	free(dir);
	return rc;
}

/* brat's documents are files of one folder. */
static int read_folder(struct dataset *d, const char *path,
		       const struct dataset_options *o, struct err *err)
{
	static const struct dataset_options none;
	struct reader r = {.path = path,
			   .o = o ? o : &none,
			   .d = d,
			   .first = d->n,
			   .err = err};
	struct str bytes = {0};
	int rc = 0;

	r.image_dir = r.o->image_dir ? r.o->image_dir : path;
	d->format = DATA_BRAT;
	if (r.o->format != DATA_GUESS && r.o->format != DATA_BRAT)
		rc = err_set(err, ERR_DATA, "%s: a folder; %s is one file",
			     path, data_format_name(r.o->format));
	if (rc == 0)
		rc = read_brat(&r, &bytes);
	r.path = path;
	rc = finish(&r, rc, str_cstr(&bytes), bytes.len);
	str_release(&bytes);
	return rc;
}

int dataset_read(struct dataset *d, const char *path,
		 const struct dataset_options *o, struct err *err)
{
	bool stdin_too = strcmp(path, "-") == 0;
	struct str bytes = {0};
	int rc;

	if (file_is_dir(path))
		return read_folder(d, path, o, err);
	rc = file_read(path, FILE_MAX_BYTES, &bytes, err);
	if (rc == 0)
		rc = dataset_parse(d, str_cstr(&bytes), bytes.len,
				   stdin_too ? "standard input" : path, o, err);
	str_release(&bytes);
	return rc;
}
