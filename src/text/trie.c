#include "src/text/trie.h"

#include <stdlib.h>

#include "src/base/mem.h"

void trie_init(struct trie *t, size_t nodes)
{
	int bits = 4;

	/* Three quarters full is still quick to search. */
	while (((size_t)3 << bits) / 4 < nodes)
		bits++;
	*t = (struct trie){
	    .slot = xcalloc((size_t)1 << bits, sizeof(*t->slot)),
	    .mask = (uint32_t)(((size_t)1 << bits) - 1),
	    .shift = 64 - bits,
	    .room = ((size_t)3 << bits) / 4,
	};
}

void trie_release(struct trie *t)
{
	free(t->slot);
	*t = (struct trie){0};
}

static uint32_t add_child(struct trie *t, uint32_t node, unsigned char byte)
{
	uint32_t i = trie_home(t, node, byte);

	if (t->used == t->room)
		return TRIE_NONE;
	t->used++;
	while (t->slot[i].parent != TRIE_NONE)
		i = (i + 1) & t->mask;
	t->slot[i] = (struct trie_slot){node, byte};
	return i + TRIE_ROOT + 1;
}

enum trie_result trie_insert(struct trie *t, const char *key, size_t n,
			     int32_t value)
{
	uint32_t node = TRIE_ROOT, next;
	struct trie_slot *end;

	for (size_t i = 0; i < n; i++) {
		next = trie_step(t, node, (unsigned char)key[i]);
		if (next == TRIE_NONE)
			next = add_child(t, node, (unsigned char)key[i]);
		if (next == TRIE_NONE)
			return TRIE_FULL;
		node = next;
	}
	end = &t->slot[node - TRIE_ROOT - 1];
	if (end->data >> 8)
		return TRIE_EXISTS;
	end->data |= (uint32_t)(value + 1) << 8;
	return TRIE_ADDED;
}
