/*
 * wdiff -- how two instructions, or two texts, differ, word by word.
 *
 * "[-Please extract-] {+Identify+} the following": what only the first has,
 * what only the second has, and the rest as it is.  Pure.
 */
#ifndef UMIE_PROBE_WDIFF_H
#define UMIE_PROBE_WDIFF_H

#include <stddef.h>
#include <stdint.h>

struct str;

/* Appends to out; words are parted by single spaces. */
void wdiff(const char *old, const char *new, struct str *out);

/*
 * For each of the *n code points of `new` the one of `old` that it is: those
 * of words that both have; -1 for the rest.  Caller's to free().
 */
int32_t *wdiff_origin(const char *old, const char *new, size_t *n);

#endif
