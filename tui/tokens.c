#include "tui/tokens.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "src/base/mem.h"
#include "src/base/utf8.h"

enum kind { SPACE, WORD, MARK, OTHER };

static enum kind kind_of(uint32_t cp)
{
	wint_t c = (wint_t)cp;

	if (iswspace(c) || cp < 0x20)
		return SPACE;
	if (wcwidth((wchar_t)cp) == 0)
		return MARK;
	return iswalnum(c) && wcwidth((wchar_t)cp) < 2 ? WORD : OTHER;
}

void tokens_of(struct tokens *out, const char *text)
{
	size_t n = strlen(text);
	bool open = false; /* the last token may go on */
	uint32_t cp;
	int len;

	*out = (struct tokens){0};
	for (size_t i = 0; i < n; i += (size_t)len, out->points++) {
		enum kind k;

		len = utf8_decode(text + i, n - i, &cp);
		k = len ? kind_of(cp) : OTHER;
		len = MAX(len, 1);
		if (k == SPACE) {
			open = false;
		} else if (k == MARK && out->n &&
			   out->t[out->n - 1].end == out->points) {
			out->t[out->n - 1].end++;
		} else if (k == WORD && open) {
			out->t[out->n - 1].end++;
		} else {
			out->t =
			    xgrow(out->t, out->n, &out->cap, sizeof(*out->t));
			out->t[out->n++] =
			    (struct token){out->points, out->points + 1};
			open = k == WORD;
		}
	}
}

void tokens_release(struct tokens *t)
{
	free(t->t);
	*t = (struct tokens){0};
}

int32_t tokens_end(const struct tokens *t, int32_t at, int step)
{
	for (size_t i = 0; i < t->n; i++) {
		size_t k = step > 0 ? i : t->n - 1 - i;

		if (step > 0 ? t->t[k].end > at : t->t[k].end < at)
			return t->t[k].end;
	}
	return at;
}

int32_t tokens_start(const struct tokens *t, int32_t at, int step)
{
	for (size_t i = 0; i < t->n; i++) {
		size_t k = step > 0 ? i : t->n - 1 - i;

		if (step > 0 ? t->t[k].start > at : t->t[k].start < at)
			return t->t[k].start;
	}
	return at;
}
