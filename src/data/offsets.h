/*
 * offsets -- one text counted three ways: code points, the offsets of another
 * program, bytes.
 */
#ifndef UMIE_DATA_OFFSETS_H
#define UMIE_DATA_OFFSETS_H

#include <stddef.h>

#include "src/base/place.h"
#include "src/base/str.h"
#include "src/data/dataset.h"

struct offsets {
	const char *text; /* borrowed, valid UTF-8 */
	size_t n;         /* code points */
	/* of code point i, and of the end at i == n; owned */
	uint32_t *byte, *unit;
};

void offsets_make(struct offsets *o, const char *text, enum offset_unit unit);
void offsets_release(struct offsets *o);

/* The code point at an offset of `unit`; false when it is behind the end or
 * inside of a character. */
bool offsets_find(const struct offsets *o, int64_t offset, int32_t *cp);
/* The characters of a place; borrowed. */
struct span offsets_span(const struct offsets *o, struct place p);
char *offsets_copy(const struct offsets *o, struct place p); /* caller's */

/* "cp", "utf16" or "byte"; ERR_USAGE. */
int offset_unit_find(const char *name, enum offset_unit *out, struct err *err);

/* Are two strings the same, white space (ASCII and U+00A0) apart? */
bool same_but_space(struct span a, struct span b);
/* Does `s` stand there?  White space inside may differ, edges may not. */
bool string_stands(struct span there, struct span s);
bool is_space_byte(char c); /* ASCII */

/* The words of a text, or a text made from words. */
struct words {
	struct place *at; /* owned */
	size_t n, cap;
};

/* Append a word to `text`, one space before it unless it is the first.
 * `end`: code points in the text so far. */
void words_push(struct words *w, struct str *text, int32_t *end,
		struct span word);
/* Split at white space, and at the edges of n places besides. */
void words_divide(struct words *w, const struct offsets *o,
		  const struct place *edge, size_t n);
/* Words that cover p: [*from, *to); false when p does not begin and end with
 * a word. */
bool words_cover(const struct words *w, struct place p, size_t *from,
		 size_t *to);
/* The place of words [from, to), which are there. */
struct place words_place(const struct words *w, size_t from, size_t to);
void words_release(struct words *w);

#endif
