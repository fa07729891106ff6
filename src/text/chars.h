/*
 * chars -- what kind of character is this, and what is it in lower case?
 *
 * Tables, not the locale, decide.  Unicode 14; case folding is the simple
 * one, of one character to one.
 */
#ifndef UMIE_TEXT_CHARS_H
#define UMIE_TEXT_CHARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The character at `s` (n > 0 bytes left) and its length.  A byte that is not
 * UTF-8 is U+FFFD of length 1.
 */
size_t chars_next(const char *s, size_t n, uint32_t *cp);

/* White space as Python's str.isspace() has it. */
bool chars_space(uint32_t cp);

/* Punctuation and ASCII symbols: text tools put spaces around these. */
bool chars_punct(uint32_t cp);

/*
 * Letters, digits and marks of scripts that put spaces between words.  Not
 * those of Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese, Tibetan:
 * there a word may end after any character.
 */
bool chars_word(uint32_t cp);

/* Belongs to the character before it: marks, joiners, selectors, skin. */
bool chars_extends(uint32_t cp);

uint32_t chars_fold(uint32_t cp);

/* Offsets of bytes [begin, end) of s without white space at one side. */
size_t chars_trim_start(const char *s, size_t begin, size_t end);
size_t chars_trim_end(const char *s, size_t begin, size_t end);

#endif
