#include "src/train/batch.h"

#include <string.h>

#include "src/base/mem.h"
#include "src/image/resize.h"
#include "src/model/resnet.h"
#include "src/tensor/ops.h"

void batcher_release(struct batcher *b)
{
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

struct tensor *batcher_features(struct batcher *b, struct tape *t,
				struct resnet *vision,
				const struct image_norm *norm, int size,
				bool train)
{
	size_t pixels = (size_t)size * (size_t)size * 3;
	const int64_t dim[4] = {b->n_crops, size, size, 3};
	const int64_t at[2] = {b->batch.B, b->batch.N};
	float *host = arena_alloc(&b->memory,
				  (size_t)b->n_crops * pixels * sizeof(*host));
	struct tensor *images, *features, *rows;

	for (int i = 0; i < b->n_crops; i++) {
		struct image im = {(uint8_t *)b->crop[i], size, size};

		image_to_float(&im, norm, 0, host + (size_t)i * pixels);
	}
	images = tape_input(t, DT_F32, 4, dim, host);
	rows = tape_input(t, DT_I32, 2, at, b->row);
	features = resnet_forward(vision, t, images,
				  &(struct resnet_options){.train = train});
	return t->failed ? NULL : op_embed(t, features, rows);
}
