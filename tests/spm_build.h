/*
 * spm_build -- write small SentencePiece models, right and wrong ones.
 */
#ifndef UMIE_TESTS_SPM_BUILD_H
#define UMIE_TESTS_SPM_BUILD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/str.h"
#include "src/text/spm.h"

enum { BUILD_BLOCK = 256, BUILD_BLOCKS = 64 };

/* Rules as a double array in which every node owns a block of children. */
struct build_map {
	uint32_t unit[BUILD_BLOCK * BUILD_BLOCKS];
	uint32_t blocks;
	struct str target;
};

static inline void build_varint(struct str *out, uint64_t v)
{
	for (; v > 0x7f; v >>= 7)
		str_addc(out, (char)(v | 0x80));
	str_addc(out, (char)v);
}

static inline void build_int(struct str *out, int number, uint64_t v)
{
	build_varint(out, (uint64_t)number << 3);
	build_varint(out, v);
}

static inline void build_bytes(struct str *out, int number, const void *s,
			       size_t n)
{
	build_varint(out, (uint64_t)number << 3 | 2);
	build_varint(out, n);
	str_addn(out, s, n);
}

static inline void build_le32(struct str *out, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		str_addc(out, (char)(v >> (8 * i)));
}

/* A piece; `n` bytes of name. */
static inline void build_piece_n(struct str *out, const char *name, size_t n,
				 float score, int type)
{
	struct str p = {0};
	uint32_t bits;

	memcpy(&bits, &score, sizeof(bits));
	build_bytes(&p, 1, name, n);
	build_varint(&p, 2 << 3 | 5);
	build_le32(&p, bits);
	build_int(&p, 3, (uint64_t)type);
	build_bytes(out, 1, str_cstr(&p), p.len);
	str_release(&p);
}

static inline void build_piece(struct str *out, const char *name, float score,
			       int type)
{
	build_piece_n(out, name, strlen(name), score, type);
}

/* <pad>, </s>, <unk>: ids 0, 1, 2. */
static inline void build_first(struct str *out)
{
	build_piece(out, "<pad>", 0, SPM_CONTROL);
	build_piece(out, "</s>", 0, SPM_CONTROL);
	build_piece(out, "<unk>", 0, SPM_UNKNOWN);
}

static inline void build_trainer(struct str *out, int model_type,
				 bool byte_fallback)
{
	struct str p = {0};

	build_int(&p, 3, (uint64_t)model_type);
	build_int(&p, 35, byte_fallback);
	build_bytes(out, 2, str_cstr(&p), p.len);
	str_release(&p);
}

static inline void build_normalizer(struct str *out, const struct str *map,
				    bool prefix, bool squeeze)
{
	struct str p = {0};

	if (map)
		build_bytes(&p, 2, map->s, map->len);
	build_int(&p, 3, prefix);
	build_int(&p, 4, squeeze);
	build_bytes(out, 3, str_cstr(&p), p.len);
	str_release(&p);
}

/* The block of children of unit i; a new one when it has none. */
static inline uint32_t build_children(struct build_map *m, uint32_t i)
{
	uint32_t offset = m->unit[i] >> 10;

	if (offset == 0) {
		m->blocks += m->blocks == 0;
		if (m->blocks == BUILD_BLOCKS)
			abort();
		offset = i ^ (m->blocks++ * BUILD_BLOCK);
		m->unit[i] |= offset << 10;
	}
	return i ^ offset;
}

static inline void build_rule(struct build_map *m, const char *from,
			      const char *to)
{
	uint32_t i = 0, base = build_children(m, 0);

	for (; *from; from++) {
		i = base ^ (unsigned char)*from;
		m->unit[i] |= (unsigned char)*from;
		base = build_children(m, i);
	}
	m->unit[i] |= 1u << 8;
	m->unit[base] = 1u << 31 | (uint32_t)m->target.len;
	str_addn(&m->target, to, strlen(to) + 1);
}

static inline void build_map_bytes(const struct build_map *m, struct str *out)
{
	uint32_t n = m->blocks * BUILD_BLOCK;

	build_le32(out, n * 4);
	for (uint32_t i = 0; i < n; i++)
		build_le32(out, m->unit[i]);
	str_addn(out, str_cstr(&m->target), m->target.len);
}

/* Ids of the pieces of the standard model. */
enum {
	SPACE = 3,
	A,
	B,
	AB,
	SPACE_A,
	SPACE_AB,
	LETTER_C,
	DOT,
	ONE,
	SLASH,
	TWO,
	PIECES,
	EXTRA_0 = PIECES + 99,
	SPOT = PIECES + 100,
	ASOC,
};

static inline void build_standard_pieces(struct str *out)
{
	build_first(out);
	build_piece(out, "▁", -3, SPM_NORMAL);
	build_piece(out, "a", -4, SPM_NORMAL);
	build_piece(out, "b", -4, SPM_NORMAL);
	build_piece(out, "ab", -5, SPM_NORMAL);
	build_piece(out, "▁a", -3.5f, SPM_NORMAL);
	build_piece(out, "▁ab", -9, SPM_NORMAL);
	build_piece(out, "c", -4, SPM_NORMAL);
	build_piece(out, ".", -4, SPM_NORMAL);
	build_piece(out, "1", -4, SPM_NORMAL);
	build_piece(out, "/", -4, SPM_NORMAL);
	build_piece(out, "2", -4, SPM_NORMAL);
}

static inline void build_standard_rules(struct build_map *m)
{
	build_rule(m, "A", "a");
	build_rule(m, "\t", " ");
	build_rule(m, "\xc2\xa0", " ");
	build_rule(m, "½", "1/2");
	build_rule(m, "e", "c");
	build_rule(m, "e\xcc\x81", "b");
	build_rule(m, "\x01", "");
}

static inline struct str build_standard(bool prefix, bool squeeze)
{
	struct str model = {0}, rules = {0};
	struct build_map *m = calloc(1, sizeof(*m));

	build_standard_pieces(&model);
	build_standard_rules(m);
	build_map_bytes(m, &rules);
	build_trainer(&model, 1, false);
	build_normalizer(&model, &rules, prefix, squeeze);
	str_release(&rules);
	str_release(&m->target);
	free(m);
	return model;
}

#endif
