#include "src/task/reference-tree.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/utf8.h"

static const char open_bracket[] = "【";
static const char close_bracket[] = "】";

enum { MARK = 12, BRACKET = 3 }; /* bytes of <extra_id_0> and of 【 */

/* The digit of a marker <extra_id_D> at s, or -1. */
static int marker(const char *s, size_t n)
{
	static const char head[] = "<extra_id_";

	if (n < MARK || memcmp(s, head, strlen(head)) != 0 || s[10] < '0' ||
	    s[10] > '9' || s[11] != '>')
		return -1;
	return s[10] - '0';
}

void ref_convert(const char *s, size_t n, struct str *out)
{
	size_t i = 0;
	int digit;

	while (i < n && marker(s + i, n - i) < 0)
		i++;
	while (i < n) {
		digit = marker(s + i, n - i);
		if (digit < 0) {
			str_addc(out, s[i++]);
			continue;
		}
		str_addc(out, ' ');
		if (digit == 0)
			str_add(out, open_bracket);
		else if (digit == 1)
			str_add(out, close_bracket);
		else
			str_addn(out, s + i, MARK);
		str_addc(out, ' ');
		i += MARK;
	}
}

/* What Python's str.isspace() says. */
static bool python_space(uint32_t c)
{
	return (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20) ||
	       c == 0x85 || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
	       c == 0x202f || c == 0x205f || c == 0x3000;
}

/* Length of the character at s and whether it is white space. */
static size_t step(const char *s, size_t n, bool *space)
{
	uint32_t c;
	int len = utf8_decode(s, n, &c);

	*space = len && python_space(c);
	return len ? (size_t)len : 1;
}

/* The next word at or after *i; empty at the end. */
static struct span next_word(const struct str *t, size_t *i)
{
	struct span word = {str_cstr(t), 0};
	bool space;
	size_t len;

	for (; *i < t->len; *i += len) {
		len = step(t->s + *i, t->len - *i, &space);
		if (!space)
			break;
	}
	word.s += *i;
	for (; *i < t->len; *i += len, word.len += len) {
		len = step(t->s + *i, t->len - *i, &space);
		if (space)
			break;
	}
	return word;
}

static void add_word(struct str *out, struct span word)
{
	if (out->len)
		str_addc(out, ' ');
	str_addn(out, word.s, word.len);
}

void ref_clean(const struct str *s, struct str *out)
{
	struct span word;
	bool seen = false;
	long depth = 0;
	size_t i = 0;

	while ((word = next_word(s, &i)).len) {
		add_word(out, word);
		if (span_eq(word, open_bracket))
			depth++;
		else if (span_eq(word, close_bracket))
			depth--;
		else if (!seen)
			continue;
		seen = true;
		if (depth == 0)
			return;
	}
}

/* Which bracket stands at byte i: 1, -1, or 0 for none. */
static int bracket_at(const char *s, size_t n)
{
	if (n < BRACKET)
		return 0;
	return memcmp(s, open_bracket, BRACKET) == 0    ? 1
	       : memcmp(s, close_bracket, BRACKET) == 0 ? -1
							: 0;
}

bool ref_balanced(const struct str *s)
{
	long depth = 0;

	for (size_t i = 0; i < s->len; i++)
		depth += bracket_at(s->s + i, s->len - i);
	return depth == 0;
}

void ref_add_brackets(const struct str *s, struct str *out)
{
	struct span word;
	long depth = 0;
	size_t i = 0;

	while ((word = next_word(s, &i)).len) {
		add_word(out, word);
		depth += span_eq(word, open_bracket);
		depth -= span_eq(word, close_bracket);
	}
	for (; depth > 0; depth--)
		add_word(out, span_of(close_bracket));
}

/* A run without white space or brackets at *i. */
static struct span read_run(const struct str *t, size_t *i)
{
	struct span run = {t->s + *i, 0};
	bool space;
	size_t len;

	for (; *i < t->len; *i += len, run.len += len) {
		len = step(t->s + *i, t->len - *i, &space);
		if (space || bracket_at(t->s + *i, t->len - *i))
			break;
	}
	return run;
}

static void skip_space(const struct str *t, size_t *i)
{
	bool space = true;
	size_t len;

	for (; *i < t->len; *i += len) {
		len = step(t->s + *i, t->len - *i, &space);
		if (!space)
			break;
	}
}

static struct ref_token read_token(const struct str *t, size_t *i)
{
	struct ref_token k = {.kind = REF_LEAF};
	int bracket = bracket_at(t->s + *i, t->len - *i);

	if (bracket == 0) {
		k.s = read_run(t, i);
		return k;
	}
	*i += BRACKET;
	k.kind = bracket > 0 ? REF_OPEN : REF_CLOSE;
	if (k.kind == REF_OPEN) {
		skip_space(t, i);
		k.s = read_run(t, i);
	}
	return k;
}

bool ref_tree_read(struct ref_tree *t, const struct str *s)
{
	size_t *stack = NULL, depth = 0, cap = 0, i = 0;
	struct ref_token k;

	*t = (struct ref_tree){0};
	for (skip_space(s, &i); i < s->len; skip_space(s, &i)) {
		if (t->n && depth == 0)
			goto fail; /* the tree ended before */
		k = read_token(s, &i);
		if (k.kind != REF_OPEN && depth == 0)
			goto fail;
		t->token = xgrow(t->token, t->n, &t->cap, sizeof(*t->token));
		t->token[t->n] = k;
		if (k.kind == REF_OPEN) {
			stack = xgrow(stack, depth, &cap, sizeof(*stack));
			stack[depth++] = t->n;
		} else if (k.kind == REF_CLOSE) {
			t->token[stack[--depth]].end = t->n;
		}
		t->n++;
	}
	if (t->n == 0 || depth > 0)
		goto fail;
	free(stack);
	return true;
fail:
	free(stack);
	ref_tree_release(t);
	return false;
}

void ref_tree_release(struct ref_tree *t)
{
	free(t->token);
	*t = (struct ref_tree){0};
}

size_t ref_tree_next(const struct ref_tree *t, size_t i)
{
	return t->token[i].kind == REF_OPEN ? t->token[i].end + 1 : i + 1;
}

bool ref_tree_empty(const struct ref_tree *t, size_t i)
{
	return t->token[i].end == i + 1;
}

/* Words join by one space, an empty label included. */
static void join(struct str *out, struct span word, size_t *count)
{
	if ((*count)++)
		str_addc(out, ' ');
	str_addn(out, word.s, word.len);
}

static void join_leaves(const struct ref_tree *t, size_t i, struct str *out,
			size_t *count)
{
	for (size_t k = i + 1; k < t->token[i].end; k = ref_tree_next(t, k))
		if (t->token[k].kind == REF_LEAF)
			join(out, t->token[k].s, count);
}

void ref_tree_text(const struct ref_tree *t, size_t i, struct str *out)
{
	size_t count = 0;

	for (size_t k = i + 1; k < t->token[i].end; k = ref_tree_next(t, k)) {
		if (t->token[k].kind == REF_LEAF) {
			join(out, t->token[k].s, &count);
		} else if (count == 0) {
			join(out, t->token[k].s, &count);
			join_leaves(t, k, out, &count);
		}
	}
}
