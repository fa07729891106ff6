/*
 * dnn-conv -- convolution primitives: what dnn-conv.c runs and
 * dnn-conv-make.c creates, and the products of dnn-products.c.
 *
 * Included by these three only.
 */
#ifndef UMIE_CPU_DNN_CONV_H
#define UMIE_CPU_DNN_CONV_H

#include "src/cpu/dnn-internal.h"

enum conv_kind { CONV_FORWARD, CONV_BACK_DATA, CONV_BACK_WEIGHTS };

/* Everything that decides which primitive is wanted. */
struct conv_want {
	enum conv_kind kind;
	struct dnn_conv c;
	bool bias;
	bool sum; /* add to what is in y */
};

/*
 * Between one of our plain arrays and the layout a primitive wants.  With
 * inner == NULL both are the same.
 */
struct conv_port {
	dnnl_memory_t plain;      /* owned; handle set at every use */
	dnnl_memory_t inner;      /* owned; handle set at every use */
	dnnl_primitive_t reorder; /* owned; into or out of `inner` */
	size_t size;              /* bytes of inner */
};

struct conv_prim {
	struct conv_prim *next;
	struct conv_want want;
	dnnl_primitive_desc_t desc; /* owned */
	dnnl_primitive_t run;       /* owned */
	struct conv_port x, w, y;
	dnnl_memory_t bias; /* owned; NULL without */
};

/* A frozen weight in a primitive's layout. */
struct conv_pack {
	struct conv_pack *next;
	const void *data;  /* of the tensor */
	dnnl_memory_t mem; /* owned, with its bytes */
};

/* Memory that a primitive's inner layouts share; grows. */
struct conv_buffer {
	void *data;
	size_t size;
};

/* What dnn-products.c keeps. */
struct products {
	struct products_prim *prims;
	size_t n_prims;
	struct products_pack *packs;
};

/* All that hangs on struct dnn's `conv`. */
struct conv_cache {
	struct conv_prim *prims; /* newest first */
	size_t n_prims;
	struct conv_pack *packs;
	struct conv_buffer x, w, y, wide;
	struct products products;
};
struct conv_cache *conv_cache_of(struct dnn *d); /* made when missing */

void products_forget(struct products *s); /* drop packed factors */
void products_release(struct products *s);

/* A new primitive; NULL and ERR_DEVICE on failure. */
struct conv_prim *conv_prim_new(struct dnn *d, const struct conv_want *w,
				struct err *err);
void conv_prim_free(struct conv_prim *p); /* NULL is fine */

#endif
