/*
 * utf8 -- stepping over, checking and counting UTF-8.
 *
 * Offsets inside umie are Unicode code points; files and C strings are bytes.
 * These functions convert.  Strict: no overlong forms, no surrogates, nothing
 * above U+10FFFF.
 */
#ifndef UMIE_BASE_UTF8_H
#define UMIE_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * Decode the character at `s` (n bytes left, n > 0) into *cp and return its
 * length, 1 to 4; 0 when the bytes there are not UTF-8.
 */
int utf8_decode(const char *s, size_t n, uint32_t *cp);

/* Write `cp` to `out` (room for 4); returns the length. */
int utf8_encode(uint32_t cp, char *out);

/* Bytes up to the first that is not UTF-8; n when all are. */
size_t utf8_valid(const char *s, size_t n);

/* Code points in n bytes of valid UTF-8. */
size_t utf8_count(const char *s, size_t n);

/* Byte offset of code point `cp` in n bytes of valid UTF-8; n when past it. */
size_t utf8_offset(const char *s, size_t n, size_t cp);

#endif
