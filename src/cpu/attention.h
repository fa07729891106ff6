/*
 * attention -- what attention.c and attention-back.c share.
 *
 * Both work on blocks of query rows of one head, so that no more than a
 * block of scores per thread exists at a time.  The position bias is a strip
 * for each head: its value depends on key minus query only.
 */
#ifndef UMIE_CPU_ATTENTION_H
#define UMIE_CPU_ATTENTION_H

#include "src/cpu/cpu.h"
#include "src/tensor/bucket.h"

enum {
	ATTENTION_ROWS = 64, /* query rows of a block */
};

/* One call taken apart.  Row strides of q and o: D. */
struct heads {
	struct cpu *cpu;
	const struct op_params *p;
	int64_t B, Q, L, H, K, D; /* D = H*K */
	int64_t group;
	const float *q, *k, *v;
	int64_t k_batch, k_row, v_batch, v_row; /* strides, in elements */
	const uint8_t *mask;                    /* (B/group,L) or NULL */
	float *strip; /* (H,Q+L-1): bias of key j and query i at j-i+Q-1 */
};

/* Rows i0 … i0+n-1 of head h of example b. */
struct block {
	int64_t b, h, i0, n;
	int64_t L; /* keys that any of these rows may see */
};

/* Resets the scratch arena and builds the strip in it. */
void heads_init(struct heads *a, struct cpu *cpu, const struct op_call *c);
struct block heads_block(const struct heads *a, int64_t b, int64_t h,
			 int64_t i0);

/* Softmax of the block's scores into s (n,a->L); 0 where not visible. */
int heads_softmax(const struct heads *a, const struct block *t, float *s,
		  struct err *err);

/* keep (n,a->L): 0 or 1/(1-p), the numbers of this block. */
void heads_keep(const struct heads *a, const struct block *t, float *keep);

#endif
