#include "tests/golden_vision_net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/checkpoint/weights.h"
#include "tests/golden.h"

struct golden_file *net_part(const struct vision_net *n, const char *dir,
			     const char *part)
{
	char *path = xasprintf("%s/%s%s.safetensors", dir, n->name, part);
	struct golden_file *f = golden_open(path);

	free(path);
	return f;
}

struct tensor permuted(const struct tensor *x, bool channels_last)
{
	const int64_t *d = x->dim;
	const int64_t first[] = {d[0], d[3], d[1], d[2]};
	const int64_t last[] = {d[0], d[2], d[3], d[1]};
	struct tensor y =
	    tensor_view(NULL, DT_F32, 4, channels_last ? last : first);
	int64_t C = channels_last ? d[1] : d[3];
	int64_t cells = tensor_count(x) / d[0] / C;
	const float *from = x->data;
	float *to = xmalloc(tensor_bytes(&y));

	for (int64_t b = 0; b < d[0]; b++)
		for (int64_t c = 0; c < C; c++)
			for (int64_t i = 0; i < cells; i++) {
				int64_t cf = (b * C + c) * cells + i;
				int64_t cl = (b * cells + i) * C + c;

				to[channels_last ? cl : cf] =
				    from[channels_last ? cf : cl];
			}
	y.data = to;
	return y;
}

/* Blocks of stage `s` that the file has. */
static int blocks_of(const struct weights *w, const char *prefix, int s)
{
	char name[96];
	int n = 0;

	do {
		snprintf(name, sizeof(name), "%slayer%d.%d.conv1.weight",
			 prefix, s + 1, n);
	} while (weights_find(w, name) && ++n);
	return n;
}

/* Layers, width and head count as the tensors show them. */
static bool derive_config(struct vision_net *n)
{
	const char *prefix = resnet_key_prefix(n->w);
	const struct tensor *images = golden_get(n->input, "images");
	const struct weight *pool, *pos, *last;
	char name[96];

	snprintf(name, sizeof(name), "%sattnpool.c_proj.weight", prefix);
	pool = weights_find(n->w, name);
	snprintf(name, sizeof(name), "%sattnpool.positional_embedding", prefix);
	pos = weights_find(n->w, name);
	snprintf(name, sizeof(name), "%sconv%d.weight", prefix, pool ? 3 : 1);
	last = weights_find(n->w, name);
	if (!images || !last || (pool && !pos))
		return golden_ok(false, "%s: a network and images", n->name);
	n->cfg = (struct vision_config){
	    .arch = VISION_RESNET,
	    .width = (int)last->tensor.dim[0],
	    .clip = pool,
	    .image_size = (int)images->dim[2],
	    .posemb = pool,
	};
	for (int s = 0; s < 4; s++)
		n->cfg.layers[s] = blocks_of(n->w, prefix, s);
	if (pool) { /* CLIP's rule: 64 channels for each head */
		n->cfg.heads = MAX(1, n->cfg.width * 32 / 64);
		n->cfg.out_dim = (int)pool->tensor.dim[0];
	}
	return true;
}

bool net_open(struct vision_net *n, const char *dir, const char *name)
{
	char *file = xasprintf("%s/%s.safetensors", dir, name);
	struct err err;

	*n = (struct vision_net){.name = xstrdup(name)};
	n->be = cpu_backend_open(&(struct cpu_options){.threads = 2}, &err);
	n->w = weights_open(file, &err);
	n->input = net_part(n, dir, "_input");
	free(file);
	tape_init(&n->t, n->be);
	return golden_ok(n->be && n->w && n->input, "%s: opened", name) &&
	       derive_config(n);
}

static void drop_network(struct vision_net *n)
{
	tape_reset(&n->t);
	resnet_close(n->r);
	n->r = NULL;
	params_release(&n->params);
}

void net_close(struct vision_net *n)
{
	drop_network(n);
	tape_release(&n->t);
	if (n->be)
		n->be->close(n->be);
	weights_close(n->w);
	golden_close(n->input);
	free(n->name);
}

bool net_fold(struct vision_net *n)
{
	struct err err = {0};

	drop_network(n);
	n->r = resnet_open(&n->cfg, n->w, n->be, &err);
	return n->r || golden_ok(false, "%s: folded: %s", n->name, err.text);
}

bool net_train(struct vision_net *n)
{
	struct bind_report report = {0};
	struct err err = {0};
	bool good;

	drop_network(n);
	n->r = resnet_new(&n->cfg, &n->params, resnet_key_prefix(n->w));
	good = params_bind(&n->params, "", n->w, NULL, 0, &report, &err) == 0 &&
	       resnet_complete(n->r, weights_path(n->w), &err) == 0 &&
	       params_train(&n->params, n->be, &err) == 0;
	bind_report_release(&report);
	return good || golden_ok(false, "%s: trainable: %s", n->name, err.text);
}

struct tensor *net_forward(struct vision_net *n, bool with_taps, bool train)
{
	struct resnet_options o = {.train = train,
				   .taps = with_taps ? n->tap : NULL};
	struct tensor images = permuted(golden_get(n->input, "images"), true);
	struct tensor *x, *y = NULL;

	tape_reset(&n->t);
	n->t.recording = train || n->params.n > 0;
	x = tape_input(&n->t, DT_F32, 4, images.dim, images.data);
	free(images.data);
	if (x)
		y = resnet_forward(n->r, &n->t, x, &o);
	if (!y)
		golden_ok(false, "%s: forward: %s", n->name, n->t.err.text);
	return y;
}
