#include "tui/player.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/clock.h"
#include "src/probe/calls.h"
#include "tui/app.h"
#include "tui/commands.h"
#include "tui/probe-view.h"

enum {
	LEAST_MS = 2500, /* a step that plays by itself is shown … */
	LETTER_MS = 65,  /* … and this for each character to be read */
};

/* --- what a step does ----------------------------------------------------- */

/* The session of a replay is thrown away afterwards. */
static int scratch_session(struct app *app, const char *who, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	struct session_options o = {.who = who, .create = true};
	struct player *p = app->player;
	char *path;
	int rc;

	p->folder = xasprintf("%s/umie-replay-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(p->folder))
		return err_errno(err, ERR_FAILED, "%s", p->folder);
	path = file_join(p->folder, "replay.umie");
	rc = session_open(&app->session, path, &o, err);
	free(path);
	return rc;
}

static void remove_scratch(struct app *app)
{
	struct player *p = app->player;
	struct err err;
	char *path;

	if (!p->folder)
		return;
	if (app_session_close(app, &err) < 0)
		app_note(app, "%s", err.text);
	path = file_join(p->folder, "replay.umie");
	unlink(path);
	rmdir(p->folder);
	free(path);
	free(p->folder);
	p->folder = NULL;
}

static void run_command(struct app *app, const struct replay_step *s)
{
	const struct cmd *c = cmd_of_line(s->command);
	struct err err;

	if (c && !(c->flags & CMD_SCREEN) && c != &cmd_caption)
		str_addf(&app->player->shown, "%s%s",
			 app->player->shown.len ? "; " : "", s->command);
	if (c && (c->flags & CMD_FILES))
		return;
	if (c && (c->flags & CMD_SCREEN) && !app->ui)
		return;
	if (cmd_run_line(app, s->command, &err) < 0)
		app_say(app, "%s", err.text);
	app->run_at = 0; /* the answer is in the recording */
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

static void run_opened(struct app *app, const struct replay_step *s)
{
	struct event *ev = xcalloc(1, sizeof(*ev));

	open_report_copy(&ev->report, &s->report);
	deliver(app, JOB_OPEN, -1, ev);
	app->run_at = 0;
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

/* News are taken, so that a step that is shown again gets copies. */
static void run_news(struct app *app, struct replay_step *s)
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

static int run_step(struct app *app, struct replay_step *s, struct err *err)
{
	switch (s->kind) {
	case STEP_COMMAND:
		run_command(app, s);
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

const struct replay_step *player_peek(const struct player *p)
{
	return p->at < p->rec.n ? &p->rec.step[p->at] : NULL;
}

int player_next(struct app *app, struct err *err)
{
	struct player *p = app->player;
	bool acts = false;
	int rc = 0;

	do {
		struct replay_step *s = &p->rec.step[p->at++];

		acts |= s->kind == STEP_ACT;
		rc = run_step(app, s, err);
	} while (rc == 0 && p->at < p->rec.n &&
		 p->rec.step[p->at].kind != STEP_COMMAND);
	if (acts && app->session)
		app_look(app);
	app->run_at = 0;
	app->dirty = DIRTY_ALL;
	return rc;
}

static bool is_caption(const struct replay_step *s)
{
	return s->kind == STEP_COMMAND &&
	       cmd_of_line(s->command) == &cmd_caption;
}

int player_open(struct app *app, const char *path, struct err *err)
{
	struct player *p = xcalloc(1, sizeof(*p));

	if (recording_read(&p->rec, path, err) < 0) {
		free(p);
		return -(int)err->code;
	}
	p->captions = true;
	for (size_t i = 0; i < p->rec.n; i++)
		p->has_captions |= is_caption(&p->rec.step[i]);
	app->player = p;
	app->replaying = true;
	return 0;
}

/* Nothing is asked, answered or shown: as at the beginning. */
static void forget(struct app *app)
{
	struct player *p = app->player;

	remove_scratch(app);
	app_forget(app);
	free(p->caption);
	p->caption = NULL;
	str_clear(&p->shown);
	p->at = 0;
}

void player_close(struct app *app)
{
	if (!app->player)
		return;
	remove_scratch(app);
	recording_release(&app->player->rec);
	str_release(&app->player->shown);
	free(app->player->caption);
	free(app->player);
	app->player = NULL;
	app->replaying = false;
}

/* --- on the full screen --------------------------------------------------- */

/* A step of the person begins here: at a caption, or, in a recording that has
 * none, at every command. */
static bool begins(const struct player *p, size_t i)
{
	const struct replay_step *s = &p->rec.step[i];

	return s->kind == STEP_COMMAND && (!p->has_captions || is_caption(s));
}

static size_t steps(const struct player *p, size_t until)
{
	size_t n = 0;

	for (size_t i = 0; i < until; i++)
		n += begins(p, i);
	return n;
}

/* How long this one is looked at. */
static void set_due(struct app *app)
{
	struct player *p = app->player;
	size_t letters = p->caption ? strlen(p->caption) : 0;

	p->due = clock_ms() + (double)(LEAST_MS + LETTER_MS * letters);
}

static bool advance(struct app *app)
{
	struct err err;

	if (player_next(app, &err) == 0)
		return true;
	app_note(app, "%s", err.text);
	app->player->by_itself = false;
	return false;
}

static void step_on(struct app *app)
{
	struct player *p = app->player;
	size_t done = steps(p, p->at);

	if (!player_peek(p)) {
		app_note(app, "the recording ends here: Esc goes on by hand, q "
			      "leaves");
		p->by_itself = false;
		return;
	}
	str_clear(&p->shown);
	/* What comes before the first step belongs to it. */
	while (player_peek(p) &&
	       (steps(p, p->at) <= done || !begins(p, p->at)) && advance(app))
		;
	set_due(app);
}

void player_begin(struct app *app)
{
	if (app->player)
		step_on(app);
}

/* The step before this one: played from the start up to it. */
static void step_back(struct app *app)
{
	size_t wanted = steps(app->player, app->player->at);

	forget(app);
	do
		step_on(app);
	while (steps(app->player, app->player->at) + 1 < wanted);
}

static void leave(struct app *app)
{
	struct player *p = app->player;
	struct err err;

	p->left = true;
	p->by_itself = false;
	str_clear(&p->shown);
	app->replaying = false;
	app->open = false; /* what was open is only remembered */
	app->dirty = DIRTY_ALL;
	if (p->open && app_open(app, p->open, &err) < 0)
		app_note(app, "%s", err.text);
	app_note(app,
		 "you go on by hand%s; replay resume returns to the "
		 "script",
		 p->open ? "" : " (open CKPT to predict)");
}

int player_resume(struct app *app, struct err *err)
{
	struct player *p = app->player;
	size_t now;

	if (!p || !p->left)
		return err_set(err, ERR_USAGE,
			       "replay resume: no script was left");
	p->left = false;
	app->replaying = true;
	now = p->at;
	forget(app);
	do
		step_on(app);
	while (p->at < now);
	return 0;
}

/* Commands that only change what is looked at. */
static bool only_looks(const char *command)
{
	static const char *const names[] = {"focus",  "zoom",    "scroll",
					    "show",   "repaint", "suspend",
					    "cancel", "quit",    "screen"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t n = strlen(names[i]);

		if (strncmp(command, names[i], n) == 0 &&
		    (command[n] == ' ' || command[n] == '\0'))
			return true;
	}
	return false;
}

bool player_key(struct app *app, int key)
{
	struct player *p = app->player;
	const struct binding *b;

	if (!p || p->left)
		return false;
	switch (key) {
	case ' ':
	case K_RIGHT:
	case K_ENTER:
		step_on(app);
		return true;
	case K_LEFT:
	case K_BACKSPACE:
		step_back(app);
		return true;
	case 's':
		p->by_itself = !p->by_itself;
		set_due(app);
		app->dirty |= DIRTY_STATUS;
		return true;
	case 'c':
		p->captions = !p->captions;
		app->dirty = DIRTY_ALL;
		return true;
	case K_ESCAPE:
		leave(app);
		return true;
	default:
		b = keymap_find(&app->keys, app->ui->focus, key);
		if (b && only_looks(b->command))
			return false;
		app_note(app, "a recording is shown: Esc leaves it, then all "
			      "keys work");
		return true;
	}
}

int player_timeout(const struct app *app)
{
	const struct player *p = app->player;
	double left;

	if (!p || !p->by_itself)
		return -1;
	left = p->due - clock_ms();
	return left > 0 ? (int)left + 1 : 0;
}

void player_tick(struct app *app)
{
	struct player *p = app->player;

	if (p && p->by_itself && clock_ms() >= p->due)
		step_on(app);
}

void player_hint(const struct app *app, struct str *out)
{
	const struct player *p = app->player;

	str_addf(
	    out,
	    "Space next  Left back  s %s  c captions  Esc by hand  q quit  "
	    "%zu/%zu",
	    p->by_itself ? "by hand" : "by itself", steps(p, p->at),
	    steps(p, p->rec.n));
}

void player_caption(struct app *app, const char *text)
{
	struct player *p = app->player;

	if (!app->ui)
		app_say(app, "%s", text);
	if (!p)
		return;
	free(p->caption);
	p->caption = *text ? xstrdup(text) : NULL;
	app->dirty = DIRTY_ALL;
}

const char *player_shows(const struct app *app)
{
	const struct player *p = app->player;

	return p && !p->left && p->captions ? p->caption : NULL;
}
