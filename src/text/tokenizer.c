#include "src/text/tokenizer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/text/chars.h"
#include "src/text/tokenizer-impl.h"

/* An id and the bytes of the text it stands for. */
struct token {
	int32_t id;
	size_t begin, end;
};

/* What one encoding needs; the inner parts are reused from chunk to chunk. */
struct encoding {
	const struct tokenizer *t;
	struct token *token; /* owned */
	size_t n, cap;
	struct normal normal;
	struct cuts cuts;
};

void ids_push(struct ids *l, int32_t id)
{
	l->id = xgrow(l->id, l->n, &l->cap, sizeof(*l->id));
	l->id[l->n++] = id;
}

void ids_release(struct ids *l)
{
	free(l->id);
	*l = (struct ids){0};
}

struct tokenizer *tokenizer_parse(const void *data, size_t n, const char *what,
				  struct err *err)
{
	struct tokenizer *t = xcalloc(1, sizeof(*t));

	if (spm_parse(&t->m, data, n, what, err) < 0 ||
	    unigram_init(&t->unigram, &t->m, what, err) < 0 ||
	    normalizer_init(&t->normalizer, &t->m, &t->unigram.trie, what,
			    err) < 0) {
		tokenizer_free(t);
		return NULL;
	}
	for (int i = 0; i < TOKEN_EXTRA_IDS; i++)
		snprintf(t->extra[i], sizeof(t->extra[i]), "<extra_id_%d>", i);
	return t;
}

struct tokenizer *tokenizer_open(const char *path, struct err *err)
{
	struct tokenizer *t;
	struct file_map map;

	if (file_map(&map, path, err) < 0) {
		err_recode(err, ERR_CHECKPOINT);
		return NULL;
	}
	t = tokenizer_parse(map.data, map.size, path, err);
	file_unmap(&map);
	return t;
}

void tokenizer_free(struct tokenizer *t)
{
	if (!t)
		return;
	normalizer_release(&t->normalizer);
	unigram_release(&t->unigram);
	spm_release(&t->m);
	free(t);
}

int32_t tokenizer_pieces(const struct tokenizer *t)
{
	return (int32_t)t->m.n;
}

int32_t tokenizer_extra(const struct tokenizer *t, int i)
{
	return tokenizer_pieces(t) + TOKEN_EXTRA_IDS - 1 - i;
}

int32_t tokenizer_spot(const struct tokenizer *t)
{
	return tokenizer_pieces(t) + TOKEN_EXTRA_IDS;
}

int32_t tokenizer_asoc(const struct tokenizer *t)
{
	return tokenizer_spot(t) + 1;
}

int32_t tokenizer_size(const struct tokenizer *t)
{
	return tokenizer_asoc(t) + 1;
}

const char *tokenizer_piece(const struct tokenizer *t, int32_t id)
{
	if (id == tokenizer_spot(t))
		return "<spot>";
	if (id == tokenizer_asoc(t))
		return "<asoc>";
	if (id < 0 || id >= tokenizer_size(t))
		id = TOKEN_UNK;
	if (id >= tokenizer_pieces(t))
		return t->extra[tokenizer_extra(t, 0) - id];
	return spm_name(&t->m, (size_t)id);
}

uint32_t tokenizer_down(const struct tokenizer *t, uint32_t node,
			unsigned char byte, int32_t *id)
{
	uint32_t next = trie_step(&t->unigram.trie, node, byte);

	*id = next == TRIE_NONE ? -1 : trie_value(&t->unigram.trie, next);
	return next;
}

int32_t tokenizer_byte(const struct tokenizer *t, unsigned char byte)
{
	return t->m.byte_fallback ? t->unigram.byte_id[byte] : -1;
}

const char *tokenizer_space(const struct tokenizer *t)
{
	return t->m.escape_whitespaces ? SPACE_MARK : " ";
}

bool tokenizer_bytes(const struct tokenizer *t, int32_t id, struct str *out)
{
	const struct spm_piece *p;

	if (id < 0 || id >= tokenizer_pieces(t))
		return false;
	p = &t->m.piece[id];
	if (p->type == SPM_BYTE)
		str_addc(out, (char)spm_byte(spm_name(&t->m, (size_t)id)));
	else if (p->type == SPM_NORMAL || p->type == SPM_USER_DEFINED)
		str_addn(out, spm_name(&t->m, (size_t)id), p->len);
	else
		return false;
	return true;
}

/* Length of the "<extra_id_N>" that s begins with, or 0. */
static size_t extra_at(const struct tokenizer *t, const char *s, size_t n,
		       int32_t *id)
{
	static const char prefix[] = "<extra_id_";
	size_t len = sizeof(prefix) - 1;
	int i;

	if (n < len + 2 || memcmp(s, prefix, len) != 0)
		return 0;
	for (i = 0; len < n && i < TOKEN_EXTRA_IDS; len++) {
		if (s[len] < '0' || s[len] > '9')
			break;
		i = i * 10 + (s[len] - '0');
	}
	if (i >= TOKEN_EXTRA_IDS || n < strlen(t->extra[i]) ||
	    memcmp(s, t->extra[i], strlen(t->extra[i])) != 0)
		return 0;
	*id = tokenizer_extra(t, i);
	return strlen(t->extra[i]);
}

/* Length of the special token that s begins with, or 0. */
static size_t special_at(const struct tokenizer *t, const char *s, size_t n,
			 int32_t *id)
{
	const int32_t named[] = {TOKEN_PAD, TOKEN_EOS, TOKEN_UNK,
				 tokenizer_spot(t), tokenizer_asoc(t)};

	for (size_t i = 0; i < ARRAY_LEN(named); i++) {
		const char *name = tokenizer_piece(t, named[i]);
		size_t len = strlen(name);

		if (len <= n && memcmp(s, name, len) == 0) {
			*id = named[i];
			return len;
		}
	}
	return extra_at(t, s, n, id);
}

static void push(struct encoding *e, struct token k)
{
	e->token = xgrow(e->token, e->n, &e->cap, sizeof(*e->token));
	e->token[e->n++] = k;
}

/* Text without specials: bytes [begin, end). */
static void encode_chunk(struct encoding *e, const char *text, size_t begin,
			 size_t end)
{
	const struct origin *from;

	if (begin == end)
		return;
	normalize(&e->t->normalizer, text + begin, end - begin, &e->normal);
	unigram_cut(&e->t->unigram, e->normal.text.s, e->normal.n, &e->cuts);
	from = e->normal.from;
	for (size_t i = 0; i < e->cuts.n; i++) {
		const struct cut *c = &e->cuts.cut[i];

		push(e, (struct token){c->id, begin + from[c->begin].begin,
				       begin + from[c->end - 1].end});
	}
}

/* A special token eats the white space on both of its sides. */
static void encode(struct encoding *e, const char *text, size_t n)
{
	size_t begin = 0, at = 0, len;
	const char *open;
	int32_t id;

	for (; at < n; at++) {
		open = memchr(text + at, '<', n - at);
		if (!open)
			break;
		at = (size_t)(open - text);
		len = special_at(e->t, open, n - at, &id);
		if (len == 0)
			continue;
		encode_chunk(e, text, begin, chars_trim_end(text, begin, at));
		push(e, (struct token){id, at, at + len});
		begin = chars_trim_start(text, at + len, n);
		at += len - 1;
	}
	encode_chunk(e, text, begin, n);
}

static void encoding_release(struct encoding *e)
{
	free(e->token);
	normal_release(&e->normal);
	cuts_release(&e->cuts);
}

void tokenizer_encode(const struct tokenizer *t, const char *text, size_t n,
		      struct ids *out)
{
	struct encoding e = {.t = t};

	encode(&e, text, n);
	for (size_t i = 0; i < e.n; i++)
		ids_push(out, e.token[i].id);
	encoding_release(&e);
}

/* Code points up to a byte; asked for in growing order. */
struct counter {
	const char *s;
	size_t n, byte;
	int32_t cp;
};

static int32_t count_to(struct counter *c, size_t byte)
{
	uint32_t cp;

	for (; c->byte < byte; c->cp++)
		c->byte += chars_next(c->s + c->byte, c->n - c->byte, &cp);
	return c->cp;
}

void tokenizer_offsets(const struct tokenizer *t, const char *text,
		       size_t text_n, int32_t *begin, int32_t *end, size_t n)
{
	struct encoding e = {.t = t};
	struct counter b = {text, text_n, 0, 0}, f = b;

	encode(&e, text, text_n);
	if (n > e.n)
		bug("tokenizer_offsets: %zu tokens, the text has %zu", n, e.n);
	for (size_t i = 0; i < n; i++) {
		begin[i] = count_to(&b, e.token[i].begin);
		end[i] = count_to(&f, e.token[i].end);
	}
	encoding_release(&e);
}
