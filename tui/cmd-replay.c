/* record and replay: a session shown again without model and pictures. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"
#include "tui/face.h"
#include "tui/show.h"
#include "tui/verify.h"

static int exec_record(struct app *app, const struct args *a, struct err *err)
{
	const char *name = a->pos[0];
	int rc;

	if (strcmp(name, "stop") == 0) {
		if (!app->recorder)
			return err_set(err, ERR_USAGE,
				       "nothing is being recorded");
		rc = recorder_close(app->recorder, err);
		app->recorder = NULL;
		if (rc == 0)
			app_say(app, "the recording is complete");
		return rc;
	}
	if (app->recorder)
		return err_set(err, ERR_USAGE,
			       "a recording goes on (record stop)");
	rc = recorder_open(&app->recorder, name, app->session, err);
	if (rc < 0)
		return rc;
	if (app->open)
		recorder_opened(app->recorder, &app->report);
	app_say(app, "recording to %s until record stop", name);
	return 0;
}

const struct cmd cmd_record = {
    .name = "record",
    .args = "FILE|stop",
    .flags = CMD_LIVE | CMD_FILES,
    .min_pos = 1,
    .max_pos = 1,
    .help = "keep what is typed and answered, to be replayed",
    .exec = exec_record,
};

/* --- replay -----------------------------------------------------------------
 */

/* A recording played in lines: by a batch command, or in line mode. */
struct player {
	struct app *app;
	double speed; /* 0: do not wait */
	bool step;
	FILE *cast;   /* asciinema file, or NULL */
	char *buffer; /* what the app says, for it */
	size_t buffered;
};

/* "[1.25, "o", "text\r\n"]" for everything said since the last time. */
static void flush_cast(struct player *p)
{
	struct json *line;
	struct str text = {0};
	char *s;

	fflush(p->app->out);
	if (!p->cast || p->buffered == 0)
		return;
	for (size_t i = 0; i < p->buffered; i++) {
		if (p->buffer[i] == '\n')
			str_addc(&text, '\r');
		str_addc(&text, p->buffer[i]);
	}
	fwrite(p->buffer, 1, p->buffered, stdout);
	rewind(p->app->out);
	line = json_new_array();
	json_push_number(line, show_time(p->app->show) / 1000, 9);
	json_push_string(line, "o");
	json_push_string(line, text.s);
	s = json_print(line);
	fprintf(p->cast, "%s\n", s);
	free(s);
	json_free(line);
	str_release(&text);
	p->buffered = 0;
}

static void pause_for(const struct player *p)
{
	double ms = p->speed > 0 ? show_pause(p->app->show) / p->speed : 0;
	struct timespec pause = {(time_t)(ms / 1000),
				 (long)(ms * 1e6) % 1000000000};

	if (ms > 0)
		nanosleep(&pause, NULL);
}

/* The first letter of the next line; '\n' of an empty one, 0 at the end. */
static int ask(struct app *app)
{
	char *line = NULL;
	size_t cap = 0;
	bool there = true;
	int c = 0;

	if (app->ask)
		line = app->ask(app);
	else
		there = getline(&line, &cap, stdin) > 0;
	if (line && there)
		c = *line ? *line : '\n';
	free(line);
	return c;
}

/* Before a command: Enter goes on, b and Enter goes back, q ends. */
static int ask_step(struct player *p, bool *end, struct err *err)
{
	int rc = 0;

	while (rc == 0) {
		int c = ask(p->app);

		*end = c == 0 || c == 'q';
		if (c != 'b')
			break;
		rc = show_back(p->app, err);
		app_say(p->app, "< back to %zu of %zu", p->app->show->scene,
			p->app->show->scenes);
		line_show(p->app);
		flush_cast(p);
	}
	return rc;
}

static int play(struct player *p, struct err *err)
{
	struct show *s = p->app->show;
	bool end = false;
	int rc = 1;

	while (rc > 0 && !end && !p->app->quit) {
		bool command =
		    s->at < s->rec.n && s->rec.step[s->at].kind == STEP_COMMAND;

		pause_for(p);
		if (p->step && command && ask_step(p, &end, err) < 0)
			return -(int)err->code;
		if (end)
			break;
		rc = show_next(p->app, err);
		line_show(p->app);
		flush_cast(p);
	}
	return rc < 0 ? rc : 0;
}

static int open_cast(struct player *p, const char *path, struct err *err)
{
	if (!path)
		return 0;
	p->cast = fopen(path, "w");
	if (!p->cast)
		return err_errno(err, ERR_FAILED, "%s", path);
	fprintf(p->cast, "{\"version\": 2, \"width\": 100, \"height\": 30}\n");
	p->app->out = open_memstream(&p->buffer, &p->buffered);
	return 0;
}

static int close_cast(struct player *p, const char *path, struct err *err)
{
	bool bad;

	if (!p->cast)
		return 0;
	fclose(p->app->out);
	free(p->buffer);
	p->app->out = stdout;
	bad = ferror(p->cast);
	if (fclose(p->cast) != 0 || bad)
		return err_set(err, ERR_FAILED, "%s: cannot write", path);
	return 0;
}

static int play_cast(struct player *p, const char *path, struct err *err)
{
	struct err closing;
	int rc = open_cast(p, path, err);

	if (rc == 0)
		rc = play(p, err);
	if (close_cast(p, path, &closing) < 0 && rc == 0) {
		*err = closing;
		rc = -(int)err->code;
	}
	return rc;
}

static void say_differences(struct app *app, const struct verify_news *v)
{
	char *line, *save = NULL, *text = xstrdup(v->lines);

	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		app_say(app, "%s", line);
	free(text);
	if (v->last)
		app_say(app, "%zu answers computed anew, %zu differences",
			v->answers, v->differences);
}

static void tell_batch(void *context, void *news, int last)
{
	struct player *p = context;
	struct verify_news *v = news;

	(void)last;
	say_differences(p->app, v);
	p->buffered = v->differences;
	verify_news_free(v);
}

/* Compute the answers anew, here and now. */
static int verify(struct player *p, const struct args *a, struct err *err)
{
	struct recording rec;
	struct batch b;
	struct call_site at = {.cancel = p->app->cancel};
	int rc = recording_read(&rec, a->pos[0], err);

	if (rc < 0)
		return rc;
	rc = batch_open(&b, p->app, a, args_get(a, "model"), err);
	at.extractor = b.extractor;
	at.be = b.be;
	at.decoder = p->app->decoder;
	at.features = b.features;
	if (rc == 0)
		rc = call_run(verify_call(&rec), &at, tell_batch, p, err);
	else
		recording_release(&rec);
	batch_close(&b);
	if (rc == 0 && p->buffered)
		rc = err_set(err, ERR_FAILED,
			     "%s: %zu differences to what was recorded",
			     a->pos[0], p->buffered);
	return rc;
}

static const struct option OPTIONS[] = {
    {"step", 0, NULL, "wait for Enter before each command; b: one back"},
    {"speed", 0, "X", "wait as long as was waited, divided by X"},
    {"verify", 0, NULL, "compute the answers anew, list what differs"},
    {"cast", 0, "FILE", "write an asciinema file too"},
    {"plain", 0, NULL, "in lines, also on a terminal"},
    BATCH_OPTIONS,
    {NULL, 0, NULL, NULL},
};

static bool wants_screen(const struct app *app, const struct args *a)
{
	static const char *const lines[] = {"step", "speed", "cast", "plain"};

	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (args_has(a, lines[i]))
			return false;
	return !face_wants_lines(app);
}

static int exec_replay(struct app *app, const struct args *a, struct err *err)
{
	struct player p = {.app = app, .step = args_has(a, "step")};
	int rc = args_number(a, "speed", 0.01, 1000, 0, &p.speed, err);
	bool screen = wants_screen(app, a);

	if (rc == 0 && args_has(a, "verify"))
		return verify(&p, a, err);
	if (rc == 0)
		rc = show_open(app, a->pos[0], screen ? SHOW_SCREEN : 0, err);
	if (rc < 0)
		return rc;
	app->show->open = args_get(a, "model");
	if (screen)
		app->exit_code = screen_mode(app);
	else
		rc = play_cast(&p, args_get(a, "cast"), err);
	show_close(app);
	return rc;
}

const struct cmd cmd_replay = {
    .name = "replay",
    .args = "FILE",
    .options = OPTIONS,
    .flags = CMD_BATCH,
    .min_pos = 1,
    .max_pos = 1,
    .help = "show a recording again; needs no checkpoint and no pictures",
    .exec = exec_replay,
};

/* --- at the prompt ---------------------------------------------------------
 */

static const struct option LIVE_OPTIONS[] = {
    {"step", 0, NULL, "a key, in line mode Enter, before each command"},
    {"speed", 0, "X", "wait as long as was waited, divided by X"},
    {"verify", 0, NULL, "compute the answers anew, list what differs"},
    {NULL, 0, NULL, NULL},
};

void replay_verified(struct app *app, struct event *ev)
{
	if (ev->news)
		say_differences(app, ev->news);
	if (ev->kind != EVENT_PROGRESS)
		app->verify_job = 0;
}

static int verify_live(struct app *app, const char *path, struct err *err)
{
	struct recording rec;
	struct job *j;
	int rc;

	if (!app->open && !app->open_job)
		return err_set(err, ERR_USAGE,
			       "replay --verify wants a checkpoint (open "
			       "PATH)");
	if (app->verify_job)
		return err_set(err, ERR_USAGE,
			       "replay: a recording is being verified (cancel "
			       "ends it)");
	rc = recording_read(&rec, path, err);
	if (rc < 0)
		return rc;
	j = job_new(JOB_CALL);
	j->call = verify_call(&rec);
	app->verify_job = engine_submit(app->engine, j);
	return 0;
}

/* In line mode to its end; on the full screen keys and the clock go on. */
static int begin(struct app *app, const struct args *a, double speed,
		 struct err *err)
{
	struct player p = {
	    .app = app, .speed = speed, .step = args_has(a, "step")};
	int rc = show_open(app, a->pos[0],
			   SHOW_GUEST | (app->screen ? SHOW_SCREEN : 0), err);

	if (rc < 0)
		return rc;
	if (app->screen) {
		show_begin(app, p.step ? 0 : speed);
		return 0;
	}
	rc = play(&p, err);
	show_close(app);
	if (app->session)
		app_look(app);
	return rc;
}

static int control(struct app *app, const char *word, struct err *err)
{
	if (!app->show)
		return err_set(err, ERR_USAGE, "nothing is being replayed");
	if (strcmp(word, "stop") == 0) {
		show_close(app);
		app_say(app, "the replay has ended");
		return 0;
	}
	if (app->recorder)
		return err_set(err, ERR_USAGE,
			       "a recording goes on (record stop)");
	if (!app->show->paused)
		return err_set(err, ERR_USAGE, "the replay goes on already");
	return show_resume(app, err);
}

static int exec_replay_live(struct app *app, const struct args *a,
			    struct err *err)
{
	const char *what = a->pos[0];
	double speed;

	if (args_number(a, "speed", 0.01, 1000, 0, &speed, err) < 0)
		return -(int)err->code;
	if (strcmp(what, "resume") == 0 || strcmp(what, "stop") == 0)
		return control(app, what, err);
	if (app->recorder)
		return err_set(err, ERR_USAGE,
			       "a recording goes on (record stop)");
	if (args_has(a, "verify"))
		return verify_live(app, what, err);
	if (app->show)
		return err_set(err, ERR_USAGE,
			       "%s is being replayed (replay stop)",
			       app->show->name);
	return begin(app, a, speed, err);
}

const struct cmd cmd_replay_live = {
    .name = "replay",
    .args = "FILE|resume|stop",
    .options = LIVE_OPTIONS,
    .flags = CMD_LIVE | CMD_FILES,
    .min_pos = 1,
    .max_pos = 1,
    .help = "show a recording here; what is open comes back afterwards",
    .exec = exec_replay_live,
};

static int exec_caption(struct app *app, const struct args *a, struct err *err)
{
	(void)err;
	show_caption(app, a->n_pos ? a->pos[0] : "");
	return 0;
}

const struct cmd cmd_caption = {
    .name = "caption",
    .args = "[WORDS]",
    .flags = CMD_LIVE,
    .max_pos = 1,
    .raw = true,
    .help = "explain what is shown, for those who look at the recording",
    .exec = exec_caption,
};
