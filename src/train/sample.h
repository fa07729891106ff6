/*
 * sample -- examples made ready for the model: ids, labels, crops.
 *
 * Texts are tokenised once.  A picture is decoded once and kept as crops of
 * the backbone's size, 8 bits a channel; examples with the same picture and
 * boxes share it.  Without boxes regions are proposed, as they are when the
 * model is asked (an empty list of boxes says that there is none).
 */
#ifndef UMIE_TRAIN_SAMPLE_H
#define UMIE_TRAIN_SAMPLE_H

#include "src/data/dataset.h"
#include "src/data/prompt.h"
#include "src/task/answer.h"

struct decoder;
struct err;
struct feature_cache;
struct tokenizer;

/* One picture with its regions. */
struct picture {
	char *path;             /* owned */
	struct regions regions; /* pixels; row 0 the whole picture */
	bool proposed;   /* the example has no boxes: they are umie's own */
	float (*box)[4]; /* relative, x1 y1 x2 y2; regions.n rows; owned */
	uint8_t *crops;  /* regions.n x size x size x 3; owned */
};

struct sample {
	struct ids input, label; /* owned; both end with </s> */
	int picture;             /* index, or -1 */
	enum task task;
};

struct samples {
	struct sample *at; /* owned */
	size_t n, cap;
	struct picture *pic; /* owned */
	size_t n_pics, cap_pics;
	int size;       /* of a crop's side */
	size_t cut;     /* samples whose text was cut */
	size_t missing; /* samples whose picture was not found */
};

struct sample_source {
	const struct tokenizer *tokenizer;
	const struct schema *schema;
	enum answer_grammar grammar;
	/* template of a task when the example has none of its own */
	const char *instruction[TASK_MEE + 1];
	int crop_size;
	int max_regions;         /* objects, without the whole picture */
	struct decoder *decoder; /* NULL: pictures are left out */
};

/*
 * Append the samples of a data set (MEE examples are refused: train MED and
 * MEAE).  progress may be NULL.  ERR_DATA names the example.
 */
int samples_add(struct samples *s, const struct dataset *d,
		const struct sample_source *src,
		void (*progress)(void *context, size_t done, size_t of),
		void *context, struct err *err);
void samples_release(struct samples *s);

/* Crops of `im` for every region, `size` square; n*size*size*3 bytes. */
void sample_crops(const struct image *im, const struct regions *r, int size,
		  uint8_t *out);

#endif
