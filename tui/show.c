#include "tui/show.h"

#include <stdlib.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/engine/clock.h"
#include "tui/app-session.h"
#include "tui/probe-view.h"
#include "tui/show-step.h"

/* --- what is put aside -----------------------------------------------------
 */

#define SHOW_SWAP(type, name)         \
	do {                          \
		type was = app->name; \
		app->name = a->name;  \
		a->name = was;        \
	} while (0);

static void swap_aside(struct app *app, struct aside *a)
{
	SHOW_ASIDE(SHOW_SWAP)
}

/* What the guest waits for may come while the person goes on by hand. */
static void swap_answers(struct app *app, struct aside *a)
{
	SHOW_SWAP(struct image, picture)
	SHOW_SWAP(int, picture_w)
	SHOW_SWAP(int, picture_h)
	SHOW_SWAP(char *, picture_error)
	SHOW_SWAP(int, picture_job)
	SHOW_SWAP(struct probe_view *, probe)
}
#undef SHOW_SWAP

/* An app that has nothing, as it is when the program begins. */
static void empty_app(struct app *app)
{
	app->request =
	    (struct extract_request){.task = TASK_MNER, .text = xstrdup("")};
	app->selected = -1;
	app->replaying = true;
	app->stale = false;
	app->run_at = 0;
	app_apply_settings(app);
	if (app->ui)
		ui_show_first(app->ui);
	app->dirty = DIRTY_ALL;
}

static void no_ahead(struct app *app)
{
	for (size_t i = 0; app->engine && i < app->n_ahead; i++)
		engine_cancel(app->engine, app->ahead[i].job);
	app->n_ahead = 0;
}

static void release_app(struct app *app)
{
	no_ahead(app);
	extract_request_release(&app->request);
	open_report_release(&app->report);
	extraction_free(app->result);
	image_release(&app->picture);
	free(app->picture_error);
	labels_release(&app->failed);
	probe_view_free(app->probe);
	app->request = (struct extract_request){0};
	app->report = (struct open_report){0};
	app->open = false;
	app->live_job = app->picture_job = 0;
	app->result = NULL;
	app->picture = (struct image){0};
	app->picture_error = NULL;
	app->probe = NULL;
}

/* The checkpoint that is really open, or what was recorded of one. */
static void swap_model(struct app *app, struct aside *a)
{
	struct engine *engine = app->engine;
	struct open_report report = app->report;
	bool open = app->open;
	int job = app->open_job;

	app->engine = a->engine;
	app->report = a->report;
	app->open = a->open;
	app->open_job = a->open_job;
	a->engine = engine;
	a->report = report;
	a->open = open;
	a->open_job = job;
}

/* The recorded checkpoint again, after show_leave(). */
static void take_back(struct app *app)
{
	struct show *s = app->show;

	if (!s->paused)
		return;
	no_ahead(app);
	app->live_job = app->picture_job = 0;
	swap_model(app, &s->aside);
	app->replaying = true;
	s->paused = false;
}

/* --- scenes ------------------------------------------------------------------
 */

static bool begins_scene(const struct show *s, size_t i)
{
	const struct replay_step *step = &s->rec.step[i];

	return s->by_caption ? step_is_caption(step)
			     : step->kind == STEP_COMMAND;
}

/* The steps up to the next command. */
static int run_command(struct app *app, bool silent, struct err *err)
{
	struct show *s = app->show;
	bool acts = false;
	int rc = 0;

	do {
		const struct replay_step *step = &s->rec.step[s->at++];

		rc = show_step(app, step, silent, err);
		acts |= step->kind == STEP_ACT;
	} while (rc == 0 && s->at < s->rec.n &&
		 s->rec.step[s->at].kind != STEP_COMMAND);
	if (acts && app->session)
		app_look(app);
	app->run_at = 0;
	return rc;
}

/* The commands up to the next scene.  What stands before the first caption
 * belongs to it. */
static int run_scene(struct app *app, bool silent, struct err *err)
{
	struct show *s = app->show;
	bool begun = !s->by_caption;
	int rc;

	str_clear(&s->shown);
	app->said_from = app->n_said;
	do {
		begun |= begins_scene(s, s->at);
		rc = run_command(app, silent, err);
	} while (rc == 0 && s->at < s->rec.n &&
		 !(begun && begins_scene(s, s->at)));
	s->scene++;
	app->dirty = DIRTY_ALL;
	return rc;
}

static size_t count_scenes(const struct show *s)
{
	size_t n = s->rec.n && !s->by_caption && !begins_scene(s, 0);

	for (size_t i = 0; i < s->rec.n; i++)
		n += begins_scene(s, i);
	return n;
}

int show_next(struct app *app, struct err *err)
{
	struct show *s = app->show;
	int rc;

	if (s->at == s->rec.n)
		return 0;
	rc = scratch_is_open(app) ? 0 : show_resume(app, err);
	if (rc == 0)
		rc = run_scene(app, false, err);
	return rc < 0 ? rc : 1;
}

/* From the beginning up to a scene; without a word, but on the full screen for
 * what the last one says. */
static int rebuild(struct app *app, size_t scene, struct err *err)
{
	struct show *s = app->show;
	int rc = 0;

	scratch_drop(app);
	release_app(app);
	empty_app(app);
	s->at = s->scene = 0;
	show_caption(app, "");
	while (s->scene < scene && rc == 0) {
		app->mute = !app->ui || s->scene + 1 < scene;
		rc = run_scene(app, true, err);
	}
	app->mute = false;
	app->unseen = app->looked = app->session || app->result;
	return rc;
}

int show_back(struct app *app, struct err *err)
{
	size_t scene = app->show->scene;

	return rebuild(app, scene > 1 ? scene - 1 : app->ui != NULL, err);
}

double show_time(const struct show *s)
{
	return s->at ? s->rec.step[s->at - 1].t : 0;
}

double show_pause(const struct show *s)
{
	return s->at < s->rec.n ? MAX(s->rec.step[s->at].t - show_time(s), 0)
				: -1;
}

void show_caption(struct app *app, const char *text)
{
	struct show *s = app->show;

	if (s) {
		free(s->caption);
		s->caption = *text ? xstrdup(text) : NULL;
		app->dirty = DIRTY_ALL;
	}
	if (*text && !(s && app->ui))
		app_say(app, "# %s", text);
}

/* An answer that is awaited would be missed while the person goes on by hand:
 * it is asked for again afterwards. */
static void ask_later(struct app *app)
{
	no_ahead(app);
	if (!app->live_job)
		return;
	engine_cancel(app->engine, app->live_job);
	app->live_job = 0;
	app->stale = true;
	app->run_at = clock_ms();
}

/* --- the whole of it --------------------------------------------------------
 */

int show_open(struct app *app, const char *path, unsigned how, struct err *err)
{
	struct show *s = xcalloc(1, sizeof(*s));
	int rc = recording_read(&s->rec, path, err);

	if (rc < 0) {
		free(s);
		return rc;
	}
	s->name = xstrdup(path);
	s->guest = how & SHOW_GUEST;
	s->captions = true;
	for (size_t i = 0; (how & SHOW_SCREEN) && i < s->rec.n; i++)
		s->by_caption |= step_is_caption(&s->rec.step[i]);
	s->scenes = count_scenes(s);
	if (app->ui) {
		s->screen = app->ui->screen;
		s->focus = app->ui->focus;
		s->zoom = app->ui->zoom;
	}
	app->show = s;
	ask_later(app);
	swap_aside(app, &s->aside);
	empty_app(app);
	return 0;
}

static void show_free(struct show *s)
{
	if (s->folder)
		rmdir(s->folder);
	recording_release(&s->rec);
	str_release(&s->shown);
	free(s->caption);
	free(s->folder);
	free(s->name);
	free(s);
}

/* Before it the program had nothing; what the person went on to stays. */
static void keep_app(struct app *app, struct aside *a)
{
	if (scratch_is_open(app))
		scratch_drop(app);
	swap_aside(app, a);
	release_app(app);
	swap_aside(app, a);
}

static void restore_app(struct app *app, struct aside *a)
{
	take_back(app);
	scratch_drop(app);
	release_app(app);
	swap_aside(app, a);
}

void show_close(struct app *app)
{
	struct show *s = app->show;

	if (!s)
		return;
	if (s->paused && !s->guest)
		keep_app(app, &s->aside);
	else
		restore_app(app, &s->aside);
	engine_stop(s->aside.engine); /* one that a step may have begun */
	if (app->ui && s->guest) {
		ui_show_screen(app->ui, s->screen);
		app->ui->focus = s->focus;
		app->ui->zoom = s->zoom;
	}
	show_free(s);
	app->show = NULL;
	app->dirty = DIRTY_ALL;
	if (app->session)
		app_session_ahead(app);
}

/* --- leaving it for a while -------------------------------------------------
 */

void show_leave(struct app *app)
{
	struct show *s = app->show;
	struct err err;

	s->paused = true;
	s->by_itself = false;
	s->due = 0;
	swap_model(app, &s->aside);
	app->replaying = false;
	app->stale = true;
	app->dirty = DIRTY_ALL;
	if (!app->open && !app->open_job && s->open &&
	    app_open(app, s->open, &err) < 0)
		app_note(app, "%s", err.text);
	app_note(app,
		 "left at %zu of %zu%s; :replay resume goes on, stop ends "
		 "it",
		 s->scene, s->scenes,
		 app->open || app->open_job ? "" : " (:open PATH predicts)");
}

/* A picture or a probe that was asked for before the replay. */
static bool awaits(const struct aside *a, int job)
{
	return job == a->picture_job || (a->probe && (job == a->probe->one.id ||
						      job == a->probe->set.id));
}

bool show_take(struct app *app, struct event *ev)
{
	struct show *s = app->show;

	if (!s || !s->paused || !awaits(&s->aside, ev->job))
		return false;
	swap_answers(app, &s->aside);
	app_take(app, ev);
	swap_answers(app, &s->aside);
	return true;
}

int show_resume(struct app *app, struct err *err)
{
	take_back(app);
	return rebuild(app, app->show->scene, err);
}
