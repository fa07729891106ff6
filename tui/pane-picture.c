/* The picture, where the model looked in it, and the numbers of that. */
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/here.h"
#include "tui/pane.h"

enum { NUMBERS = 2 }; /* rows below the picture */

/* The newest result is about the picture that is shown. */
static bool belongs(const struct app *app)
{
	const struct extraction *x = here_answer(app);

	return x && x->image == IMAGE_FOUND && app->request.image &&
	       x->image_path &&
	       strcmp(x->image_path, app->request.image) == 0 &&
	       x->image_w > 0 && x->image_h > 0;
}

static void title(const struct app *app, struct str *out)
{
	const char *path = app->request.image, *slash;

	if (!path)
		return;
	slash = strrchr(path, '/');
	str_add(out, slash ? slash + 1 : path);
	if (app->picture.rgb)
		str_addf(out, " %dx%d", app->picture_w, app->picture_h);
}

static struct box relative(const struct extraction *x, int i)
{
	const struct box *b = &x->regions.box[i];
	float w = (float)x->image_w, h = (float)x->image_h;

	return (struct box){b->x1 / w, b->y1 / h, b->x2 / w, b->y2 / h};
}

/* Regions by attention, most first, without the whole picture. */
static int ranked(const struct extraction *x, const float *a, int *out)
{
	int n = 0;

	for (int i = 1; i < x->regions.n; i++) {
		int at = n++;

		for (; at > 0 && a[out[at - 1]] < a[i]; at--)
			out[at] = out[at - 1];
		out[at] = i;
	}
	return n;
}

static int region_selected(const struct app *app)
{
	const struct extraction *x = here_answer(app);
	const struct item *it = here_item(app);
	const struct found *f = here_found(app);
	int k = it ? it->region : f ? f->rec.region : 0;

	return k < x->regions.n ? k : 0;
}

/* One side of a frame; the picture's colours stay behind it. */
static void edge(const struct port *p, int y, int x, unsigned ink, uint32_t cp)
{
	const struct cell *under;
	struct cell c = {.cp = cp, .ink = (uint16_t)ink};

	if (y < 0 || y >= p->h || x < 0 || x >= p->w)
		return;
	under = &p->g->cell[(size_t)(p->y + y) * (size_t)p->g->w +
			    (size_t)(p->x + x)];
	if (under->painted) {
		bool strong = ink & INK_BOLD;

		c.painted = true;
		c.bg = under->bg;
		c.fg = strong ? (struct rgb){255, 255, 95}
			      : (struct rgb){255, 255, 255};
	}
	port_cell(p, y, x, &c);
}

static void label(const struct port *p, int y, int x, unsigned ink,
		  const char *s)
{
	x = MAX(0, MIN(x, p->w - (int)strlen(s)));
	for (; *s; s++)
		edge(p, y, x++, ink, (uint8_t)*s);
}

static void frame(const struct app *app, const struct port *p,
		  const struct box *b, unsigned ink, const char *name)
{
	static const uint32_t ascii[] = {'-', '|', '+', '+', '+', '+'};
	static const uint32_t lines[] = {0x2500, 0x2502, 0x250c,
					 0x2510, 0x2514, 0x2518};
	const uint32_t *c = app->ui->utf8 ? lines : ascii;
	int x0 = (int)(b->x1 * (float)p->w), y0 = (int)(b->y1 * (float)p->h);
	int x1 = MIN(p->w - 1, (int)(b->x2 * (float)p->w));
	int y1 = MIN(p->h - 1, (int)(b->y2 * (float)p->h));

	for (int x = x0; x <= x1; x++) {
		edge(p, y0, x, ink, c[0]);
		edge(p, y1, x, ink, c[0]);
	}
	for (int y = y0; y <= y1; y++) {
		edge(p, y, x0, ink, c[1]);
		edge(p, y, x1, ink, c[1]);
	}
	edge(p, y0, x0, ink, c[2]);
	edge(p, y0, x1, ink, c[3]);
	edge(p, y1, x0, ink, c[4]);
	edge(p, y1, x1, ink, c[5]);
	label(p, y0, x0 + 1, ink, name);
}

static void draw_frames(const struct app *app, const struct port *p,
			const float *a)
{
	const struct extraction *x = here_answer(app);
	int order[REGIONS_MAX], n = ranked(x, a, order);
	int most = MIN(n, MAX(1, p->h / 4)), chosen = region_selected(app);

	/* The least first, so that the most stands on top. */
	for (int i = most - 1; i >= -1; i--) {
		int k = i >= 0 ? order[i] : chosen;
		struct box b = relative(x, k);
		char name[24], prob[8];

		if (k == 0 || (i >= 0 && k == chosen))
			continue;
		pane_probability(a[k], prob);
		snprintf(name, sizeof(name), "O%d %s", k, prob);
		frame(app, p, &b, k == chosen ? INK_BOLD | INK_YELLOW : 0,
		      name);
	}
}

/* A box that is no region: a person's, or one that is being set. */
static void draw_own_box(const struct app *app, const struct port *p)
{
	const struct adjust *a = &app->ui->adjust;
	const struct item *it = here_item(app);
	float w = (float)app->picture_w, h = (float)app->picture_h;
	const struct box *b = NULL;
	char name[16] = "new";
	struct box r;

	if (a->kind == ADJUST_BOX)
		b = &a->box;
	else if (it && it->has_box)
		b = &it->box;
	if (!b || w <= 0 || h <= 0)
		return;
	if (it)
		snprintf(name, sizeof(name), "%d", it->id);
	r = (struct box){b->x1 / w, b->y1 / h, b->x2 / w, b->y2 / h};
	frame(app, p, &r, INK_BOLD | INK_YELLOW, name);
}

static void draw_numbers(const struct app *app, const struct port *p,
			 const float *a)
{
	const struct extraction *x = here_answer(app);
	int order[REGIONS_MAX], n = ranked(x, a, order), at;
	bool one = app->selected >= 0 && a != x->attention;
	char prob[8];

	if (one)
		port_printf(p, 0, 1, INK_DIM, "attention of result %d",
			    here_item(app) ? here_item(app)->id
					   : app->selected + 1);
	else
		port_text(p, 0, 1, INK_DIM, "attention, mean of the text");
	pane_probability(a[0], prob);
	at = port_printf(p, 1, 1, 0, "whole picture %s", prob);
	for (int i = 0; i < n && at + 9 < p->w; i++) {
		pane_probability(a[order[i]], prob);
		at = port_printf(p, 1, at, 0, "  O%d %s", order[i], prob);
	}
	if (app->stale)
		port_ink(p, 1, 0, p->w, INK_DIM);
}

static void draw_picture(const struct app *app, const struct port *p)
{
	const float *a = belongs(app) ? pane_attention(app) : NULL;
	struct box box[REGIONS_MAX];
	struct heat heat = {.box = box};
	struct port in;
	int rows, cols;

	canvas_fit(app->picture.w, app->picture.h, MAX(p->h - NUMBERS, 1), p->w,
		   &rows, &cols);
	in = port_part(p, 0, (p->w - cols) / 2, rows, cols);
	if (a && app->ui->heat) {
		heat.n = here_answer(app)->regions.n - 1;
		heat.weight = a + 1;
		for (int i = 0; i < heat.n; i++)
			box[i] = relative(here_answer(app), i + 1);
	}
	canvas_draw_again(&app->ui->painted, &app->picture, &heat,
			  app->ui->mode, &in);
	if (a && app->ui->boxes)
		draw_frames(app, &in, a);
	draw_own_box(app, &in);
	in = port_part(p, MAX(p->h - NUMBERS, rows), 0, NUMBERS, p->w);
	if (a)
		draw_numbers(app, &in, a);
}

/* The box that is being set, in numbers. */
static void draw_setting(const struct app *app, const struct port *p)
{
	const struct box *b = &app->ui->adjust.box;

	port_field(p, p->h - 1, 0, p->w, INK_BOLD, "");
	port_printf(p, p->h - 1, 1, INK_BOLD, "box %.0f,%.0f..%.0f,%.0f",
		    (double)b->x1, (double)b->y1, (double)b->x2, (double)b->y2);
}

static int draw(const struct app *app, const struct port *p, int scroll)
{
	(void)scroll;
	if (app->picture_error)
		port_text(p, 0, 1, INK_RED | INK_BOLD, app->picture_error);
	else if (app->picture.rgb)
		draw_picture(app, p);
	else if (app->picture_job)
		port_text(p, 0, 1, INK_DIM, "reading the picture ...");
	else
		port_text(p, 0, 1, INK_DIM, "no picture (:image PATH)");
	if (app->ui->adjust.kind == ADJUST_BOX)
		draw_setting(app, p);
	return p->h;
}

const struct pane_ops pane_picture = {
    .dirty = DIRTY_PICTURE,
    .title = title,
    .draw = draw,
};
