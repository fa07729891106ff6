/*
 * normalize -- text as the model saw it in training.
 *
 * SentencePiece's normalisation: the longest rule of the file's charsmap that
 * matches replaces its source, white space is squeezed and trimmed, a space
 * is put in front, and spaces are written U+2581 ("▁").  Each step is
 * switched by a flag of the file.  Every byte remembers where it came from.
 */
#ifndef UMIE_TEXT_NORMALIZE_H
#define UMIE_TEXT_NORMALIZE_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/str.h"
#include "src/text/spm.h"
#include "src/text/trie.h"

#define SPACE_MARK "\xe2\x96\x81" /* U+2581 */

enum { NORMALIZE_RULE_MAX = 1024 }; /* bytes of a rule's source, and target */

/*
 * The charsmap is a double array (Darts): unit[i] holds a byte and an offset
 * that leads to the children.  A zeroed struct may be released.
 */
struct normalizer {
	uint32_t *unit; /* owned; NULL: no rules */
	size_t units;
	struct str target; /* what rules replace by, each NUL-terminated */
	const struct trie *pieces;     /* borrowed; */
	const struct spm_piece *piece; /* the user's own are left alone */
	bool user_defined;             /* there are such pieces */
	bool add_dummy_prefix;
	bool remove_extra_whitespaces;
	bool escape_whitespaces;
};

/* Where one byte came from: bytes [begin, end) of the source. */
struct origin {
	size_t begin, end;
};

/* A zeroed struct is empty. */
struct normal {
	struct str text;     /* valid UTF-8 */
	struct origin *from; /* of each byte of text; owned */
	size_t n, cap;
};

/*
 * Check the rules of `m` before their first use; ERR_CHECKPOINT, and `z` is
 * released, when they lead outside of themselves.  `pieces` maps the pieces
 * of `m` to their ids; both must outlive `z`.
 */
int normalizer_init(struct normalizer *z, const struct spm *m,
		    const struct trie *pieces, const char *what,
		    struct err *err);
void normalizer_release(struct normalizer *z);

/*
 * Put the normalised form of n bytes into `out`, replacing what is there.
 * Bytes that are not UTF-8 become U+FFFD one by one.
 */
void normalize(const struct normalizer *z, const char *s, size_t n,
	       struct normal *out);
void normal_release(struct normal *a);

#endif
