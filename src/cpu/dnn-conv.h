/*
 * dnn-conv -- convolution primitives: what dnn-conv.c runs and
 * dnn-conv-make.c creates.
 *
 * Included by these two only.
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

/* A new primitive; NULL and ERR_DEVICE on failure. */
struct conv_prim *conv_prim_new(struct dnn *d, const struct conv_want *w,
				struct err *err);
void conv_prim_free(struct conv_prim *p); /* NULL is fine */

#endif
