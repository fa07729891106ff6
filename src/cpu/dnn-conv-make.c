#include <stdlib.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/cpu/dnn-conv.h"

#if DNNL_VERSION_MAJOR >= 3
static dnnl_status_t add_relu(dnnl_post_ops_t ops)
{
	return onednn.post_ops_append_eltwise(ops, dnnl_eltwise_relu, 0, 0);
}

static dnnl_status_t add_sum(dnnl_post_ops_t ops)
{
	return onednn.post_ops_append_sum(ops, 1, 0, dnnl_f32);
}
#else
static dnnl_status_t add_relu(dnnl_post_ops_t ops)
{
	return onednn.post_ops_append_eltwise(ops, 1, dnnl_eltwise_relu, 0, 0);
}

static dnnl_status_t add_sum(dnnl_post_ops_t ops)
{
	return onednn.post_ops_append_sum(ops, 1);
}
#endif

/* The descriptors of one convolution. */
struct shapes {
	dnnl_dims_t stride, pad, dilate;
	/* as our arrays are, and as the primitive may like them */
	dnnl_memory_desc_t plain_x, plain_w, plain_b, plain_y;
	dnnl_memory_desc_t like_x, like_w;
};

static void shapes_drop(struct shapes *s)
{
	dnn_md_release(&s->plain_x);
	dnn_md_release(&s->plain_w);
	dnn_md_release(&s->plain_b);
	dnn_md_release(&s->plain_y);
	dnn_md_release(&s->like_x);
	dnn_md_release(&s->like_w);
}

static int shapes_fill(struct shapes *s, const struct conv_want *want,
		       struct err *err)
{
	const struct dnn_conv *c = &want->c;
	dnnl_data_type_t in = c->bf16 ? dnnl_bf16 : dnnl_f32;
	const dnnl_dims_t x = {c->B, c->C, c->Y, c->X};
	const dnnl_dims_t w = {c->O, c->C, c->kh, c->kw};
	const dnnl_dims_t y = {c->B, c->O, c->OY, c->OX};
	const struct {
		dnnl_memory_desc_t *md;
		int ndim;
		const dnnl_dim_t *dim;
		dnnl_data_type_t type;
		dnnl_format_tag_t tag;
	} list[] = {
	    {&s->plain_x, 4, x, dnnl_f32, dnnl_nhwc},
	    {&s->plain_w, 4, w, in, dnnl_oihw},
	    {&s->plain_b, 1, &c->O, dnnl_f32, dnnl_a},
	    {&s->plain_y, 4, y, dnnl_f32, dnnl_nhwc},
	    {&s->like_x, 4, x, in, dnnl_nhwc},
	    {&s->like_w, 4, w, in, dnnl_format_tag_any},
	};

	for (size_t i = 0; i < ARRAY_LEN(list); i++)
		if (dnn_md_init(list[i].md, list[i].ndim, list[i].dim,
				list[i].type, list[i].tag, err) < 0)
			return -(int)err->code;
	return 0;
}

static dnnl_status_t post_ops(const struct conv_want *w,
			      dnnl_primitive_attr_t *attr)
{
	dnnl_post_ops_t ops;
	dnnl_status_t rc = onednn.primitive_attr_create(attr);

	if (rc != dnnl_success)
		return rc;
	rc = onednn.post_ops_create(&ops);
	if (rc != dnnl_success)
		return rc;
	if (w->sum)
		rc = add_sum(ops);
	if (rc == dnnl_success && w->c.relu)
		rc = add_relu(ops);
	if (rc == dnnl_success)
		rc = onednn.primitive_attr_set_post_ops(*attr, ops);
	onednn.post_ops_destroy(ops);
	return rc;
}

static DNN_MD_PTR bias_md(const struct conv_want *w, const struct shapes *s)
{
	return w->bias ? DNN_MD(s->plain_b) : NULL;
}

#if DNNL_VERSION_MAJOR >= 3
static dnnl_status_t forward_desc(struct dnn *d, const struct conv_want *w,
				  const struct shapes *s, dnnl_prop_kind_t prop,
				  dnnl_primitive_attr_t attr,
				  dnnl_primitive_desc_t *out)
{
	return onednn.convolution_forward_primitive_desc_create(
	    out, d->engine, prop, dnnl_convolution_direct, DNN_MD(s->like_x),
	    DNN_MD(s->like_w), bias_md(w, s), DNN_MD(s->plain_y), s->stride,
	    s->dilate, s->pad, s->pad, attr);
}

static dnnl_status_t backward_desc(struct dnn *d, const struct conv_want *w,
				   const struct shapes *s,
				   dnnl_primitive_desc_t hint,
				   dnnl_primitive_desc_t *out)
{
	if (w->kind == CONV_BACK_DATA)
		return onednn.convolution_backward_data_primitive_desc_create(
		    out, d->engine, dnnl_convolution_direct, DNN_MD(s->like_x),
		    DNN_MD(s->like_w), DNN_MD(s->plain_y), s->stride, s->dilate,
		    s->pad, s->pad, hint, NULL);
	return onednn.convolution_backward_weights_primitive_desc_create(
	    out, d->engine, dnnl_convolution_direct, DNN_MD(s->like_x),
	    DNN_MD(s->like_w), NULL, DNN_MD(s->plain_y), s->stride, s->dilate,
	    s->pad, s->pad, hint, NULL);
}
#else
static dnnl_status_t forward_desc(struct dnn *d, const struct conv_want *w,
				  const struct shapes *s, dnnl_prop_kind_t prop,
				  dnnl_primitive_attr_t attr,
				  dnnl_primitive_desc_t *out)
{
	dnnl_convolution_desc_t op;
	dnnl_status_t rc = onednn.convolution_forward_desc_init(
	    &op, prop, dnnl_convolution_direct, DNN_MD(s->like_x),
	    DNN_MD(s->like_w), bias_md(w, s), DNN_MD(s->plain_y), s->stride,
	    s->pad, s->pad);

	if (rc != dnnl_success)
		return rc;
	return onednn.primitive_desc_create(out, &op, attr, d->engine, NULL);
}

static dnnl_status_t backward_desc(struct dnn *d, const struct conv_want *w,
				   const struct shapes *s,
				   dnnl_primitive_desc_t hint,
				   dnnl_primitive_desc_t *out)
{
	dnnl_convolution_desc_t op;
	dnnl_status_t rc;

	if (w->kind == CONV_BACK_DATA)
		rc = onednn.convolution_backward_data_desc_init(
		    &op, dnnl_convolution_direct, DNN_MD(s->like_x),
		    DNN_MD(s->like_w), DNN_MD(s->plain_y), s->stride, s->pad,
		    s->pad);
	else
		rc = onednn.convolution_backward_weights_desc_init(
		    &op, dnnl_convolution_direct, DNN_MD(s->like_x),
		    DNN_MD(s->like_w), NULL, DNN_MD(s->plain_y), s->stride,
		    s->pad, s->pad);
	if (rc != dnnl_success)
		return rc;
	return onednn.primitive_desc_create(out, &op, NULL, d->engine, hint);
}
#endif

static dnnl_status_t make_desc(struct dnn *d, const struct conv_want *w,
			       const struct shapes *s,
			       dnnl_primitive_desc_t *out)
{
	dnnl_primitive_attr_t attr = NULL;
	dnnl_primitive_desc_t hint;
	dnnl_status_t rc;

	if (w->kind == CONV_FORWARD) {
		rc = post_ops(w, &attr);
		if (rc == dnnl_success)
			rc = forward_desc(d, w, s, dnnl_forward_inference, attr,
					  out);
		if (attr)
			onednn.primitive_attr_destroy(attr);
		return rc;
	}
	rc = forward_desc(d, w, s, dnnl_forward_training, NULL, &hint);
	if (rc != dnnl_success)
		return rc;
	rc = backward_desc(d, w, s, hint, out);
	onednn.primitive_desc_destroy(hint);
	return rc;
}

/* `out`: the primitive writes what the port carries. */
static dnnl_status_t port_make(struct dnn *d, struct conv_port *p,
			       DNN_MD_PTR plain, DNN_MD_PTR inner, bool out)
{
	dnnl_primitive_desc_t desc;
	dnnl_status_t rc =
	    onednn.memory_create(&p->plain, plain, d->engine, NULL);

	if (rc != dnnl_success || onednn.memory_desc_equal(plain, inner))
		return rc;
	p->size = onednn.memory_desc_get_size(inner);
	rc = onednn.memory_create(&p->inner, inner, d->engine, NULL);
	if (rc != dnnl_success)
		return rc;
	rc = out ? onednn.reorder_primitive_desc_create(&desc, inner, d->engine,
							plain, d->engine, NULL)
		 : onednn.reorder_primitive_desc_create(&desc, plain, d->engine,
							inner, d->engine, NULL);
	if (rc != dnnl_success)
		return rc;
	rc = onednn.primitive_create(&p->reorder, desc);
	onednn.primitive_desc_destroy(desc);
	return rc;
}

static dnnl_status_t ports_make(struct dnn *d, struct conv_prim *p,
				const struct shapes *s)
{
	enum conv_kind kind = p->want.kind;
	bool dx = kind == CONV_BACK_DATA, dw = kind == CONV_BACK_WEIGHTS;
	DNN_MD_PTR x = onednn.primitive_desc_query_md(
	    p->desc, dx ? dnnl_query_diff_src_md : dnnl_query_src_md, 0);
	DNN_MD_PTR w = onednn.primitive_desc_query_md(
	    p->desc, dw ? dnnl_query_diff_weights_md : dnnl_query_weights_md,
	    0);
	DNN_MD_PTR y = onednn.primitive_desc_query_md(
	    p->desc, dx || dw ? dnnl_query_diff_dst_md : dnnl_query_dst_md, 0);
	dnnl_status_t rc = port_make(d, &p->x, DNN_MD(s->plain_x), x, dx);

	if (rc == dnnl_success)
		rc = port_make(d, &p->w, DNN_MD(s->plain_w), w, dw);
	if (rc == dnnl_success)
		rc = port_make(d, &p->y, DNN_MD(s->plain_y), y,
			       kind == CONV_FORWARD);
	if (rc == dnnl_success && p->want.bias)
		rc = onednn.memory_create(&p->bias, DNN_MD(s->plain_b),
					  d->engine, NULL);
	return rc;
}

static dnnl_status_t prim_make(struct dnn *d, struct conv_prim *p,
			       const struct shapes *s)
{
	dnnl_status_t rc = make_desc(d, &p->want, s, &p->desc);

	if (rc == dnnl_success)
		rc = onednn.primitive_create(&p->run, p->desc);
	if (rc == dnnl_success)
		rc = ports_make(d, p, s);
	return rc;
}

static void port_drop(struct conv_port *p)
{
	if (p->plain)
		onednn.memory_destroy(p->plain);
	if (p->inner)
		onednn.memory_destroy(p->inner);
	if (p->reorder)
		onednn.primitive_destroy(p->reorder);
}

void conv_prim_free(struct conv_prim *p)
{
	if (!p)
		return;
	port_drop(&p->x);
	port_drop(&p->w);
	port_drop(&p->y);
	if (p->bias)
		onednn.memory_destroy(p->bias);
	if (p->run)
		onednn.primitive_destroy(p->run);
	if (p->desc)
		onednn.primitive_desc_destroy(p->desc);
	free(p);
}

struct conv_prim *conv_prim_new(struct dnn *d, const struct conv_want *w,
				struct err *err)
{
	struct conv_prim *p = xcalloc(1, sizeof(*p));
	struct shapes s = {
	    .stride = {w->c.stride, w->c.stride},
	    .pad = {w->c.pad, w->c.pad},
	};
	int rc = shapes_fill(&s, w, err);

	p->want = *w;
	if (rc == 0)
		rc = dnn_check(prim_make(d, p, &s), "creating a convolution",
			       err);
	shapes_drop(&s);
	if (rc == 0)
		return p;
	conv_prim_free(p);
	return NULL;
}
