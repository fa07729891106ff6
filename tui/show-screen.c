/* A recording on the full screen: keys and the clock. */
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/engine/clock.h"
#include "tui/commands.h"
#include "tui/keymap.h"
#include "tui/show.h"

enum {
	LEAST_MS = 2500, /* a scene that comes by itself is shown … */
	LETTER_MS = 65,  /* … and this for each character to be read */
};

/* How long this one is looked at. */
static void set_due(struct show *s)
{
	double ms =
	    s->speed > 0
		? MAX(show_pause(s), 0) / s->speed
		: LEAST_MS +
		      LETTER_MS * (double)(s->caption ? strlen(s->caption) : 0);

	s->due = s->by_itself ? clock_ms() + ms : 0;
}

/* rc of show_next() or show_back(). */
static void shown(struct app *app, int rc, const struct err *err)
{
	if (rc < 0)
		app->show->by_itself = false;
	if (rc < 0)
		app_note(app, "%s", err->text);
	set_due(app->show);
	app->dirty = DIRTY_ALL;
}

static void step_on(struct app *app)
{
	struct show *s = app->show;
	struct err err;

	if (s->at == s->rec.n) {
		app_note(app, "the recording ends here: Esc goes on by hand, q "
			      "ends it");
		s->by_itself = false;
		s->due = 0;
		return;
	}
	shown(app, show_next(app, &err), &err);
}

static void step_back(struct app *app)
{
	struct err err;

	shown(app, show_back(app, &err), &err);
}

void show_begin(struct app *app, double speed)
{
	app->show->speed = speed;
	app->show->by_itself = speed > 0;
	step_on(app);
}

bool show_plays(const struct app *app)
{
	return app->show && !app->show->paused;
}

/* Those that look are the person's also while a recording is shown. */
static bool only_looks(const struct binding *b)
{
	const struct cmd *c = b ? cmd_of_line(b->command) : NULL;

	return c == &cmd_cancel || (c && (c->flags & CMD_SCREEN) &&
				    c != &cmd_prompt && c != &cmd_adjust);
}

static void end(struct app *app)
{
	if (app->show->guest)
		show_close(app);
	else
		app->quit = true;
}

static void other_key(struct app *app)
{
	app_note(app, "a recording is shown: Esc leaves it, then all keys "
		      "work");
}

bool show_key(struct app *app, int key)
{
	struct show *s = app->show;

	if (!show_plays(app))
		return false;
	switch (key) {
	case ' ':
	case K_ENTER:
	case K_RIGHT:
		step_on(app);
		return true;
	case K_LEFT:
	case K_BACKSPACE:
		step_back(app);
		return true;
	case 's':
		s->by_itself = !s->by_itself;
		set_due(s);
		app->dirty |= DIRTY_STATUS;
		return true;
	case 'c':
		s->captions = !s->captions;
		app->dirty = DIRTY_ALL;
		return true;
	case K_ESCAPE:
		show_leave(app);
		return true;
	case 'q':
		end(app);
		return true;
	default:
		if (only_looks(keymap_find(&app->keys, app->ui->focus, key)))
			return false;
		other_key(app);
		return true;
	}
}

void show_tick(struct app *app)
{
	struct show *s = app->show;

	if (s && s->due > 0 && clock_ms() >= s->due)
		step_on(app);
}

const char *show_words(const struct app *app)
{
	return show_plays(app) && app->show->captions ? app->show->caption
						      : NULL;
}

const char *show_keys(const struct show *s)
{
	return s->by_itself
		   ? "Space next  Left back  s waits for keys  c captions  Esc "
		     "by hand  q ends"
		   : "Space next  Left back  s by itself  c captions  Esc by "
		     "hand  q ends";
}

char *show_status(const struct show *s)
{
	return xasprintf("REPLAY %s%zu/%zu", s->paused ? "left at " : "",
			 s->scene, s->scenes);
}
