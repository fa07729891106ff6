/*
 * dnn-internal -- what the files dnn*.c share.
 *
 * Included by them only: it needs oneDNN's headers.  A primitive is created
 * for a number of threads and must be executed with it, so every entry point
 * calls dnn_enter() first.
 */
#ifndef UMIE_CPU_DNN_INTERNAL_H
#define UMIE_CPU_DNN_INTERNAL_H

#include "src/cpu/dnn-library.h"
#include "src/cpu/dnn.h"

struct dnn_matmul; /* dnn-matmul.c: primitives and packed weights */

struct dnn {
	dnnl_engine_t engine; /* owned */
	dnnl_stream_t stream; /* owned; in order */
	int threads;
	struct dnn_matmul *matmul; /* owned; NULL until first used */
	/*
	 * dnn-conv.c's own cache.  It sets all three at its first call; both
	 * functions are called with conv != NULL only.
	 */
	void *conv;
	void (*conv_forget)(struct dnn *d); /* drop packed weights */
	void (*conv_close)(struct dnn *d);  /* release `conv` */
};

/*
 * A memory descriptor is a struct in oneDNN 2 and a pointer in 3.  Keep a
 * dnnl_memory_desc_t, pass DNN_MD(md); DNN_MD_PTR is what the API takes and
 * what queries return.
 */
#if DNNL_VERSION_MAJOR >= 3
#define DNN_MD_PTR const_dnnl_memory_desc_t
#define DNN_MD(md) (md)
#else
#define DNN_MD_PTR const dnnl_memory_desc_t *
#define DNN_MD(md) (&(md))
#endif

int dnn_md_init(dnnl_memory_desc_t *md, int ndim, const dnnl_dim_t *dim,
		dnnl_data_type_t type, dnnl_format_tag_t tag, struct err *err);
void dnn_md_release(dnnl_memory_desc_t *md);

/* A memory object; `data` may be DNNL_MEMORY_NONE and set later. */
int dnn_memory(struct dnn *d, dnnl_memory_t *m, DNN_MD_PTR md, void *data,
	       struct err *err);

/* Copy `from` into the layout of `to`; both hold their data. */
int dnn_reorder(struct dnn *d, dnnl_memory_t from, dnnl_memory_t to,
		struct err *err);

/*
 * How many threads oneDNN starts from the calling thread from now on; returns
 * the number before.  A loop of one thread does not count as parallel, so
 * code that wants oneDNN to stay on its thread says 1.
 */
int dnn_threads(int n);

/* Make oneDNN use d->threads on the calling thread. */
void dnn_enter(const struct dnn *d);

/* 0, or ERR_DEVICE with "oneDNN: WHAT: status". */
int dnn_check(dnnl_status_t s, const char *what, struct err *err);

void dnn_matmul_forget(struct dnn *d);
void dnn_matmul_close(struct dnn *d);

#endif
