#include "src/tensor/ops.h"

#include <string.h>

#include "src/base/mem.h"

/* A shape that does not fit is our mistake, never the user's. */
static void want(bool cond, const char *op, const struct tensor *a,
		 const struct tensor *b)
{
	char sa[96], sb[96];

	if (!cond)
		bug("%s: shapes %s and %s do not fit", op,
		    tensor_shape_text(a, sa, sizeof(sa)),
		    b ? tensor_shape_text(b, sb, sizeof(sb)) : "-");
}

/* A new f32 tensor shaped like x. */
static struct tensor *like(struct tape *t, const struct tensor *x)
{
	return tape_new(t, DT_F32, x->ndim, x->dim);
}

static struct tensor *shaped(struct tape *t, enum dtype d, int ndim, int64_t a,
			     int64_t b, int64_t c, int64_t e)
{
	const int64_t dim[4] = {a, b, c, e};

	return tape_new(t, d, ndim, dim);
}

static struct tensor *run(struct tape *t, const struct op_call *c)
{
	tape_run(t, c);
	return t->failed ? NULL : c->out[0];
}

struct tensor *op_linear(struct tape *t, struct tensor *x, struct tensor *w,
			 struct tensor *b)
{
	return op_linear_add(t, x, w, b, NULL);
}

struct tensor *op_linear_add(struct tape *t, struct tensor *x, struct tensor *w,
			     struct tensor *b, struct tensor *res)
{
	struct op_call c = {.op = OP_LINEAR, .in = {x, w, b, res}};
	int64_t dim[TENSOR_DIMS];

	if (t->failed)
		return NULL;
	want(w->ndim == 2 && tensor_last(x) == w->dim[1], "linear", x, w);
	memcpy(dim, x->dim, sizeof(dim));
	dim[x->ndim - 1] = w->dim[0];
	c.out[0] = tape_new(t, DT_F32, x->ndim, dim);
	if (res && !t->failed)
		want(tensor_same_shape(c.out[0], res), "linear", c.out[0], res);
	return run(t, &c);
}

struct tensor *op_add(struct tape *t, struct tensor *a, struct tensor *b)
{
	struct op_call c = {.op = OP_ADD, .in = {a, b}};

	if (t->failed)
		return NULL;
	want(tensor_count(a) % tensor_count(b) == 0, "add", a, b);
	c.out[0] = like(t, a);
	return run(t, &c);
}

struct tensor *op_gate_mix(struct tape *t, struct tensor *text,
			   struct tensor *a, struct tensor *g)
{
	struct op_call c = {.op = OP_GATE_MIX, .in = {text, a, g}};

	if (t->failed)
		return NULL;
	want(tensor_same_shape(text, a), "gate_mix", text, a);
	want(tensor_count(g) == text->dim[0], "gate_mix", text, g);
	c.out[0] = like(t, text);
	return run(t, &c);
}

struct tensor *op_embed(struct tape *t, struct tensor *table,
			struct tensor *ids)
{
	struct op_call c = {.op = OP_EMBED, .in = {table, ids}};
	int64_t dim[TENSOR_DIMS];

	if (t->failed)
		return NULL;
	want(table->ndim == 2 && ids->dtype == DT_I32, "embed", table, ids);
	memcpy(dim, ids->dim, sizeof(dim));
	dim[ids->ndim] = table->dim[1];
	c.out[0] = tape_new(t, DT_F32, ids->ndim + 1, dim);
	return run(t, &c);
}

struct tensor *op_rmsnorm(struct tape *t, struct tensor *x, struct tensor *w,
			  float eps)
{
	struct op_call c = {.op = OP_RMSNORM, .in = {x, w}, .p.eps = eps};

	if (t->failed)
		return NULL;
	want(tensor_count(w) == tensor_last(x), "rmsnorm", x, w);
	c.out[0] = like(t, x);
	return run(t, &c);
}

struct tensor *op_geglu(struct tape *t, struct tensor *a, struct tensor *b)
{
	struct op_call c = {.op = OP_GEGLU, .in = {a, b}};

	if (t->failed)
		return NULL;
	want(tensor_same_shape(a, b), "geglu", a, b);
	c.out[0] = like(t, a);
	return run(t, &c);
}

/* The key of the next use of random numbers. */
static struct rng_key next_key(struct tape *t)
{
	struct rng_key k = t->key;

	t->key.site++;
	return k;
}

struct tensor *op_attention(struct tape *t, struct tensor *q, struct tensor *k,
			    struct tensor *v, const struct attention *a,
			    struct tensor **probs)
{
	struct op_call c = {.op = OP_ATTENTION,
			    .in = {q, k, v, a->bias, a->mask}};
	int group = a->group ? a->group : 1;
	bool keep = probs || (t->recording && !t->be->recomputes);

	if (t->failed)
		return NULL;
	want(q->ndim == 3 && k->ndim == 3 && q->dim[2] == k->dim[2] &&
		 q->dim[0] == k->dim[0] * group && q->dim[2] % a->heads == 0,
	     "attention", q, k);
	want(tensor_same_shape(k, v), "attention", k, v);
	if (a->mask)
		want(tensor_count(a->mask) == k->dim[0] * k->dim[1],
		     "attention", k, a->mask);
	c.p = (struct op_params){
	    .heads = a->heads,
	    .scale = a->scale,
	    .group = group,
	    .causal = a->causal,
	    .bidirectional = a->bidirectional,
	    .q_offset = a->q_offset,
	    .at_step = a->at_step && t->in_step,
	    .max_distance = a->max_distance,
	};
	if (a->dropout && t->drop > 0) {
		c.p.drop = t->drop;
		c.p.key = next_key(t);
	}
	c.out[0] = like(t, q);
	if (keep)
		c.out[1] = shaped(t, DT_F32, 4, q->dim[0], a->heads, q->dim[1],
				  k->dim[1]);
	if (probs)
		*probs = c.out[1];
	return run(t, &c);
}

struct tensor *op_dropout(struct tape *t, struct tensor *x)
{
	return t->drop == 0 ? x : op_dropout_add(t, x, NULL);
}

struct tensor *op_dropout_add(struct tape *t, struct tensor *x,
			      struct tensor *res)
{
	struct op_call c = {.op = OP_DROPOUT, .in = {x, res}};

	if (t->failed)
		return NULL;
	if (res)
		want(tensor_same_shape(x, res), "dropout", x, res);
	c.p.drop = t->drop;
	c.p.key = next_key(t);
	c.out[0] = like(t, x);
	return run(t, &c);
}

struct tensor *op_mean_rows(struct tape *t, struct tensor *x,
			    struct tensor *mask)
{
	struct op_call c = {.op = OP_MEAN_ROWS, .in = {x, mask}};

	if (t->failed)
		return NULL;
	want(x->ndim == 3, "mean_rows", x, mask);
	if (mask)
		want(tensor_count(mask) == x->dim[0] * x->dim[1], "mean_rows",
		     x, mask);
	c.out[0] = shaped(t, DT_F32, 2, x->dim[0], x->dim[2], 0, 0);
	return run(t, &c);
}

struct tensor *op_cosine(struct tape *t, struct tensor *a, struct tensor *b,
			 float scale)
{
	struct op_call c = {.op = OP_COSINE, .in = {a, b}, .p.scale = scale};

	if (t->failed)
		return NULL;
	want(a->ndim == 2 && tensor_same_shape(a, b), "cosine", a, b);
	c.out[0] = shaped(t, DT_F32, 1, a->dim[0], 0, 0, 0);
	return run(t, &c);
}

struct tensor *op_leaky_relu(struct tape *t, struct tensor *x, float slope)
{
	struct op_call c = {.op = OP_LEAKY_RELU, .in = {x}, .p.slope = slope};

	if (t->failed)
		return NULL;
	c.out[0] = like(t, x);
	return run(t, &c);
}

struct tensor *op_cross_entropy(struct tape *t, struct tensor *logits,
				struct tensor *labels, float smoothing,
				struct tensor **nll)
{
	struct op_call c = {.op = OP_CROSS_ENTROPY,
			    .in = {logits, labels},
			    .p.smoothing = smoothing};
	struct tensor *loss;

	if (t->failed)
		return NULL;
	want(tensor_rows(logits) == tensor_count(labels) &&
		 labels->dtype == DT_I32,
	     "cross_entropy", logits, labels);
	c.out[0] = shaped(t, DT_F32, 0, 0, 0, 0, 0);
	c.out[1] = tape_new(t, DT_F32, labels->ndim, labels->dim);
	loss = run(t, &c);
	if (nll)
		*nll = c.out[1];
	return loss;
}

static int64_t span(int64_t n, int64_t kernel, int stride, int pad)
{
	return (n + 2 * pad - kernel) / stride + 1;
}

/* A tensor of this shape in the memory of `x`. */
static struct tensor *in_place(struct tape *t, const struct tensor *x, int ndim,
			       const int64_t *dim)
{
	struct tensor *y = arena_zalloc(&t->host, sizeof(*y));

	*y = tensor_view(x->data, x->dtype, ndim, dim);
	return y;
}

struct tensor *op_conv2d(struct tape *t, struct tensor *x, struct tensor *w,
			 const struct conv *v)
{
	struct op_call c = {.op = OP_CONV2D,
			    .in = {x, w, v->bias, v->residual}};

	if (t->failed)
		return NULL;
	want(x->ndim == 4 && w->ndim == 4 && x->dim[3] == w->dim[1], "conv2d",
	     x, w);
	c.p = (struct op_params){
	    .stride = v->stride, .pad = v->pad, .relu = v->relu};

	const int64_t dim[] = {
	    x->dim[0], span(x->dim[1], w->dim[2], v->stride, v->pad),
	    span(x->dim[2], w->dim[3], v->stride, v->pad), w->dim[0]};

	c.out[0] = v->in_place && v->residual && !t->recording
		       ? in_place(t, v->residual, 4, dim)
		       : tape_new(t, DT_F32, 4, dim);
	if (v->residual && !t->failed)
		want(tensor_same_shape(c.out[0], v->residual), "conv2d",
		     c.out[0], v->residual);
	return run(t, &c);
}

struct tensor *op_batchnorm(struct tape *t, struct tensor *x,
			    const struct norm_state *n)
{
	struct op_call c = {.op = OP_BATCHNORM,
			    .in = {x, n->gamma, n->beta, n->mean, n->var}};
	int64_t C;

	if (t->failed)
		return NULL;
	C = tensor_last(x);
	want(tensor_count(n->gamma) == C, "batchnorm", x, n->gamma);
	c.p = (struct op_params){
	    .eps = n->eps, .momentum = n->momentum, .train = n->train};
	c.out[0] = like(t, x);
	c.out[1] = shaped(t, DT_F32, 1, C, 0, 0, 0);
	c.out[2] = shaped(t, DT_F32, 1, C, 0, 0, 0);
	return run(t, &c);
}

struct tensor *op_relu(struct tape *t, struct tensor *x)
{
	struct op_call c = {.op = OP_RELU, .in = {x}};

	if (t->failed)
		return NULL;
	c.out[0] = like(t, x);
	return run(t, &c);
}

struct tensor *op_maxpool(struct tape *t, struct tensor *x, int kernel,
			  int stride, int pad)
{
	struct op_call c = {.op = OP_MAXPOOL, .in = {x}};

	if (t->failed)
		return NULL;
	c.p =
	    (struct op_params){.kernel = kernel, .stride = stride, .pad = pad};
	c.out[0] = shaped(t, DT_F32, 4, x->dim[0],
			  span(x->dim[1], kernel, stride, pad),
			  span(x->dim[2], kernel, stride, pad), x->dim[3]);
	return run(t, &c);
}

struct tensor *op_avgpool(struct tape *t, struct tensor *x, int kernel)
{
	struct op_call c = {.op = OP_AVGPOOL, .in = {x}};

	if (t->failed)
		return NULL;
	c.p = (struct op_params){.kernel = kernel, .stride = kernel};
	c.out[0] = shaped(t, DT_F32, 4, x->dim[0], x->dim[1] / kernel,
			  x->dim[2] / kernel, x->dim[3]);
	return run(t, &c);
}

struct tensor *op_concat(struct tape *t, struct tensor *a, struct tensor *b)
{
	struct op_call c = {.op = OP_CONCAT, .in = {a, b}};

	if (t->failed)
		return NULL;
	want(a->ndim == 3 && b->ndim == 3 && a->dim[0] == b->dim[0] &&
		 a->dim[2] == b->dim[2],
	     "concat", a, b);
	c.out[0] = shaped(t, DT_F32, 3, a->dim[0], a->dim[1] + b->dim[1],
			  a->dim[2], 0);
	return run(t, &c);
}

struct tensor *op_reshape(struct tape *t, struct tensor *x, int ndim,
			  const int64_t *dim)
{
	struct op_call c = {.op = OP_RESHAPE, .in = {x}};

	if (t->failed)
		return NULL;
	c.out[0] = in_place(t, x, ndim, dim);
	want(tensor_count(x) == tensor_count(c.out[0]), "reshape", x, c.out[0]);
	return run(t, &c);
}

void op_cache_put(struct tape *t, struct tensor *dst, struct tensor *src,
		  int position)
{
	struct op_call c = {.op = OP_CACHE_PUT,
			    .in = {src},
			    .out = {dst},
			    .p.position = position,
			    .p.at_step = t->in_step};

	if (t->failed)
		return;
	want(dst->ndim == 3 && position < dst->dim[1] &&
		 src->dim[0] == dst->dim[0] && tensor_last(src) == dst->dim[2],
	     "cache_put", dst, src);
	tape_run(t, &c);
}

struct tensor *op_gather(struct tape *t, struct tensor *src, struct tensor *ids)
{
	struct op_call c = {.op = OP_GATHER, .in = {src, ids}};
	int64_t dim[TENSOR_DIMS];

	if (t->failed)
		return NULL;
	want(ids->dtype == DT_I32 && ids->ndim == 1, "gather", src, ids);
	memcpy(dim, src->dim, sizeof(dim));
	dim[0] = ids->dim[0];
	c.out[0] = tape_new(t, src->dtype, src->ndim, dim);
	return run(t, &c);
}

void op_topk(struct tape *t, struct tensor *logits, int k,
	     struct tensor **logprob, struct tensor **ids)
{
	struct op_call c = {.op = OP_TOPK, .in = {logits}, .p.k = k};
	int64_t rows;

	if (t->failed)
		return;
	rows = tensor_rows(logits);
	want(k <= tensor_last(logits), "topk", logits, NULL);
	c.out[0] = shaped(t, DT_F32, 2, rows, k, 0, 0);
	c.out[1] = shaped(t, DT_I32, 2, rows, k, 0, 0);
	tape_run(t, &c);
	*logprob = c.out[0];
	*ids = c.out[1];
}

int op_sum_squares(struct tape *t, struct tensor *x, double *sum)
{
	struct op_call c = {.op = OP_SUM_SQUARES, .in = {x}};

	c.out[0] = shaped(t, DT_F64, 0, 0, 0, 0, 0);
	tape_run(t, &c);
	return t->failed ? -(int)t->err.code : tape_read(t, c.out[0], sum);
}

void op_adamw(struct tape *t, struct tensor *p, struct tensor *g,
	      struct tensor *m, struct tensor *v, const struct adamw *a)
{
	struct op_call c = {.op = OP_ADAMW, .in = {p, g, m, v}};

	c.p = (struct op_params){.lr = a->lr,
				 .beta1 = a->beta1,
				 .beta2 = a->beta2,
				 .eps = a->eps,
				 .decay = a->decay,
				 .scale = a->grad_scale,
				 .step = a->step};
	tape_run(t, &c);
}
