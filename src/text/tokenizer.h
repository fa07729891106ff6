/*
 * tokenizer -- SentencePiece unigram models: text to ids and back.
 *
 * Reads `spiece.model` (protobuf wire format) itself; nothing in the file is
 * trusted (shared rules: docs in HACKING.md, "hostile input").  Ids: the
 * pieces of the file, then <extra_id_99> … <extra_id_0>, then <spot>, <asoc>.
 * Encoding follows HF's slow T5Tokenizer 4.28.1: the text is split at special
 * tokens, chunks are normalised (nmt_nfkc charsmap of the file) and segmented
 * by the Viterbi algorithm of Kudo 2018.  Immutable once open: any thread.
 */
#ifndef UMIE_TEXT_TOKENIZER_H
#define UMIE_TEXT_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct str;
struct tokenizer;

enum { TOKEN_PAD = 0, TOKEN_EOS = 1, TOKEN_UNK = 2, TOKEN_EXTRA_IDS = 100 };

/* A growable list of ids; zeroed is empty. */
struct ids {
	int32_t *id; /* owned */
	size_t n, cap;
};

void ids_push(struct ids *l, int32_t id);
void ids_release(struct ids *l);

/* NULL and ERR_CHECKPOINT naming the file and what is wrong with it. */
struct tokenizer *tokenizer_open(const char *path, struct err *err);
/* The same from memory (copied); `what` stands for the path in messages. */
struct tokenizer *tokenizer_parse(const void *data, size_t n, const char *what,
				  struct err *err);
void tokenizer_free(struct tokenizer *t);

/* Rows a model needs: pieces + 100 + 2. */
int32_t tokenizer_size(const struct tokenizer *t);
int32_t tokenizer_pieces(const struct tokenizer *t);
int32_t tokenizer_spot(const struct tokenizer *t);
int32_t tokenizer_asoc(const struct tokenizer *t);
int32_t tokenizer_extra(const struct tokenizer *t, int i); /* <extra_id_i> */

/*
 * Append the ids of n bytes of text; invalid UTF-8 is read as U+FFFD.  No
 * </s> is added.  `text` may contain NUL bytes.
 */
void tokenizer_encode(const struct tokenizer *t, const char *text, size_t n,
		      struct ids *out);

/*
 * Append the string of n ids (golden rules: tokenizer section of the golden
 * README).  skip_special drops pad, eos, unk, <spot>, <asoc>.  Ids outside
 * the vocabulary are read as <unk>.
 */
void tokenizer_decode(const struct tokenizer *t, const int32_t *id, size_t n,
		      bool skip_special, struct str *out);

/* The piece or special name of an id, as stored ("▁the"); borrowed. */
const char *tokenizer_piece(const struct tokenizer *t, int32_t id);

/*
 * For those who spell a string in every way that there is.  One byte down the
 * tree of pieces from `node` (first TOKEN_ROOT): 0 where no piece goes on like
 * that; *id is the piece that ends there, or -1.  tokenizer_byte() is the
 * piece of one byte, -1 without such pieces.  tokenizer_space() is what stands
 * for a space in a piece: "▁" or " ".
 */
enum { TOKEN_ROOT = 1 };
uint32_t tokenizer_down(const struct tokenizer *t, uint32_t node,
			unsigned char byte, int32_t *id);
int32_t tokenizer_byte(const struct tokenizer *t, unsigned char byte);
const char *tokenizer_space(const struct tokenizer *t);

/* Append the bytes that a piece stands for; false: it is no piece of a text. */
bool tokenizer_bytes(const struct tokenizer *t, int32_t id, struct str *out);

/*
 * Where token k of an encoding of `text` came from: [begin[k], end[k]) as
 * code points of the text, before normalisation.  Arrays of n elements, for
 * the first n ids that tokenizer_encode() gives for the same text (asking for
 * more is a bug).  An added "▁" is empty.
 */
void tokenizer_offsets(const struct tokenizer *t, const char *text,
		       size_t text_n, int32_t *begin, int32_t *end, size_t n);

#endif
