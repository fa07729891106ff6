/*
 * check_golden DIR [--spm FILE] -- compare the program with golden tensors.
 *
 * Runs every package it finds under DIR: model, grads, decode, vision,
 * images, tokenizer (with --spm), scoring.  One TAP line per group.  Without
 * DIR the small packages of tests/golden are run, and those of
 * $UMIE_SHARED/golden when it is there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/file.h"
#include "src/base/mem.h"
#include "tests/golden.h"

static void missing(const char *dir, const char *name)
{
	golden_note("no package %s in %s", name, dir);
}

/* 1 when `dir` has any package. */
static int run_packages(const char *dir, const char *spm)
{
	static const char *const names[] = {"model",  "grads",  "decode",
					    "vision", "images", "tokenizer",
					    "scoring"};
	char *path[ARRAY_LEN(names)];
	bool here[ARRAY_LEN(names)];
	int found = 0;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		path[i] = file_join(dir, names[i]);
		here[i] = file_is_dir(path[i]);
		found += here[i];
		if (!here[i])
			missing(dir, names[i]);
	}
	if (here[0]) {
		golden_bins(path[0]);
		golden_model(path[0]);
	}
	if (here[1])
		golden_grads(path[1], path[0]);
	if (here[2])
		golden_decode(path[2], path[0]);
	if (here[3])
		golden_vision(path[3]);
	if (here[4])
		golden_images(path[4]);
	if (here[5] && spm)
		golden_tokenizer(path[5], spm);
	else if (here[5])
		golden_note("tokenizer: needs --spm FILE; not run");
	if (here[6])
		golden_scoring(path[6]);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		free(path[i]);
	return found > 0;
}

/* What `make check` runs: the committed packages, and the shared ones. */
static void run_known(void)
{
	const char *src = getenv("srcdir"), *shared = getenv("UMIE_SHARED");
	char *own = xasprintf("%s/tests/golden", src ? src : ".");
	char *all, *spm;

	golden_ok(run_packages(own, NULL), "packages of tests/golden");
	free(own);
	if (!shared || !*shared) {
		golden_note("UMIE_SHARED is not set");
		return;
	}
	all = file_join(shared, "golden");
	spm = file_join(shared, "data/t5/spiece.model");
	golden_ok(run_packages(all, spm), "packages of %s", all);
	free(all);
	free(spm);
}

int main(int argc, char **argv)
{
	const char *dir = NULL, *spm = NULL;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--spm") == 0 && i + 1 < argc)
			spm = argv[++i];
		else if (argv[i][0] != '-' && !dir)
			dir = argv[i];
		else {
			fprintf(stderr,
				"usage: check_golden [DIR] [--spm FILE]\n");
			return 2;
		}
	}
	if (dir)
		golden_ok(run_packages(dir, spm), "%s has a package", dir);
	else
		run_known();
	return golden_done();
}
