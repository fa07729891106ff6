#include "src/image/cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"

struct feature_cache {
	char *dir; /* owned; NULL: everything misses */
	size_t limit;
	size_t used;  /* bytes on disk as far as known */
	bool counted; /* `used` has been set by a look at the disk */
};

static const char MAGIC[8] = "UMIEFEAT";
enum { VERSION = 1, DIGITS = HASH_HEX - 1, KEEP_TENTHS = 9 };

/*
 * Before the rows of a file, in the byte order of the machine: a file from
 * another kind of machine has another version number and is a miss.
 */
struct head {
	char magic[sizeof(MAGIC)];
	uint32_t version, dim;
	uint64_t n;
	char key[DIGITS], hash[DIGITS]; /* of the entry, of the rows */
};

/* A file of the cache. */
struct entry {
	char *path; /* owned */
	size_t size;
	struct timespec used;
};

struct entries {
	struct entry *e;
	size_t n, cap, total;
};

struct feature_cache *feature_cache_open(const char *dir, size_t limit)
{
	struct feature_cache *c = xcalloc(1, sizeof(*c));

	c->dir = xstrdup_null(dir);
	c->limit = limit;
	return c;
}

void feature_cache_close(struct feature_cache *c)
{
	if (!c)
		return;
	free(c->dir);
	free(c);
}

static char *path_of(const struct feature_cache *c, const char *key)
{
	return xasprintf("%s/%.2s/%s.feat", c->dir, key, key);
}

static void fill_head(struct head *h, const char *key, const float *rows,
		      size_t n, size_t dim)
{
	char hash[HASH_HEX];

	*h = (struct head){.version = VERSION, .dim = (uint32_t)dim, .n = n};
	hash_bytes(rows, n * dim * sizeof(*rows), hash);
	memcpy(h->magic, MAGIC, sizeof(MAGIC));
	memcpy(h->hash, hash, DIGITS);
	memcpy(h->key, key, MIN(strlen(key), (size_t)DIGITS));
}

/* To the present, in full resolution: the kernel's own is a few ms coarse. */
static void touch(const char *path)
{
	struct timespec t[2];

	clock_gettime(CLOCK_REALTIME, &t[0]);
	t[1] = t[0];
	utimensat(AT_FDCWD, path, t, 0);
}

/* Rows of `path` into `out` when it is exactly the file it should be. */
static bool read_rows(const char *path, const char *key, float *out, size_t n,
		      size_t dim)
{
	size_t bytes = n * dim * sizeof(*out);
	struct str text = {0};
	struct head want, got;
	struct err ignored;
	bool ok = file_read(path, sizeof(got) + bytes, &text, &ignored) == 0 &&
		  text.len == sizeof(got) + bytes;

	if (ok) {
		memcpy(&got, text.s, sizeof(got));
		memcpy(out, text.s + sizeof(got), bytes);
		fill_head(&want, key, out, n, dim);
		ok = memcmp(&want, &got, sizeof(got)) == 0;
	}
	str_release(&text);
	return ok;
}

bool feature_cache_get(struct feature_cache *c, const char *key, float *out,
		       size_t n, size_t dim)
{
	char *path;
	bool hit;

	if (!c->dir)
		return false;
	path = path_of(c, key);
	hit = read_rows(path, key, out, n, dim);
	if (hit)
		touch(path);
	free(path);
	return hit;
}

static void add_file(struct entries *list, char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode)) {
		free(path);
		return;
	}
	list->e = xgrow(list->e, list->n, &list->cap, sizeof(*list->e));
	list->e[list->n++] = (struct entry){
	    .path = path, .size = (size_t)st.st_size, .used = st.st_mtim};
	list->total += (size_t)st.st_size;
}

/* Only what looks like ours: two digits, then KEY.feat and leftovers of it. */
static bool is_ours(const char *name, size_t digits)
{
	return strspn(name, "0123456789abcdef") == digits &&
	       (digits == 2 ? name[2] == '\0'
			    : strncmp(name + digits, ".feat", 5) == 0);
}

static void list_dir(const char *dir, size_t digits, struct entries *list)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	char *path;

	if (!d)
		return;
	while ((e = readdir(d))) {
		if (!is_ours(e->d_name, digits))
			continue;
		path = file_join(dir, e->d_name);
		if (digits == DIGITS) {
			add_file(list, path);
			continue;
		}
		list_dir(path, DIGITS, list);
		free(path);
	}
	closedir(d);
}

static int older_first(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->used.tv_sec != y->used.tv_sec)
		return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
	if (x->used.tv_nsec != y->used.tv_nsec)
		return x->used.tv_nsec < y->used.tv_nsec ? -1 : 1;
	return strcmp(x->path, y->path);
}

/*
 * Look at the disk, which other processes write to as well, and when there
 * is too much remove the oldest until a tenth is free again.
 */
static void count_and_evict(struct feature_cache *c)
{
	struct entries list = {0};

	list_dir(c->dir, 2, &list);
	c->used = list.total;
	c->counted = true;
	if (c->used > c->limit) {
		qsort(list.e, list.n, sizeof(*list.e), older_first);
		for (size_t i = 0;
		     i < list.n && c->used > c->limit / 10 * KEEP_TENTHS; i++)
			if (unlink(list.e[i].path) == 0)
				c->used -= list.e[i].size;
	}
	for (size_t i = 0; i < list.n; i++)
		free(list.e[i].path);
	free(list.e);
}

static bool write_rows(const struct feature_cache *c, const char *key,
		       const float *rows, size_t n, size_t dim)
{
	size_t bytes = n * dim * sizeof(*rows);
	char *dir = xasprintf("%s/%.2s", c->dir, key), *path = path_of(c, key);
	struct str text = {0};
	struct err ignored;
	struct head h;
	bool ok;

	fill_head(&h, key, rows, n, dim);
	str_addn(&text, (const char *)&h, sizeof(h));
	str_addn(&text, (const char *)rows, bytes);
	ok = file_mkdirs(dir, &ignored) == 0 &&
	     file_replace(path, text.s, text.len, &ignored) == 0;
	if (ok)
		touch(path);
	str_release(&text);
	free(path);
	free(dir);
	return ok;
}

void feature_cache_put(struct feature_cache *c, const char *key,
		       const float *rows, size_t n, size_t dim)
{
	size_t size = sizeof(struct head) + n * dim * sizeof(*rows);

	if (!c->dir || size > c->limit / 10 * KEEP_TENTHS)
		return;
	if (!write_rows(c, key, rows, n, dim))
		return;
	c->used += size;
	if (!c->counted || c->used > c->limit)
		count_and_evict(c);
}

void feature_key(const char *picture_hash, const int (*px)[4], size_t n,
		 const char *backbone_hash, char key[HASH_HEX])
{
	struct str text = {0};

	str_addf(&text, "umie features %d\n%s\n%s\n", VERSION, picture_hash,
		 backbone_hash);
	for (size_t i = 0; i < n; i++)
		str_addf(&text, "%d %d %d %d\n", px[i][0], px[i][1], px[i][2],
			 px[i][3]);
	hash_bytes(text.s, text.len, key);
	str_release(&text);
}
