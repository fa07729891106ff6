/*
 * spm -- what a SentencePiece model file says, read and checked.
 *
 * The file is one protobuf message.  Only unigram models in T5's layout pass
 * (<pad>, </s>, <unk> are pieces 0, 1, 2); every name is valid UTF-8 without
 * NUL, every score is finite.  The reader never recurses and allocates no
 * more than a small multiple of the file's size.
 */
#ifndef UMIE_TEXT_SPM_H
#define UMIE_TEXT_SPM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/str.h"

struct err;

enum {
	SPM_FILE_MAX = 64 << 20,  /* bytes of a model file */
	SPM_PIECES_MAX = 4 << 20, /* pieces */
	SPM_PIECE_MAX = 1024,     /* bytes of one piece */
};

enum spm_type { /* numbers of the file format */
		SPM_NORMAL = 1,
		SPM_UNKNOWN = 2,
		SPM_CONTROL = 3,
		SPM_USER_DEFINED = 4,
		SPM_UNUSED = 5,
		SPM_BYTE = 6,
};

struct spm_piece {
	uint32_t name; /* offset into spm.names, NUL-terminated there */
	uint16_t len;  /* bytes */
	uint8_t type;  /* enum spm_type */
	float score;
};

/* A zeroed struct may be released. */
struct spm {
	struct spm_piece *piece; /* owned */
	size_t n, cap;
	struct str names;
	struct str charsmap; /* normalisation rules, as in the file */
	bool add_dummy_prefix;
	bool remove_extra_whitespaces;
	bool escape_whitespaces;
	bool byte_fallback;
};

/*
 * Read n bytes; `what` names them in messages.  ERR_CHECKPOINT, and `m` is
 * released, when they are no model that umie can use.
 */
int spm_parse(struct spm *m, const void *data, size_t n, const char *what,
	      struct err *err);
void spm_release(struct spm *m);

const char *spm_name(const struct spm *m, size_t id); /* borrowed */

/* The byte a piece such as "<0x0A>" stands for; -1 for other names. */
int spm_byte(const char *name);

#endif
