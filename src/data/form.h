/*
 * form -- the answers that a prompt allows, as an automaton over token ids.
 *
 * A record has a label that was asked for and a string of the text: words
 * that the model read, from one edge of a word to another (for a role also
 * O1 … On, the regions of the picture; for a relation the pair that was asked
 * about).  No record comes twice.  Everything is written as the answer's
 * grammar writes it (src/task/answer.h), in whatever pieces: strings count,
 * not how the tokenizer would cut them, so every answer that training gives
 * for such records is among them.  From every beginning of an answer there is
 * a way to its end.
 *
 * A label that the answer's parser could not give back (with a comma in the
 * paper's language, or twice in the list) is not among them, nor is a
 * character that the vocabulary writes as part of longer pieces only.
 */
#ifndef UMIE_DATA_FORM_H
#define UMIE_DATA_FORM_H

#include "src/data/prompt.h"
#include "src/task/answer.h"

struct form;

/* Borrowed while form_new() runs, but for the tokenizer. */
struct form_options {
	enum answer_grammar grammar;
	enum task task;              /* not MEE */
	const struct labels *labels; /* what the instruction asks for */
	const char *head, *tail;     /* MRE: the pair */
	const char *event;           /* MEAE: the type, as it is said */
	int regions;     /* of the picture, the whole one included; or 0 */
	uint64_t hidden; /* bit k: region k cannot be named */
};

/*
 * NULL and ERR_CHECKPOINT when the vocabulary has no piece for a space.  `t`
 * outlives the form, which any thread may then read.
 */
struct form *form_new(const struct form_options *o, const struct tokenizer *t,
		      const struct prompt *p, struct err *err);
void form_free(struct form *f);

/*
 * `ids` are n tokens of an answer so far, without a start token.  Set may[id]
 * (`vocab` bytes, zeroed) of those that may come next; none after the end
 * token, or when the n are no beginning of an answer.
 */
void form_next(const struct form *f, const int32_t *ids, size_t n, uint8_t *may,
	       int vocab);

/* Do the n tokens end with a whole record, or hold none at all?  So a cut
 * answer can stand. */
bool form_whole(const struct form *f, const int32_t *ids, size_t n);

/* Are the n tokens an answer, end token included? */
bool form_accepts(const struct form *f, const int32_t *ids, size_t n);

#endif
