#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/checkpoint/weights.h"
#include "src/model/resnet-internal.h"
#include "src/tensor/backend.h"

static struct tensor *add_vector(struct params *p, enum init init, int64_t n,
				 const char *a, const char *b, const char *c)
{
	const struct param_spec s = {PARAM_TRAINED, init, 0, 1, {n}};

	return params_add(p, &s, "%s%s%s", a, b, c);
}

/* Register PREFIX+CONV.weight and the four vectors PREFIX+NORM.*. */
static void add_unit(struct resnet *r, struct resnet_unit *u,
		     const char *prefix, const char *conv, const char *norm,
		     const int64_t dim[4])
{
	struct params *p = r->params;
	const struct param_spec s = {
	    .flags = PARAM_TRAINED | PARAM_DECAYED,
	    .init = INIT_NORMAL, /* He et al. 2015, by fan-out */
	    .spread = sqrtf(2 / (float)(dim[0] * dim[2] * dim[3])),
	    .ndim = 4,
	    .dim = {dim[0], dim[1], dim[2], dim[3]},
	};
	int64_t O = dim[0];

	u->pad = (int)(dim[2] / 2);
	u->conv = params_add(p, &s, "%s%s.weight", prefix, conv);
	u->gamma = add_vector(p, INIT_ONES, O, prefix, norm, ".weight");
	u->beta = add_vector(p, INIT_ZEROS, O, prefix, norm, ".bias");
	u->mean = add_vector(p, INIT_ZEROS, O, prefix, norm, ".running_mean");
	u->var = add_vector(p, INIT_ONES, O, prefix, norm, ".running_var");
}

static void add_stem(struct resnet *r, const char *prefix)
{
	int64_t w = r->cfg.width, half = w / 2;
	const int64_t plain[4] = {w, 3, 7, 7};
	const int64_t clip[3][4] = {
	    {half, 3, 3, 3}, {half, half, 3, 3}, {w, half, 3, 3}};
	char conv[] = "conv1", norm[] = "bn1";

	r->n_stem = r->cfg.clip ? 3 : 1;
	for (int i = 0; i < r->n_stem; i++) {
		conv[4] = norm[2] = (char)('1' + i);
		r->stem[i].stride = i == 0 ? 2 : 1;
		add_unit(r, &r->stem[i], prefix, conv, norm,
			 r->cfg.clip ? clip[i] : plain);
	}
}

/* in: channels that come in; planes: of the middle; 4 times as many go out */
static void add_block(struct resnet *r, struct resnet_block *b,
		      const char *prefix, int64_t in, int64_t planes,
		      int stride)
{
	const int64_t first[4] = {planes, in, 1, 1};
	const int64_t middle[4] = {planes, planes, 3, 3};
	const int64_t last[4] = {planes * 4, planes, 1, 1};
	const int64_t down[4] = {planes * 4, in, 1, 1};
	int conv_stride = r->cfg.clip ? 1 : stride;

	b->pool = r->cfg.clip ? stride : 1;
	for (int i = 0; i < 3; i++)
		b->conv[i].stride = i == 1 ? conv_stride : 1;
	add_unit(r, &b->conv[0], prefix, "conv1", "bn1", first);
	add_unit(r, &b->conv[1], prefix, "conv2", "bn2", middle);
	add_unit(r, &b->conv[2], prefix, "conv3", "bn3", last);
	b->has_down = stride != 1 || in != planes * 4;
	if (!b->has_down)
		return;
	b->down.stride = conv_stride;
	add_unit(r, &b->down, prefix, "downsample.0", "downsample.1", down);
}

static void add_stages(struct resnet *r, const char *prefix)
{
	struct resnet_block *b = r->blocks;
	int64_t in = r->cfg.width, planes = r->cfg.width;
	char *name;

	for (int s = 0; s < 4; s++, planes *= 2)
		for (int i = 0; i < r->cfg.layers[s]; i++) {
			name = xasprintf("%slayer%d.%d.", prefix, s + 1, i);
			add_block(r, b++, name, in, planes,
				  s > 0 && i == 0 ? 2 : 1);
			in = planes * 4;
			free(name);
		}
}

static void add_attention_pool(struct resnet *r, const char *prefix)
{
	static const char names[POOL_LINEARS] = {'q', 'k', 'v', 'c'};
	int64_t C = (int64_t)r->cfg.width * 32, side = r->cfg.image_size / 32;
	float spread = 1 / sqrtf((float)C);
	struct param_spec pos = {r->cfg.posemb ? PARAM_TRAINED : PARAM_DEAD,
				 INIT_NORMAL,
				 spread,
				 2,
				 {side * side + 1, C}};
	struct tensor *t;

	t = params_add(r->params, &pos, "%sattnpool.positional_embedding",
		       prefix);
	r->posemb = r->cfg.posemb ? t : NULL;
	for (int i = 0; i < POOL_LINEARS; i++) {
		int64_t out = i == POOL_C ? r->cfg.out_dim : C;
		struct param_spec w = {PARAM_TRAINED | PARAM_DECAYED,
				       INIT_NORMAL,
				       spread,
				       2,
				       {out, C}};
		struct param_spec b = {PARAM_TRAINED, INIT_ZEROS, 0, 1, {out}};

		r->pool[i].weight =
		    params_add(r->params, &w, "%sattnpool.%c_proj.weight",
			       prefix, names[i]);
		r->pool[i].bias = params_add(
		    r->params, &b, "%sattnpool.%c_proj.bias", prefix, names[i]);
	}
}

static void add_all(struct resnet *r, const char *prefix)
{
	for (int s = 0; s < 4; s++)
		r->n_blocks += r->cfg.layers[s];
	r->blocks = xcalloc((size_t)r->n_blocks, sizeof(*r->blocks));
	add_stem(r, prefix);
	add_stages(r, prefix);
	if (r->cfg.clip)
		add_attention_pool(r, prefix);
}

struct resnet *resnet_new(const struct vision_config *cfg, struct params *p,
			  const char *key_prefix)
{
	struct resnet *r = xcalloc(1, sizeof(*r));

	r->cfg = *cfg;
	r->params = p;
	add_all(r, key_prefix);
	return r;
}

const char *resnet_key_prefix(const struct weights *w)
{
	return weights_find(w, "visual.conv1.weight") ? "visual." : "";
}

int resnet_complete(const struct resnet *r, const char *path, struct err *err)
{
	const struct params *p = r->params;
	char shape[96];

	for (size_t i = 0; i < p->n; i++)
		if (!p->at[i]->t.data && !(p->at[i]->flags & PARAM_DEAD))
			return err_set(err, ERR_CHECKPOINT,
				       "%s: tensor %s is missing, expected "
				       "with shape %s",
				       path, p->at[i]->name,
				       tensor_shape_text(&p->at[i]->t, shape,
							 sizeof(shape)));
	return 0;
}

/* What every ResNet file has and a feature extractor does not use. */
static bool no_news(const struct bind_note *n)
{
	const char *dot = strrchr(n->name, '.');

	return n->kind == BIND_UNEXPECTED &&
	       (strncmp(n->name, "fc.", 3) == 0 ||
		(dot && strcmp(dot, ".num_batches_tracked") == 0));
}

static void drop_old_news(struct bind_report *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->n; i++)
		if (no_news(&r->note[i]))
			free(r->note[i].name);
		else
			r->note[kept++] = r->note[i];
	r->n = kept;
}

struct resnet *resnet_open_as(const struct vision_config *cfg,
			      const struct weights *w, struct backend *be,
			      enum dtype type, struct err *err)
{
	struct resnet *r = xcalloc(1, sizeof(*r));

	r->cfg = *cfg;
	r->params = &r->own;
	add_all(r, resnet_key_prefix(w));
	if (params_bind(&r->own, "", w, NULL, 0, &r->report, err) < 0 ||
	    resnet_complete(r, weights_path(w), err) < 0 ||
	    resnet_fold(r, be, type, err) < 0) {
		resnet_close(r);
		return NULL;
	}
	params_release(&r->own);
	drop_old_news(&r->report);
	return r;
}

struct resnet *resnet_open(const struct vision_config *cfg,
			   const struct weights *w, struct backend *be,
			   struct err *err)
{
	return resnet_open_as(cfg, w, be, DT_F32, err);
}

const struct bind_report *resnet_report(const struct resnet *r)
{
	return &r->report;
}

void resnet_close(struct resnet *r)
{
	if (!r)
		return;
	if (r->memory) {
		r->be->forget(r->be);
		r->be->put(r->be, r->memory, r->size);
	}
	params_release(&r->own);
	bind_report_release(&r->report);
	free(r->blocks);
	free(r);
}
