#include "src/base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/err.h"
#include "src/base/mem.h"

bool string_equal(const char *a, const char *b)
{
	return a == b || string_is(a, b);
}

bool string_is(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static void reserve(struct str *b, size_t more)
{
	size_t want = b->len;

	if (!size_add(&want, more) || !size_add(&want, 1))
		bug("str: a string near the end of the address space");
	if (want <= b->cap)
		return;
	b->cap = MAX(want, b->cap + b->cap / 2 + 16);
	b->s = xrealloc(b->s, b->cap, 1);
}

void str_addn(struct str *b, const char *s, size_t n)
{
	reserve(b, n);
	if (n)
		memcpy(b->s + b->len, s, n);
	b->len += n;
	b->s[b->len] = '\0';
}

void str_add(struct str *b, const char *s)
{
	str_addn(b, s, strlen(s));
}

void str_addc(struct str *b, char c)
{
	str_addn(b, &c, 1);
}

void str_add_cell(struct str *b, const char *s, char sep)
{
	const char special[] = {sep, '"', '\n', '\r', '\0'};

	if (!strpbrk(s, special)) {
		str_add(b, s);
		return;
	}
	str_addc(b, '"');
	for (; *s; s++) {
		if (*s == '"')
			str_addc(b, '"');
		str_addc(b, *s);
	}
	str_addc(b, '"');
}

void str_addf(struct str *b, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		bug("str: a format that cannot be printed");
	str_addn(b, text, (size_t)n);
	free(text);
}

void str_clear(struct str *b)
{
	b->len = 0;
	if (b->s)
		b->s[0] = '\0';
}

void str_release(struct str *b)
{
	free(b->s);
	*b = (struct str){0};
}

const char *str_cstr(const struct str *b)
{
	return b->s ? b->s : "";
}

char *str_detach(struct str *b)
{
	char *s = b->s ? b->s : xstrdup("");

	*b = (struct str){0};
	return s;
}

struct span span_of(const char *s)
{
	return (struct span){s, strlen(s)};
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct span span_trim(struct span a)
{
	while (a.len && is_space(a.s[0])) {
		a.s++;
		a.len--;
	}
	while (a.len && is_space(a.s[a.len - 1]))
		a.len--;
	return a;
}

bool span_eq(struct span a, const char *s)
{
	return a.len == strlen(s) && memcmp(a.s, s, a.len) == 0;
}

bool span_ieq(struct span a, const char *s)
{
	return a.len == strlen(s) && strncasecmp(a.s, s, a.len) == 0;
}
