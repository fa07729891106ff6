/*
 * pyliteral -- a Python literal rewritten as JSON.
 *
 * MNRE's lines are Python dicts, with either quote and Python's escapes.
 * Dicts, lists, tuples, strings, decimal numbers, True, False and None are
 * understood; nothing else is, and nothing is evaluated.
 */
#ifndef UMIE_DATA_PYLITERAL_H
#define UMIE_DATA_PYLITERAL_H

#include <stddef.h>

struct err;
struct str;

/* Append the JSON of n bytes of UTF-8 to out; ERR_DATA names `what` and the
 * byte.  What is left to json_parse(): duplicate keys, ranges. */
int pyliteral_to_json(const char *s, size_t n, const char *what,
		      struct str *out, struct err *err);

#endif
