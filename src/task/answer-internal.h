/*
 * answer-internal -- what the two answer grammars share.
 */
#ifndef UMIE_TASK_ANSWER_INTERNAL_H
#define UMIE_TASK_ANSWER_INTERNAL_H

#include "src/task/record.h"

struct str;

/* A raw answer without its </s> and <pad>. */
struct answer_text {
	char *s;    /* owned, n bytes and a NUL */
	size_t *at; /* owned; where each byte stands in the raw answer */
	size_t n;
};

struct answer_in {
	enum task task;
	const struct schema *schema;
	int event; /* that a MEAE instruction named, or -1 */
	const struct answer_text *text;
	struct records *out;
};

/* Bytes start … end of the text. */
struct range {
	size_t start, end;
};

struct range range_trim(const struct answer_text *t, struct range r);
bool range_eq(const struct answer_text *t, struct range r, const char *s);
char *range_copy(const struct answer_text *t, struct range r);

/* A record read from `r`, with the label given and nothing else. */
struct record *answer_add(const struct answer_in *in, struct range r,
			  const char *label);
/* Note `r`, trimmed, as unused; nothing when it is blank. */
void answer_drop(const struct answer_in *in, struct range r,
		 const char *reason);

/* The label of `l` that `r` spells, or NULL. */
const char *answer_label(const struct answer_in *in, const struct labels *l,
			 struct range r);

void answer_parse_paper(const struct answer_in *in);
void answer_parse_sel(const struct answer_in *in);
void answer_print_paper(enum task t, const struct records *r, struct str *out);
void answer_print_sel(enum task t, const struct records *r, struct str *out);

#endif
