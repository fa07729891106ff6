/*
 * trie -- which pieces begin here?  Byte by byte, one hash probe each.
 *
 * A node is a slot of one hash table keyed by (parent, byte): nothing is
 * sorted or moved, so a vocabulary is ready after one insertion each.
 */
#ifndef UMIE_TEXT_TRIE_H
#define UMIE_TEXT_TRIE_H

#include <stddef.h>
#include <stdint.h>

enum { TRIE_NONE = 0, TRIE_ROOT = 1 }; /* nodes */

struct trie_slot {
	uint32_t parent; /* node; TRIE_NONE: empty slot */
	uint32_t data;   /* value + 1 (0: none) << 8 | byte */
};

/* A zeroed struct may be released. */
struct trie {
	struct trie_slot *slot; /* owned */
	uint32_t mask;
	int shift;
	size_t used, room; /* nodes there are, and may be */
};

/* Room for `nodes` nodes (bytes of keys that differ) at least, up to 2^27. */
void trie_init(struct trie *t, size_t nodes);
void trie_release(struct trie *t);

enum trie_result { TRIE_ADDED, TRIE_EXISTS, TRIE_FULL };

/* n > 0, 0 <= value < 2^24 - 1.  A trie that was full is of no more use. */
enum trie_result trie_insert(struct trie *t, const char *key, size_t n,
			     int32_t value);

static inline uint32_t trie_home(const struct trie *t, uint32_t node,
				 unsigned char byte)
{
	uint64_t key = (uint64_t)node << 8 | byte;

	return (uint32_t)(key * 0x9E3779B97F4A7C15u >> t->shift);
}

/* The child of `node` under `byte`, or TRIE_NONE. */
static inline uint32_t trie_step(const struct trie *t, uint32_t node,
				 unsigned char byte)
{
	uint32_t i = trie_home(t, node, byte);

	for (; t->slot[i].parent != TRIE_NONE; i = (i + 1) & t->mask)
		if (t->slot[i].parent == node &&
		    (unsigned char)t->slot[i].data == byte)
			return i + TRIE_ROOT + 1;
	return TRIE_NONE;
}

/* The value of a key that ends at `node` (not the root), or -1. */
static inline int32_t trie_value(const struct trie *t, uint32_t node)
{
	return (int32_t)(t->slot[node - TRIE_ROOT - 1].data >> 8) - 1;
}

#endif
