#include "src/image/regions.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "src/base/mem.h"
#include "src/image/group.h"
#include "src/image/resize.h"
#include "src/image/segment.h"

enum {
	SIDE = 200,       /* pixels of the longer side while searching */
	PIECES = 600,     /* at most about so many pieces */
	PIECE_LEAST = 16, /* pixels of a piece */
	BOX_LEAST = 4,    /* pixels of the picture, in both directions */
};

/* Boxes that overlap more are the same object; nearly all is the picture. */
static const float SAME = 0.65f, NEARLY_ALL = 0.95f;

struct candidate {
	struct box box;
	float score;
	int order; /* to break ties */
};

/* A small copy of the picture in the space colours are compared in. */
static void look_init(struct look *k, const struct image *im)
{
	int longer = MAX(im->w, im->h), side = MIN(longer, SIDE);
	struct image small;

	k->w = MAX((int)((int64_t)im->w * side / longer), 1);
	k->h = MAX((int)((int64_t)im->h * side / longer), 1);
	image_crop_resize(im, (const int[]){0, 0, im->w, im->h}, k->w, k->h,
			  &small);
	k->c = xcalloc((size_t)k->w * (size_t)k->h * 3, sizeof(*k->c));
	for (size_t i = 0; i < (size_t)k->w * (size_t)k->h; i++) {
		const uint8_t *p = small.rgb + 3 * i;
		float light = 0.3f * p[0] + 0.6f * p[1] + 0.1f * p[2];

		k->c[3 * i] = light;
		k->c[3 * i + 1] = p[0] - light;
		k->c[3 * i + 2] = p[2] - light;
	}
	image_release(&small);
}

/* Each value with a quarter of both neighbours, along one direction. */
static void soften(float *c, size_t n, size_t step)
{
	float before = c[0], now;

	for (size_t i = 0; i < n; i++) {
		now = c[i * step];
		c[i * step] = 0.25f * before + 0.5f * now +
			      0.25f * c[(i + 1 < n ? i + 1 : i) * step];
		before = now;
	}
}

static void look_soften(struct look *k)
{
	size_t w = (size_t)k->w, h = (size_t)k->h;

	for (size_t y = 0; y < h; y++)
		for (size_t i = 0; i < 3; i++)
			soften(k->c + 3 * y * w + i, w, 3);
	for (size_t x = 0; x < 3 * w; x++)
		soften(k->c + x, h, 3 * w);
}

/*
 * How much a group is like an object: it stands out from what is around it,
 * is neither tiny nor cut off by the edges of the picture, and fills its box.
 */
static float score(const struct group *g, const struct look *k)
{
	float part = (float)g->size / ((float)k->w * (float)k->h);
	float fill =
	    (float)g->size / (float)((g->x2 - g->x1) * (g->y2 - g->y1));
	int edges =
	    (g->x1 == 0) + (g->y1 == 0) + (g->x2 == k->w) + (g->y2 == k->h);

	return g->contrast / (g->contrast + 25) * sqrtf(part / (part + 0.01f)) *
	       (0.4f + 0.6f * fill) * (1 - 0.2f * (float)edges);
}

/* The box of `g` in pixels of the whole picture; false: of no use. */
static bool to_picture(const struct group *g, const struct look *k,
		       const struct image *im, struct box *out)
{
	float sx = (float)im->w / (float)k->w, sy = (float)im->h / (float)k->h;
	struct box all = {0, 0, (float)im->w, (float)im->h};

	*out = (struct box){(float)g->x1 * sx, (float)g->y1 * sy,
			    fminf((float)g->x2 * sx, all.x2),
			    fminf((float)g->y2 * sy, all.y2)};
	return out->x2 - out->x1 >= BOX_LEAST &&
	       out->y2 - out->y1 >= BOX_LEAST &&
	       box_iou(out, &all) < NEARLY_ALL;
}

static int better_first(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

struct candidates {
	struct candidate *c; /* owned */
	size_t n, cap;
};

/* Candidates from one segmentation. */
static void collect(struct candidates *all, const struct look *k, float scale,
		    const struct image *im)
{
	int *label = xcalloc((size_t)k->w * (size_t)k->h, sizeof(*label));
	int least = MAX(k->w * k->h / PIECES, PIECE_LEAST);
	int n = segment(k, scale, least, label);
	struct group *group;
	struct box box;

	n = group_pieces(k, label, n, &group);
	for (int i = 0; i < n; i++) {
		if (!to_picture(&group[i], k, im, &box))
			continue;
		all->c = xgrow(all->c, all->n, &all->cap, sizeof(*all->c));
		all->c[all->n] =
		    (struct candidate){box, score(&group[i], k), (int)all->n};
		all->n++;
	}
	free(group);
	free(label);
}

static bool taken(const struct regions *r, int from, const struct box *b)
{
	for (int i = from; i < r->n; i++)
		if (box_iou(&r->box[i], b) > SAME)
			return true;
	return false;
}

void regions_propose(struct regions *r, const struct image *im, int max)
{
	static const float scales[] = {60, 150, 400};
	struct candidates all = {0};
	struct look k;
	int first;

	if (r->n == 0)
		regions_whole(r, im->w, im->h);
	first = r->n;
	max = MIN(max, REGIONS_MAX + 1 - first);
	look_init(&k, im);
	look_soften(&k);
	for (size_t i = 0; i < ARRAY_LEN(scales); i++)
		collect(&all, &k, scales[i], im);
	if (all.n)
		qsort(all.c, all.n, sizeof(*all.c), better_first);
	for (size_t i = 0; i < all.n && r->n < first + max; i++)
		if (!taken(r, 1, &all.c[i].box))
			r->box[r->n++] = all.c[i].box;
	free(all.c);
	free(k.c);
}
