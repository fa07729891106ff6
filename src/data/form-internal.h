/*
 * form-internal -- what a form is made of; for form*.c only.
 *
 * Answers are read as symbols: bytes of pieces, a space, an unknown run, and
 * the ids of special tokens.  Pieces are ways to write several at once.
 */
#ifndef UMIE_DATA_FORM_INTERNAL_H
#define UMIE_DATA_FORM_INTERNAL_H

#include "src/data/form.h"

enum {
	SYM_SPACE = 256,
	SYM_UNKNOWN, /* <unk>: a run of characters without pieces */
	SYM_BREAK,   /* in the text only: no record goes across */
	SYM_ID,      /* + id: a special token */
};

/* Zeroed is empty. */
struct symbols {
	int32_t *s; /* owned */
	size_t n, cap;
};

void symbols_push(struct symbols *l, int32_t symbol);
void symbols_append(struct symbols *l, const struct symbols *more);
void symbols_release(struct symbols *l);
/* Append what `id` stands for. */
void symbols_add_token(struct symbols *l, const struct tokenizer *t,
		       int32_t id);

/* How a record begins, up to its string. */
struct lead {
	struct symbols first, later; /* owned: the first record, another */
};

struct form {
	const struct tokenizer *t; /* borrowed */
	/*
	 * answer := open none | open record … close
	 * record := a lead, a string of the text, after
	 * `none` and `close` hold the end token.
	 */
	struct symbols open, after, close, none;
	struct lead *lead; /* owned; one for each label that can be given */
	size_t leads;
	struct symbols text; /* what strings are taken from */
	bool *starts, *ends; /* (text.n+1), owned: may a string … here? */
	size_t *next_end;    /* (text.n+1), owned: the end from here on … */
	bool *reaches;       /* … if this says that there is one */
};

#endif
