/*
 * list -- what a container yields: names and tensors, before the sorting.
 *
 * A tensor stays where it lies in the file when it is contiguous there and
 * aligned for its type; otherwise it is copied into the arena of the list.
 * Copies are paid from a budget, so that no small file asks for much memory.
 */
#ifndef UMIE_CHECKPOINT_LIST_H
#define UMIE_CHECKPOINT_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/arena.h"
#include "src/base/str.h"
#include "src/checkpoint/weights.h"

struct err;

/* Bytes that may be copied for each byte of the files. */
enum { LIST_COPY_FACTOR = 4 };

/* A zeroed struct is an empty list without a budget. */
struct weight_list {
	struct weight *at; /* owned */
	size_t count, cap;
	struct arena arena; /* names and copied tensors */
	size_t budget;      /* bytes that may still be copied */
};

/* A file of n bytes is about to be parsed into the list. */
void weight_list_allow(struct weight_list *l, size_t n);

/*
 * Add `t`, whose elements are known to lie within the file, under `name`,
 * which is UTF-8, without a leading "module.".  `what` names the file in
 * messages.
 */
int weight_list_add(struct weight_list *l, struct span name,
		    const struct tensor *t, const char *what, struct err *err);

/* Sort by the bytes of the names; a name that is there twice is an error. */
int weight_list_sort(struct weight_list *l, const char *what, struct err *err);

/* The name without a leading "module.". */
const char *weight_plain_name(const char *name);

void weight_list_release(struct weight_list *l);

/*
 * Bytes of a tensor of that shape; false when they, or the strides of the
 * shape, do not fit 63 bits.  No dimension is negative.
 */
bool shape_bytes(int ndim, const int64_t *dim, enum dtype d, size_t *bytes);

#endif
