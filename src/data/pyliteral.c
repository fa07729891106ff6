#include "src/data/pyliteral.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/base/utf8.h"

struct py {
	const char *s;
	size_t i, n;
	int depth;
	const char *what;
	struct str *out;
	struct err *err;
};

static int value(struct py *p);

static int fail(struct py *p, const char *why)
{
	return err_set(p->err, ERR_DATA, "%s: byte %zu: %s", p->what, p->i,
		       why);
}

static int peek(const struct py *p)
{
	return p->i < p->n ? (unsigned char)p->s[p->i] : -1;
}

static void skip_space(struct py *p)
{
	while (p->i < p->n && (p->s[p->i] == ' ' || p->s[p->i] == '\t'))
		p->i++;
}

static int put_char(struct py *p, uint32_t cp)
{
	char buf[4];

	if (cp == 0)
		return fail(p, "a NUL character in a string");
	if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return fail(p, "an escape that is no character");
	if (cp == '"' || cp == '\\')
		str_addf(p->out, "\\%c", (int)cp);
	else if (cp < 0x20)
		str_addf(p->out, "\\u%04x", (unsigned int)cp);
	else
		str_addn(p->out, buf, (size_t)utf8_encode(cp, buf));
	return 0;
}

static int hex_escape(struct py *p, int digits)
{
	uint32_t cp = 0;

	for (int i = 0; i < digits; i++) {
		int c = peek(p);
		int d = c >= '0' && c <= '9'   ? c - '0'
			: c >= 'a' && c <= 'f' ? c - 'a' + 10
			: c >= 'A' && c <= 'F' ? c - 'A' + 10
					       : -1;

		if (d < 0)
			return fail(p, "a hexadecimal digit expected");
		cp = cp << 4 | (uint32_t)d;
		p->i++;
	}
	return put_char(p, cp);
}

/* What follows a backslash. */
static int escape(struct py *p)
{
	static const char from[] = "\\'\"abfnrtv", to[] = "\\'\"\a\b\f\n\r\t\v";
	int c = peek(p);
	const char *at = c > 0 ? strchr(from, c) : NULL;

	p->i++;
	if (at)
		return put_char(p, (unsigned char)to[at - from]);
	if (c == 'x')
		return hex_escape(p, 2);
	if (c == 'u')
		return hex_escape(p, 4);
	if (c == 'U')
		return hex_escape(p, 8);
	return fail(p, "an unknown escape in a string");
}

static int string(struct py *p)
{
	int quote = peek(p), rc = 0;

	p->i++;
	str_addc(p->out, '"');
	while (rc == 0) {
		int c = peek(p);
		uint32_t cp;

		if (c < 0)
			return fail(p, "a string without its end");
		if (c == quote)
			break;
		if (c == '\\') {
			p->i++;
			rc = escape(p);
			continue;
		}
		p->i += (size_t)utf8_decode(p->s + p->i, p->n - p->i, &cp);
		rc = put_char(p, cp);
	}
	p->i++;
	str_addc(p->out, '"');
	return rc;
}

static int number(struct py *p)
{
	size_t start = p->i;

	if (p->i == p->n || !strchr("-0123456789", p->s[p->i]) || !p->s[p->i])
		return fail(p, "not a Python literal");
	while (p->i < p->n && strchr("+-.0123456789eE", p->s[p->i]) &&
	       p->s[p->i])
		p->i++;
	str_addn(p->out, p->s + start, p->i - start);
	return 0;
}

static bool word(struct py *p, const char *python, const char *json)
{
	size_t n = strlen(python);

	if (p->n - p->i < n || memcmp(p->s + p->i, python, n) != 0)
		return false;
	p->i += n;
	str_add(p->out, json);
	return true;
}

static int key(struct py *p)
{
	int c = peek(p), rc;

	if (c != '\'' && c != '"')
		return fail(p, "a key in quotes expected");
	rc = string(p);
	skip_space(p);
	if (rc == 0 && peek(p) != ':')
		return fail(p, "':' expected after a key");
	p->i++;
	str_addc(p->out, ':');
	return rc;
}

/* Elements up to `close`; Python allows a comma after the last one. */
static int elements(struct py *p, bool keys, int close)
{
	for (bool first = true;; first = false) {
		int rc = 0;

		skip_space(p);
		if (peek(p) == close)
			return 0;
		if (!first)
			str_addc(p->out, ',');
		if (keys)
			rc = key(p);
		if (rc == 0)
			rc = value(p);
		if (rc < 0)
			return rc;
		skip_space(p);
		if (peek(p) == close)
			return 0;
		if (peek(p) != ',')
			return fail(p, "',' or a closing bracket expected");
		p->i++;
	}
}

/* `json` is how JSON brackets what Python closes with `close`. */
static int container(struct py *p, char close, const char json[2])
{
	int rc;

	if (++p->depth > JSON_DEPTH)
		return fail(p, "nested too deeply");
	p->i++;
	str_addc(p->out, json[0]);
	rc = elements(p, close == '}', close);
	p->i++;
	p->depth--;
	str_addc(p->out, json[1]);
	return rc;
}

static int value(struct py *p)
{
	skip_space(p);
	switch (peek(p)) {
	case '{':
		return container(p, '}', "{}");
	case '[':
		return container(p, ']', "[]");
	case '(':
		return container(p, ')', "[]");
	case '\'':
	case '"':
		return string(p);
	}
	if (word(p, "None", "null") || word(p, "True", "true") ||
	    word(p, "False", "false"))
		return 0;
	return number(p);
}

int pyliteral_to_json(const char *s, size_t n, const char *what,
		      struct str *out, struct err *err)
{
	struct py p = {.s = s, .n = n, .what = what, .out = out, .err = err};
	int rc;

	p.i = utf8_valid(s, n);
	if (p.i < n)
		return fail(&p, "not UTF-8");
	p.i = 0;
	rc = value(&p);
	skip_space(&p);
	if (rc == 0 && p.i < n)
		return fail(&p, "something after the end of the literal");
	return rc;
}
