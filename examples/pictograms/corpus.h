/*
 * corpus -- groups of examples into files.
 */
#ifndef UMIE_PICTOGRAMS_CORPUS_H
#define UMIE_PICTOGRAMS_CORPUS_H

#include <stdint.h>

struct err;

/* enum, name, chance of names that training never shows */
#define SPLITS(_)            \
	_(TRAIN, "train", 0) \
	_(DEV, "dev", 0)     \
	_(TEST, "test", 0.3f)

enum split {
#define SPLIT_ENUM(upper, name, fresh) SPLIT_##upper,
	SPLITS(SPLIT_ENUM)
#undef SPLIT_ENUM
	    SPLIT_COUNT,
};

struct corpus_options {
	const char *dir; /* made when it is not there */
	uint64_t seed;
	long examples[SPLIT_COUNT];
};

/*
 * Write dir/{train,dev,test}.jsonl and dir/images/ *.png.  One line is one
 * example in the format of src/data/dataset.h; its "meta" holds "group", which
 * examples with the same text and question share, and "kind" (texts.h).
 */
int corpus_write(const struct corpus_options *o, struct err *err);

/* The examples that come with the demonstration: dir/examples.jsonl and
 * dir/images/ *.png.  Always the same. */
int demo_write(const char *dir, struct err *err);

#endif
