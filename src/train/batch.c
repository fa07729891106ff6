#include "src/train/batch.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/image/resize.h"
#include "src/model/resnet.h"
#include "src/tensor/ops.h"

void batcher_release(struct batcher *b)
{
	for (size_t i = 0; i < b->n_seen; i++)
		free(b->seen[i]);
	free(b->seen);
	if (b->eye.be)
		tape_release(&b->eye);
	arena_release(&b->memory);
}

static const struct picture *picture_of(const struct samples *s, uint32_t i,
					bool pictures)
{
	int p = s->at[i].picture;

	return pictures && p >= 0 ? &s->pic[p] : NULL;
}

static void measure(struct batcher *b, const struct samples *s,
		    const uint32_t *index, size_t n, bool pictures)
{
	struct umie_batch *u = &b->batch;

	*u = (struct umie_batch){.B = (int)n};
	b->tokens = 0;
	for (size_t k = 0; k < n; k++) {
		const struct sample *a = &s->at[index[k]];
		const struct picture *p = picture_of(s, index[k], pictures);

		u->L = MAX(u->L, (int)a->input.n);
		u->M = MAX(u->M, (int)a->label.n);
		b->tokens += (int64_t)(a->input.n + a->label.n);
		if (p)
			u->N = MAX(u->N, p->regions.n);
	}
}

static void fill_text(struct batcher *b, const struct samples *s,
		      const uint32_t *index)
{
	struct umie_batch *u = &b->batch;
	size_t B = (size_t)u->B, L = (size_t)u->L, M = (size_t)u->M;
	int32_t *ids = arena_zalloc(&b->memory, B * L * sizeof(*ids));
	int32_t *labels = arena_alloc(&b->memory, B * M * sizeof(*labels));
	uint8_t *mask = arena_zalloc(&b->memory, B * L);

	for (size_t i = 0; i < B * M; i++)
		labels[i] = LABEL_IGNORED;
	for (size_t k = 0; k < B; k++) {
		const struct sample *a = &s->at[index[k]];

		memcpy(ids + k * L, a->input.id, a->input.n * sizeof(*ids));
		memset(mask + k * L, 1, a->input.n);
		memcpy(labels + k * M, a->label.id,
		       a->label.n * sizeof(*labels));
	}
	u->ids = ids;
	u->text_mask = mask;
	u->labels = labels;
}

static void fill_regions(struct batcher *b, const struct samples *s,
			 const uint32_t *index)
{
	struct umie_batch *u = &b->batch;
	size_t B = (size_t)u->B, N = (size_t)u->N, most = B * N;
	size_t bytes = (size_t)s->size * (size_t)s->size * 3;
	float *boxes = arena_zalloc(&b->memory, most * 4 * sizeof(*boxes));
	uint8_t *mask = arena_zalloc(&b->memory, most);

	b->row = arena_zalloc(&b->memory, most * sizeof(*b->row));
	b->crop = arena_alloc(&b->memory, most * sizeof(*b->crop));
	b->n_crops = 0;
	for (size_t k = 0; k < B; k++) {
		const struct picture *p = picture_of(s, index[k], true);

		for (int i = 0; p && i < p->regions.n; i++) {
			size_t at = k * N + (size_t)i;

			memcpy(boxes + at * 4, p->box[i], sizeof(p->box[i]));
			mask[at] = 1;
			b->row[at] = b->n_crops;
			b->crop[b->n_crops++] = p->crops + (size_t)i * bytes;
		}
	}
	u->boxes = boxes;
	u->region_mask = mask;
}

void batcher_fill(struct batcher *b, const struct samples *s,
		  const uint32_t *index, size_t n, bool pictures)
{
	arena_reset(&b->memory);
	measure(b, s, index, n, pictures);
	fill_text(b, s, index);
	b->n_crops = 0;
	if (b->batch.N)
		fill_regions(b, s, index);
}

/* Crops as the backbone wants them: (n,size,size,3). */
static void normalised(const uint8_t *const *crop, int n, int size,
		       const struct image_norm *norm, float *out)
{
	size_t pixels = (size_t)size * (size_t)size * 3;

	for (int i = 0; i < n; i++) {
		struct image im = {(uint8_t *)crop[i], size, size};

		image_to_float(&im, norm, 0, out + (size_t)i * pixels);
	}
}

static int look_at(struct batcher *b, struct backend *be,
		   const struct picture *p, int size,
		   const struct batcher_vision *v, float **out, struct err *err)
{
	size_t n = (size_t)p->regions.n, S = (size_t)size;
	const uint8_t **crop = xcalloc(n, sizeof(*crop));
	float *pixels = xcalloc(n, S * S * 3 * sizeof(*pixels));
	float *feat = xcalloc(n, (size_t)v->feat * sizeof(*feat));
	int rc;

	for (size_t i = 0; i < n; i++)
		crop[i] = p->crops + i * S * S * 3;
	normalised(crop, (int)n, size, v->norm, pixels);
	if (!b->eye.be)
		tape_init(&b->eye, be);
	rc = resnet_features(v->net, &b->eye, pixels, (int)n, feat, err);
	free(crop);
	free(pixels);
	if (rc == 0)
		*out = feat;
	else
		free(feat);
	return rc;
}

int batcher_look(struct batcher *b, struct backend *be, const struct samples *s,
		 const uint32_t *index, const struct batcher_vision *v,
		 struct err *err)
{
	struct umie_batch *u = &b->batch;
	size_t row = (size_t)v->feat, each = (size_t)u->N * row;
	float *feats =
	    arena_zalloc(&b->memory, (size_t)u->B * each * sizeof(*feats));

	if (!b->seen) {
		b->n_seen = s->n_pics;
		b->seen = xcalloc(s->n_pics, sizeof(*b->seen));
	}
	for (size_t k = 0; k < (size_t)u->B; k++) {
		const struct picture *p = picture_of(s, index[k], true);
		float **seen = p ? &b->seen[p - s->pic] : NULL;

		if (!p || p->regions.n == 0)
			continue;
		if (!*seen && look_at(b, be, p, s->size, v, seen, err) < 0)
			return -(int)err->code;
		memcpy(feats + k * each, *seen,
		       (size_t)p->regions.n * row * sizeof(*feats));
	}
	u->feats = feats;
	return 0;
}

struct tensor *batcher_features(struct batcher *b, struct tape *t, int size,
				const struct batcher_vision *v)
{
	size_t pixels = (size_t)size * (size_t)size * 3;
	const int64_t dim[4] = {b->n_crops, size, size, 3};
	const int64_t at[2] = {b->batch.B, b->batch.N};
	float *host = arena_alloc(&b->memory,
				  (size_t)b->n_crops * pixels * sizeof(*host));
	struct tensor *images, *features, *rows;

	normalised(b->crop, b->n_crops, size, v->norm, host);
	images = tape_input(t, DT_F32, 4, dim, host);
	rows = tape_input(t, DT_I32, 2, at, b->row);
	features = resnet_forward(v->net, t, images,
				  &(struct resnet_options){.train = true});
	return t->failed ? NULL : op_embed(t, features, rows);
}
