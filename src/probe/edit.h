/*
 * edit -- a changed text that remembers where each letter came from.
 *
 * Offsets are code points.  Changes follow from a seed and nothing else.
 */
#ifndef UMIE_PROBE_EDIT_H
#define UMIE_PROBE_EDIT_H

#include <stddef.h>
#include <stdint.h>

struct err;

struct edited {
	char *text;      /* owned, UTF-8 */
	int32_t *origin; /* of each code point in the text before, or -1; owned
			  */
	size_t n;        /* code points */
};
void edited_release(struct edited *e);

enum letter_case { CASE_UPPER, CASE_LOWER, CASE_TITLE };
const char *letter_case_name(enum letter_case c);

/*
 * `count` typing mistakes, each in a word of its own while there are such:
 * two letters swapped, one dropped, one doubled.  Only letters change.
 */
void edit_typos(const char *text, int count, uint64_t seed, struct edited *e);
void edit_case(const char *text, enum letter_case c, struct edited *e);
/* A full stop at the end, or without the one that is there. */
void edit_stop(const char *text, struct edited *e);
/* Something before and behind, "" for nothing. */
void edit_wrap(const char *text, const char *before, const char *behind,
	       struct edited *e);
/* Without code points a … b-1, and without a space that would stand twice. */
void edit_cut(const char *text, int32_t a, int32_t b, struct edited *e);

/*
 * Origins for a text that somebody edited by hand: what the two begin and end
 * with alike has one, what is between has none.
 */
void edit_guess(const char *before, const char *after, struct edited *e);

/*
 * "9-19", or words that stand in the text, to code points.  ERR_USAGE when
 * they do not.
 */
int edit_find(const char *text, const char *what, int32_t *a, int32_t *b,
	      struct err *err);

#endif
