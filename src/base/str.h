/*
 * str -- a growable byte string, always NUL-terminated.
 *
 * `s` may hold any bytes, NUL included; `len` counts them.  A zeroed struct
 * is the empty string with s == NULL; str_cstr() then gives "".
 */
#ifndef UMIE_BASE_STR_H
#define UMIE_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

/* NULL equals NULL alone. */
bool string_equal(const char *a, const char *b);
/* Both are there and equal. */
bool string_is(const char *a, const char *b);

struct str {
	char *s; /* owned */
	size_t len, cap;
};

void str_add(struct str *b, const char *s); /* up to the NUL */
void str_addn(struct str *b, const char *s, size_t n);
void str_addc(struct str *b, char c);
void str_addf(struct str *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* A cell of a table whose columns `sep` separates, quoted as RFC 4180 has it.
 */
void str_add_cell(struct str *b, const char *s, char sep);
void str_clear(struct str *b); /* empty, memory kept */
void str_release(struct str *b);

const char *str_cstr(const struct str *b);
char *str_detach(struct str *b); /* caller's to free(); never NULL */

/* A borrowed run of bytes: `s` is not NUL-terminated. */
struct span {
	const char *s;
	size_t len;
};

struct span span_of(const char *s);
struct span span_trim(struct span a); /* ASCII white space off both ends */
bool span_eq(struct span a, const char *s);
bool span_ieq(struct span a, const char *s); /* ASCII case ignored */

#endif
