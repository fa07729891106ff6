/*
 * tui_scene -- an app with a result and no engine, painted off screen.
 */
#ifndef UMIE_TESTS_TUI_SCENE_H
#define UMIE_TESTS_TUI_SCENE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/pane.h"

#define SCENE static inline __attribute__((unused))

struct scene {
	struct app app;
	struct ui ui;
	struct layout layout;
	struct grid grid;
};

enum { SCENE_SIDE = 64, SCENE_REGIONS = 3 };

/* A picture that gets lighter to the right. */
SCENE void scene_picture(struct app *app)
{
	struct image *im = &app->picture;

	*im = (struct image){xmalloc(SCENE_SIDE * SCENE_SIDE * 3), SCENE_SIDE,
			     SCENE_SIDE};
	for (int i = 0; i < SCENE_SIDE * SCENE_SIDE * 3; i++)
		im->rgb[i] = (uint8_t)(i / 3 % SCENE_SIDE * 4);
	app->picture_w = app->picture_h = 640;
	app->request.image = xstrdup("pictures/O_3213.jpg");
}

SCENE float *scene_weights(float whole, float one, float two)
{
	float *w = xcalloc(SCENE_REGIONS, sizeof(*w));

	w[0] = whole;
	w[1] = one;
	w[2] = two;
	return w;
}

SCENE struct found *scene_found(struct extraction *x, enum task t,
				const char *label, float p)
{
	struct found *f;

	x->found = xrealloc(x->found, x->n_found + 1, sizeof(*x->found));
	f = &x->found[x->n_found++];
	*f = (struct found){.p = p, .event = -1};
	f->rec.task = t;
	f->rec.label = xstrdup(label);
	return f;
}

SCENE void scene_span(struct extraction *x, const char *label, const char *text,
		      int32_t start, enum fit fit, float p)
{
	struct found *f = scene_found(x, TASK_MNER, label, p);

	f->rec.text = xstrdup(text);
	f->text =
	    (struct mention){fit, start, start + (int32_t)strlen(text), 1};
	f->attention = scene_weights(0.1f, 0.2f, 0.7f);
}

/* The result of section 6.2 of the design. */
SCENE struct extraction *scene_result(void)
{
	struct extraction *x = xcalloc(1, sizeof(*x));

	x->task = TASK_MNER;
	x->text = xstrdup("RT @EW : Kevin Love and Kyle Korver at the Quicken "
			  "Loans Arena in Cleveland");
	x->instruction =
	    xstrdup("Please extract the following entity type: person, "
		    "location, organization, miscellaneous.");
	x->raw = xstrdup("person, Kevin Love <spot> person, Kyle Korver");
	snprintf(x->device, sizeof(x->device), "cpu");
	snprintf(x->model, sizeof(x->model), "ab12");
	x->g = x->g_used = 0.412f;
	x->cos = 0.25f;
	x->image = IMAGE_FOUND;
	x->image_path = xstrdup("pictures/O_3213.jpg");
	x->image_w = x->image_h = 640;
	x->regions.n = SCENE_REGIONS;
	x->regions.box[0] = (struct box){0, 0, 640, 640};
	x->regions.box[1] = (struct box){64, 64, 320, 320};
	x->regions.box[2] = (struct box){320, 256, 640, 576};
	x->attention = scene_weights(0.2f, 0.5f, 0.3f);
	x->ms.total = 38;
	x->ms.encode = 21;
	x->ms.decode = 17;
	x->input_tokens = 48;
	x->answer_tokens = 41;
	scene_span(x, "Person", "Kevin Love", 9, FIT_EXACT, 0.99f);
	scene_span(x, "Person", "Kyle Korver", 24, FIT_EXACT, 0.98f);
	scene_span(x, "Location", "Quicken Loans Arena", 43, FIT_EXACT, 0.71f);
	scene_span(x, "Location", "Cleveland", 66, FIT_REPEATED, 1.0f);
	scene_span(x, "Organization", "Cavaliers", -1, FIT_ABSENT, 0.33f);
	x->dropped = xcalloc(1, sizeof(*x->dropped));
	x->dropped[0] =
	    (struct dropped){xstrdup("animal, Rocky"), "unknown_type"};
	x->n_dropped = 1;
	return x;
}

SCENE void scene_init(struct scene *s, int w, int h)
{
	memset(s, 0, sizeof(*s));
	app_init(&s->app, "umie", NULL);
	ui_init(&s->ui);
	s->ui.w = w;
	s->ui.h = h;
	s->app.ui = &s->ui;
	s->app.screen = true;
	s->app.open = true;
	s->app.report.path = xstrdup("/models/umie-base/");
	s->app.report.dtype = "F32";
	s->app.report.parameters = 248000000;
	s->app.result = scene_result();
	free(s->app.request.text);
	s->app.request.text = xstrdup(s->app.result->text);
	s->app.selected = 0;
	scene_picture(&s->app);
	grid_init(&s->grid, w, h);
}

SCENE void scene_release(struct scene *s)
{
	app_release(&s->app);
	grid_release(&s->grid);
	ui_release(&s->ui);
}

SCENE void scene_paint(struct scene *s)
{
	s->app.dirty = DIRTY_ALL;
	layout_make(&s->layout, &s->ui);
	paint(&s->app, &s->layout, &s->grid);
}

/* Row y of the painted screen; the caller's. */
SCENE char *scene_row(const struct scene *s, int y)
{
	struct str row = {0};

	grid_row(&s->grid, y, &row);
	return str_detach(&row);
}

/* Is `want` anywhere on the painted screen? */
SCENE bool scene_shows(const struct scene *s, const char *want)
{
	bool found = false;

	for (int y = 0; y < s->grid.h && !found; y++) {
		char *row = scene_row(s, y);

		found = strstr(row, want) != NULL;
		free(row);
	}
	return found;
}

SCENE void scene_print(const struct scene *s)
{
	for (int y = 0; y < s->grid.h; y++) {
		char *row = scene_row(s, y);

		printf("# %s\n", row);
		free(row);
	}
}

#endif
