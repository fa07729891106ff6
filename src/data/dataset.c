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

/* The first line that is not blank, without space before it. */
static struct span first_line(const char *s, size_t n)
{
	struct span rest = span_trim((struct span){s, n});
	const char *end = memchr(rest.s, '\n', rest.len);

	if (end)
		rest.len = (size_t)(end - rest.s);
	return rest;
}

/* The format of a file by its first line that says something. */
static enum data_format guess(const char *s, size_t n)
{
	struct span line = first_line(s, n), inside;

	/* A token may be empty: look at the whole line, tabs included. */
	if (line.len == 0 || line.s[0] != '{') {
		while (line.s > s && line.s[-1] != '\n') {
			line.s--;
			line.len++;
		}
		return conll_line(line) ? DATA_CONLL : DATA_GUESS;
	}
	inside = span_trim((struct span){line.s + 1, line.len - 1});
	return inside.len && inside.s[0] == '\'' ? DATA_MNRE : DATA_JSONL;
}

static int read_format(struct reader *r)
{
	enum data_format f = r->o->format;

	if (f == DATA_GUESS)
		f = guess(r->s + r->i, r->n - r->i);
	switch (f) {
	case DATA_JSONL:
		return read_jsonl(r);
	case DATA_CONLL:
		return read_conll(r);
	case DATA_MNRE:
		return read_mnre(r);
	case DATA_GUESS:
		break;
	}
	return err_set(r->err, ERR_DATA,
		       "%s: empty or of no known format; its lines should be "
		       "JSON objects (jsonl), \"token TAB tag\" (conll) or "
		       "Python dicts (mnre)",
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
	char *dir;
	int rc;

	dir = r.o->image_dir ? xstrdup(r.o->image_dir) : beside(path);
	r.image_dir = dir;
	if (n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		r.i = 3;
	rc = read_format(&r);
	if (rc == 0)
		rc = check_read(&r);
	if (rc < 0)
		shrink(d, r.first);
	for (size_t i = r.first; i < d->n; i++)
		d->missing_images += d->ex[i].image_state == IMAGE_MISSING;
	if (rc == 0)
		note_file(d, path, bytes, n);
	labels_release(&r.lost);
	free(dir);
	return rc;
}

int dataset_read(struct dataset *d, const char *path,
		 const struct dataset_options *o, struct err *err)
{
	bool stdin_too = strcmp(path, "-") == 0;
	struct str bytes = {0};
	int rc = file_read(path, FILE_MAX_BYTES, &bytes, err);

	if (rc == 0)
		rc = dataset_parse(d, str_cstr(&bytes), bytes.len,
				   stdin_too ? "standard input" : path, o, err);
	str_release(&bytes);
	return rc;
}
