/*
 * wdiff -- how two instructions differ, word by word.
 *
 * "[-Please extract-] {+Identify+} the following": what only the first has,
 * what only the second has, and the rest as it is.  Pure.
 */
#ifndef UMIE_PROBE_WDIFF_H
#define UMIE_PROBE_WDIFF_H

struct str;

/* Appends to out; words are parted by single spaces. */
void wdiff(const char *old, const char *new, struct str *out);

#endif
