/* The picture alone, in the terminal's pixels, until the next key. */
#include "src/engine/clock.h"
#include "tui/loop-internal.h"

static void show_pixels(struct loop *l)
{
	const struct app *app = l->app;
	struct str out = {0};
	int w, h;

	screen_cell(l->screen, &w, &h);
	str_addf(&out, "\033[2J\033[1;1H%s %dx%d   any key goes back\033[2;1H",
		 app->request.image, app->picture_w, app->picture_h);
	if (pixels_print(&app->picture, l->pixels.can, l->ui.h - 2, l->ui.w, w,
			 h, &out)) {
		screen_send(l->screen, out.s);
		l->pixeled = true;
	} else {
		app_note(l->app, "pixels: umie was built without libchafa");
	}
	str_release(&out);
}

/* The terminal has said what it can, or has said nothing for too long. */
void loop_pixels_answered(struct loop *l)
{
	if (!l->asked || l->pixels.can == PIXELS_UNKNOWN || l->pixels.until > 0)
		return;
	l->asked = false;
	if (l->pixels.can == PIXELS_NONE)
		app_note(l->app, "pixels: this terminal shows neither sixel "
				 "nor kitty pictures; z enlarges the cells");
	else if (l->app->picture.rgb)
		show_pixels(l);
}

void loop_pixels_want(struct loop *l)
{
	l->asked = true;
	if (l->pixels.can == PIXELS_UNKNOWN)
		screen_send(l->screen, pixels_ask(&l->pixels, clock_ms()));
	loop_pixels_answered(l);
}

void loop_pixels_leave(struct loop *l)
{
	l->pixeled = false;
	screen_send(l->screen, pixels_erase(l->pixels.can));
	screen_repaint(l->screen);
	loop_resize(l);
}

void loop_pixels_pass(struct loop *l)
{
	int left[PIXELS_HELD];

	loop_handle(l, left, (int)pixels_tick(&l->pixels, clock_ms(), left));
	loop_pixels_answered(l);
}
