#include "tests/golden_umie.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/checkpoint/weights.h"
#include "src/engine/device.h"
#include "tests/golden.h"

static int open_parts(struct golden_umie *g, const char *config,
		      const char *weights, bool train, struct err *err)
{
	const char *device = getenv("UMIE_TEST_DEVICE");
	struct bind_report r = {0};
	int rc;

	if (config_read(&g->config, config, err) < 0)
		return -1;
	g->weights = weights_open(weights, err);
	if (!g->weights || umie_adopt(&g->config, g->weights, NULL, err) < 0)
		return -1;
	if (device_open(device ? device : "cpu", 2, &g->be, NULL, err) < 0)
		return -1;
	umie_init(&g->model, &g->config, &g->params);
	rc =
	    params_bind(&g->params, "", g->weights, umie_aliases(), 1, &r, err);
	if (rc == 0 && r.n)
		rc = err_set(err, ERR_CHECKPOINT, "%s is %s", r.note[0].name,
			     r.note[0].kind == BIND_UNEXPECTED
				 ? "unexpected"
				 : "missing or resized");
	bind_report_release(&r);
	if (rc < 0)
		return rc;
	return train ? params_train(&g->params, g->be, err)
		     : params_place(&g->params, g->be, err);
}

bool golden_umie_open(struct golden_umie *g, const char *dir, const char *file,
		      bool train)
{
	char *config = file_join(dir, "config.json");
	char *weights = file_join(dir, file);
	struct err err = {0};
	bool good;

	*g = (struct golden_umie){0};
	good = open_parts(g, config, weights, train, &err) == 0;
	if (!good)
		golden_ok(false, "open %s: %s", weights, err.text);
	free(config);
	free(weights);
	return good;
}

void golden_umie_release(struct golden_umie *g)
{
	umie_release(&g->model);
	params_release(&g->params);
	if (g->be)
		g->be->close(g->be);
	if (g->weights)
		weights_close(g->weights);
	config_release(&g->config);
}

static int32_t *ids_of(const struct tensor *t)
{
	int64_t n = t ? tensor_count(t) : 0;
	int32_t *out = xcalloc((size_t)n, sizeof(*out));

	for (int64_t i = 0; i < n; i++)
		out[i] = (int32_t)((const int64_t *)t->data)[i];
	return out;
}

static uint8_t *mask_of(const struct tensor *t)
{
	int64_t n = t ? tensor_count(t) : 0;
	uint8_t *out = xcalloc((size_t)n, 1);

	for (int64_t i = 0; i < n; i++)
		out[i] = ((const int64_t *)t->data)[i] != 0;
	return out;
}

bool golden_batch_read(struct golden_batch *out, const struct golden_file *f)
{
	const struct tensor *ids = golden_get(f, "input_ids");
	const struct tensor *feats = golden_get(f, "feats");
	const struct tensor *boxes = golden_get(f, "boxes");
	const struct tensor *labels = golden_get(f, "labels");

	*out = (struct golden_batch){0};
	if (!golden_ok(ids && feats && boxes, "inputs have ids, feats, boxes"))
		return false;
	out->ids = ids_of(ids);
	out->labels = ids_of(labels);
	out->text = mask_of(golden_get(f, "attention_mask"));
	out->region = mask_of(golden_get(f, "region_mask"));
	out->b = (struct umie_batch){
	    .B = (int)ids->dim[0],
	    .L = (int)ids->dim[1],
	    .N = (int)feats->dim[1],
	    .M = labels ? (int)labels->dim[1] : 0,
	    .ids = out->ids,
	    .text_mask = out->text,
	    .feats = feats->data,
	    .boxes = boxes->data,
	    .region_mask = out->region,
	    .labels = out->labels,
	};
	return true;
}

void golden_batch_release(struct golden_batch *b)
{
	free(b->ids);
	free(b->labels);
	free(b->text);
	free(b->region);
}
