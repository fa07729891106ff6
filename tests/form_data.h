/*
 * form_data -- the examples of check_form, the questions that each is asked,
 * and the form of their answers.
 */
#ifndef UMIE_TESTS_FORM_DATA_H
#define UMIE_TESTS_FORM_DATA_H

#include "src/data/dataset.h"
#include "src/data/form.h"

/* Examples and the labels that they may have; owns both. */
struct form_data {
	struct dataset set;
	struct schema schema;
};

/* The hard cases; every one is to be accepted. */
void form_data_hard(struct form_data *d);
/*
 * The corpus that the demonstration learnt from, and what it ships; `src` is
 * the source tree.  False: the corpus was left behind in /tmp.
 */
bool form_data_demo(struct form_data *d, const char *src);
/* A file of any format, with a schema of the labels that its records have. */
int form_data_read(struct form_data *d, const char *path, struct err *err);
void form_data_release(struct form_data *d);

/* What stands between an example and an answer; all borrowed. */
struct setting {
	const char *name;
	const struct schema *schema;
	const struct tokenizer *t;
	enum answer_grammar grammar;
};

/* Records of one question about an example; all borrowed. */
struct question {
	const struct example *e;
	enum task task;
	const char *head, *tail, *event;
	struct records gold;
};

/* Call `each` with the questions of an example: a cascade has several. */
void questions(const struct example *e,
	       void (*each)(const struct question *q, void *context),
	       void *context);
/* What may be answered; the caller's; NULL after a line that says why not. */
struct form *form_of(const struct setting *s, const struct question *q);
/* Whether a record stands there twice. */
bool repeats(const struct records *l);

#endif
