/*
 * answer -- the two answer grammars, both ways.
 *
 * paper: `Person, kids <spot> Organization, Salvation Army` (Table 2).
 * SEL:   `(( person: kids)( organization: …))` with <extra_id_0/1/5/6>; read
 *        by our own parser that keeps multi-word labels.
 * Parsers never fail: what cannot be used is in `dropped` with a reason.
 */
#ifndef UMIE_TASK_ANSWER_H
#define UMIE_TASK_ANSWER_H

#include "src/task/record.h"

struct str;

enum answer_grammar { ANSWER_PAPER, ANSWER_SEL };

/*
 * Read `raw` (n bytes; as decoded with specials kept) for task t, which is
 * not TASK_MEE.  `event` is the event type that a MEAE instruction named
 * (index into the schema), -1 when unknown; SEL names the event itself.
 * Appends to out.
 *
 * Reasons for dropping: both grammars unknown_type, unknown_relation,
 * empty_text, too_few_fields; paper no_comma; SEL no_colon, two_colons,
 * null_span (<extra_id_6>), unclosed, unexpected_bracket, stray_text.
 */
void answer_parse(enum answer_grammar g, enum task t, const struct schema *s,
		  int event, const char *raw, size_t n, struct records *out);

/*
 * The target string for training, appended to out.  No record is the empty
 * answer: nothing at all in the paper's grammar, `()` in SEL.  SEL wants the
 * event of a MEAE record.  A visual argument is printed by its text "O3".
 */
void answer_print(enum answer_grammar g, enum task t, const struct records *r,
		  struct str *out);

#endif
