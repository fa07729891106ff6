/*
 * tokenizer-impl -- what a tokenizer is made of; for tokenizer*.c only.
 */
#ifndef UMIE_TEXT_TOKENIZER_IMPL_H
#define UMIE_TEXT_TOKENIZER_IMPL_H

#include "src/text/normalize.h"
#include "src/text/spm.h"
#include "src/text/tokenizer.h"
#include "src/text/unigram.h"

struct tokenizer {
	struct spm m;
	struct unigram unigram;
	struct normalizer normalizer;
	char extra[TOKEN_EXTRA_IDS][24]; /* "<extra_id_0>" … */
};

#endif
