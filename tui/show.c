#include "tui/show.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/engine/clock.h"
#include "tui/app-session.h"
#include "tui/commands.h"
#include "tui/probe-view.h"

/* --- what is put aside -----------------------------------------------------
 */

static void swap_aside(struct app *app, struct aside *a)
{
#define SHOW_SWAP(type, name)         \
	do {                          \
		type was = app->name; \
		app->name = a->name;  \
		a->name = was;        \
	} while (0);
	SHOW_ASIDE(SHOW_SWAP)
#undef SHOW_SWAP
}

/* An app that has nothing, as it is when the program begins. */
static void empty_app(struct app *app)
{
	app->request =
	    (struct extract_request){.task = TASK_MNER, .text = xstrdup("")};
	app->selected = -1;
	app->replaying = true;
	app_apply_settings(app);
	app->dirty = DIRTY_ALL;
}

static void release_app(struct app *app)
{
	extract_request_release(&app->request);
	open_report_release(&app->report);
	extraction_free(app->result);
	image_release(&app->picture);
	free(app->picture_error);
	probe_view_free(app->probe);
	app->request = (struct extract_request){0};
	app->report = (struct open_report){0};
	app->open = false;
	app->result = NULL;
	app->picture = (struct image){0};
	app->picture_error = NULL;
	app->probe = NULL;
}

static void no_ahead(struct app *app)
{
	for (size_t i = 0; app->engine && i < app->n_ahead; i++)
		engine_cancel(app->engine, app->ahead[i].job);
	app->n_ahead = 0;
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

/* --- the scratch session ---------------------------------------------------
 */

static char *scratch_path(const struct show *s)
{
	return file_join(s->folder, "replay.umie");
}

/* The session of a replay is thrown away afterwards. */
static int scratch_session(struct app *app, const char *who, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	struct session_options o = {.who = who, .create = true};
	struct show *s = app->show;
	char *path;
	int rc;

	if (!s->folder) {
		s->folder =
		    xasprintf("%s/umie-replay-XXXXXX", tmp ? tmp : "/tmp");
		if (!mkdtemp(s->folder))
			return err_errno(err, ERR_FAILED, "%s", s->folder);
	}
	path = scratch_path(s);
	rc = session_open(&app->session, path, &o, err);
	free(path);
	return rc;
}

/* Close what is open, which may be another session by now, and forget the
 * scratch one. */
static void drop_session(struct app *app)
{
	struct err err;
	char *path;

	if (app_session_close(app, &err) < 0)
		app_note(app, "%s", err.text);
	if (!app->show->folder)
		return;
	path = scratch_path(app->show);
	unlink(path);
	free(path);
}

/* Is what is open still what the recording was shown in? */
static bool is_ours(const struct app *app)
{
	char *path;
	bool ours;

	if (!app->show->folder)
		return app->session == NULL;
	path = scratch_path(app->show);
	ours = app->session && strcmp(session_path(app->session), path) == 0;
	free(path);
	return ours;
}

/* --- steps -------------------------------------------------------------------
 */

/* Does a command of the recording happen, or is it only shown? */
static bool is_done(const struct app *app, const struct cmd *c)
{
	if (!c)
		return true; /* its error is part of what was seen */
	if (c->flags & CMD_FILES)
		return false;
	return !app->show->guest ||
	       !((c->flags & CMD_RC) || c == &cmd_quit || c == &cmd_suspend ||
		 c == &cmd_replay_live);
}

static void set_caption(struct show *s, const char *text)
{
	free(s->caption);
	s->caption = text ? xstrdup(text) : NULL;
}

const char *note_caption(const char *words)
{
	static const char option[] = "--caption";
	size_t n = strlen(option);

	if (strncmp(words, option, n) != 0 || (words[n] && words[n] != ' '))
		return NULL;
	return words + n + strspn(words + n, " ");
}

/* What a line says as a caption; NULL: nothing. */
static const char *caption_of(const struct cmd *c, const char *line)
{
	const char *words = line + strcspn(line, " \t");

	return c == &cmd_note ? note_caption(words + strspn(words, " \t"))
			      : NULL;
}

static void run_command(struct app *app, const struct replay_step *s,
			bool silent)
{
	const struct cmd *c = cmd_of_line(s->command);
	const char *caption = caption_of(c, s->command);
	struct err err;

	if (caption) {
		set_caption(app->show, caption);
		if (!silent && !app->screen && app->show->captions)
			app_say(app, "# %s", caption);
		return;
	}
	if (!silent)
		app_say(app, "> %s", s->command);
	if (is_done(app, c) && cmd_run_line(app, s->command, &err) < 0)
		app_say(app, "%s", err.text);
}

static void deliver(struct app *app, enum job_kind kind, int job,
		    struct event *ev)
{
	ev->kind = EVENT_DONE;
	ev->job_kind = kind;
	ev->job = job;
	app->run_at = 0;
	app_take(app, ev);
	event_free(ev);
}

static void run_reply(struct app *app, const struct replay_step *s)
{
	struct event *ev = xcalloc(1, sizeof(*ev));

	ev->extraction = extraction_copy(s->reply);
	if (s->ahead && app->session && app->n_ahead < AHEAD) {
		app->ahead[app->n_ahead++] = (struct ahead){-2, s->ahead};
		deliver(app, JOB_EXTRACT, -2, ev);
		return;
	}
	app->live_job = -1;
	app->live_example = app->session ? session_state(app->session)->at : 0;
	deliver(app, JOB_EXTRACT, -1, ev);
}

static void run_picture(struct app *app, const struct replay_step *s)
{
	struct event *ev = xcalloc(1, sizeof(*ev));
	size_t n = 3 * (size_t)s->picture.w * (size_t)s->picture.h;

	ev->picture = s->picture;
	ev->picture.rgb = xmalloc(n);
	memcpy(ev->picture.rgb, s->picture.rgb, n);
	ev->picture_w = s->picture_w;
	ev->picture_h = s->picture_h;
	app->picture_job = -1;
	deliver(app, JOB_PICTURE, -1, ev);
}

static int run_act(struct app *app, const struct replay_step *s,
		   struct err *err)
{
	struct act a = s->act;
	int rc = app->session ? 0 : scratch_session(app, a.who, err);

	a.who = xstrdup(a.who);
	a.body = xstrdup(a.body);
	if (rc < 0)
		act_release(&a);
	else
		rc = session_copy_act(app->session, &a, err);
	return rc < 0 ? rc : app_queue(app, err);
}

static int run_step(struct app *app, const struct replay_step *s, bool silent,
		    struct err *err)
{
	struct event *ev;

	switch (s->kind) {
	case STEP_COMMAND:
		run_command(app, s, silent);
		return 0;
	case STEP_OPENED:
		ev = xcalloc(1, sizeof(*ev));
		open_report_copy(&ev->report, &s->report);
		deliver(app, JOB_OPEN, -1, ev);
		return 0;
	case STEP_REPLY:
		run_reply(app, s);
		return 0;
	case STEP_PICTURE:
		run_picture(app, s);
		return 0;
	case STEP_ACT:
		return run_act(app, s, err);
	}
	return 0;
}

/* --- scenes ------------------------------------------------------------------
 */

static bool begins_scene(const struct recording *r, size_t i)
{
	return r->step[i].kind == STEP_COMMAND;
}

/* The steps up to the next command. */
static int run_scene(struct app *app, bool silent, struct err *err)
{
	struct show *s = app->show;
	bool acts = false;
	int rc = 0;

	do {
		const struct replay_step *step = &s->rec.step[s->at++];

		rc = run_step(app, step, silent, err);
		acts |= step->kind == STEP_ACT;
	} while (rc == 0 && s->at < s->rec.n && !begins_scene(&s->rec, s->at));
	s->scene++;
	if (acts && app->session)
		app_look(app);
	app->dirty = DIRTY_ALL;
	return rc;
}

static size_t count_scenes(const struct recording *r)
{
	size_t n = r->n && !begins_scene(r, 0);

	for (size_t i = 0; i < r->n; i++)
		n += begins_scene(r, i);
	return n;
}

int show_next(struct app *app, struct err *err)
{
	struct show *s = app->show;
	int rc;

	if (s->at == s->rec.n)
		return 0;
	rc = is_ours(app) ? 0 : show_resume(app, err);
	if (rc == 0)
		rc = run_scene(app, false, err);
	return rc < 0 ? rc : 1;
}

/* From the beginning, without a word, up to a scene. */
static int rebuild(struct app *app, size_t scene, struct err *err)
{
	struct show *s = app->show;
	int rc = 0;

	drop_session(app);
	release_app(app);
	empty_app(app);
	s->at = s->scene = 0;
	set_caption(s, NULL);
	app->mute = true;
	while (s->scene < scene && rc == 0)
		rc = run_scene(app, true, err);
	app->mute = false;
	app->unseen = app->looked = app->session || app->result;
	return rc;
}

int show_back(struct app *app, struct err *err)
{
	size_t scene = app->show->scene;

	return rebuild(app, scene > 1 ? scene - 1 : 0, err);
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

int show_open(struct app *app, const char *path, bool guest, struct err *err)
{
	struct show *s = xcalloc(1, sizeof(*s));
	int rc = recording_read(&s->rec, path, err);

	if (rc < 0) {
		free(s);
		return rc;
	}
	s->name = xstrdup(path);
	s->guest = guest;
	s->captions = true;
	s->scenes = count_scenes(&s->rec);
	app->show = s;
	no_ahead(app);
	swap_aside(app, &s->aside);
	empty_app(app);
	return 0;
}

void show_close(struct app *app)
{
	struct show *s = app->show;

	if (!s)
		return;
	take_back(app);
	drop_session(app);
	release_app(app);
	swap_aside(app, &s->aside);
	if (s->folder)
		rmdir(s->folder);
	recording_release(&s->rec);
	free(s->caption);
	free(s->folder);
	free(s->name);
	free(s);
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

	s->paused = true;
	s->due = 0;
	swap_model(app, &s->aside);
	app->replaying = false;
	app->stale = true;
	app->dirty = DIRTY_ALL;
	app_note(app,
		 "%s: left at %zu of %zu, %s; replay resume goes on, replay "
		 "stop ends it",
		 s->name, s->scene, s->scenes,
		 app->open ? "live from here"
			   : "no checkpoint is open to go on with");
}

int show_resume(struct app *app, struct err *err)
{
	take_back(app);
	return rebuild(app, app->show->scene, err);
}

/* --- on the full screen ------------------------------------------------------
 */

static void tell(struct app *app, int rc, const struct err *err)
{
	struct show *s = app->show;
	double pause = show_pause(s);

	if (rc < 0)
		app_note(app, "%s", err->text);
	s->due = rc < 0 || pause < 0 || s->speed <= 0
		     ? 0
		     : clock_ms() + pause / s->speed;
	app->dirty = DIRTY_ALL;
}

/* By key, then as it was, twice, four times as fast. */
static void change_speed(struct app *app)
{
	struct show *s = app->show;

	s->speed = s->speed <= 0 ? 1 : s->speed < 4 ? 2 * s->speed : 0;
	tell(app, 0, NULL);
}

void show_begin(struct app *app, double speed)
{
	struct err err;

	app->show->speed = speed;
	tell(app, show_next(app, &err), &err);
}

bool show_key(struct app *app, int key)
{
	struct show *s = app->show;
	struct err err;

	if (!s || s->paused)
		return false;
	switch (key) {
	case ' ':
	case K_ENTER:
	case K_RIGHT:
		tell(app, show_next(app, &err), &err);
		return true;
	case K_LEFT:
	case K_BACKSPACE:
		tell(app, show_back(app, &err), &err);
		return true;
	case 's':
		change_speed(app);
		return true;
	case 'c':
		s->captions = !s->captions;
		app->dirty = DIRTY_ALL;
		return true;
	case K_ESCAPE:
		show_leave(app);
		return true;
	case 'q':
		show_close(app);
		return true;
	default:
		return false;
	}
}

void show_tick(struct app *app)
{
	struct show *s = app->show;
	struct err err;

	if (s && s->due > 0 && clock_ms() >= s->due)
		tell(app, show_next(app, &err), &err);
}

const char *show_keys(void)
{
	return "Space next, left back, s speed, c captions, Esc goes on live, "
	       "q ends the replay";
}

char *show_status(const struct show *s)
{
	if (s->paused)
		return xasprintf("REPLAY left at %zu/%zu", s->scene, s->scenes);
	if (s->speed > 0)
		return xasprintf("REPLAY %zu/%zu x%g", s->scene, s->scenes,
				 s->speed);
	return xasprintf("REPLAY %zu/%zu", s->scene, s->scenes);
}
