#include "src/model/umie.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/checkpoint/weights.h"

/* Sizes that the reference fixes for every model. */
enum { BOX = 5, IMAGES = 2, GATE_WIDE = 384, GATE_NARROW = 128 };

static const char SHARED[] = "shared.weight";
static const char FEAT[] = "encoder.visual_embedding.feat_embedding.0.weight";

const struct param_alias *umie_aliases(void)
{
	static const struct param_alias alias[] = {
	    {"encoder.embed_tokens.weight", SHARED},
	    {"decoder.embed_tokens.weight", SHARED},
	    {"encoder.visual_embedding.obj_order_embedding.weight", SHARED},
	    {NULL, NULL},
	};

	return alias;
}

static struct tensor *table(struct params *p, const char *name, unsigned flags,
			    enum init init, double spread, int rows,
			    int columns)
{
	struct param_spec s = {
	    .flags = flags,
	    .init = init,
	    .spread = (float)spread,
	    .ndim = 2,
	    .dim = {rows, columns},
	};

	return params_add(p, &s, "%s", name);
}

/* A linear layer as PyTorch begins it: uniform within 1/sqrt(inputs). */
static struct tensor *linear(struct params *p, const char *name, int rows,
			     int columns)
{
	return table(p, name, PARAM_TRAINED | PARAM_DECAYED, INIT_UNIFORM,
		     1 / sqrt(columns), rows, columns);
}

static struct tensor *linear_bias(struct params *p, const char *name, int rows,
				  int columns)
{
	struct param_spec s = {
	    .flags = PARAM_TRAINED,
	    .init = INIT_UNIFORM,
	    .spread = (float)(1 / sqrt(columns)),
	    .ndim = 1,
	    .dim = {rows},
	};

	return params_add(p, &s, "%s", name);
}

static void dead(struct params *p, const char *name, int rows, int columns)
{
	table(p, name, PARAM_DEAD, INIT_UNIFORM, 1 / sqrt(columns), rows,
	      columns);
}

static void embedding_init(struct umie *m, struct params *p)
{
	struct visual_embedding *e = &m->embedding;
	int D = m->config.d_model, feat = m->config.feat_dim;

#define VISUAL "encoder.visual_embedding."
	e->feat = linear(p, FEAT, D, feat);
	e->feat_bias = linear_bias(p, VISUAL "feat_embedding.0.bias", D, feat);
	e->feat_norm = t5_norm_init(p, &m->shape, VISUAL "feat_embedding.1");
	e->pos =
	    linear(p, VISUAL "absolute_vis_pos_embedding.0.weight", D, BOX);
	e->pos_bias =
	    linear_bias(p, VISUAL "absolute_vis_pos_embedding.0.bias", D, BOX);
	e->pos_norm =
	    t5_norm_init(p, &m->shape, VISUAL "absolute_vis_pos_embedding.1");
	e->image_order = table(p, VISUAL "img_order_embedding.weight",
			       PARAM_TRAINED, INIT_NORMAL, 1, IMAGES, D);
#undef VISUAL
}

static void gate_init(struct umie *m, struct params *p)
{
	struct gate *g = &m->gate;
	int D = m->config.d_model;

#define GATE "encoder.gate."
	t5_attention_init(&g->attention, p, &m->shape,
			  GATE "layer.0.EncDecAttention");
	g->attention.norm =
	    t5_norm_init(p, &m->shape, GATE "layer.0.layer_norm");
	t5_ff_init(&g->ff, p, &m->shape, GATE "layer.1.DenseReluDense");
	g->ff.norm = t5_norm_init(p, &m->shape, GATE "layer.1.layer_norm");
	g->text_1 = linear(p, GATE "proj_t.weight", GATE_WIDE, D);
	g->text_2 = linear(p, GATE "proj_t_2.weight", GATE_NARROW, GATE_WIDE);
	g->visual_1 = linear(p, GATE "proj_v.weight", GATE_WIDE, D);
	g->visual_2 = linear(p, GATE "proj_v_2.weight", GATE_NARROW, GATE_WIDE);
	dead(p, GATE "feat.weight", D, m->config.feat_dim);
#undef GATE
	dead(p, "proj_t.weight", GATE_WIDE, D);
	dead(p, "proj_v.weight", GATE_WIDE, D);
	dead(p, "proj_t_2.weight", GATE_NARROW, GATE_WIDE);
	dead(p, "proj_v_2.weight", GATE_NARROW, GATE_WIDE);
}

void umie_init(struct umie *m, const struct config *c, struct params *p)
{
	*m = (struct umie){.config = *c, .shape = t5_shape_of(c)};
	m->shared = table(p, SHARED, PARAM_TRAINED | PARAM_VOCAB, INIT_NORMAL,
			  1, c->vocab, c->d_model);
	m->lm_head = table(
	    p, "lm_head.weight", PARAM_TRAINED | PARAM_DECAYED | PARAM_VOCAB,
	    INIT_UNIFORM, 1 / sqrt(c->d_model), c->vocab, c->d_model);
	t5_stack_init(&m->encoder, p, &m->shape, c->enc_layers, false,
		      "encoder");
	t5_stack_init(&m->visual, p, &m->shape, c->visual_layers, false,
		      "encoder.visual_embedding.vstack");
	embedding_init(m, p);
	gate_init(m, p);
	t5_stack_init(&m->decoder, p, &m->shape, c->dec_layers, true,
		      "decoder");
}

void umie_release(struct umie *m)
{
	t5_stack_release(&m->encoder);
	t5_stack_release(&m->visual);
	t5_stack_release(&m->decoder);
	*m = (struct umie){0};
}

int umie_adopt(struct config *c, const struct weights *w, bool *changed,
	       struct err *err)
{
	const struct weight *shared = weights_find(w, SHARED);
	const struct weight *feat = weights_find(w, FEAT);
	const struct config before = *c;

	for (const struct param_alias *a = umie_aliases(); !shared && a->alias;
	     a++)
		shared = weights_find(w, a->alias);
	if (!shared || shared->tensor.ndim != 2)
		return err_set(err, ERR_CHECKPOINT,
			       "%s: there is no table \"shared.weight\" of "
			       "vocabulary by width, so this is no T5 "
			       "checkpoint",
			       weights_path(w));
	if (shared->tensor.dim[0] < 2 || shared->tensor.dim[0] > INT32_MAX)
		return err_set(err, ERR_CHECKPOINT,
			       "%s: shared.weight has %lld rows, expected 2 or "
			       "more",
			       weights_path(w),
			       (long long)shared->tensor.dim[0]);
	c->vocab = (int)shared->tensor.dim[0];
	if (feat && feat->tensor.ndim == 2 && feat->tensor.dim[1] > 0 &&
	    feat->tensor.dim[1] <= INT32_MAX)
		c->feat_dim = (int)feat->tensor.dim[1];
	if (changed)
		*changed =
		    c->vocab != before.vocab || c->feat_dim != before.feat_dim;
	return 0;
}

bool umie_is_plain_t5(const struct weights *w)
{
	static const char own[] = "encoder.visual_embedding.";
	static const char gate[] = "encoder.gate.";

	for (size_t i = 0; i < weights_count(w); i++) {
		const char *name = weights_at(w, i)->name;

		if (strncmp(name, own, sizeof(own) - 1) == 0 ||
		    strncmp(name, gate, sizeof(gate) - 1) == 0)
			return false;
	}
	return true;
}
