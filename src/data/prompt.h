/*
 * prompt -- the exact model input: instruction, one space, text, </s>.
 *
 * At most PROMPT_MAX tokens; the text is cut, never the instruction, and a
 * cut is counted.
 */
#ifndef UMIE_DATA_PROMPT_H
#define UMIE_DATA_PROMPT_H

#include "src/task/task.h"
#include "src/text/tokenizer.h"

struct err;
struct example;

enum { PROMPT_MAX = 256, ANSWER_MAX = 128 };

struct prompt {
	struct ids ids;    /* owned */
	char *instruction; /* as filled in; owned */
	int cut;           /* tokens of the text that were left out */
	/* token k stands for code points [begin[k], end[k]) of the text;
	 * empty for the instruction and </s>.  Owned; ids.n of them. */
	int32_t *begin, *end;
};

/*
 * `instruction` is filled in already.  ERR_DATA when it alone takes
 * PROMPT_MAX tokens, or the text is empty.
 */
int prompt_build(struct prompt *p, const struct tokenizer *t,
		 const char *instruction, const char *text, struct err *err);
void prompt_release(struct prompt *p);

/*
 * Fill the template of task t from the schema: all entity types, relations,
 * event types, or the roles of `event` (its spelling in the schema).
 * ERR_DATA names a missing head, tail or event.  *out is the caller's.
 */
int prompt_instruction(char **out, const char *tmpl, enum task t,
		       const struct schema *s, const char *head,
		       const char *tail, const char *event, struct err *err);

#endif
