/*
 * check_feature_cache -- image features are found again, or honestly missed.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/image/cache.h"
#include "tests/tap.h"

enum { ROWS = 3, DIM = 64, FILE_SIZE = 152 + ROWS * DIM * 4 };

static void key_of(int i, char key[HASH_HEX])
{
	const int px[2][4] = {{0, 0, 10, 10}, {i, 1, 2, 3}};

	feature_key("picture", px, 2, "backbone", key);
}

static void fill(float *rows, int seed)
{
	for (int i = 0; i < ROWS * DIM; i++)
		rows[i] = (float)(seed * 1000 + i) / 7;
}

static bool has(struct feature_cache *c, int i)
{
	float got[ROWS * DIM], want[ROWS * DIM];
	char key[HASH_HEX];

	key_of(i, key);
	fill(want, i);
	return feature_cache_get(c, key, got, ROWS, DIM) &&
	       memcmp(got, want, sizeof(got)) == 0;
}

static void put(struct feature_cache *c, int i)
{
	float rows[ROWS * DIM];
	char key[HASH_HEX];

	key_of(i, key);
	fill(rows, i);
	feature_cache_put(c, key, rows, ROWS, DIM);
}

static char *path_of(const char *dir, int i)
{
	char key[HASH_HEX];

	key_of(i, key);
	return xasprintf("%s/%.2s/%s.feat", dir, key, key);
}

/* Let entry i have been used at second `when`. */
static void age(const char *dir, int i, long when)
{
	struct timespec t[2] = {{.tv_sec = when}, {.tv_sec = when}};
	char *path = path_of(dir, i);

	utimensat(AT_FDCWD, path, t, 0);
	free(path);
}

static void check_keys(void)
{
	static const int px[2][4] = {{0, 0, 1, 1}, {1, 2, 3, 4}};
	static const int other[2][4] = {{0, 0, 1, 1}, {1, 2, 3, 5}};
	char a[HASH_HEX], b[HASH_HEX];

	feature_key("p", px, 2, "m", a);
	feature_key("p", px, 2, "m", b);
	ok(strcmp(a, b) == 0 && strlen(a) == 64, "equal things, equal keys");
	feature_key("q", px, 2, "m", b);
	ok(strcmp(a, b) != 0, "another picture has another key");
	feature_key("p", px, 2, "n", b);
	ok(strcmp(a, b) != 0, "another backbone has another key");
	feature_key("p", other, 2, "m", b);
	ok(strcmp(a, b) != 0, "another box has another key");
	feature_key("p", px, 1, "m", b);
	ok(strcmp(a, b) != 0, "fewer boxes have another key");
}

static void check_round_trip(const char *dir)
{
	struct feature_cache *c = feature_cache_open(dir, 1 << 20);
	float rows[ROWS * DIM];
	char key[HASH_HEX];

	ok(!has(c, 1), "an empty cache misses");
	put(c, 1);
	put(c, 2);
	ok(has(c, 1) && has(c, 2), "what was put is got, to the bit");
	key_of(1, key);
	ok(!feature_cache_get(c, key, rows, ROWS, DIM / 2) &&
	       !feature_cache_get(c, key, rows, ROWS - 1, DIM) &&
	       !feature_cache_get(c, key, rows, 1, ROWS * DIM),
	   "another shape is a miss");
	feature_cache_close(c);
	c = feature_cache_open(dir, 1 << 20);
	ok(has(c, 1), "it is still there for the next program");
	feature_cache_close(c);
}

/* Replace the file of entry 1 by `n` bytes and ask for it. */
static bool hit_after(struct feature_cache *c, const char *dir,
		      const char *bytes, size_t n)
{
	char *path = path_of(dir, 1);
	struct err err;
	bool hit;

	file_replace(path, bytes, n, &err);
	hit = has(c, 1);
	free(path);
	return hit;
}

static void check_damage(const char *dir)
{
	struct feature_cache *c = feature_cache_open(dir, 1 << 20);
	char *path = path_of(dir, 1), *other = path_of(dir, 2);
	struct str s = {0}, foreign = {0};
	struct err err;
	int hits = 0;

	put(c, 1);
	file_read(path, 1 << 20, &s, &err);
	file_read(other, 1 << 20, &foreign, &err);
	ok(s.len == FILE_SIZE, "a file has %zu bytes", s.len);
	for (size_t i = 0; i < s.len; i += 13) {
		s.s[i] ^= 1;
		hits += hit_after(c, dir, s.s, s.len);
		s.s[i] ^= 1;
	}
	ok(hits == 0, "a file with a changed bit is a miss");
	ok(!hit_after(c, dir, s.s, s.len - 1) && !hit_after(c, dir, s.s, 0),
	   "a file cut short is a miss");
	ok(!hit_after(c, dir, foreign.s, foreign.len),
	   "the file of another key is a miss");
	put(c, 1);
	ok(has(c, 1), "a damaged file is replaced");
	str_release(&s);
	str_release(&foreign);
	free(path);
	free(other);
	feature_cache_close(c);
}

static void check_eviction(const char *dir)
{
	struct feature_cache *c = feature_cache_open(dir, 10 * FILE_SIZE);
	int n = 0;

	for (int i = 10; i < 20; i++) {
		put(c, i);
		age(dir, i, 1000 + i);
	}
	for (int i = 10; i < 20; i++)
		n += has(c, i);
	ok(n == 10, "ten entries fit (%d)", n);
	for (int i = 10; i < 20; i++)
		age(dir, i, 1000 + i);
	has(c, 10);
	put(c, 20);
	ok(has(c, 20), "the newest is kept");
	ok(has(c, 10), "what was read lately is kept");
	ok(!has(c, 11) && !has(c, 12), "the least recently used are gone");
	ok(has(c, 13) && has(c, 19), "no more go than must");
	feature_cache_close(c);
	c = feature_cache_open(dir, FILE_SIZE - 1);
	put(c, 30);
	ok(!has(c, 30), "what exceeds the limit alone is not kept");
	feature_cache_close(c);
}

static void check_absent(const char *dir)
{
	struct feature_cache *c = feature_cache_open(NULL, 1 << 20);
	char *file = file_join(dir, "file");
	struct err err;

	put(c, 1);
	ok(!has(c, 1), "a cache without a directory misses");
	feature_cache_close(c);
	file_replace(file, "x", 1, &err);
	c = feature_cache_open(file, 1 << 20);
	put(c, 1);
	ok(!has(c, 1), "a directory that cannot be made only misses");
	feature_cache_close(c);
	free(file);
}

/* `dir` with what is in it, two levels down. */
static void remove_all(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		char *path = file_join(dir, e->d_name);

		if (e->d_name[0] != '.' && unlink(path) < 0)
			remove_all(path);
		free(path);
	}
	if (d)
		closedir(d);
	rmdir(dir);
}

int main(void)
{
	char base[] = "/tmp/check_feature_cache.XXXXXX";
	char *dir;

	if (!mkdtemp(base))
		return 99;
	check_keys();
	dir = file_join(base, "one");
	check_round_trip(dir);
	check_damage(dir);
	free(dir);
	dir = file_join(base, "two");
	check_eviction(dir);
	free(dir);
	check_absent(base);
	remove_all(base);
	return tap_done();
}
