/*
 * unigram -- the most probable way to cut a text into pieces.
 *
 * Kudo, "Subword regularization", ACL 2018: each piece has a log-probability,
 * the Viterbi algorithm finds the best sum.  To agree with SentencePiece to
 * the last bit, sums are kept as float, candidates compared as double, and
 * the first of two equals wins.
 */
#ifndef UMIE_TEXT_UNIGRAM_H
#define UMIE_TEXT_UNIGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "src/text/spm.h"
#include "src/text/trie.h"

struct err;

/* A zeroed struct may be released. */
struct unigram {
	const struct spm *m;  /* borrowed */
	struct trie trie;     /* of the pieces that can be cut out of a text */
	int32_t byte_id[256]; /* byte pieces; used with m->byte_fallback */
	float unknown_score, max_score;
};

/* A piece: bytes [begin, end) of the normalised text. */
struct cut {
	int32_t id;
	size_t begin, end;
};

/* A zeroed struct is empty. */
struct cuts {
	struct cut *cut; /* owned */
	size_t n, cap;
};

/* `m` must outlive `u`.  ERR_CHECKPOINT, and `u` is released, when two pieces
 * have the same name. */
int unigram_init(struct unigram *u, const struct spm *m, const char *what,
		 struct err *err);
void unigram_release(struct unigram *u);

/*
 * Put the pieces of n bytes of valid UTF-8 into `out`, replacing what is
 * there.  A run of unknown characters is one unknown piece; with byte pieces
 * in the model, each of its bytes is a piece instead.
 */
void unigram_cut(const struct unigram *u, const char *s, size_t n,
		 struct cuts *out);
void cuts_release(struct cuts *l);

#endif
