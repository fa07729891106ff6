/* The base room: what every other room relies on. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/arena.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/rng.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "tests/tap.h"

static void check_sizes(void)
{
	size_t n = SIZE_MAX / 2;

	ok(!size_mul(&n, 3) && n == SIZE_MAX / 2,
	   "a product that overflows is refused");
	n = SIZE_MAX;
	ok(!size_add(&n, 1) && n == SIZE_MAX,
	   "a sum that overflows is refused");
}

static void check_arena(void)
{
	struct arena a = {.chunk_size = 256};
	struct arena_mark m;
	char *p, *q;
	size_t held;

	p = arena_alloc(&a, 100);
	memset(p, 'p', 100);
	m = arena_mark(&a);
	q = arena_alloc(&a, 10000);
	memset(q, 'q', 10000);
	ok((uintptr_t)p % 64 == 0 && (uintptr_t)q % 64 == 0,
	   "arena memory is 64-byte aligned");
	held = a.total;
	arena_reset_to(&a, m);
	ok(arena_alloc(&a, 100) != q && p[99] == 'p',
	   "a mark keeps what came before it");
	arena_reset_to(&a, m);
	ok(arena_alloc(&a, 10000) == q && a.total == held,
	   "a warm arena takes its kept chunks");
	arena_release(&a);
}

/* Rounds of other sizes each time, as batches have. */
static void check_rounds(void)
{
	struct arena kept = {.chunk_size = 4096},
		     settled = {.chunk_size = 4096};
	struct rng_key key = {.seed = 5};
	size_t most = 0;

	for (uint64_t i = 0; i < 400; i++) {
		size_t sum = 0;

		arena_reset(&kept);
		arena_settle(&settled);
		for (uint64_t k = 0; k < 8; k++) {
			uint32_t r[4];
			size_t n;

			rng_block(&key, 8 * i + k, r);
			n = 64 * (1 + r[0] % 1000);
			memset(arena_alloc(&kept, n), 'k', n);
			memset(arena_alloc(&settled, n), 's', n);
			sum += n;
		}
		most = MAX(most, sum);
	}
	arena_settle(&settled);
	arena_alloc(&settled, 64);
	ok(settled.total == most && kept.total > most,
	   "rounds of any sizes hold what the largest took: %zu bytes, not %zu",
	   settled.total, kept.total);
	arena_release(&kept);
	arena_release(&settled);
}

static void check_utf8(void)
{
	const char *s = "a\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80";
	uint32_t cp;

	ok(utf8_count(s, strlen(s)) == 4, "four characters in ten bytes");
	ok(utf8_offset(s, strlen(s), 3) == 6, "the fourth starts at byte 6");
	ok(utf8_decode(s + 6, 4, &cp) == 4 && cp == 0x1f600, "an emoji");
	ok(utf8_valid("ab\xc0\x80", 4) == 2, "overlong forms are refused");
	ok(utf8_valid("\xed\xa0\x80", 3) == 0, "surrogates are refused");
	ok(utf8_valid("\xf4\x90\x80\x80", 4) == 0, "nothing above U+10FFFF");
	for (cp = 1; cp < 0x110000; cp += 0x3fd) {
		char buf[4];
		uint32_t back;
		int n = utf8_encode(cp, buf);

		if (cp >= 0xd800 && cp < 0xe000)
			continue;
		if (utf8_decode(buf, (size_t)n, &back) != n || back != cp)
			break;
	}
	ok(cp >= 0x110000, "encode and decode are inverse");
}

static void check_json(void)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
	    {"", "not a number"},
	    {"{\"a\":1,\"a\":2}", "key \"a\" twice"},
	    {"{\"a\":1} x", "after the end"},
	    {"[1,]", "not a number"},
	    {"[01]", "closing bracket"},
	    {"[1e999]", "out of range"},
	    {"\"\\u0000\"", "\\u0000"},
	    {"\"\\ud800\"", "surrogate"},
	    {"\"\xff\"", "not UTF-8"},
	    {"nul", "not a JSON value"},
	    {"\"a\nb\"", "control character"},
	    {"{a:1}", "a key was expected"},
	};
	struct err err;
	struct json *j;
	char deep[300], *text;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		j = json_parse(bad[i].text, strlen(bad[i].text), "x.json",
			       &err);
		ok(!j && strstr(err.text, bad[i].why) &&
		       strstr(err.text, "x.json"),
		   "refused: %zu: %s", i, err.text);
		json_free(j);
	}
	memset(deep, '[', 150);
	memset(deep + 150, ']', 150);
	ok(!json_parse(deep, 300, "x", &err), "deep nesting: %s", err.text);
	j = json_parse("{\"s\":\"\\u00e9\",\"n\":-1.5e3}", 25, "x", &err);
	ok(j && strcmp(json_string(json_get(j, "s")), "\xc3\xa9") == 0 &&
	       json_number(json_get(j, "n")) == -1500,
	   "strings and numbers are read");
	json_free(j);
	j = json_new_object();
	json_put_number(j, "x", 0.1f, 6);
	json_put_int(j, "n", 9007199254740993);
	json_put_number(j, "nan", NAN, 6);
	text = json_print(j);
	ok(strcmp(text, "{\"x\":0.1,\"n\":9007199254740993,\"nan\":null}") == 0,
	   "numbers are written short and exact: %s", text);
	free(text);
	json_free(j);
}

static void check_rng(void)
{
	/* Known answers of Philox4x32-10 (Random123's kat_vectors). */
	struct rng_key zero = {0}, ones = {~0ull, ~0u, ~0u};
	uint32_t out[4];
	bool seen[1000] = {false}, all = true;
	double sum = 0, square = 0;

	rng_block(&zero, 0, out);
	ok(out[0] == 0x6627e8d5 && out[1] == 0xe169c58d &&
	       out[2] == 0xbc57ac4c && out[3] == 0x9b00dbd8,
	   "Philox of zeros");
	rng_block(&ones, ~0ull, out);
	ok(out[0] == 0x408f276d && out[1] == 0x41c83b0e &&
	       out[2] == 0xa20bc7c6 && out[3] == 0x6d5451fd,
	   "Philox of ones");
	for (uint64_t i = 0; i < 1000; i++)
		seen[rng_permute(7, i, 1000)] = true;
	for (int i = 0; i < 1000; i++)
		all &= seen[i];
	ok(all, "rng_permute is a permutation");
	for (uint64_t i = 0; i < 20000; i++) {
		double x = rng_normal(&zero, i);

		sum += x;
		square += x * x;
	}
	ok(fabs(sum / 20000) < 0.03 && fabs(square / 20000 - 1) < 0.05,
	   "rng_normal has mean 0 and variance 1");
}

static void check_files(void)
{
	char dir[] = "/tmp/umie-base-XXXXXX", hex[HASH_HEX];
	struct str got = {0};
	struct err err;
	char *path, *deep;

	if (!mkdtemp(dir))
		bug("mkdtemp");
	path = file_join(dir, "f");
	ok(file_replace(path, "abc", 3, &err) == 0 &&
	       file_replace(path, "hello", 5, &err) == 0 &&
	       file_read(path, 100, &got, &err) == 0 &&
	       strcmp(got.s, "hello") == 0,
	   "a file is replaced");
	ok(file_read(path, 4, &got, &err) == -ERR_DATA, "limit: %s", err.text);
	ok(hash_file(path, hex, &err) == 0 &&
	       strncmp(hex, "2cf24dba5fb0a30e26e83b2ac5b9e29e", 32) == 0,
	   "SHA-256 of \"hello\"");
	deep = file_join(dir, "a/b/c");
	ok(file_mkdirs(deep, &err) == 0 && file_is_dir(deep), "mkdir -p");
	ok(file_replace("/nonexistent/x", "", 0, &err) < 0, "%s", err.text);
	unlink(path);
	free(path);
	free(deep);
	str_release(&got);
	path = xasprintf("rm -r %s", dir);
	if (system(path) != 0)
		diag("left behind: %s", dir);
	free(path);
}

int main(void)
{
	check_sizes();
	check_arena();
	check_rounds();
	check_utf8();
	check_json();
	check_rng();
	check_files();
	return tap_done();
}
