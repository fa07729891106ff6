#include "tui/show-step.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/probe/calls.h"
#include "tui/commands.h"
#include "tui/probe-view.h"
#include "tui/show.h"

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

void scratch_drop(struct app *app)
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

bool scratch_is_open(const struct app *app)
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

/* --- commands ---------------------------------------------------------------
 */

/* Does a command of the recording happen, or is it only shown? */
static bool is_done(const struct app *app, const struct cmd *c)
{
	if (!c)
		return true; /* its error is part of what was seen */
	if (c->flags & CMD_FILES)
		return false;
	if ((c->flags & CMD_SCREEN) && !app->ui)
		return false;
	/* They would take the keys, or end the program, of those who look. */
	if (c == &cmd_adjust || c == &cmd_suspend || c == &cmd_quit)
		return false;
	return !(app->show->guest && (c->flags & CMD_RC));
}

/* What the line at the bottom says that was done. */
static void add_shown(struct app *app, const struct cmd *c, const char *line)
{
	struct str *shown = &app->show->shown;

	if (c && !(c->flags & CMD_SCREEN) && c != &cmd_caption)
		str_addf(shown, "%s%s", shown->len ? "; " : "", line);
}

static void run_command(struct app *app, const struct replay_step *s,
			bool silent)
{
	const struct cmd *c = cmd_of_line(s->command);
	struct err err;

	add_shown(app, c, s->command);
	if (!silent && c != &cmd_caption && !app->screen)
		app_say(app, "> %s", s->command);
	if (is_done(app, c) && cmd_run_line(app, s->command, &err) < 0)
		app_say(app, "%s", err.text);
	if (app->ui)
		app->ui->want = 0; /* prompt and editor were theirs */
	app->run_at = 0;           /* the answer is in the recording */
}

bool step_is_caption(const struct replay_step *s)
{
	return s->kind == STEP_COMMAND &&
	       cmd_of_line(s->command) == &cmd_caption;
}

/* --- what came of them ------------------------------------------------------
 */

static void deliver(struct app *app, enum job_kind kind, int job,
		    struct event *ev)
{
	ev->kind = EVENT_DONE;
	ev->job_kind = kind;
	ev->job = job;
	app_take(app, ev);
	event_free(ev);
	app->run_at = 0;
}

static void run_opened(struct app *app, const struct replay_step *s)
{
	struct event *ev = xcalloc(1, sizeof(*ev));

	open_report_copy(&ev->report, &s->report);
	deliver(app, JOB_OPEN, -1, ev);
}

static const char *example_picture(const struct app *app, int number)
{
	const struct session_example *e =
	    app->session ? state_example(session_state(app->session), number)
			 : NULL;

	return e ? e->ex.image : NULL;
}

/* The same picture, as it is called here. */
static void call_picture(struct extraction *x, const char *name)
{
	if (!x->image_path || !name)
		return;
	free(x->image_path);
	x->image_path = xstrdup(name);
}

static void run_reply(struct app *app, const struct replay_step *s)
{
	struct event *ev = xcalloc(1, sizeof(*ev));

	ev->extraction = extraction_copy(s->reply);
	call_picture(ev->extraction, s->ahead ? example_picture(app, s->ahead)
					      : app->request.image);
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

/* News are taken, so that a step that is shown again gives copies. */
static void run_news(struct app *app, const struct replay_step *s)
{
	struct event *ev = xcalloc(1, sizeof(*ev));
	struct probe_view *v = probe_view(app);

	ev->news = probe_news_copy(s->news);
	ev->free_news = probe_news_free;
	if (v->set.id != PROBE_REPLAYED)
		v->one.id = PROBE_REPLAYED;
	deliver(app, JOB_CALL, PROBE_REPLAYED, ev);
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

int show_step(struct app *app, const struct replay_step *s, bool silent,
	      struct err *err)
{
	switch (s->kind) {
	case STEP_COMMAND:
		run_command(app, s, silent);
		return 0;
	case STEP_OPENED:
		run_opened(app, s);
		return 0;
	case STEP_REPLY:
		run_reply(app, s);
		return 0;
	case STEP_PICTURE:
		run_picture(app, s);
		return 0;
	case STEP_NEWS:
		run_news(app, s);
		return 0;
	case STEP_ACT:
		return run_act(app, s, err);
	}
	return 0;
}
