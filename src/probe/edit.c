#include "src/probe/edit.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/rng.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "src/text/align.h"
#include "src/text/chars.h"

void edited_release(struct edited *e)
{
	free(e->text);
	free(e->origin);
	*e = (struct edited){0};
}

/* A text as code points, each with its origin. */
struct letters {
	uint32_t *cp;
	int32_t *origin;
	size_t n, cap, cap_origin;
};

static void put(struct letters *l, uint32_t cp, int32_t origin)
{
	l->cp = xgrow(l->cp, l->n, &l->cap, sizeof(*l->cp));
	l->origin = xgrow(l->origin, l->n, &l->cap_origin, sizeof(*l->origin));
	l->cp[l->n] = cp;
	l->origin[l->n++] = origin;
}

/* Append text; `origin` of its first code point, or -1 for all of them. */
static void put_text(struct letters *l, const char *text, int32_t origin)
{
	size_t n = strlen(text), step;
	uint32_t cp;

	for (size_t i = 0; i < n; i += step) {
		step = (size_t)utf8_decode(text + i, n - i, &cp);
		if (step == 0)
			bug("edit: not UTF-8");
		put(l, cp, origin < 0 ? -1 : origin++);
	}
}

static void finish(struct letters *l, struct edited *e)
{
	struct str text = {0};
	char byte[4];

	for (size_t i = 0; i < l->n; i++)
		str_addn(&text, byte, (size_t)utf8_encode(l->cp[i], byte));
	*e = (struct edited){str_detach(&text), l->origin, l->n};
	free(l->cp);
}

static void drop(struct letters *l, size_t at)
{
	memmove(l->cp + at, l->cp + at + 1, (l->n - at - 1) * sizeof(*l->cp));
	memmove(l->origin + at, l->origin + at + 1,
		(l->n - at - 1) * sizeof(*l->origin));
	l->n--;
}

static void insert(struct letters *l, size_t at, uint32_t cp, int32_t origin)
{
	put(l, 0, -1);
	memmove(l->cp + at + 1, l->cp + at, (l->n - at - 1) * sizeof(*l->cp));
	memmove(l->origin + at + 1, l->origin + at,
		(l->n - at - 1) * sizeof(*l->origin));
	l->cp[at] = cp;
	l->origin[at] = origin;
}

static bool is_letter(uint32_t cp)
{
	return chars_word(cp) && !(cp >= '0' && cp <= '9') && cp != '_';
}

/* The capital whose lower case is cp; cp itself when there is none. */
static uint32_t capital(uint32_t cp)
{
	static const uint32_t far[] = {32, 1, 80, 48}; /* Latin, Greek… */

	for (size_t i = 0; i < ARRAY_LEN(far); i++)
		if (cp > far[i] && is_letter(cp - far[i]) &&
		    chars_fold(cp - far[i]) == cp)
			return cp - far[i];
	return cp;
}

/* Letters stay in their word: a typo never parts or joins words. */
static bool in_word(const struct letters *l, size_t i)
{
	return i < l->n && is_letter(l->cp[i]);
}

/* Places where a word of at least four letters can be mistyped. */
static size_t candidates(const struct letters *l, const bool *touched,
			 size_t *at)
{
	size_t n = 0;

	for (size_t i = 0; i + 1 < l->n; i++) {
		size_t from = i, to = i;

		while (from > 0 && in_word(l, from - 1))
			from--;
		while (in_word(l, to))
			to++;
		if (in_word(l, i) && in_word(l, i + 1) && to - from >= 4 &&
		    l->origin[from] >= 0 && !touched[l->origin[from]])
			at[n++] = i;
	}
	return n;
}

static void touch_word(const struct letters *l, size_t at, bool *touched)
{
	while (at > 0 && in_word(l, at - 1))
		at--;
	for (; in_word(l, at); at++)
		if (l->origin[at] >= 0)
			touched[l->origin[at]] = true;
}

static void mistype(struct letters *l, size_t at, uint32_t how)
{
	uint32_t cp = l->cp[at];

	switch (how) {
	case 0: /* swap; the places stay, only the letters change */
		l->cp[at] = l->cp[at + 1];
		l->cp[at + 1] = cp;
		break;
	case 1:
		drop(l, at + 1);
		break;
	case 2:
		insert(l, at + 1, cp, -1);
		break;
	}
}

void edit_typos(const char *text, int count, uint64_t seed, struct edited *e)
{
	struct rng_key key = {.seed = seed};
	struct letters l = {0};
	size_t *at, n;
	bool *touched;

	put_text(&l, text, 0);
	touched = xcalloc(l.n + 1, sizeof(*touched));
	at = xcalloc(l.n + (size_t)count + 1, sizeof(*at));
	for (int i = 0; i < count; i++) {
		size_t where;

		n = candidates(&l, touched, at);
		if (n == 0)
			break;
		where = at[rng_below(&key, (uint64_t)i * 2, (uint32_t)n)];
		touch_word(&l, where, touched);
		mistype(&l, where, rng_below(&key, (uint64_t)i * 2 + 1, 3));
	}
	free(at);
	free(touched);
	finish(&l, e);
}

const char *letter_case_name(enum letter_case c)
{
	static const char *const name[] = {"upper", "lower", "title"};

	return name[c];
}

void edit_case(const char *text, enum letter_case c, struct edited *e)
{
	struct letters l = {0};
	bool inside = false;

	put_text(&l, text, 0);
	for (size_t i = 0; i < l.n; i++) {
		uint32_t lower = chars_fold(l.cp[i]);
		bool upper = c == CASE_UPPER || (c == CASE_TITLE && !inside);

		inside = is_letter(l.cp[i]);
		if (inside)
			l.cp[i] = upper ? capital(lower) : lower;
	}
	finish(&l, e);
}

void edit_stop(const char *text, struct edited *e)
{
	size_t n = strlen(text);
	struct letters l = {0};

	put_text(&l, text, 0);
	if (n > 1 && text[n - 1] == '.')
		drop(&l, l.n - 1);
	else
		put(&l, '.', -1);
	finish(&l, e);
}

void edit_wrap(const char *text, const char *before, const char *behind,
	       struct edited *e)
{
	struct letters l = {0};

	put_text(&l, before, -1);
	if (*before)
		put(&l, ' ', -1);
	put_text(&l, text, 0);
	if (*behind)
		put(&l, ' ', -1);
	put_text(&l, behind, -1);
	finish(&l, e);
}

void edit_cut(const char *text, int32_t a, int32_t b, struct edited *e)
{
	struct letters l = {0};

	put_text(&l, text, 0);
	for (int32_t i = a; i < b; i++)
		drop(&l, (size_t)a);
	if (a > 0 && (size_t)a < l.n && l.cp[a - 1] == ' ' && l.cp[a] == ' ')
		drop(&l, (size_t)a);
	finish(&l, e);
}

void edit_guess(const char *before, const char *after, struct edited *e)
{
	struct letters a = {0}, b = {0};
	size_t head = 0, tail = 0;

	put_text(&a, before, 0);
	put_text(&b, after, 0);
	while (head < MIN(a.n, b.n) && a.cp[head] == b.cp[head])
		head++;
	while (tail < MIN(a.n, b.n) - head &&
	       a.cp[a.n - 1 - tail] == b.cp[b.n - 1 - tail])
		tail++;
	for (size_t i = 0; i < b.n; i++)
		b.origin[i] = i < head          ? (int32_t)i
			      : i >= b.n - tail ? (int32_t)(i + a.n - b.n)
						: -1;
	free(a.cp);
	free(a.origin);
	finish(&b, e);
}

int edit_find(const char *text, const char *what, int32_t *a, int32_t *b,
	      struct err *err)
{
	size_t n = utf8_count(text, strlen(text));
	struct alignment where;
	char *end;
	long from = strtol(what, &end, 10), to = 0;
	bool numbers = end != what && *end == '-';

	if (numbers) {
		const char *second = end + 1;

		to = strtol(second, &end, 10);
		numbers = end != second && !*end;
	}
	if (numbers) {
		if (from < 0 || to <= from || (size_t)to > n)
			return err_set(err, ERR_USAGE,
				       "%ld-%ld is no part of a text of %zu "
				       "characters",
				       from, to, n);
		*a = (int32_t)from;
		*b = (int32_t)to;
		return 0;
	}
	align(text, strlen(text), what, strlen(what), &where);
	if (where.n) {
		*a = where.place[0].start;
		*b = where.place[0].end;
	}
	n = where.n;
	alignment_release(&where);
	return n ? 0
		 : err_set(err, ERR_USAGE, "\"%s\" does not stand in the text",
			   what);
}
