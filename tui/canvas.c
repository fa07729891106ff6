#include "tui/canvas.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/mem.h"

static const char RAMP[] = " .:-=+*#%@";
enum {
	RAMP_LAST = sizeof(RAMP) - 2,
	UPPER_HALF = 0x2580,
	FINE_X = 4, /* pixels a cell that symbols are chosen from */
	FINE_Y = 8,
};

void canvas_fit(int w, int h, int rows, int cols, int *out_rows, int *out_cols)
{
	/* A cell is twice as high as it is wide. */
	double scale = fmin((double)cols / w, 2.0 * rows / h);

	*out_cols = MAX(1, MIN(cols, (int)lround(w * scale)));
	*out_rows = MAX(1, MIN(rows, (int)lround(h * scale / 2)));
}

struct rgb heat_color(float v)
{
	static const struct rgb stop[] = {
	    {68, 1, 84},    {70, 50, 127},  {54, 92, 141},  {39, 127, 142},
	    {31, 161, 135}, {74, 194, 109}, {159, 218, 58}, {253, 231, 37},
	};
	float at = fminf(fmaxf(v, 0), 1) * (float)(ARRAY_LEN(stop) - 1);
	int i = MIN((int)at, (int)ARRAY_LEN(stop) - 2);
	const struct rgb *a = &stop[i], *b = a + 1;

	at -= (float)i;
	return (struct rgb){
	    (uint8_t)lrintf((float)a->r + at * (float)(b->r - a->r)),
	    (uint8_t)lrintf((float)a->g + at * (float)(b->g - a->g)),
	    (uint8_t)lrintf((float)a->b + at * (float)(b->b - a->b)),
	};
}

float heat_at(const struct heat *heat, float x, float y)
{
	float sum = 0;

	for (int i = 0; i < heat->n; i++) {
		const struct box *b = &heat->box[i];

		if (x >= b->x1 && x < b->x2 && y >= b->y1 && y < b->y2)
			sum += heat->weight[i];
	}
	return sum;
}

static float grey(struct rgb c)
{
	return (0.299f * (float)c.r + 0.587f * (float)c.g +
		0.114f * (float)c.b) /
	       255;
}

/* Mean of the source pixels that pixel (x, y) of a w x h picture covers. */
static struct rgb mean(const struct image *im, int w, int h, int x, int y)
{
	int x0 = x * im->w / w, y0 = y * im->h / h;
	int x1 = MAX(x0 + 1, (x + 1) * im->w / w);
	int y1 = MAX(y0 + 1, (y + 1) * im->h / h);
	long r = 0, g = 0, b = 0, n = (long)(x1 - x0) * (y1 - y0);

	for (int j = y0; j < y1; j++)
		for (int i = x0; i < x1; i++) {
			const uint8_t *s =
			    im->rgb +
			    3 * ((size_t)j * (size_t)im->w + (size_t)i);

			r += s[0];
			g += s[1];
			b += s[2];
		}
	return (struct rgb){(uint8_t)(r / n), (uint8_t)(g / n),
			    (uint8_t)(b / n)};
}

struct pixel {
	struct rgb c;
	float weight; /* 0 … 1 */
};

/* The picture in w x h pixels, heat of each relative to the hottest. */
static struct pixel *scale(const struct image *im, const struct heat *heat,
			   int w, int h)
{
	struct pixel *out = xcalloc((size_t)w * (size_t)h, sizeof(*out));
	float most = 0;

	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++) {
			struct pixel *p = &out[y * w + x];

			p->c = mean(im, w, h, x, y);
			p->weight = heat_at(heat, ((float)x + 0.5f) / (float)w,
					    ((float)y + 0.5f) / (float)h);
			most = fmaxf(most, p->weight);
		}
	for (int i = 0; i < w * h && most > 0; i++)
		out[i].weight /= most;
	return out;
}

static uint8_t blend(float g, uint8_t c)
{
	return (uint8_t)lrintf(0.55f * 255 * g + 0.45f * (float)c);
}

static struct rgb shown(const struct pixel *p, bool hot)
{
	struct rgb c = heat_color(p->weight);
	float g = grey(p->c);

	if (!hot)
		return p->c;
	return (struct rgb){blend(g, c.r), blend(g, c.g), blend(g, c.b)};
}

/* Two pixels as one character: lightness, or with heat weight as well. */
static struct cell ascii(const struct pixel *a, const struct pixel *b, bool hot,
			 bool color)
{
	static const uint8_t inks[] = {INK_BLUE, INK_CYAN, INK_GREEN,
				       INK_YELLOW};
	float g = (grey(a->c) + grey(b->c)) / 2;
	float w = (a->weight + b->weight) / 2;
	struct cell c = {.cp = ' '};

	if (hot)
		g = 0.55f * g + 0.45f * w;
	c.cp = (uint32_t)RAMP[lrintf(g * RAMP_LAST)];
	if (hot && color)
		c.ink = inks[MIN((int)(w * 4), 3)];
	return c;
}

static void draw_symbols(const struct image *im, const struct heat *heat,
			 const struct port *p)
{
	int w = p->w * FINE_X, h = p->h * FINE_Y;
	struct pixel *px = scale(im, heat, w, h);
	uint8_t *rgba = xcalloc((size_t)w * (size_t)h, 4);

	for (int i = 0; i < w * h; i++) {
		struct rgb c = shown(&px[i], heat->n > 0);

		rgba[4 * i] = c.r;
		rgba[4 * i + 1] = c.g;
		rgba[4 * i + 2] = c.b;
		rgba[4 * i + 3] = 255;
	}
	canvas_symbols(rgba, w, h, p);
	free(rgba);
	free(px);
}

void canvas_draw(const struct image *im, const struct heat *heat,
		 enum canvas_mode mode, const struct port *p)
{
	struct pixel *px;
	bool hot = heat->n > 0;

	if (p->w <= 0 || p->h <= 0 || !im->rgb)
		return;
	if (mode == CANVAS_SYMBOLS) {
		draw_symbols(im, heat, p);
		return;
	}
	px = scale(im, heat, p->w, 2 * p->h);
	for (int y = 0; y < p->h; y++)
		for (int x = 0; x < p->w; x++) {
			struct pixel *a = &px[2 * y * p->w + x];
			struct pixel *b = a + p->w;
			struct cell c = {.cp = UPPER_HALF, .painted = true};

			if (mode == CANVAS_BLOCKS) {
				c.fg = shown(a, hot);
				c.bg = shown(b, hot);
			} else {
				c = ascii(a, b, hot, mode == CANVAS_EIGHT);
			}
			port_cell(p, y, x, &c);
		}
	free(px);
}

enum { SAMPLES = 4096 }; /* bytes of a picture that tell it from others */

static void mix(uint64_t *h, const void *p, size_t n, size_t step)
{
	const uint8_t *s = p;

	for (size_t i = 0; i < n; i += step)
		*h = (*h ^ s[i]) * 0x100000001b3u; /* FNV-1a */
}

static uint64_t hash_of(const struct image *im, const struct heat *heat,
			enum canvas_mode mode, const struct port *p)
{
	int n[] = {im->w, im->h, heat->n, (int)mode, p->w, p->h};
	size_t bytes = (size_t)im->w * (size_t)im->h * 3;
	uint64_t h = 0xcbf29ce484222325u;

	mix(&h, n, sizeof(n), 1);
	mix(&h, heat->box, (size_t)heat->n * sizeof(*heat->box), 1);
	mix(&h, heat->weight, (size_t)heat->n * sizeof(*heat->weight), 1);
	mix(&h, im->rgb, bytes, MAX(bytes / SAMPLES, 1));
	return h;
}

void canvas_draw_again(struct canvas_memory *m, const struct image *im,
		       const struct heat *heat, enum canvas_mode mode,
		       const struct port *p)
{
	uint64_t of;

	if (p->w <= 0 || p->h <= 0 || !im->rgb)
		return;
	of = hash_of(im, heat, mode, p);
	if (!m->cell || m->of != of) {
		struct grid g;

		canvas_memory_release(m);
		grid_init(&g, p->w, p->h);
		canvas_draw(im, heat, mode,
			    &(struct port){&g, 0, 0, p->h, p->w});
		*m = (struct canvas_memory){of, g.cell, p->w, p->h};
	}
	for (int y = 0; y < p->h; y++)
		for (int x = 0; x < p->w; x++)
			port_cell(p, y, x, &m->cell[y * p->w + x]);
}

void canvas_memory_release(struct canvas_memory *m)
{
	free(m->cell);
	*m = (struct canvas_memory){0};
}

static int level(uint8_t v)
{
	/* the cube's steps are 0, 95, 135, 175, 215, 255 */
	return v < 48 ? 0 : v < 115 ? 1 : (v - 35) / 40;
}

static int apart(struct rgb c, int r, int g, int b)
{
	return (c.r - r) * (c.r - r) + (c.g - g) * (c.g - g) +
	       (c.b - b) * (c.b - b);
}

int canvas_index(struct rgb c)
{
	static const int step[] = {0, 95, 135, 175, 215, 255};
	int r = level(c.r), g = level(c.g), b = level(c.b);
	int mean = (c.r + c.g + c.b) / 3;
	int i = mean < 8 ? 0 : MIN((mean - 3) / 10, 23), v = 8 + 10 * i;

	if (apart(c, v, v, v) < apart(c, step[r], step[g], step[b]))
		return 232 + i;
	return 16 + 36 * r + 6 * g + b;
}
