#include "tui/kind.h"

#include <ctype.h>
#include <string.h>

#include "src/base/mem.h"

static const struct {
	const char *word;
	enum arg_kind kind;
} WORDS[] = {
#define WORD_ROW(word, kind) {word, KIND_##kind},
    ARG_WORDS(WORD_ROW)
#undef WORD_ROW
};

/* Up to one of `ends` that is not within brackets. */
static size_t reach(struct span s, const char *ends)
{
	size_t i = 0;

	for (int depth = 0; i < s.len; i++) {
		if (depth == 0 && strchr(ends, s.s[i]))
			break;
		depth += (s.s[i] == '[') - (s.s[i] == ']');
	}
	return i;
}

static void skip(struct span *s, size_t n)
{
	n = MIN(n, s->len);
	s->s += n;
	s->len -= n;
}

/* Without the brackets around all of it. */
static struct span bare(struct span s)
{
	s = span_trim(s);
	while (s.len && *s.s == '[' &&
	       reach((struct span){s.s + 1, s.len - 1}, "]") == s.len - 2)
		s = span_trim((struct span){s.s + 1, s.len - 2});
	return s;
}

/* Word number n of "open NAME". */
static struct span nth_word(struct span s, int n)
{
	struct span word;

	for (;; n--) {
		s = span_trim(s);
		word = (struct span){s.s, reach(s, " ")};
		if (n == 0 || word.len == 0)
			return bare(word);
		skip(&s, word.len);
	}
}

static void add_words(struct span usage, int n, struct str *out)
{
	usage = bare(usage);
	while (usage.len) {
		struct span one = {usage.s, reach(usage, "|")};
		struct span word = nth_word(one, n);

		if (word.len)
			str_addf(out, "%s%.*s", out->len ? "|" : "",
				 (int)word.len, word.s);
		skip(&usage, one.len + 1);
	}
}

char *usage_place(const char *usage, int n)
{
	struct str out = {0};

	add_words(span_of(usage), n, &out);
	return str_detach(&out);
}

bool usage_word(struct span *rest, struct span *word, bool *placeholder)
{
	const char *bar;
	bool upper = false, lower = false;

	if (rest->len == 0)
		return false;
	bar = memchr(rest->s, '|', rest->len);
	*word =
	    (struct span){rest->s, bar ? (size_t)(bar - rest->s) : rest->len};
	rest->s += word->len + (bar != NULL);
	rest->len -= word->len + (bar != NULL);
	for (size_t i = 0; i < word->len; i++) {
		upper |= isupper((unsigned char)word->s[i]) != 0;
		lower |= islower((unsigned char)word->s[i]) ||
			 isdigit((unsigned char)word->s[i]);
	}
	/* X1,Y1,X2,Y2 are numbers, I0 is I0 */
	*placeholder = upper && (!lower || memchr(word->s, ',', word->len));
	return true;
}

bool kind_of_placeholder(struct span word, enum arg_kind *out)
{
	size_t head = word.len;

	while (head && word.s[head - 1] != ':' && word.s[head - 1] != '=')
		head--;
	word.s += head;
	word.len -= head;
	while (word.len && (*word.s == '@' || *word.s == '-')) {
		word.s++;
		word.len--;
	}
	while (word.len && word.s[word.len - 1] == '.')
		word.len--;
	if (memchr(word.s, ',', word.len)) {
		*out = KIND_FREE;
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(WORDS); i++)
		if (span_eq(word, WORDS[i].word)) {
			*out = WORDS[i].kind;
			return true;
		}
	return false;
}

enum arg_kind kind_of_place(struct span place)
{
	enum arg_kind k, first = KIND_WORDS;
	struct span word;
	bool placeholder;

	while (usage_word(&place, &word, &placeholder)) {
		if (!placeholder || !kind_of_placeholder(word, &k))
			continue;
		if (first == KIND_WORDS || first == KIND_FREE)
			first = k; /* TEXT|@FILE: files can be completed */
	}
	return first;
}
