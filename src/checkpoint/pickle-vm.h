/*
 * pickle-vm -- the state of the pickle machine, shared by its two files:
 * pickle.c runs it, pickle-ops.c has its operations.
 */
#ifndef UMIE_CHECKPOINT_PICKLE_VM_H
#define UMIE_CHECKPOINT_PICKLE_VM_H

#include "src/checkpoint/pickle.h"

struct vm {
	struct pickle *p;
	const unsigned char *s;
	size_t i, n;     /* next byte, bytes */
	size_t at;       /* of the operation being done */
	size_t ops;      /* done so far */
	uint32_t *stack; /* node numbers; owned */
	size_t depth, stack_cap;
	uint32_t *memo; /* node numbers + 1, 0 where unset; owned */
	size_t memo_len, memo_used;
	size_t mark[PICKLE_MARKS]; /* depths of the stack */
	int marks;
	const char *what;
	struct err *err;
};

/* `arg` is the third column of the table: a size, a kind or a value. */
struct operation {
	const char *name;
	int (*run)(struct vm *v, int arg); /* NULL: known, not allowed */
	int arg;
};

/* Row of an operation byte; a row without a name is no operation. */
const struct operation *pickle_operation(unsigned char code);

enum role { MAKES_DICT, MAKES_TENSOR, MAKES_PARAMETER, MAKES_SIZE, STORAGE };

/* What a pickle may name. */
struct symbol {
	const char *module, *name;
	enum role role;
	enum dtype dtype; /* of a storage */
};

const struct symbol *pickle_symbol(int64_t row); /* NULL past the last */

/* ERR_CHECKPOINT with file and byte before the sentence. */
int vm_fail(const struct vm *v, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

int vm_push(struct vm *v, uint32_t node);

/* Make a node and push it. */
int vm_push_new(struct vm *v, struct pickle_node n);

/* Where the last mark is: the values below it are out of reach. */
size_t vm_floor(const struct vm *v);

/* Fails when there are fewer than n values above the last mark. */
int vm_need(struct vm *v, size_t n);

/* The topmost value, off the stack, after vm_need(). */
const struct pickle_node *vm_pop(struct vm *v);

/* The values from stack position `from` up become items of node `to`. */
int vm_move_items(struct vm *v, uint32_t to, size_t from);

#endif
