#include "src/data/offsets.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"

static uint32_t width(enum offset_unit unit, uint32_t cp, int bytes)
{
	switch (unit) {
	case OFFSET_CP:
		return 1;
	case OFFSET_UTF16:
		return cp > 0xffff ? 2 : 1;
	case OFFSET_BYTE:
		break;
	}
	return (uint32_t)bytes;
}

void offsets_make(struct offsets *o, const char *text, enum offset_unit unit)
{
	size_t bytes = strlen(text), n = utf8_count(text, bytes), at = 0;
	uint32_t sum = 0, cp;

	*o = (struct offsets){.text = text, .n = n};
	o->byte = xcalloc(n + 1, sizeof(*o->byte));
	o->unit = xcalloc(n + 1, sizeof(*o->unit));
	for (size_t i = 0; i < n; i++) {
		int len = utf8_decode(text + at, bytes - at, &cp);

		o->byte[i] = (uint32_t)at;
		o->unit[i] = sum;
		sum += width(unit, cp, len);
		at += (size_t)len;
	}
	o->byte[n] = (uint32_t)bytes;
	o->unit[n] = sum;
}

void offsets_release(struct offsets *o)
{
	free(o->byte);
	free(o->unit);
	*o = (struct offsets){0};
}

bool offsets_find(const struct offsets *o, int64_t offset, int32_t *cp)
{
	size_t lo = 0, hi = o->n;

	if (offset < 0 || offset > o->unit[o->n])
		return false;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (o->unit[mid] < offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	*cp = (int32_t)lo;
	return o->unit[lo] == offset;
}

struct span offsets_span(const struct offsets *o, struct place p)
{
	return (struct span){o->text + o->byte[p.start],
			     o->byte[p.end] - o->byte[p.start]};
}

char *offsets_copy(const struct offsets *o, struct place p)
{
	struct span s = offsets_span(o, p);

	return xstrndup(s.s, s.len);
}

int offset_unit_find(const char *name, enum offset_unit *out, struct err *err)
{
	static const char *const names[] = {"cp", "utf16", "byte"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i], name) == 0) {
			*out = (enum offset_unit)i;
			return 0;
		}
	return err_set(err, ERR_USAGE,
		       "no offsets \"%s\"; they are cp (code points), utf16 "
		       "or byte",
		       name);
}

bool is_space_byte(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The next byte that is no white space, past *s; 0 at the end. */
static unsigned char next_black(struct span *s)
{
	while (s->len) {
		bool nbsp = s->len > 1 && memcmp(s->s, "\xc2\xa0", 2) == 0;
		size_t skip = nbsp ? 2 : 1;
		char c = *s->s;

		s->s += skip;
		s->len -= skip;
		if (!nbsp && !is_space_byte(c))
			return (unsigned char)c;
	}
	return 0;
}

bool same_but_space(struct span a, struct span b)
{
	unsigned char x, y;

	do {
		x = next_black(&a);
		y = next_black(&b);
	} while (x && x == y);
	return x == y;
}

bool string_stands(struct span there, struct span s)
{
	return there.len && s.len && same_but_space(there, s) &&
	       is_space_byte(there.s[0]) == is_space_byte(s.s[0]) &&
	       is_space_byte(there.s[there.len - 1]) ==
		   is_space_byte(s.s[s.len - 1]);
}

static void push(struct words *w, int32_t start, int32_t end)
{
	w->at = xgrow(w->at, w->n, &w->cap, sizeof(*w->at));
	w->at[w->n++] = (struct place){start, end};
}

void words_push(struct words *w, struct str *text, int32_t *end,
		struct span word)
{
	int32_t n = (int32_t)utf8_count(word.s, word.len);

	if (w->n) {
		str_addc(text, ' ');
		++*end;
	}
	str_addn(text, word.s, word.len);
	push(w, *end, *end + n);
	*end += n;
}

void words_divide(struct words *w, const struct offsets *o,
		  const struct place *edge, size_t n)
{
	bool *cut = xcalloc(o->n + 1, sizeof(*cut));
	int32_t start = -1;

	for (size_t i = 0; i < n; i++)
		cut[edge[i].start] = cut[edge[i].end] = true;
	for (size_t i = 0; i <= o->n; i++) {
		bool space = i == o->n || is_space_byte(o->text[o->byte[i]]);

		if (start >= 0 && (space || cut[i])) {
			push(w, start, (int32_t)i);
			start = -1;
		}
		if (start < 0 && !space)
			start = (int32_t)i;
	}
	free(cut);
}

bool words_cover(const struct words *w, struct place p, size_t *from,
		 size_t *to)
{
	size_t lo = 0, hi = w->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (w->at[mid].start < p.start)
			lo = mid + 1;
		else
			hi = mid;
	}
	*from = lo;
	while (lo < w->n && w->at[lo].start < p.end)
		lo++;
	*to = lo;
	return *to > *from && w->at[*from].start == p.start &&
	       w->at[lo - 1].end == p.end;
}

struct place words_place(const struct words *w, size_t from, size_t to)
{
	return (struct place){w->at[from].start, w->at[to - 1].end};
}

void words_release(struct words *w)
{
	free(w->at);
	*w = (struct words){0};
}
