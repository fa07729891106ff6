#include "examples/pictograms/canvas.h"

#include <math.h>

#include "src/base/mem.h"

/* Distance to an ellipse, exact on its edge and close near it. */
static float ellipse_distance(const float p[8], float x, float y)
{
	float dx = x - p[0], dy = y - p[1];
	float k0 = hypotf(dx / p[2], dy / p[3]);
	float k1 = hypotf(dx / (p[2] * p[2]), dy / (p[3] * p[3]));

	if (k1 < 1e-9f)
		return -fminf(p[2], p[3]);
	return k0 * (k0 - 1) / k1;
}

static float box_distance(const float p[8], float x, float y)
{
	float dx = fabsf(x - (p[0] + p[2]) / 2) - (p[2] - p[0]) / 2 + p[4];
	float dy = fabsf(y - (p[1] + p[3]) / 2) - (p[3] - p[1]) / 2 + p[4];

	return hypotf(fmaxf(dx, 0), fmaxf(dy, 0)) + fminf(fmaxf(dx, dy), 0) -
	       p[4];
}

static float segment_distance(const float a[2], const float b[2], float x,
			      float y)
{
	float vx = b[0] - a[0], vy = b[1] - a[1];
	float wx = x - a[0], wy = y - a[1];
	float len = vx * vx + vy * vy;
	float t = len > 0 ? (wx * vx + wy * vy) / len : 0;

	t = fminf(fmaxf(t, 0), 1);
	return hypotf(wx - t * vx, wy - t * vy);
}

static float polygon_distance(const float *p, int n, float x, float y)
{
	float best = INFINITY;
	int inside = 0;

	for (int i = 0, j = n - 1; i < n; j = i++) {
		const float *a = p + 2 * i, *b = p + 2 * j;

		best = fminf(best, segment_distance(a, b, x, y));
		if ((a[1] > y) != (b[1] > y) &&
		    x < a[0] + (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]))
			inside = !inside;
	}
	return inside ? -best : best;
}

static float shape_distance(const struct shape *s, float x, float y)
{
	const float *p = s->p;

	switch (s->kind) {
	case SHAPE_ELLIPSE:
		return ellipse_distance(p, x, y);
	case SHAPE_BOX:
		return box_distance(p, x, y);
	case SHAPE_LINE:
		return segment_distance(p, p + 2, x, y) - p[4];
	case SHAPE_RING:
		return fabsf(hypotf(x - p[0], y - p[1]) - p[2]) - p[3];
	case SHAPE_TRI:
		return polygon_distance(p, 3, x, y);
	case SHAPE_QUAD:
		return polygon_distance(p, 4, x, y);
	case SHAPE_END:
		break;
	}
	return INFINITY;
}

/* Local rectangle that holds the shape: x1, y1, x2, y2. */
static void shape_extent(const struct shape *s, float out[4])
{
	const float *p = s->p;
	float grow = 0;
	int corners = 2;

	switch (s->kind) {
	case SHAPE_ELLIPSE:
	case SHAPE_RING:
		grow = s->kind == SHAPE_RING ? p[2] + p[3] : 0;
		out[0] = p[0] - (grow > 0 ? grow : p[2]);
		out[2] = p[0] + (grow > 0 ? grow : p[2]);
		out[1] = p[1] - (grow > 0 ? grow : p[3]);
		out[3] = p[1] + (grow > 0 ? grow : p[3]);
		return;
	case SHAPE_LINE:
		grow = p[4];
		break;
	case SHAPE_TRI:
		corners = 3;
		break;
	case SHAPE_QUAD:
		corners = 4;
		break;
	default:
		break;
	}
	out[0] = out[1] = INFINITY;
	out[2] = out[3] = -INFINITY;
	for (int i = 0; i < corners; i++) {
		out[0] = fminf(out[0], p[2 * i] - grow);
		out[1] = fminf(out[1], p[2 * i + 1] - grow);
		out[2] = fmaxf(out[2], p[2 * i] + grow);
		out[3] = fmaxf(out[3], p[2 * i + 1] + grow);
	}
}

/* Pixel rectangle [x1,x2) x [y1,y2) that a placed shape can touch. */
static void pixel_extent(const struct shape *s, const struct placing *at,
			 const struct canvas *c, int px[4])
{
	float e[4], x1 = INFINITY, y1 = INFINITY, x2 = -INFINITY,
		    y2 = -INFINITY;
	float cs = cosf(at->turn) * at->scale, sn = sinf(at->turn) * at->scale;

	shape_extent(s, e);
	for (int i = 0; i < 4; i++) {
		float lx = (e[i & 1 ? 2 : 0] - at->ox) * at->flip;
		float ly = e[i & 2 ? 3 : 1] - at->oy;
		float x = at->x + cs * lx - sn * ly;
		float y = at->y + sn * lx + cs * ly;

		x1 = fminf(x1, x), x2 = fmaxf(x2, x);
		y1 = fminf(y1, y), y2 = fmaxf(y2, y);
	}
	px[0] = (int)fminf(fmaxf(x1 - 1, 0), (float)c->w);
	px[1] = (int)fminf(fmaxf(y1 - 1, 0), (float)c->h);
	px[2] = (int)fminf(fmaxf(x2 + 2, 0), (float)c->w);
	px[3] = (int)fminf(fmaxf(y2 + 2, 0), (float)c->h);
}

static void widen(struct box *b, int x, int y)
{
	b->x1 = fminf(b->x1, (float)x);
	b->y1 = fminf(b->y1, (float)y);
	b->x2 = fmaxf(b->x2, (float)x + 1);
	b->y2 = fmaxf(b->y2, (float)y + 1);
}

void canvas_shape(struct canvas *c, const struct shape *s,
		  const struct placing *at, const float rgb[3],
		  struct box *bounds)
{
	float cs = cosf(at->turn) / at->scale, sn = sinf(at->turn) / at->scale;
	int px[4];

	pixel_extent(s, at, c, px);
	for (int y = px[1]; y < px[3]; y++) {
		for (int x = px[0]; x < px[2]; x++) {
			float dx = (float)x + 0.5f - at->x;
			float dy = (float)y + 0.5f - at->y;
			float lx = (cs * dx + sn * dy) * at->flip + at->ox;
			float ly = -sn * dx + cs * dy + at->oy;
			float d = shape_distance(s, lx, ly) * at->scale;
			float a = fminf(fmaxf(0.5f - d, 0), 1);
			float *to = c->rgb + ((size_t)y * c->w + x) * 3;

			if (a <= 0)
				continue;
			for (int k = 0; k < 3; k++)
				to[k] += a * (rgb[k] - to[k]);
			if (bounds && a > 0.5f)
				widen(bounds, x, y);
		}
	}
}

void canvas_image(const struct canvas *c, struct image *out)
{
	size_t n = (size_t)c->w * c->h * 3;

	*out = (struct image){xmalloc(n), c->w, c->h};
	for (size_t i = 0; i < n; i++) {
		float v = fminf(fmaxf(c->rgb[i], 0), 1);

		out->rgb[i] = (uint8_t)(v * 255 + 0.5f);
	}
}
