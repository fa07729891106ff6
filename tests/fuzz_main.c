/*
 * fuzz_main -- replay files through a fuzz target, for make check.
 *
 * usage: fuzz_NAME FILE|DIR...   Under libFuzzer (--enable-fuzz) this file is
 * empty and its own main() is used.  Prints TAP.
 */
#ifndef UMIE_LIBFUZZER
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tests/tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
	struct str text = {0};
	struct err err;

	if (file_read(path, (size_t)64 << 20, &text, &err) < 0) {
		diag("%s", err.text);
		return 0;
	}
	/* A copy of the exact size, so that a sanitizer sees overruns. */
	uint8_t *copy = xmalloc(text.len);

	if (text.len)
		memcpy(copy, text.s, text.len);
	LLVMFuzzerTestOneInput(copy, text.len);
	free(copy);
	str_release(&text);
	return 1;
}

static int replay_dir(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int n = 0;

	if (!d)
		return 0;
	while ((e = readdir(d))) {
		char *path = file_join(dir, e->d_name);

		if (e->d_name[0] != '.' && !file_is_dir(path))
			n += replay(path);
		free(path);
	}
	closedir(d);
	return n;
}

/* Without arguments: tests/corpus/NAME, NAME from argv[0]. */
static int replay_own(const char *argv0)
{
	const char *src = getenv("srcdir"), *name = strstr(argv0, "fuzz_");
	char *dir;
	int n;

	while (name && strstr(name + 1, "fuzz_"))
		name = strstr(name + 1, "fuzz_");
	if (!name)
		return 0;
	dir = xasprintf("%s/tests/corpus/%s", src ? src : ".", name + 5);
	n = replay_dir(dir);
	free(dir);
	return n;
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? 0 : replay_own(argv[0]);

	for (int i = 1; i < argc; i++)
		n += file_is_dir(argv[i]) ? replay_dir(argv[i])
					  : replay(argv[i]);
	ok(n > 0, "%d inputs replayed without a finding", n);
	return tap_done();
}

#endif
