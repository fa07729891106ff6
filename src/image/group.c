#include "src/image/group.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"

enum {
	LEVELS = 16, /* bins for each of the three colour values */
	DIRECTIONS = 8,
	COLOURS = 3 * LEVELS,
	TEXTURES = DIRECTIONS + 1, /* the last: flat */
	FLAT = 6,                  /* a gradient below is none */
};

/* How often each colour and each texture occurs in a group. */
struct histogram {
	float colour[COLOURS], texture[TEXTURES];
};

/* Two groups that touch. */
struct link {
	int a, b;
	float sum; /* of distances over the pairs of pixels that touch */
	int count; /* of such pairs */
	float alike;
};

struct grouping {
	const struct look *look;
	struct group *group;         /* owned */
	struct histogram *histogram; /* one per group; owned */
	int n;
	struct link *link; /* between groups not yet joined; owned */
	size_t links, cap;
	int *seen; /* scratch, one per group: link + 1 */
};

static int colour_bin(float v, int channel)
{
	float lo = channel ? -128 : 0;
	int bin = (int)((v - lo) * LEVELS / 256);

	return channel * LEVELS + MIN(MAX(bin, 0), LEVELS - 1);
}

/* Of eight directions that of the gradient at pixel (x, y), or flat. */
static int texture_bin(const struct look *k, int x, int y)
{
	int left = MAX(x - 1, 0), right = MIN(x + 1, k->w - 1);
	int up = MAX(y - 1, 0), down = MIN(y + 1, k->h - 1);
	float dx = k->c[3 * (size_t)(y * k->w + right)] -
		   k->c[3 * (size_t)(y * k->w + left)];
	float dy = k->c[3 * (size_t)(down * k->w + x)] -
		   k->c[3 * (size_t)(up * k->w + x)];

	if (fabsf(dx) + fabsf(dy) < FLAT)
		return DIRECTIONS;
	return (dx < 0) + 2 * (dy < 0) + 4 * (fabsf(dx) > fabsf(dy));
}

static void add_pixel(struct grouping *g, int x, int y, int label)
{
	const float *c = g->look->c + 3 * (size_t)(y * g->look->w + x);
	struct group *p = &g->group[label];
	struct histogram *h = &g->histogram[label];

	if (p->size == 0)
		*p = (struct group){x, y, x, y, 0, 0};
	p->x1 = MIN(p->x1, x);
	p->x2 = MAX(p->x2, x + 1);
	p->y2 = MAX(p->y2, y + 1);
	p->size++;
	for (int i = 0; i < 3; i++)
		h->colour[colour_bin(c[i], i)]++;
	h->texture[texture_bin(g->look, x, y)]++;
}

static float overlap(const float *a, float na, const float *b, float nb,
		     int bins)
{
	float sum = 0;

	for (int i = 0; i < bins; i++)
		sum += fminf(a[i] / na, b[i] / nb);
	return sum;
}

static float alike(const struct grouping *g, int i, int j)
{
	const struct group *a = &g->group[i], *b = &g->group[j];
	const struct histogram *ha = &g->histogram[i], *hb = &g->histogram[j];
	float na = (float)a->size, nb = (float)b->size;
	float all = (float)g->look->w * (float)g->look->h;
	float w = (float)(MAX(a->x2, b->x2) - MIN(a->x1, b->x1));
	float h = (float)(MAX(a->y2, b->y2) - MIN(a->y1, b->y1));

	return overlap(ha->colour, na, hb->colour, nb, COLOURS) / 3 +
	       overlap(ha->texture, na, hb->texture, nb, TEXTURES) +
	       (1 - (na + nb) / all) + (1 - (w * h - na - nb) / all);
}

static int by_ends(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	return x->a != y->a ? (x->a > y->a) - (x->a < y->a)
			    : (x->b > y->b) - (x->b < y->b);
}

static void note_border(struct grouping *g, const int *label, int p, int q)
{
	int a = MIN(label[p], label[q]), b = MAX(label[p], label[q]);

	if (a == b)
		return;
	g->link = xgrow(g->link, g->links, &g->cap, sizeof(*g->link));
	g->link[g->links++] =
	    (struct link){a, b, look_distance(g->look, p, q), 1, 0};
}

/* One link for each two pieces that touch, from all pixels that do. */
static void link_pieces(struct grouping *g, const int *label)
{
	int w = g->look->w, h = g->look->h;
	size_t n = 0;

	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++) {
			int p = y * w + x;

			if (x + 1 < w)
				note_border(g, label, p, p + 1);
			if (y + 1 < h)
				note_border(g, label, p, p + w);
		}
	if (g->links)
		qsort(g->link, g->links, sizeof(*g->link), by_ends);
	for (size_t i = 0; i < g->links; i++) {
		if (n && by_ends(&g->link[n - 1], &g->link[i]) == 0) {
			g->link[n - 1].sum += g->link[i].sum;
			g->link[n - 1].count++;
		} else {
			g->link[n++] = g->link[i];
		}
	}
	g->links = n;
	for (size_t i = 0; i < n; i++)
		g->link[i].alike = alike(g, g->link[i].a, g->link[i].b);
}

static void measure_contrast(struct grouping *g, int n)
{
	float *sum = xcalloc((size_t)n, sizeof(*sum));
	float *count = xcalloc((size_t)n, sizeof(*count));

	for (size_t i = 0; i < g->links; i++) {
		const struct link *k = &g->link[i];

		sum[k->a] += k->sum;
		sum[k->b] += k->sum;
		count[k->a] += (float)k->count;
		count[k->b] += (float)k->count;
	}
	for (int i = 0; i < n; i++)
		g->group[i].contrast = count[i] > 0 ? sum[i] / count[i] : 0;
	free(sum);
	free(count);
}

/* Group c, the last, is made of a and b. */
static void unite(struct grouping *g, int c, int a, int b)
{
	const struct group *p = &g->group[a], *q = &g->group[b];
	const float *ha = (const float *)&g->histogram[a];
	const float *hb = (const float *)&g->histogram[b];
	float *hc = (float *)&g->histogram[c];

	g->group[c] = (struct group){MIN(p->x1, q->x1), MIN(p->y1, q->y1),
				     MAX(p->x2, q->x2), MAX(p->y2, q->y2),
				     p->size + q->size, 0};
	for (int i = 0; i < COLOURS + TEXTURES; i++)
		hc[i] = ha[i] + hb[i];
}

/*
 * Links of a and b become links of c; two that lead to the same group become
 * one.  Returns with the outline of c measured.
 */
static void relink(struct grouping *g, int c, int a, int b)
{
	float sum = 0, count = 0;
	size_t n = 0;

	for (size_t i = 0; i < g->links; i++) {
		struct link k = g->link[i];
		int in_a = k.a == a || k.a == b, in_b = k.b == a || k.b == b;
		int other = in_a ? k.b : k.a;

		if (in_a && in_b)
			continue;
		if (in_a || in_b) {
			sum += k.sum;
			count += (float)k.count;
			k.a = other;
			k.b = c;
			if (g->seen[other]) {
				g->link[g->seen[other] - 1].sum += k.sum;
				g->link[g->seen[other] - 1].count += k.count;
				continue;
			}
			k.alike = alike(g, other, c);
			g->seen[other] = (int)n + 1;
		}
		g->link[n++] = k;
	}
	g->links = n;
	for (size_t i = 0; i < n; i++)
		g->seen[g->link[i].a] = 0;
	g->group[c].contrast = count > 0 ? sum / count : 0;
}

static size_t most_alike(const struct grouping *g)
{
	size_t best = 0;

	for (size_t i = 1; i < g->links; i++)
		if (g->link[i].alike > g->link[best].alike)
			best = i;
	return best;
}

int group_pieces(const struct look *k, const int *label, int n,
		 struct group **out)
{
	size_t room = 2 * (size_t)n;
	struct grouping g = {.look = k, .n = n};

	g.group = xcalloc(room, sizeof(*g.group));
	g.histogram = xcalloc(room, sizeof(*g.histogram));
	g.seen = xcalloc(room, sizeof(*g.seen));
	for (int y = 0; y < k->h; y++)
		for (int x = 0; x < k->w; x++)
			add_pixel(&g, x, y, label[y * k->w + x]);
	link_pieces(&g, label);
	measure_contrast(&g, n);
	while (g.links) {
		struct link best = g.link[most_alike(&g)];

		unite(&g, g.n, best.a, best.b);
		relink(&g, g.n, best.a, best.b);
		g.n++;
	}
	free(g.link);
	free(g.seen);
	free(g.histogram);
	*out = g.group;
	return g.n;
}
