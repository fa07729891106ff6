/*
 * pictograms -- writes a corpus of texts and drawn pictures.
 *
 * pictograms --out DIR [--seed N] [--train N] [--dev N] [--test N]
 *	writes DIR/{train,dev,test}.jsonl and DIR/images/.  The same numbers
 *	give the same bytes.
 * pictograms --demo DIR
 *	writes the demonstration's examples.
 * pictograms --looks DIR [--seed N] [--train N] [--things M]
 *	writes N exercises in seeing, of pictures of up to M things (1):
 *	DIR/looks.jsonl and DIR/images/.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "examples/pictograms/corpus.h"
#include "examples/pictograms/draw.h"
#include "examples/pictograms/looks.h"
#include "src/base/err.h"

static int usage(void)
{
	fputs("usage: pictograms --out DIR [--seed N] [--train N] [--dev N] "
	      "[--test N]\n"
	      "       pictograms --demo DIR\n"
	      "       pictograms --looks DIR [--seed N] [--train N] "
	      "[--things N]\n",
	      stderr);
	return ERR_USAGE;
}

/* A whole number, or -1. */
static long number(const char *s)
{
	char *end;
	long n = strtol(s, &end, 10);

	return *s && !*end && n >= 0 && n <= 10000000 ? n : -1;
}

static int parse(int argc, char **argv, struct corpus_options *o,
		 const char **looks, int *things)
{
	*looks = NULL;
	*things = 1;
	*o =
	    (struct corpus_options){.seed = 1, .examples = {20000, 1500, 1500}};
	for (int i = 1; i < argc; i += 2) {
		long n = i + 1 < argc ? number(argv[i + 1]) : -1;

		if (i + 1 == argc)
			return usage();
		if (strcmp(argv[i], "--out") == 0)
			o->dir = argv[i + 1];
		else if (strcmp(argv[i], "--looks") == 0)
			*looks = argv[i + 1];
		else if (strcmp(argv[i], "--things") == 0 && n > 0 &&
			 n <= SCENE_MAX)
			*things = (int)n;
		else if (n < 0)
			return usage();
		else if (strcmp(argv[i], "--seed") == 0)
			o->seed = (uint64_t)n;
		else if (strcmp(argv[i], "--train") == 0)
			o->examples[SPLIT_TRAIN] = n;
		else if (strcmp(argv[i], "--dev") == 0)
			o->examples[SPLIT_DEV] = n;
		else if (strcmp(argv[i], "--test") == 0)
			o->examples[SPLIT_TEST] = n;
		else
			return usage();
	}
	return !o->dir != !*looks ? 0 : usage();
}

int main(int argc, char **argv)
{
	struct corpus_options o;
	const char *looks;
	int things;
	struct err err = {0};
	int rc;

	if (argc == 3 && strcmp(argv[1], "--demo") == 0)
		rc = demo_write(argv[2], &err);
	else if (parse(argc, argv, &o, &looks, &things))
		return ERR_USAGE;
	else if (looks)
		rc = looks_write(looks, o.seed, o.examples[SPLIT_TRAIN], things,
				 &err);
	else
		rc = corpus_write(&o, &err);
	if (rc < 0) {
		fprintf(stderr, "pictograms: %s\n", err.text);
		return err.code;
	}
	return 0;
}
