#include <stdlib.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/cpu/dnn-conv.h"

enum { PACK_ROWS = 64, MOST_PRIMS = 256 };

/* The right factors of n products, in the layout that oneDNN likes. */
struct products_pack {
	struct products_pack *next;
	const void *key;
	dnnl_memory_desc_t md;
	dnnl_memory_t mem; /* owned, with its bytes */
};

struct products_prim {
	struct products_prim *next;
	struct dnn_products shape;
	dnnl_primitive_t run;
	dnnl_memory_t x, y;
};

static void pack_free(struct products_pack *p)
{
	if (p->mem)
		dnnl_memory_destroy(p->mem);
	dnn_md_release(&p->md);
	free(p);
}

static void prim_free(struct products_prim *p)
{
	if (p->run)
		dnnl_primitive_destroy(p->run);
	if (p->x)
		dnnl_memory_destroy(p->x);
	if (p->y)
		dnnl_memory_destroy(p->y);
	free(p);
}

void products_forget(struct products *s)
{
	struct products_pack *p, *next;

	for (p = s->packs; p; p = next) {
		next = p->next;
		pack_free(p);
	}
	s->packs = NULL;
}

static void drop_prims(struct products *s)
{
	struct products_prim *p, *next;

	for (p = s->prims; p; p = next) {
		next = p->next;
		prim_free(p);
	}
	s->prims = NULL;
	s->n_prims = 0;
}

void products_release(struct products *s)
{
	products_forget(s);
	drop_prims(s);
}

/* x (n,M,K), w (n,K,O), y (n,M,O) */
struct descs {
	dnnl_memory_desc_t x, w, y;
};

static void descs_release(struct descs *m)
{
	dnn_md_release(&m->x);
	dnn_md_release(&m->w);
	dnn_md_release(&m->y);
}

static int descs_init(struct descs *m, const struct dnn_products *p,
		      dnnl_format_tag_t w_tag, struct err *err)
{
	const dnnl_dim_t x[] = {p->n, p->M, p->K}, w[] = {p->n, p->K, p->O};
	const dnnl_dim_t y[] = {p->n, p->M, p->O};

	*m = (struct descs){0};
	if (dnn_md_init(&m->x, 3, x, dnnl_f32, dnnl_abc, err) == 0 &&
	    dnn_md_init(&m->w, 3, w, dnnl_f32, w_tag, err) == 0 &&
	    dnn_md_init(&m->y, 3, y, dnnl_f32, dnnl_abc, err) == 0)
		return 0;
	descs_release(m);
	return -(int)err->code;
}

static int describe(struct dnn *d, const struct descs *m, DNN_MD_PTR w,
		    dnnl_primitive_desc_t *out, struct err *err)
{
	dnnl_status_t s;
#if DNNL_VERSION_MAJOR >= 3
	s = dnnl_matmul_primitive_desc_create(out, d->engine, m->x, w, NULL,
					      m->y, NULL);
#else
	dnnl_matmul_desc_t op;

	s = dnnl_matmul_desc_init(&op, DNN_MD(m->x), w, NULL, DNN_MD(m->y));
	if (s == dnnl_success)
		s = dnnl_primitive_desc_create(out, &op, NULL, d->engine, NULL);
#endif
	return dnn_check(s, "preparing products", err);
}

/* The layout for PACK_ROWS rows serves any number. */
static int choose_layout(struct dnn *d, const struct dnn_products *p,
			 dnnl_memory_desc_t *out, struct err *err)
{
	struct dnn_products like = *p;
	dnnl_primitive_desc_t pd;
	struct descs m;
	DNN_MD_PTR md;
	int rc;

	like.M = PACK_ROWS;
	if (descs_init(&m, &like, dnnl_format_tag_any, err) < 0)
		return -(int)err->code;
	rc = describe(d, &m, DNN_MD(m.w), &pd, err);
	descs_release(&m);
	if (rc < 0)
		return rc;
	md = dnnl_primitive_desc_query_md(pd, dnnl_query_weights_md, 0);
#if DNNL_VERSION_MAJOR >= 3
	rc =
	    dnn_check(dnnl_memory_desc_clone(out, md), "copying a layout", err);
#else
	*out = *md;
#endif
	dnnl_primitive_desc_destroy(pd);
	return rc;
}

/* Have the factors written down plainly and put them into p->mem. */
static int pack_fill(struct dnn *d, struct products_pack *p,
		     const struct dnn_products *shape, dnn_products_fn *fill,
		     const void *context, struct err *err)
{
	size_t n = (size_t)(shape->n * shape->K * shape->O);
	float *plain = xaligned(n * sizeof(*plain));
	dnnl_memory_t from = NULL;
	struct descs m;
	int rc = descs_init(&m, shape, dnnl_abc, err);

	if (rc == 0) {
		fill(context, plain);
		rc = dnn_memory(d, &from, DNN_MD(m.w), plain, err);
		if (rc == 0)
			rc = dnn_reorder(d, from, p->mem, err);
		if (from)
			dnnl_memory_destroy(from);
		descs_release(&m);
	}
	free(plain);
	return rc;
}

static struct products_pack *pack_get(struct dnn *d, struct products *s,
				      const struct dnn_products *shape,
				      const void *key, dnn_products_fn *fill,
				      const void *context, struct err *err)
{
	struct products_pack *p;

	for (p = s->packs; p; p = p->next)
		if (p->key == key)
			return p;
	p = xcalloc(1, sizeof(*p));
	p->key = key;
	if (choose_layout(d, shape, &p->md, err) < 0 ||
	    dnn_memory(d, &p->mem, DNN_MD(p->md), DNNL_MEMORY_ALLOCATE, err) <
		0 ||
	    pack_fill(d, p, shape, fill, context, err) < 0) {
		pack_free(p);
		return NULL;
	}
	p->next = s->packs;
	s->packs = p;
	return p;
}

static int prim_init(struct dnn *d, struct products_prim *p, DNN_MD_PTR w,
		     struct err *err)
{
	dnnl_primitive_desc_t pd = NULL;
	struct descs m;
	int rc = descs_init(&m, &p->shape, dnnl_abc, err);

	if (rc < 0)
		return rc;
	rc = describe(d, &m, w, &pd, err);
	if (rc == 0)
		rc = dnn_check(dnnl_primitive_create(&p->run, pd),
			       "preparing products", err);
	if (rc == 0)
		rc = dnn_memory(d, &p->x, DNN_MD(m.x), DNNL_MEMORY_NONE, err);
	if (rc == 0)
		rc = dnn_memory(d, &p->y, DNN_MD(m.y), DNNL_MEMORY_NONE, err);
	if (pd)
		dnnl_primitive_desc_destroy(pd);
	descs_release(&m);
	return rc;
}

static struct products_prim *prim_get(struct dnn *d, struct products *s,
				      const struct dnn_products *shape,
				      DNN_MD_PTR w, struct err *err)
{
	struct products_prim *p;

	for (p = s->prims; p; p = p->next)
		if (p->shape.n == shape->n && p->shape.M == shape->M &&
		    p->shape.K == shape->K && p->shape.O == shape->O)
			return p;
	p = xcalloc(1, sizeof(*p));
	p->shape = *shape;
	if (prim_init(d, p, w, err) < 0) {
		prim_free(p);
		return NULL;
	}
	if (s->n_prims == MOST_PRIMS)
		drop_prims(s);
	p->next = s->prims;
	s->prims = p;
	s->n_prims++;
	return p;
}

int dnn_products(struct dnn *d, const struct dnn_products *shape,
		 const float *x, const void *key, dnn_products_fn *fill,
		 const void *context, float *y, struct err *err)
{
	struct products *s = &conv_cache_of(d)->products;
	struct products_pack *w;
	struct products_prim *p;
	dnnl_status_t rc;

	dnn_enter(d);
	w = pack_get(d, s, shape, key, fill, context, err);
	p = w ? prim_get(d, s, shape, DNN_MD(w->md), err) : NULL;
	if (!p)
		return -(int)err->code;

	const dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, p->x},
					{DNNL_ARG_WEIGHTS, w->mem},
					{DNNL_ARG_DST, p->y}};

	rc = dnnl_memory_set_data_handle(p->x, (void *)x);
	if (rc == dnnl_success)
		rc = dnnl_memory_set_data_handle(p->y, y);
	if (rc == dnnl_success)
		rc = dnnl_primitive_execute(p->run, d->stream, 3, args);
	if (rc == dnnl_success)
		rc = dnnl_stream_wait(d->stream);
	return dnn_check(rc, "products", err);
}
