#include "src/image/segment.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/mem.h"

enum {
	STEPS = 8, /* edges are sorted to 1/8 of a level */
	BUCKETS = 512 * STEPS,
	NEIGHBOURS = 4, /* of eight, those not yet seen from there */
};

struct edge {
	int a, b;
	float weight;
};

/* A disjoint-set forest; entries below hold for roots. */
struct piece {
	int parent, size;
	float limit; /* an edge up to this strong still joins */
};

struct graph {
	struct edge *edge; /* by weight; owned */
	size_t edges;
	struct piece *piece; /* one per pixel; owned */
	int pixels;
};

float look_distance(const struct look *k, int a, int b)
{
	const float *p = k->c + 3 * (size_t)a, *q = k->c + 3 * (size_t)b;
	float x = p[0] - q[0], y = p[1] - q[1], z = p[2] - q[2];

	return sqrtf(x * x + y * y + z * z);
}

static size_t list_edges(const struct look *k, struct edge *out)
{
	static const int step[NEIGHBOURS][2] = {
	    {1, 0}, {0, 1}, {1, 1}, {-1, 1}};
	size_t n = 0;

	for (int y = 0; y < k->h; y++)
		for (int x = 0; x < k->w; x++)
			for (int i = 0; i < NEIGHBOURS; i++) {
				int u = x + step[i][0], v = y + step[i][1];
				int a = y * k->w + x, b = v * k->w + u;

				if (u < 0 || u >= k->w || v >= k->h)
					continue;
				out[n++] =
				    (struct edge){a, b, look_distance(k, a, b)};
			}
	return n;
}

static int bucket(float weight)
{
	return (int)fminf(weight * STEPS, BUCKETS - 1);
}

/* Counting sort: linear, and stable, so the result is always the same. */
static struct edge *sorted(const struct edge *in, size_t n)
{
	struct edge *out = xcalloc(n + 1, sizeof(*out));
	size_t *at = xcalloc(BUCKETS + 1, sizeof(*at));

	for (size_t i = 0; i < n; i++)
		at[bucket(in[i].weight) + 1]++;
	for (int b = 0; b < BUCKETS; b++)
		at[b + 1] += at[b];
	for (size_t i = 0; i < n; i++)
		out[at[bucket(in[i].weight)]++] = in[i];
	free(at);
	return out;
}

static void graph_init(struct graph *g, const struct look *k)
{
	struct edge *edge;

	g->pixels = k->w * k->h;
	edge = xcalloc((size_t)g->pixels * NEIGHBOURS, sizeof(*edge));
	g->edges = list_edges(k, edge);
	g->edge = sorted(edge, g->edges);
	g->piece = xcalloc((size_t)g->pixels, sizeof(*g->piece));
	free(edge);
}

static void graph_release(struct graph *g)
{
	free(g->edge);
	free(g->piece);
}

static int root(struct graph *g, int i)
{
	while (g->piece[i].parent != i) {
		g->piece[i].parent = g->piece[g->piece[i].parent].parent;
		i = g->piece[i].parent;
	}
	return i;
}

static int join(struct graph *g, int a, int b)
{
	int big = g->piece[a].size >= g->piece[b].size ? a : b;
	int small = big == a ? b : a;

	g->piece[small].parent = big;
	g->piece[big].size += g->piece[small].size;
	return big;
}

static void join_alike(struct graph *g, float scale)
{
	for (int i = 0; i < g->pixels; i++)
		g->piece[i] = (struct piece){i, 1, scale};
	for (size_t i = 0; i < g->edges; i++) {
		const struct edge *e = &g->edge[i];
		int a = root(g, e->a), b = root(g, e->b);

		if (a == b || e->weight > g->piece[a].limit ||
		    e->weight > g->piece[b].limit)
			continue;
		a = join(g, a, b);
		g->piece[a].limit = e->weight + scale / (float)g->piece[a].size;
	}
}

static void join_small(struct graph *g, int least)
{
	for (size_t i = 0; i < g->edges; i++) {
		int a = root(g, g->edge[i].a), b = root(g, g->edge[i].b);

		if (a != b &&
		    (g->piece[a].size < least || g->piece[b].size < least))
			join(g, a, b);
	}
}

int segment(const struct look *k, float scale, int least, int *label)
{
	struct graph g;
	int *name, n = 0;

	graph_init(&g, k);
	join_alike(&g, scale);
	join_small(&g, least);
	name = xcalloc((size_t)g.pixels, sizeof(*name));
	for (int i = 0; i < g.pixels; i++) {
		int r = root(&g, i);

		if (name[r] == 0)
			name[r] = ++n;
		label[i] = name[r] - 1;
	}
	free(name);
	graph_release(&g);
	return n;
}
