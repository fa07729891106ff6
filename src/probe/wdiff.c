#include "src/probe/wdiff.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"

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

void wdiff(const char *old, const char *new, struct str *out)
{
	struct words *a = xmalloc(sizeof(*a)), *b = xmalloc(sizeof(*b));
	size_t i = 0, k = 0, w;
	struct str text = {0};
	uint16_t *t;

	split(old, a);
	split(new, b);
	t = common(a, b);
	w = b->n + 1;
	while (i < a->n || k < b->n) {
		size_t from = i, to = k;

		while ((i < a->n || k < b->n) &&
		       !(i < a->n && k < b->n && same(a->w[i], b->w[k]))) {
			if (k == b->n || (i < a->n && t[(i + 1) * w + k] >=
							  t[i * w + k + 1]))
				i++;
			else
				k++;
		}
		run_of(&text, "[-", a->w + from, i - from, "-]");
		run_of(&text, "{+", b->w + to, k - to, "+}");
		for (; i < a->n && k < b->n && same(a->w[i], b->w[k]); i++, k++)
			run_of(&text, "", a->w + i, 1, "");
	}
	str_add(out, str_cstr(&text));
	str_release(&text);
	free(t);
	free(a);
	free(b);
}
