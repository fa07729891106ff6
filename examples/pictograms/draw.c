#include "examples/pictograms/draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "examples/pictograms/dice.h"
#include "src/base/mem.h"

static const struct {
	const char *name;
	float rgb[3];
	bool fur;
} colours[COLOUR_COUNT] = {
#define COLOUR_ROW(upper, name, r, g, b, fur) {name, {r, g, b}, fur},
    COLOURS(COLOUR_ROW)
#undef COLOUR_ROW
};

const char *colour_name(enum colour c)
{
	return colours[c].name;
}

bool colour_is_fur(enum colour c)
{
	return colours[c].fur;
}

/* What is left open by the thing's own colour. */
static const float fixed_paint[SLOT_COUNT][3] = {
    [INK] = {0.10f, 0.10f, 0.12f},   [PAPER] = {0.96f, 0.96f, 0.93f},
    [GLASS] = {0.62f, 0.80f, 0.90f}, [GREY] = {0.66f, 0.67f, 0.69f},
    [STEEL] = {0.36f, 0.41f, 0.48f}, [STONE] = {0.62f, 0.59f, 0.54f},
    [FLAME] = {0.96f, 0.42f, 0.08f}, [GOLD] = {0.97f, 0.78f, 0.18f},
    [LEAF] = {0.27f, 0.45f, 0.20f},  [WOOD] = {0.50f, 0.34f, 0.18f},
    [NAVY] = {0.09f, 0.13f, 0.36f},  [RED] = {0.82f, 0.14f, 0.14f},
    [SMOKE] = {0.33f, 0.32f, 0.33f},
};

static const float skins[][3] = {
    {0.98f, 0.83f, 0.70f},
    {0.86f, 0.65f, 0.48f},
    {0.60f, 0.40f, 0.27f},
    {0.42f, 0.27f, 0.18f},
};

static const float hairs[][3] = {
    {0.12f, 0.09f, 0.08f}, {0.38f, 0.22f, 0.10f}, {0.80f, 0.62f, 0.25f},
    {0.55f, 0.55f, 0.56f}, {0.60f, 0.24f, 0.08f},
};

static const float trousers[][3] = {
    {0.16f, 0.20f, 0.34f},
    {0.25f, 0.25f, 0.27f},
    {0.45f, 0.38f, 0.28f},
};

static void mix(float out[3], const float a[3], const float b[3], float t)
{
	for (int k = 0; k < 3; k++)
		out[k] = a[k] + t * (b[k] - a[k]);
}

/* A colour never looks quite the same twice. */
static void jitter(struct dice *d, float rgb[3])
{
	float light = dice_between(d, 0.9f, 1.08f);

	for (int k = 0; k < 3; k++)
		rgb[k] = rgb[k] * light + dice_between(d, -0.03f, 0.03f);
}

static void choose_paint(struct dice *d, const struct thing *t,
			 float paint[SLOT_COUNT][3])
{
	static const float black[3], white[3] = {1, 1, 1};

	memcpy(paint, fixed_paint, sizeof(fixed_paint));
	memcpy(paint[BODY], colours[t->colour].rgb, sizeof(*paint));
	memcpy(paint[EXTRA], colours[dice_below(d, COLOUR_COUNT)].rgb,
	       sizeof(*paint));
	memcpy(paint[SKIN], skins[dice_below(d, ARRAY_LEN(skins))],
	       sizeof(*paint));
	memcpy(paint[HAIR], hairs[dice_below(d, ARRAY_LEN(hairs))],
	       sizeof(*paint));
	memcpy(paint[TROUSERS], trousers[dice_below(d, ARRAY_LEN(trousers))],
	       sizeof(*paint));
	for (int s = 0; s < SLOT_COUNT; s++)
		jitter(d, paint[s]);
	mix(paint[SHADE], paint[BODY], black, 0.3f);
	mix(paint[TINT], paint[BODY], white, 0.4f);
}

/* Sky over ground, a wall over a floor, or one colour: top and bottom. */
static const float backdrops[][2][3] = {
    {{0.62f, 0.80f, 0.95f}, {0.48f, 0.66f, 0.36f}}, /* meadow */
    {{0.70f, 0.82f, 0.92f}, {0.60f, 0.60f, 0.60f}}, /* street */
    {{0.80f, 0.84f, 0.88f}, {0.78f, 0.72f, 0.60f}}, /* sand */
    {{0.60f, 0.76f, 0.90f}, {0.25f, 0.46f, 0.66f}}, /* water */
    {{0.93f, 0.88f, 0.78f}, {0.64f, 0.48f, 0.36f}}, /* room */
    {{0.82f, 0.88f, 0.84f}, {0.52f, 0.50f, 0.50f}}, /* hall */
    {{0.20f, 0.23f, 0.38f}, {0.22f, 0.28f, 0.24f}}, /* night */
    {{0.95f, 0.76f, 0.60f}, {0.52f, 0.44f, 0.36f}}, /* dusk */
    {{0.96f, 0.96f, 0.95f}, {0.90f, 0.90f, 0.89f}}, /* studio */
};

static void paint_backdrop(struct canvas *c, struct dice *d, float horizon)
{
	int which = dice_below(d, ARRAY_LEN(backdrops));
	float top[3], bottom[3], fade = dice_between(d, 0, 0.25f);

	memcpy(top, backdrops[which][0], sizeof(top));
	memcpy(bottom, backdrops[which][1], sizeof(bottom));
	jitter(d, top);
	jitter(d, bottom);
	for (int y = 0; y < c->h; y++) {
		float at = ((float)y + 0.5f) / (float)c->h;
		const float *base = at < horizon ? top : bottom;
		float light = 1 + fade * (at - 0.5f);

		for (int x = 0; x < c->w; x++)
			for (int k = 0; k < 3; k++)
				c->rgb[((size_t)y * c->w + x) * 3 + k] =
				    base[k] * light;
	}
}

/* A few pale strips and spots, so that no backdrop is empty. */
static void paint_clutter(struct canvas *c, struct dice *d)
{
	int n = dice_below(d, 5);

	for (int i = 0; i < n; i++) {
		struct placing at = {.scale = 1, .flip = 1};
		struct shape s = {.kind = SHAPE_ELLIPSE};
		float rgb[3], r = dice_between(d, 0.04f, 0.2f);
		size_t under;

		at.x = dice_between(d, 0, (float)c->w - 1);
		at.y = dice_between(d, 0, (float)c->h - 1);
		s.p[2] = r * (float)c->w;
		s.p[3] = s.p[2] * dice_between(d, 0.15f, 0.6f);
		under = ((size_t)at.y * c->w + (size_t)at.x) * 3;
		memcpy(rgb, c->rgb + under, sizeof(rgb));
		for (int k = 0; k < 3; k++)
			rgb[k] += dice_between(d, -0.05f, 0.05f);
		canvas_shape(c, &s, &at, rgb, NULL);
	}
}

static float overlap(const struct box *a, const struct box *b)
{
	float w = fminf(a->x2, b->x2) - fmaxf(a->x1, b->x1);
	float h = fminf(a->y2, b->y2) - fmaxf(a->y1, b->y1);
	float area = fminf((a->x2 - a->x1) * (a->y2 - a->y1),
			   (b->x2 - b->x1) * (b->y2 - b->y1));

	return w > 0 && h > 0 ? w * h / area : 0;
}

struct spot {
	struct box box; /* where the thing will stand, in pixels */
	float scale;
};

static struct spot try_spot(struct dice *d, const struct canvas *c,
			    const struct pictogram_row *row, float unit,
			    float horizon)
{
	float scale = unit * dice_between(d, 0.85f, 1.2f);
	float w, h, room = 0.94f, x, y, top = 0, bottom;

	/* nothing is so big that it fills the picture, or so small that it
	 * cannot be told */
	scale = fminf(scale, room * (float)c->w * 0.72f / row->w);
	scale = fminf(scale, room * (float)c->h * 0.80f / row->h);
	scale = fmaxf(scale, 26.0f / fmaxf(row->w, row->h));
	w = row->w * scale;
	h = row->h * scale;
	bottom = (float)c->h - h - 1;
	if (row->stand == STAND_GROUND)
		top = fmaxf((horizon + 0.08f) * (float)c->h - h, 0);
	else if (row->stand == STAND_SKY)
		bottom = fminf(bottom, horizon * (float)c->h);
	x = dice_between(d, 1, fmaxf((float)c->w - w - 1, 1.01f));
	y = dice_between(d, fmaxf(fminf(top, bottom), 1), fmaxf(bottom, 1.01f));
	return (struct spot){{x, y, x + w, y + h}, scale};
}

/* The place of thing i: of some tries the one that hides the others least. */
static struct spot choose_spot(struct dice *d, const struct canvas *c,
			       const struct scene *scene, int i,
			       const struct spot *taken, float unit,
			       float horizon)
{
	const struct pictogram_row *row = pictogram_row(scene->thing[i].what);
	struct spot best = {0};
	float least = INFINITY;

	for (int try = 0; try < 40 && least > 0.02f; try++) {
		struct spot s = try_spot(d, c, row, unit, horizon);
		float hidden = 0;

		for (int j = 0; j < i; j++)
			hidden = fmaxf(hidden, overlap(&s.box, &taken[j].box));
		if (hidden < least) {
			least = hidden;
			best = s;
		}
	}
	return best;
}

static void draw_thing(struct canvas *c, struct dice *d, const struct thing *t,
		       const struct spot *s, struct box *box)
{
	const struct pictogram_row *row = pictogram_row(t->what);
	float paint[SLOT_COUNT][3];
	struct placing at = {
	    .x = (s->box.x1 + s->box.x2) / 2,
	    .y = (s->box.y1 + s->box.y2) / 2,
	    .ox = row->w / 2,
	    .oy = row->h / 2,
	    .scale = s->scale,
	    .turn = dice_between(d, -0.09f, 0.09f),
	    .flip = dice_chance(d, 0.5f) ? -1 : 1,
	};

	choose_paint(d, t, paint);
	*box = (struct box){INFINITY, INFINITY, -INFINITY, -INFINITY};
	for (const struct shape *p = row->shapes; p->kind; p++)
		canvas_shape(c, p, &at, paint[p->slot], box);
}

/* Uneven light and grain; the grain is coarse so that pictures stay small. */
static void add_grain(struct canvas *c, struct dice *d)
{
	float strength = dice_chance(d, 0.5f) ? dice_between(d, 0, 0.05f) : 0;
	float light = dice_between(d, 0.85f, 1.1f);
	struct rng_key key = {.seed = d->key.seed, .site = 1};

	for (size_t i = 0; i < (size_t)c->w * c->h; i++) {
		float g = 0;

		if (strength > 0 && rng_below(&key, 2 * i, 8) == 0)
			g = strength * (rng_uniform(&key, 2 * i + 1) * 2 - 1);
		for (int k = 0; k < 3; k++)
			c->rgb[3 * i + k] = c->rgb[3 * i + k] * light + g;
	}
}

void scene_draw(const struct scene *scene, struct picture_size size,
		uint64_t seed, struct image *out, struct box *boxes)
{
	struct dice d = dice_new(seed);
	struct canvas c = {xcalloc((size_t)size.w * size.h * 3, sizeof(float)),
			   size.w, size.h};
	float horizon = dice_between(&d, 0.45f, 0.65f);
	float crowded = sqrtf((float)(scene->n > 1 ? scene->n : 1));
	float unit = (float)size.h * 0.0072f / powf(crowded, 0.8f);
	struct spot spot[SCENE_MAX];

	paint_backdrop(&c, &d, horizon);
	paint_clutter(&c, &d);
	for (int i = 0; i < scene->n; i++)
		spot[i] = choose_spot(&d, &c, scene, i, spot, unit, horizon);
	for (int i = 0; i < scene->n; i++)
		draw_thing(&c, &d, &scene->thing[i], &spot[i], &boxes[i]);
	add_grain(&c, &d);
	canvas_image(&c, out);
	free(c.rgb);
}
