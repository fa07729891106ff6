#include "src/model/resnet.h"

#include <math.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/model/resnet-internal.h"
#include "src/tensor/ops.h"

enum {
	CHUNK = 4,    /* pictures at a time */
	FEW_ROWS = 8, /* products of fewer rows may be summed differently */
};

static const float BN_MOMENTUM = 0.1f;

/* One forward pass. */
struct pass {
	struct resnet *r;
	struct tape *t;
	bool train;
	/* Results may take the place of what they were made from. */
	bool reuse;
};

/* relu(norm(conv(x)) + skip); skip may be NULL, relu may be left out. */
static struct tensor *unit_forward(const struct pass *p, struct tensor *x,
				   struct resnet_unit *u, struct tensor *skip,
				   bool relu)
{
	struct conv conv = {.stride = u->stride, .pad = u->pad};
	struct norm_state norm = {
	    .gamma = u->gamma,
	    .beta = u->beta,
	    .mean = u->mean,
	    .var = u->var,
	    .eps = RESNET_BN_EPS,
	    .momentum = BN_MOMENTUM,
	    .train = p->train,
	};

	if (!p->r->params) { /* folded */
		conv.bias = &u->bias;
		conv.residual = skip;
		conv.relu = relu;
		conv.in_place = p->reuse;
		return op_conv2d(p->t, x, &u->weight, &conv);
	}
	x = op_conv2d(p->t, x, u->conv, &conv);
	x = op_batchnorm(p->t, x, &norm);
	if (skip)
		x = op_add(p->t, x, skip);
	return relu ? op_relu(p->t, x) : x;
}

static struct tensor *pool_by(const struct pass *p, struct tensor *x, int k)
{
	return k > 1 ? op_avgpool(p->t, x, k) : x;
}

static struct tensor *block_forward(const struct pass *p, struct tensor *x,
				    struct resnet_block *b)
{
	struct tensor *skip = x, *y;
	struct tape_mark mark;

	if (b->has_down)
		skip = unit_forward(p, pool_by(p, x, b->pool), &b->down, NULL,
				    false);
	mark = tape_mark(p->t);
	y = unit_forward(p, x, &b->conv[0], NULL, true);
	y = unit_forward(p, y, &b->conv[1], NULL, true);
	y = pool_by(p, y, b->pool);
	y = unit_forward(p, y, &b->conv[2], skip, true);
	if (!p->reuse)
		return y;
	tape_keep(p->t, mark, NULL, 0);
	return skip; /* where the result is now */
}

static struct tensor *stem_forward(const struct pass *p, struct tensor *x)
{
	struct resnet *r = p->r;
	struct tape_mark mark = tape_mark(p->t);

	for (int i = 0; i < r->n_stem; i++)
		x = unit_forward(p, x, &r->stem[i], NULL, true);
	x = r->cfg.clip ? op_avgpool(p->t, x, 2) : op_maxpool(p->t, x, 3, 2, 1);
	if (p->reuse)
		tape_keep(p->t, mark, &x, 1);
	return x;
}

/* x (B,T,C) -> its first rows (B,1,C) */
static struct tensor *first_rows(struct tape *t, struct tensor *x)
{
	const int64_t mask_dim[] = {x->dim[0], x->dim[1]};
	const int64_t dim[] = {x->dim[0], 1, x->dim[2]};
	size_t n = (size_t)(mask_dim[0] * mask_dim[1]);
	unsigned char *first = arena_zalloc(&t->host, n);
	struct tensor *mask;

	for (int64_t b = 0; b < mask_dim[0]; b++)
		first[b * mask_dim[1]] = 1;
	mask = tape_input(t, DT_U8, 2, mask_dim, first);
	/* The mean of one row is that row, and can be differentiated. */
	x = op_mean_rows(t, x, mask);
	return t->failed ? NULL : op_reshape(t, x, 3, dim);
}

static struct tensor *pool_linear(const struct pass *p, struct tensor *x,
				  int which)
{
	struct resnet_linear *l = &p->r->pool[which];

	return op_linear(p->t, x, l->weight, l->bias);
}

/*
 * CLIP's pool: the mean cell asks, it and all cells answer.  Only the first
 * token's answer is used, so only it is computed.
 */
static struct tensor *attention_pool(const struct pass *p, struct tensor *x)
{
	struct resnet *r = p->r;
	struct tape *t = p->t;
	int64_t B = x->dim[0], C = x->dim[3];
	const int64_t cells[] = {B, x->dim[1] * x->dim[2], C};
	const int64_t one[] = {B, 1, C}, flat[] = {B, C};
	struct tensor *q, *k, *v, *mean;
	struct attention a = {
	    .heads = r->cfg.heads,
	    .scale = 1 / sqrtf((float)(C / r->cfg.heads)),
	};

	x = op_reshape(t, x, 3, cells);
	mean = op_mean_rows(t, x, NULL);
	if (t->failed)
		return NULL;
	q = op_reshape(t, mean, 3, one);
	x = op_concat(t, q, x);
	if (r->posemb) {
		x = op_add(t, x, r->posemb);
		if (t->failed)
			return NULL;
		q = first_rows(t, x);
	}
	q = pool_linear(p, q, POOL_Q);
	k = pool_linear(p, x, POOL_K);
	v = pool_linear(p, x, POOL_V);
	x = op_attention(t, q, k, v, &a, NULL);
	if (t->failed)
		return NULL;
	return pool_linear(p, op_reshape(t, x, 2, flat), POOL_C);
}

static struct tensor *mean_pool(struct tape *t, struct tensor *x)
{
	const int64_t dim[] = {x->dim[0], x->dim[1] * x->dim[2], x->dim[3]};

	return op_mean_rows(t, op_reshape(t, x, 3, dim), NULL);
}

struct tensor *resnet_forward(struct resnet *r, struct tape *t,
			      struct tensor *images,
			      const struct resnet_options *o)
{
	struct pass p = {.r = r,
			 .t = t,
			 .train = o->train,
			 .reuse = !r->params && !o->taps && !t->recording};
	struct resnet_block *b = r->blocks;
	struct tensor *x;

	if (o->train && !r->params)
		bug("resnet: a folded network cannot be trained");
	x = stem_forward(&p, images);
	if (o->taps)
		o->taps[0] = x;
	for (int stage = 0; stage < 4; stage++) {
		for (int i = 0; i < r->cfg.layers[stage]; i++)
			x = block_forward(&p, x, b++);
		if (o->taps)
			o->taps[1 + stage] = x;
	}
	if (t->failed)
		return NULL;
	return r->cfg.clip ? attention_pool(&p, x) : mean_pool(t, x);
}

static int features_chunk(struct resnet *r, struct tape *t, const float *pixels,
			  int n, float *out)
{
	static const struct resnet_options plain = {0};
	int64_t size = r->cfg.image_size;
	const int64_t dim[] = {n, size, size, 3};
	struct tensor *x;

	tape_reset(t);
	x = tape_input(t, DT_F32, 4, dim, pixels);
	if (x)
		x = resnet_forward(r, t, x, &plain);
	return t->failed ? -(int)t->err.code : tape_read(t, x, out);
}

/*
 * The attention pool multiplies tokens * pictures rows.  Where one picture
 * has few tokens, more than one at a time would give other bits.
 */
static int chunk_of(const struct resnet *r)
{
	int side = r->cfg.image_size / 32;

	return r->cfg.clip && side * side + 1 <= FEW_ROWS ? 1 : CHUNK;
}

int resnet_features(struct resnet *r, struct tape *t, const float *pixels,
		    int n, float *out, struct err *err)
{
	size_t picture =
	    (size_t)r->cfg.image_size * (size_t)r->cfg.image_size * 3;
	size_t feat = (size_t)vision_feat_dim(&r->cfg);
	int rc = 0, chunk = chunk_of(r);

	for (int i = 0; i < n && rc == 0; i += chunk)
		rc = features_chunk(r, t, pixels + (size_t)i * picture,
				    MIN(chunk, n - i), out + (size_t)i * feat);
	if (rc < 0)
		*err = t->err;
	tape_reset(t);
	return rc;
}
