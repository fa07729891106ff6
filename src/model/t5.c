#include "src/model/t5.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/mem.h"
#include "src/checkpoint/config.h"
#include "src/model/params.h"

/* Bytes of the longest name of a block, and of one of its parts. */
enum { BLOCK_NAME = 128, PART_NAME = 192 };

struct t5_shape t5_shape_of(const struct config *c)
{
	return (struct t5_shape){
	    .width = c->d_model,
	    .inner = c->heads * c->d_kv,
	    .heads = c->heads,
	    .ff = c->d_ff,
	    .buckets = c->buckets,
	    .max_distance = c->max_distance,
	    .eps = c->norm_eps,
	};
}

static struct tensor *matrix(struct params *p, int rows, int columns,
			     double spread, const char *prefix,
			     const char *name)
{
	struct param_spec s = {
	    .flags = PARAM_TRAINED | PARAM_DECAYED,
	    .init = INIT_NORMAL,
	    .spread = (float)spread,
	    .ndim = 2,
	    .dim = {rows, columns},
	};

	return params_add(p, &s, "%s.%s.weight", prefix, name);
}

struct tensor *t5_norm_init(struct params *p, const struct t5_shape *s,
			    const char *prefix)
{
	struct param_spec spec = {
	    .flags = PARAM_TRAINED,
	    .init = INIT_ONES,
	    .ndim = 1,
	    .dim = {s->width},
	};

	return params_add(p, &spec, "%s.weight", prefix);
}

void t5_attention_init(struct t5_attention *a, struct params *p,
		       const struct t5_shape *s, const char *prefix)
{
	double width = 1 / sqrt(s->width), inner = 1 / sqrt(s->inner);
	double head = sqrt((double)s->heads / s->inner);

	a->q = matrix(p, s->inner, s->width, width * head, prefix, "q");
	a->k = matrix(p, s->inner, s->width, width, prefix, "k");
	a->v = matrix(p, s->inner, s->width, width, prefix, "v");
	a->o = matrix(p, s->width, s->inner, inner, prefix, "o");
}

void t5_ff_init(struct t5_ff *f, struct params *p, const struct t5_shape *s,
		const char *prefix)
{
	double width = 1 / sqrt(s->width);

	f->wi_0 = matrix(p, s->ff, s->width, width, prefix, "wi_0");
	f->wi_1 = matrix(p, s->ff, s->width, width, prefix, "wi_1");
	f->wo = matrix(p, s->width, s->ff, 1 / sqrt(s->ff), prefix, "wo");
}

static void block_init(struct t5_block *b, struct params *p,
		       const struct t5_shape *s, bool decoder,
		       const char *prefix)
{
	char name[PART_NAME];
	int ff = decoder ? 2 : 1;

	snprintf(name, sizeof(name), "%s.layer.0.SelfAttention", prefix);
	t5_attention_init(&b->self, p, s, name);
	snprintf(name, sizeof(name), "%s.layer.0.layer_norm", prefix);
	b->self.norm = t5_norm_init(p, s, name);
	if (decoder) {
		snprintf(name, sizeof(name), "%s.layer.1.EncDecAttention",
			 prefix);
		t5_attention_init(&b->cross, p, s, name);
		snprintf(name, sizeof(name), "%s.layer.1.layer_norm", prefix);
		b->cross.norm = t5_norm_init(p, s, name);
	}
	snprintf(name, sizeof(name), "%s.layer.%d.DenseReluDense", prefix, ff);
	t5_ff_init(&b->ff, p, s, name);
	snprintf(name, sizeof(name), "%s.layer.%d.layer_norm", prefix, ff);
	b->ff.norm = t5_norm_init(p, s, name);
}

void t5_stack_init(struct t5_stack *s, struct params *p,
		   const struct t5_shape *shape, int layers, bool decoder,
		   const char *prefix)
{
	struct param_spec bias = {
	    .flags = PARAM_TRAINED,
	    .init = INIT_NORMAL,
	    .spread = (float)(1 / sqrt(shape->width)),
	    .ndim = 2,
	    .dim = {shape->buckets, shape->heads},
	};
	char name[BLOCK_NAME];

	*s = (struct t5_stack){
	    .shape = *shape, .decoder = decoder, .layers = layers};
	s->block = xcalloc((size_t)layers, sizeof(*s->block));
	s->bias = params_add(p, &bias,
			     "%s.block.0.layer.0.SelfAttention."
			     "relative_attention_bias.weight",
			     prefix);
	for (int i = 0; i < layers; i++) {
		snprintf(name, sizeof(name), "%s.block.%d", prefix, i);
		block_init(&s->block[i], p, shape, decoder, name);
	}
	snprintf(name, sizeof(name), "%s.final_layer_norm", prefix);
	s->norm = t5_norm_init(p, shape, name);
}

void t5_stack_release(struct t5_stack *s)
{
	free(s->block);
	*s = (struct t5_stack){0};
}

/* x + Drop(h wT): how every sub-layer ends. */
static struct tensor *add_product(struct tape *t, struct tensor *x,
				  struct tensor *h, struct tensor *w)
{
	/* One call where nothing stands between product and sum. */
	return t->drop == 0 ? op_linear_add(t, h, w, NULL, x)
			    : op_dropout_add(t, op_linear(t, h, w, NULL), x);
}

static struct tensor *self_attention(struct tape *t, const struct t5_stack *s,
				     const struct t5_attention *a,
				     struct tensor *x, struct tensor *mask,
				     struct tensor **probs)
{
	struct attention how = {
	    .heads = s->shape.heads,
	    .scale = 1,
	    .causal = s->decoder,
	    .bidirectional = !s->decoder,
	    .bias = s->bias,
	    .max_distance = s->shape.max_distance,
	    .mask = mask,
	    .dropout = true,
	};
	struct tensor *h = op_rmsnorm(t, x, a->norm, s->shape.eps);
	struct tensor *q = op_linear(t, h, a->q, NULL);
	struct tensor *k = op_linear(t, h, a->k, NULL);
	struct tensor *v = op_linear(t, h, a->v, NULL);

	h = op_attention(t, q, k, v, &how, probs);
	return add_product(t, x, h, a->o);
}

struct tensor *t5_cross(struct tape *t, const struct t5_shape *s,
			const struct t5_attention *a, struct tensor *x,
			struct tensor *kv, struct tensor *mask,
			struct tensor **probs)
{
	struct attention how = {
	    .heads = s->heads,
	    .scale = 1,
	    .mask = mask,
	    .dropout = true,
	};
	struct tensor *h = op_rmsnorm(t, x, a->norm, s->eps);
	struct tensor *q = op_linear(t, h, a->q, NULL);
	struct tensor *k = op_linear(t, kv, a->k, NULL);
	struct tensor *v = op_linear(t, kv, a->v, NULL);

	h = op_attention(t, q, k, v, &how, probs);
	return add_product(t, x, h, a->o);
}

struct tensor *t5_feed(struct tape *t, const struct t5_shape *s,
		       const struct t5_ff *f, struct tensor *x)
{
	struct tensor *h = op_rmsnorm(t, x, f->norm, s->eps);
	struct tensor *a = op_linear(t, h, f->wi_0, NULL);
	struct tensor *b = op_linear(t, h, f->wi_1, NULL);

	return add_product(t, x, op_dropout(t, op_geglu(t, a, b)), f->wo);
}

static void taps_begin(struct tape *t, const struct t5_stack *s,
		       struct t5_taps *taps)
{
	if (taps)
		taps->block = arena_zalloc(&t->host, (size_t)s->layers *
							 sizeof(*taps->block));
}

/* One block's output is all that is left of it, or everything with taps. */
static struct tensor *block_end(struct tape *t, struct tape_mark mark,
				struct t5_taps *taps, int i, struct tensor *x)
{
	if (taps)
		taps->block[i] = x;
	else
		tape_keep(t, mark, &x, 1);
	return x;
}

/* What the layers of a stack are run with. */
struct layer {
	const struct t5_stack *s;
	const struct t5_block *b;
	struct tensor **self_probs, **cross_probs; /* of the last; or NULL */
};

/* What a layer reads; the memory is a decoder's, and so its mask then. */
enum { IN_X, IN_MASK, IN_MEMORY, IN_COUNT };

static struct tensor *run_layer(struct tape *t, const void *context,
				struct tensor *const *in)
{
	const struct layer *l = context;
	const struct t5_shape *shape = &l->s->shape;
	struct tensor *own = l->s->decoder ? NULL : in[IN_MASK], *x = in[IN_X];

	x = self_attention(t, l->s, &l->b->self, x, own, l->self_probs);
	if (l->s->decoder)
		x = t5_cross(t, shape, &l->b->cross, x, in[IN_MEMORY],
			     in[IN_MASK], l->cross_probs);
	return t5_feed(t, shape, &l->b->ff, x);
}

/* All layers, the final norm, and dropout around them. */
static struct tensor *run_stack(struct tape *t, const struct t5_stack *s,
				struct tensor *x, struct tensor *memory,
				struct tensor *mask, struct t5_taps *taps)
{
	struct layer *l =
	    arena_zalloc(&t->host, (size_t)s->layers * sizeof(*l));
	struct tape_mark mark = tape_mark(t);

	taps_begin(t, s, taps);
	x = op_dropout(t, x);
	for (int i = 0; i < s->layers; i++) {
		struct tensor *in[IN_COUNT] = {x, mask, memory};

		l[i] = (struct layer){.s = s, .b = &s->block[i]};
		if (taps && s->decoder && i == s->layers - 1) {
			l[i].self_probs = &taps->self_probs;
			l[i].cross_probs = &taps->cross_probs;
		}
		/* Who looks inside wants everything to stay. */
		x = taps ? run_layer(t, &l[i], in)
			 : tape_run_layer(t, run_layer, &l[i], in, IN_COUNT);
		x = block_end(t, mark, taps, i, x);
	}
	return op_dropout(t, op_rmsnorm(t, x, s->norm, s->shape.eps));
}

struct tensor *t5_encode(struct tape *t, const struct t5_stack *s,
			 struct tensor *x, struct tensor *mask,
			 struct t5_taps *taps)
{
	return run_stack(t, s, x, NULL, mask, taps);
}

struct tensor *t5_decode(struct tape *t, const struct t5_stack *s,
			 struct tensor *x, struct tensor *memory,
			 struct tensor *mask, struct t5_taps *taps)
{
	return run_stack(t, s, x, memory, mask, taps);
}
