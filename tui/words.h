/*
 * words -- command lines taken apart, and put together again; pure.
 *
 * The rules, in the prompt, in scripts and behind -c:
 *   - a quote, ' or ", opens where a word begins or behind `=`, and groups up
 *     to the same quote; elsewhere it is itself (Rocky's);
 *   - a backslash takes the next character as it is, not between '…';
 *   - a newline ends a command, and behind -c a `;` outside quotes as well;
 *   - # where a command begins: a comment up to the end of the line.
 * A command that takes the rest of its line as it stands (`text`) loses one
 * pair of quotes around the whole of it.
 */
#ifndef UMIE_TUI_WORDS_H
#define UMIE_TUI_WORDS_H

#include <stdbool.h>

#include "src/base/str.h"

struct err;

/*
 * Take the next command off *rest; `semicolons` separate too.  *lines is
 * raised by the newlines that were passed.  White space around it is off; it
 * may be empty.  false: nothing is left.
 */
bool words_command(struct span *rest, bool semicolons, struct span *command,
		   size_t *lines);

/*
 * Split `line` in place into at most `max` words; returns how many.  ERR_USAGE
 * for a quote that is not closed or a word too many.
 */
int words_split(char *line, char **word, int max, struct err *err);

/* Take one pair of quotes around the whole of `s` off, in place. */
char *words_unquote(char *s);

/* Append `s` as one word that words_split() reads as `s`. */
void words_quote(const char *s, struct str *out);

/*
 * Where the word that ends at byte `end` of `line` begins, with its quote;
 * *quote: the quote that is open there, or 0.  For completion.
 */
size_t words_last(const char *line, size_t end, char *quote);

#endif
