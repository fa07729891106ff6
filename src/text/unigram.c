#include "src/text/unigram.h"

#include <float.h>
#include <stdlib.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "src/text/tokenizer.h"

static const float unknown_penalty = 10;

/* The best way to reach a place in the text. */
struct best {
	float score;
	int32_t id;   /* of the piece that ends here */
	uint32_t len; /* of it, in bytes; 0: not reached yet */
};

static bool in_text(const struct spm_piece *p)
{
	return p->type == SPM_NORMAL || p->type == SPM_USER_DEFINED;
}

static void measure(struct unigram *u)
{
	float min = FLT_MAX, max = FLT_MIN;

	for (size_t i = 0; i < u->m->n; i++) {
		if (u->m->piece[i].type != SPM_NORMAL)
			continue;
		min = MIN(min, u->m->piece[i].score);
		max = MAX(max, u->m->piece[i].score);
	}
	u->unknown_score = min - unknown_penalty;
	u->max_score = max;
}

/* *at is the first piece that could not be added. */
static enum trie_result fill(struct trie *t, const struct spm *m, size_t *at)
{
	enum trie_result rc;

	for (*at = 0; *at < m->n; ++*at) {
		if (!in_text(&m->piece[*at]))
			continue;
		rc = trie_insert(t, spm_name(m, *at), m->piece[*at].len,
				 (int32_t)*at);
		if (rc != TRIE_ADDED)
			return rc;
	}
	return TRIE_ADDED;
}

int unigram_init(struct unigram *u, const struct spm *m, const char *what,
		 struct err *err)
{
	enum trie_result rc;
	size_t at;

	*u = (struct unigram){.m = m};
	for (size_t i = 0; i < m->n; i++)
		if (m->piece[i].type == SPM_BYTE)
			u->byte_id[spm_byte(spm_name(m, i))] = (int32_t)i;
	measure(u);

	/* Pieces share their beginnings: most need 3 bytes of their own. */
	for (size_t nodes = 3 * m->n;; nodes = MIN(2 * nodes, m->names.len)) {
		trie_init(&u->trie, nodes);
		rc = fill(&u->trie, m, &at);
		if (rc != TRIE_FULL)
			break;
		trie_release(&u->trie);
	}
	if (rc == TRIE_ADDED)
		return 0;
	unigram_release(u);
	return err_set(err, ERR_CHECKPOINT,
		       "%s: piece %zu, \"%s\", is there already", what, at,
		       spm_name(m, at));
}

void unigram_release(struct unigram *u)
{
	trie_release(&u->trie);
	*u = (struct unigram){0};
}

/* The user's own pieces get a bonus that makes them win. */
static double piece_score(const struct unigram *u, int32_t id, size_t len)
{
	const struct spm_piece *p = &u->m->piece[id];

	if (p->type == SPM_USER_DEFINED)
		return (float)len * u->max_score - 0.1;
	return p->score;
}

static void offer(struct best *b, double score, int32_t id, size_t len)
{
	if (b->len == 0 || score > b->score)
		*b = (struct best){(float)score, id, (uint32_t)len};
}

/* Best ways to all places, from left to right; best[0 … n] is zeroed. */
static void search(const struct unigram *u, const char *s, size_t n,
		   struct best *best)
{
	size_t begin, end, step;
	uint32_t node, cp;
	int32_t id;

	for (begin = 0; begin < n; begin += step) {
		bool whole = false; /* a piece of just this character */
		float so_far = best[begin].score;

		step = (size_t)utf8_decode(s + begin, n - begin, &cp);
		node = TRIE_ROOT;
		for (end = begin; end < n;) {
			node = trie_step(&u->trie, node, (unsigned char)s[end]);
			if (node == TRIE_NONE)
				break;
			end++;
			id = trie_value(&u->trie, node);
			if (id < 0)
				continue;
			offer(&best[end],
			      piece_score(u, id, end - begin) + so_far, id,
			      end - begin);
			whole |= end - begin == step;
		}
		if (!whole)
			offer(&best[begin + step], u->unknown_score + so_far,
			      TOKEN_UNK, step);
	}
}

static void push(struct cuts *l, struct cut c)
{
	l->cut = xgrow(l->cut, l->n, &l->cap, sizeof(*l->cut));
	l->cut[l->n++] = c;
}

/* The way back from the end; comes out reversed, with unknown runs merged. */
static void trace(const struct best *best, size_t n, bool merge,
		  struct cuts *out)
{
	for (size_t end = n; end > 0; end -= best[end].len) {
		struct cut c = {best[end].id, end - best[end].len, end};
		struct cut *last = out->n ? &out->cut[out->n - 1] : NULL;

		if (merge && last && last->id == TOKEN_UNK && c.id == TOKEN_UNK)
			last->begin = c.begin;
		else
			push(out, c);
	}
	for (size_t i = 0, j = out->n; i + 1 < j; i++) {
		struct cut c = out->cut[i];

		out->cut[i] = out->cut[--j];
		out->cut[j] = c;
	}
}

/* Replace unknown pieces by the bytes they are made of. */
static void spell(const struct unigram *u, const char *s, struct cuts *out)
{
	struct cuts bytes = {0};

	for (size_t i = 0; i < out->n; i++) {
		struct cut c = out->cut[i];

		if (c.id != TOKEN_UNK) {
			push(&bytes, c);
			continue;
		}
		for (size_t k = c.begin; k < c.end; k++) {
			unsigned char byte = (unsigned char)s[k];

			push(&bytes,
			     (struct cut){u->byte_id[byte], c.begin, c.end});
		}
	}
	cuts_release(out);
	*out = bytes;
}

void unigram_cut(const struct unigram *u, const char *s, size_t n,
		 struct cuts *out)
{
	struct best *best;

	out->n = 0;
	if (n == 0)
		return;
	best = xcalloc(n + 1, sizeof(*best));
	search(u, s, n, best);
	trace(best, n, !u->m->byte_fallback, out);
	free(best);
	if (u->m->byte_fallback)
		spell(u, s, out);
}

void cuts_release(struct cuts *l)
{
	free(l->cut);
	*l = (struct cuts){0};
}
