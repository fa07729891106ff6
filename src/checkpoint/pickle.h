/*
 * pickle -- a machine that reads Python's pickles and runs nothing.
 *
 * Values are tagged nodes.  GLOBAL gives one of the symbols of a fixed table
 * and REDUCE only notes what it was applied to; a name or an operation that
 * is not on the list ends the reading with an error that says which it was.
 */
#ifndef UMIE_CHECKPOINT_PICKLE_H
#define UMIE_CHECKPOINT_PICKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/str.h"
#include "src/tensor/tensor.h"

struct err;

enum {
	PICKLE_BYTES = 64 << 20,
	PICKLE_NODES = 4 << 20, /* nodes, items, memo, stack: each */
	PICKLE_MARKS = 64,      /* depth of open marks */
	PICKLE_STRING = 1 << 20,
};

enum pickle_kind {
	PICKLE_NONE,
	PICKLE_BOOL,   /* i */
	PICKLE_INT,    /* i */
	PICKLE_FLOAT,  /* f */
	PICKLE_STR,    /* s, count bytes of UTF-8 */
	PICKLE_TUPLE,  /* items */
	PICKLE_LIST,   /* items */
	PICKLE_DICT,   /* items: key, value, key, value ... */
	PICKLE_SYMBOL, /* i: row of the table of symbols */
	/* items: those of the tuple that it was made of */
	PICKLE_STORAGE, /* BINPERSID */
	PICKLE_TENSOR,  /* torch._utils._rebuild_tensor_v2 */
};

struct pickle_node {
	enum pickle_kind kind;
	uint32_t count; /* items, or bytes of a string */
	union {
		int64_t i;
		double f;
		const char *s; /* in the image */
		struct {
			uint32_t first, last; /* items; 0: none */
		};
	};
};

struct pickle_item {
	uint32_t node, next; /* next item; 0: none */
};

struct pickle {
	struct pickle_node *node; /* owned */
	struct pickle_item *item; /* owned; item 0 is not used */
	size_t nodes, node_cap, items, item_cap;
	uint32_t root;
};

/*
 * Read the one pickle at the start of n bytes; *used gets its length.  On
 * error `p` is released.  `what` names file and part in messages.  Strings
 * point into `data`.
 */
int pickle_parse(struct pickle *p, const unsigned char *data, size_t n,
		 size_t *used, const char *what, struct err *err);
void pickle_release(struct pickle *p);

/* Item i of a node with items; NULL when it has no such item. */
const struct pickle_node *pickle_item(const struct pickle *p,
				      const struct pickle_node *n, uint32_t i);

/* Value of the string key `key` of a dictionary; the last one when there are
 * several; NULL without. */
const struct pickle_node *pickle_get(const struct pickle *p,
				     const struct pickle_node *dict,
				     const char *key);

struct span pickle_str(const struct pickle_node *n); /* of a PICKLE_STR */

/* The type of the elements of a storage symbol; false for other nodes. */
bool pickle_storage_dtype(const struct pickle_node *n, enum dtype *d);

#endif
