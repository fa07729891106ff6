#include "src/probe/wdiff.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/base/utf8.h"

enum { WORDS_MAX = 1024 }; /* of an instruction; what follows is one word */

struct words {
	struct span w[WORDS_MAX];
	size_t n;
};

static void split(const char *s, struct words *out)
{
	static const char space[] = " \t\r\n";

	out->n = 0;
	for (s += strspn(s, space); *s; s += strspn(s, space)) {
		size_t n =
		    out->n == WORDS_MAX - 1 ? strlen(s) : strcspn(s, space);

		out->w[out->n++] = (struct span){s, n};
		s += n;
	}
}

static bool same(struct span a, struct span b)
{
	return a.len == b.len && memcmp(a.s, b.s, a.len) == 0;
}

/* length[i*(m+1)+k]: of the longest common part of a from i and b from k */
static uint16_t *common(const struct words *a, const struct words *b)
{
	size_t w = b->n + 1;
	uint16_t *t = xcalloc((a->n + 1) * w, sizeof(*t));

	for (size_t i = a->n; i-- > 0;)
		for (size_t k = b->n; k-- > 0;)
			t[i * w + k] =
			    same(a->w[i], b->w[k])
				? (uint16_t)(t[(i + 1) * w + k + 1] + 1)
				: MAX(t[(i + 1) * w + k], t[i * w + k + 1]);
	return t;
}

static void space(struct str *out)
{
	if (out->len)
		str_addc(out, ' ');
}

static void run_of(struct str *out, const char *open, const struct span *w,
		   size_t n, const char *close)
{
	if (n == 0)
		return;
	space(out);
	str_add(out, open);
	for (size_t i = 0; i < n; i++) {
		if (i)
			str_addc(out, ' ');
		str_addn(out, w[i].s, w[i].len);
	}
	str_add(out, close);
}

/* Two texts as words, and what they have in common. */
struct pair {
	struct words *a, *b; /* owned, as is t */
	uint16_t *t;
};

static void pair_make(struct pair *p, const char *old, const char *new)
{
	p->a = xmalloc(sizeof(*p->a));
	p->b = xmalloc(sizeof(*p->b));
	split(old, p->a);
	split(new, p->b);
	p->t = common(p->a, p->b);
}

static void pair_release(struct pair *p)
{
	free(p->t);
	free(p->a);
	free(p->b);
}

static bool is_common(const struct pair *p, size_t i, size_t k)
{
	return i < p->a->n && k < p->b->n && same(p->a->w[i], p->b->w[k]);
}

/* Over the words that only one has, up to a common one or both ends. */
static void skip_others(const struct pair *p, size_t *i, size_t *k)
{
	size_t w = p->b->n + 1;

	while ((*i < p->a->n || *k < p->b->n) && !is_common(p, *i, *k))
		if (*k == p->b->n ||
		    (*i < p->a->n &&
		     p->t[(*i + 1) * w + *k] >= p->t[*i * w + *k + 1]))
			++*i;
		else
			++*k;
}

void wdiff(const char *old, const char *new, struct str *out)
{
	struct str text = {0};
	struct pair p;
	size_t i = 0, k = 0;

	pair_make(&p, old, new);
	while (i < p.a->n || k < p.b->n) {
		size_t from = i, to = k;

		skip_others(&p, &i, &k);
		run_of(&text, "[-", p.a->w + from, i - from, "-]");
		run_of(&text, "{+", p.b->w + to, k - to, "+}");
		for (; is_common(&p, i, k); i++, k++)
			run_of(&text, "", p.a->w + i, 1, "");
	}
	str_add(out, str_cstr(&text));
	str_release(&text);
	pair_release(&p);
}

static size_t place_of(const char *text, struct span word)
{
	return utf8_count(text, (size_t)(word.s - text));
}

int32_t *wdiff_origin(const char *old, const char *new, size_t *n)
{
	size_t i = 0, k = 0;
	int32_t *origin;
	struct pair p;

	*n = utf8_count(new, strlen(new));
	origin = xcalloc(*n + 1, sizeof(*origin));
	for (size_t c = 0; c < *n; c++)
		origin[c] = -1;
	pair_make(&p, old, new);
	for (; i < p.a->n && k < p.b->n; skip_others(&p, &i, &k))
		for (; is_common(&p, i, k); i++, k++) {
			size_t from = place_of(old, p.a->w[i]);
			size_t to = place_of(new, p.b->w[k]);
			size_t len = utf8_count(p.b->w[k].s, p.b->w[k].len);

			for (size_t c = 0; c < len; c++)
				origin[to + c] = (int32_t)(from + c);
		}
	pair_release(&p);
	return origin;
}
