#include <stdlib.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/cpu/dnn-conv.h"

enum {
	MOST_PRIMS = 1024,  /* then all are dropped */
	MOST_PICTURES = 32, /* in one primitive; a power of two */
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

/* All that hangs on struct dnn's `conv`. */
struct conv_cache {
	struct conv_prim *prims; /* newest first */
	size_t n_prims;
	struct conv_pack *packs;
	struct conv_buffer x, w, y, wide;
};

static void drop_prims(struct conv_cache *k)
{
	struct conv_prim *p, *next;

	for (p = k->prims; p; p = next) {
		next = p->next;
		conv_prim_free(p);
	}
	k->prims = NULL;
	k->n_prims = 0;
}

static void conv_forget(struct dnn *d)
{
	struct conv_cache *k = d->conv;
	struct conv_pack *p, *next;

	for (p = k->packs; p; p = next) {
		next = p->next;
		onednn.memory_destroy(p->mem);
		free(p);
	}
	k->packs = NULL;
}

static void conv_close(struct dnn *d)
{
	struct conv_cache *k = d->conv;

	conv_forget(d);
	drop_prims(k);
	free(k->x.data);
	free(k->w.data);
	free(k->y.data);
	free(k->wide.data);
	free(k);
	d->conv = NULL;
}

static struct conv_cache *cache_of(struct dnn *d)
{
	if (!d->conv) {
		d->conv = xcalloc(1, sizeof(struct conv_cache));
		d->conv_forget = conv_forget;
		d->conv_close = conv_close;
	}
	return d->conv;
}

static bool same_want(const struct conv_want *a, const struct conv_want *b)
{
	const struct dnn_conv *p = &a->c, *q = &b->c;

	return a->kind == b->kind && a->bias == b->bias && a->sum == b->sum &&
	       p->B == q->B && p->Y == q->Y && p->X == q->X && p->C == q->C &&
	       p->O == q->O && p->kh == q->kh && p->kw == q->kw &&
	       p->stride == q->stride && p->pad == q->pad &&
	       p->relu == q->relu && p->bf16 == q->bf16;
}

static struct conv_prim *prim_get(struct dnn *d, const struct conv_want *w,
				  struct err *err)
{
	struct conv_cache *k = cache_of(d);
	struct conv_prim *p;

	dnn_enter(d);
	for (p = k->prims; p; p = p->next)
		if (same_want(&p->want, w))
			return p;
	p = conv_prim_new(d, w, err);
	if (!p)
		return NULL;
	if (k->n_prims == MOST_PRIMS)
		drop_prims(k);
	p->next = k->prims;
	k->prims = p;
	k->n_prims++;
	return p;
}

static void *buffer_of(struct conv_buffer *b, size_t n)
{
	if (b->size < n) {
		free(b->data);
		b->data = xaligned(n);
		b->size = n;
	}
	return b->data;
}

/* The array `data` in the primitive's layout, once; frees nothing. */
static int convert(struct dnn *d, const struct conv_port *p, dnnl_memory_t from,
		   dnnl_memory_t to, struct err *err)
{
	const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, from},
					{DNNL_ARG_TO, to}};

	return dnn_check(
	    onednn.primitive_execute(p->reorder, d->stream, 2, args),
	    "changing a layout", err);
}

static int set_handle(dnnl_memory_t m, const void *data, struct err *err)
{
	return dnn_check(onednn.memory_set_data_handle(m, (void *)data),
			 "naming an array", err);
}

/* What the primitive reads or writes for our array `data`. */
static int port_enter(struct dnn *d, const struct conv_port *p,
		      const void *data, struct conv_buffer *b, bool read,
		      dnnl_memory_t *out, struct err *err)
{
	*out = p->plain;
	if (set_handle(p->plain, data, err) < 0)
		return -(int)err->code;
	if (!p->inner)
		return 0;
	*out = p->inner;
	if (set_handle(p->inner, buffer_of(b, p->size), err) < 0)
		return -(int)err->code;
	return read ? convert(d, p, p->plain, p->inner, err) : 0;
}

/* After the primitive has written: bring it into our array. */
static int port_leave(struct dnn *d, const struct conv_port *p, struct err *err)
{
	return p->inner ? convert(d, p, p->inner, p->plain, err) : 0;
}

/* The weight's numbers as the port's plain side wants them. */
static const void *plain_weight(struct conv_cache *k, const struct tensor *w,
				bool bf16)
{
	int64_t n = tensor_count(w);
	float *wide;

	if (bf16 || w->dtype == DT_F32)
		return w->data;
	wide = buffer_of(&k->wide, (size_t)n * sizeof(*wide));
	for (int64_t i = 0; i < n; i++)
		wide[i] = tensor_float(w, i);
	return wide;
}

static dnnl_memory_t find_pack(const struct conv_cache *k, const void *data,
			       DNN_MD_PTR want)
{
	DNN_MD_PTR have;

	for (struct conv_pack *p = k->packs; p; p = p->next)
		if (p->data == data &&
		    onednn.memory_get_memory_desc(p->mem, &have) ==
			dnnl_success &&
		    onednn.memory_desc_equal(want, have))
			return p->mem;
	return NULL;
}

/* Pack a frozen weight for good, or find it packed. */
static int pack(struct dnn *d, const struct conv_prim *prim,
		const struct tensor *w, dnnl_memory_t *out, struct err *err)
{
	const struct conv_port *port = &prim->w;
	struct conv_cache *k = d->conv;
	struct conv_pack *p;
	DNN_MD_PTR md;

	if (dnn_check(onednn.memory_get_memory_desc(port->inner, &md),
		      "reading a layout", err) < 0)
		return -(int)err->code;
	*out = find_pack(k, w->data, md);
	if (*out)
		return 0;
	if (dnn_check(
		onednn.memory_create(out, md, d->engine, DNNL_MEMORY_ALLOCATE),
		"packing a weight", err) < 0)
		return -(int)err->code;
	p = xcalloc(1, sizeof(*p));
	*p = (struct conv_pack){k->packs, w->data, *out};
	if (set_handle(port->plain, plain_weight(k, w, prim->want.c.bf16),
		       err) < 0 ||
	    convert(d, port, port->plain, *out, err) < 0) {
		onednn.memory_destroy(*out);
		free(p);
		return -(int)err->code;
	}
	k->packs = p;
	return 0;
}

static int weight_enter(struct dnn *d, const struct conv_prim *p,
			const struct tensor *w, dnnl_memory_t *out,
			struct err *err)
{
	struct conv_cache *k = d->conv;

	if (p->w.inner && w->frozen)
		return pack(d, p, w, out, err);
	return port_enter(d, &p->w, plain_weight(k, w, p->want.c.bf16), &k->w,
			  true, out, err);
}

static int run(struct dnn *d, const struct conv_prim *p,
	       const dnnl_exec_arg_t *args, int n, struct err *err)
{
	return dnn_check(onednn.primitive_execute(p->run, d->stream, n, args),
			 "convolution", err);
}

/* Our arrays may be read or freed once this returns. */
static int finish(struct dnn *d, struct err *err)
{
	return dnn_check(onednn.stream_wait(d->stream), "waiting", err);
}

static int forward_some(struct dnn *d, const struct dnn_conv *c, const float *x,
			const struct tensor *w, const float *bias,
			const float *res, float *y, struct err *err)
{
	struct conv_want want = {
	    .kind = CONV_FORWARD, .c = *c, .bias = bias, .sum = res};
	size_t size = (size_t)(c->B * c->OY * c->OX * c->O) * sizeof(*y);
	struct conv_cache *k = cache_of(d);
	dnnl_memory_t mx, mw, my;
	struct conv_prim *p;

	p = prim_get(d, &want, err);
	if (!p || port_enter(d, &p->x, x, &k->x, true, &mx, err) < 0 ||
	    weight_enter(d, p, w, &mw, err) < 0 ||
	    port_enter(d, &p->y, y, &k->y, false, &my, err) < 0 ||
	    (bias && set_handle(p->bias, bias, err) < 0))
		return -(int)err->code;
	if (res && res != y)
		memcpy(y, res, size);

	const dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, mx},
					{DNNL_ARG_WEIGHTS, mw},
					{DNNL_ARG_DST, my},
					{DNNL_ARG_BIAS, p->bias}};

	if (run(d, p, args, bias ? 4 : 3, err) < 0 ||
	    port_leave(d, &p->y, err) < 0)
		return -(int)err->code;
	return finish(d, err);
}

static void add_to(const struct dnn *d, float *sum, const float *x, int64_t n)
{
#pragma omp parallel for simd schedule(static) num_threads(d->threads)
	for (int64_t i = 0; i < n; i++)
		sum[i] += x[i];
}

static int backward_data_some(struct dnn *d, const struct dnn_conv *c,
			      const float *dy, const struct tensor *w,
			      float *dx, struct arena *scratch, struct err *err)
{
	struct conv_want want = {.kind = CONV_BACK_DATA, .c = *c};
	int64_t n = c->B * c->Y * c->X * c->C;
	float *part = arena_alloc(scratch, (size_t)n * sizeof(*part));
	struct conv_cache *k = cache_of(d);
	dnnl_memory_t mx, mw, my;
	struct conv_prim *p;

	want.c.relu = want.c.bf16 = false;
	p = prim_get(d, &want, err);
	if (!p || port_enter(d, &p->y, dy, &k->y, true, &my, err) < 0 ||
	    weight_enter(d, p, w, &mw, err) < 0 ||
	    port_enter(d, &p->x, part, &k->x, false, &mx, err) < 0)
		return -(int)err->code;

	const dnnl_exec_arg_t args[] = {{DNNL_ARG_DIFF_DST, my},
					{DNNL_ARG_WEIGHTS, mw},
					{DNNL_ARG_DIFF_SRC, mx}};

	if (run(d, p, args, 3, err) < 0 || port_leave(d, &p->x, err) < 0 ||
	    finish(d, err) < 0)
		return -(int)err->code;
	add_to(d, dx, part, n);
	return 0;
}

static int backward_weights_some(struct dnn *d, const struct dnn_conv *c,
				 const float *x, const float *dy, float *dw,
				 struct arena *scratch, struct err *err)
{
	struct conv_want want = {.kind = CONV_BACK_WEIGHTS, .c = *c};
	int64_t n = c->O * c->C * c->kh * c->kw;
	float *part = arena_alloc(scratch, (size_t)n * sizeof(*part));
	struct conv_cache *k = cache_of(d);
	dnnl_memory_t mx, mw, my;
	struct conv_prim *p;

	want.c.relu = want.c.bf16 = false;
	p = prim_get(d, &want, err);
	if (!p || port_enter(d, &p->x, x, &k->x, true, &mx, err) < 0 ||
	    port_enter(d, &p->y, dy, &k->y, true, &my, err) < 0 ||
	    port_enter(d, &p->w, part, &k->w, false, &mw, err) < 0)
		return -(int)err->code;

	const dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, mx},
					{DNNL_ARG_DIFF_DST, my},
					{DNNL_ARG_DIFF_WEIGHTS, mw}};

	if (run(d, p, args, 3, err) < 0 || port_leave(d, &p->w, err) < 0 ||
	    finish(d, err) < 0)
		return -(int)err->code;
	add_to(d, dw, part, n);
	return 0;
}

/*
 * A primitive is made for a number of pictures and takes longer to make than
 * to run once.  Batches have any number of them, so they are run in powers
 * of two: there are six, whatever the batches are.
 */
static int64_t some_of(int64_t n)
{
	int64_t k = MOST_PICTURES;

	while (k > n)
		k /= 2;
	return k;
}

/* Floats of one picture before and after. */
static int64_t x_size(const struct dnn_conv *c)
{
	return c->Y * c->X * c->C;
}

static int64_t y_size(const struct dnn_conv *c)
{
	return c->OY * c->OX * c->O;
}

int dnn_conv_forward(struct dnn *d, const struct dnn_conv *c, const float *x,
		     const struct tensor *w, const float *bias,
		     const float *res, float *y, struct err *err)
{
	struct dnn_conv some = *c;
	int rc = 0;

	for (int64_t b = 0; b < c->B && rc == 0; b += some.B) {
		some.B = some_of(c->B - b);
		rc = forward_some(d, &some, x + b * x_size(c), w, bias,
				  res ? res + b * y_size(c) : NULL,
				  y + b * y_size(c), err);
	}
	return rc;
}

int dnn_conv_backward_data(struct dnn *d, const struct dnn_conv *c,
			   const float *dy, const struct tensor *w, float *dx,
			   struct arena *scratch, struct err *err)
{
	struct arena_mark mark = arena_mark(scratch);
	struct dnn_conv some = *c;
	int rc = 0;

	for (int64_t b = 0; b < c->B && rc == 0; b += some.B) {
		some.B = some_of(c->B - b);
		rc = backward_data_some(d, &some, dy + b * y_size(c), w,
					dx + b * x_size(c), scratch, err);
		arena_reset_to(scratch, mark);
	}
	return rc;
}

int dnn_conv_backward_weights(struct dnn *d, const struct dnn_conv *c,
			      const float *x, const float *dy, float *dw,
			      struct arena *scratch, struct err *err)
{
	struct arena_mark mark = arena_mark(scratch);
	struct dnn_conv some = *c;
	int rc = 0;

	for (int64_t b = 0; b < c->B && rc == 0; b += some.B) {
		some.B = some_of(c->B - b);
		rc =
		    backward_weights_some(d, &some, x + b * x_size(c),
					  dy + b * y_size(c), dw, scratch, err);
		arena_reset_to(scratch, mark);
	}
	return rc;
}
