/*
 * tokens -- words of a text, for moving edges by word; pure.
 *
 * A token is a run of letters and digits with the marks behind them, or one
 * other character that is no space; wide characters are tokens of their own.
 */
#ifndef UMIE_TUI_TOKENS_H
#define UMIE_TUI_TOKENS_H

#include <stddef.h>
#include <stdint.h>

struct token {
	int32_t start, end; /* code points */
};

struct tokens {
	struct token *t; /* owned; in order */
	size_t n, cap;
	int32_t points; /* of the whole text */
};

/* `text` is valid UTF-8; `out` is overwritten. */
void tokens_of(struct tokens *out, const char *text);
void tokens_release(struct tokens *t);

/* The nearest end of a token above (step 1) or below (-1) `at`; or `at`. */
int32_t tokens_end(const struct tokens *t, int32_t at, int step);
/* The same for starts. */
int32_t tokens_start(const struct tokens *t, int32_t at, int step);

#endif
