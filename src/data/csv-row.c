/*
 * csv-row -- rows of fields with separators between (RFC 4180).
 */
#include <string.h>

#include "src/base/err.h"
#include "src/base/utf8.h"
#include "src/data/csv.h"

/* One field, past its end; false: a quote has no end. */
static bool take_field(struct csv_table *t, struct str *out)
{
	struct reader *r = t->r;
	bool quoted = r->i < r->n && r->s[r->i] == '"';

	str_clear(out);
	r->i += quoted;
	while (r->i < r->n) {
		char c = r->s[r->i];

		if (quoted && c == '"' &&
		    (r->i + 1 == r->n || r->s[r->i + 1] != '"')) {
			r->i++;
			return true;
		}
		if (!quoted && (c == t->sep || c == '\n' || c == '\r'))
			return true;
		r->i += 1 + (quoted && c == '"');
		r->line += c == '\n';
		str_addc(out, c);
	}
	return !quoted;
}

/* What follows a field: 1 another one, 0 the end of the row. */
static int take_separator(struct csv_table *t)
{
	struct reader *r = t->r;

	if (r->i == r->n)
		return 0;
	if (r->s[r->i] == t->sep) {
		r->i++;
		return 1;
	}
	if (r->s[r->i] == '\r' && r->i + 1 < r->n && r->s[r->i + 1] == '\n')
		r->i++;
	if (r->s[r->i] != '\n')
		return reader_fail(r, "something after the end of a field in "
				      "quotes");
	r->i++;
	return 0;
}

static int check_field(struct csv_table *t, const struct str *s)
{
	size_t valid = utf8_valid(str_cstr(s), s->len);

	if (valid < s->len)
		return reader_fail(t->r, "a field is not UTF-8 (byte %zu)",
				   valid);
	if (s->len && memchr(s->s, '\0', s->len))
		return reader_fail(t->r, "a NUL character");
	return 0;
}

/* A row of fields, each to where `place` says. */
int csv_row(struct csv_table *t,
	    int (*place)(struct csv_table *t, int k, const struct str *field))
{
	struct str field = {0};
	int k = 0, more = 1;

	t->r->line++;
	while (more > 0) {
		if (!take_field(t, &field))
			more = reader_fail(t->r, "a quote without its end");
		else if (check_field(t, &field) < 0 ||
			 place(t, k++, &field) < 0)
			more = -ERR_DATA;
		else
			more = take_separator(t);
	}
	str_release(&field);
	return more < 0 ? more : k;
}
