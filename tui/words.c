#include "tui/words.h"

#include <ctype.h>
#include <string.h>

#include "src/base/err.h"

/* A place in a line: what the next character means there. */
struct place {
	char quote;   /* that is open, or 0 */
	bool fresh;   /* a word may begin: a quote would open */
	bool escaped; /* the character before was a backslash */
};

enum meaning {
	PLAIN,  /* belongs to a word */
	MARK,   /* a quote or backslash that is no part of the word */
	BETWEEN /* white space between words */
};

static struct place begin(void)
{
	return (struct place){.fresh = true};
}

static enum meaning step(struct place *p, char c, bool more)
{
	bool fresh = p->fresh;

	if (p->escaped) {
		p->escaped = p->fresh = false;
		return PLAIN;
	}
	if (c == '\\' && p->quote != '\'' && more) {
		p->escaped = true;
		return MARK;
	}
	if (p->quote) {
		if (c != p->quote)
			return PLAIN;
		p->quote = 0;
		return MARK;
	}
	p->fresh = isspace((unsigned char)c) || c == '=';
	if (isspace((unsigned char)c))
		return BETWEEN;
	if (fresh && (c == '"' || c == '\'')) {
		p->quote = c;
		return MARK;
	}
	return PLAIN;
}

static struct span up_to(struct span s, size_t n)
{
	return (struct span){s.s, n};
}

bool words_command(struct span *rest, bool semicolons, struct span *command,
		   size_t *lines)
{
	struct place p = begin();
	bool comment = false, blank = true;
	size_t n = 0;

	if (rest->len == 0)
		return false;
	for (; n < rest->len && rest->s[n] != '\n'; n++) {
		char c = rest->s[n];

		if (comment)
			continue;
		if (semicolons && c == ';' && !p.quote && !p.escaped)
			break;
		comment = blank && c == '#';
		blank &= isspace((unsigned char)c) != 0;
		step(&p, c, n + 1 < rest->len);
	}
	*command = comment ? (struct span){rest->s, 0} : up_to(*rest, n);
	*command = span_trim(*command);
	if (n < rest->len) {
		*lines += rest->s[n] == '\n';
		n++;
	}
	rest->s += n;
	rest->len -= n;
	return true;
}

int words_split(char *line, char **word, int max, struct err *err)
{
	struct place p = begin();
	char *to = line;
	bool open = false; /* a word is being written */
	int n = 0;

	for (const char *from = line; *from; from++) {
		enum meaning m = step(&p, *from, from[1] != '\0');
		char c = *from;

		if (m == BETWEEN) {
			if (open)
				*to++ = '\0';
			open = false;
			continue;
		}
		if (!open && n == max)
			return err_set(err, ERR_USAGE, "more than %d words",
				       max);
		if (!open)
			word[n++] = to;
		open = true;
		if (m == PLAIN)
			*to++ = c;
	}
	if (p.quote)
		return err_set(err, ERR_USAGE, "a quote (%c) is not closed",
			       p.quote);
	/* Behind the last word: never past where it was read. */
	if (open)
		*to = '\0';
	return n;
}

char *words_unquote(char *s)
{
	size_t n = strlen(s), end = 1;
	char quote = *s, *to = s;

	if (n < 2 || (quote != '"' && quote != '\''))
		return s;
	while (end < n && s[end] != quote)
		end += s[end] == '\\' && quote == '"' && end + 1 < n ? 2 : 1;
	if (end + 1 != n)
		return s; /* something follows: it is text */
	for (size_t i = 1; i < end; i++) {
		if (s[i] == '\\' && quote == '"' && i + 1 < end)
			i++;
		*to++ = s[i];
	}
	*to = '\0';
	return s;
}

void words_quote(const char *s, struct str *out)
{
	if (*s && !strpbrk(s, " \t\n\r\v\f\"'\\;#")) {
		str_add(out, s);
		return;
	}
	str_addc(out, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			str_addc(out, '\\');
		str_addc(out, *s);
	}
	str_addc(out, '"');
}

size_t words_last(const char *line, size_t end, char *quote)
{
	struct place p = begin();
	size_t from = 0;

	for (size_t i = 0; i < end; i++)
		if (step(&p, line[i], true) == BETWEEN)
			from = i + 1;
	*quote = p.quote;
	return from;
}
