/* record and replay: a session shown again without model and pictures. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"
#include "tui/face.h"

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

struct replay {
	struct app *app;
	const struct args *a;
	struct recording rec;
	double speed, last; /* 0: do not wait */
	bool step;
	FILE *cast;   /* asciinema file, or NULL */
	char *buffer; /* what the app says, for it */
	size_t buffered;
	char *folder; /* of the scratch session */
};

/* The session of a replay is thrown away afterwards. */
static int scratch_session(struct replay *r, const char *who, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	struct session_options o = {.who = who, .create = true};
	char *path;
	int rc;

	r->folder = xasprintf("%s/umie-replay-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(r->folder))
		return err_errno(err, ERR_FAILED, "%s", r->folder);
	path = file_join(r->folder, "replay.umie");
	rc = session_open(&r->app->session, path, &o, err);
	free(path);
	return rc;
}

static void remove_scratch(struct replay *r)
{
	struct err err;
	char *path;

	if (!r->folder)
		return;
	if (app_session_close(r->app, &err) < 0)
		app_note(r->app, "%s", err.text);
	path = file_join(r->folder, "replay.umie");
	unlink(path);
	rmdir(r->folder);
	free(path);
	free(r->folder);
}

/* "[1.25, "o", "text\r\n"]" for everything said since the last time. */
static void flush_cast(struct replay *r, double t)
{
	struct json *line;
	struct str text = {0};
	char *s;

	fflush(r->app->out);
	if (!r->cast || r->buffered == 0)
		return;
	for (size_t i = 0; i < r->buffered; i++) {
		if (r->buffer[i] == '\n')
			str_addc(&text, '\r');
		str_addc(&text, r->buffer[i]);
	}
	fwrite(r->buffer, 1, r->buffered, stdout);
	rewind(r->app->out);
	line = json_new_array();
	json_push_number(line, t / 1000, 9);
	json_push_string(line, "o");
	json_push_string(line, text.s);
	s = json_print(line);
	fprintf(r->cast, "%s\n", s);
	free(s);
	json_free(line);
	str_release(&text);
	r->buffered = 0;
}

static void wait_for(struct replay *r, double t)
{
	double ms = r->speed > 0 ? (t - r->last) / r->speed : 0;
	struct timespec pause = {(time_t)(ms / 1000),
				 (long)(ms * 1e6) % 1000000000};
	char line[16];

	r->last = t;
	if (ms > 0)
		nanosleep(&pause, NULL);
	if (r->step && !fgets(line, sizeof(line), stdin))
		r->app->quit = true;
}

static void run_command(struct replay *r, const struct replay_step *s)
{
	size_t n = strcspn(s->command, " ");
	char *name = xstrndup(s->command, n);
	const struct cmd *c = cmd_find(name, CMD_LIVE);
	struct err err;

	free(name);
	wait_for(r, s->t);
	app_say(r->app, "> %s", s->command);
	if (c && (c->flags & CMD_FILES))
		return;
	if (cmd_run_line(r->app, s->command, &err) < 0)
		app_say(r->app, "%s", err.text);
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

static int run_act(struct replay *r, const struct replay_step *s,
		   struct err *err)
{
	struct app *app = r->app;
	struct act a = s->act;
	int rc = app->session ? 0 : scratch_session(r, a.who, err);

	a.who = xstrdup(a.who);
	a.body = xstrdup(a.body);
	if (rc < 0)
		act_release(&a);
	else
		rc = session_copy_act(app->session, &a, err);
	return rc < 0 ? rc : app_queue(app, err);
}

static int run_step(struct replay *r, const struct replay_step *s,
		    struct err *err)
{
	struct event *ev;

	switch (s->kind) {
	case STEP_COMMAND:
		run_command(r, s);
		return 0;
	case STEP_OPENED:
		ev = xcalloc(1, sizeof(*ev));
		open_report_copy(&ev->report, &s->report);
		deliver(r->app, JOB_OPEN, -1, ev);
		return 0;
	case STEP_REPLY:
		run_reply(r->app, s);
		return 0;
	case STEP_PICTURE:
		run_picture(r->app, s);
		return 0;
	case STEP_ACT:
		return run_act(r, s, err);
	}
	return 0;
}

/* A command, then what came of it until the next one. */
static int run_steps(struct replay *r, struct err *err)
{
	bool acts = false;
	int rc = 0;

	for (size_t i = 0; i < r->rec.n && rc == 0 && !r->app->quit; i++) {
		const struct replay_step *s = &r->rec.step[i];
		bool last = i + 1 == r->rec.n ||
			    r->rec.step[i + 1].kind == STEP_COMMAND;

		rc = run_step(r, s, err);
		acts |= s->kind == STEP_ACT;
		if (!last)
			continue;
		if (acts && r->app->session)
			app_look(r->app);
		acts = false;
		line_show(r->app);
		flush_cast(r, s->t);
	}
	return rc;
}

static int open_cast(struct replay *r, const char *path, struct err *err)
{
	if (!path)
		return 0;
	r->cast = fopen(path, "w");
	if (!r->cast)
		return err_errno(err, ERR_FAILED, "%s", path);
	fprintf(r->cast, "{\"version\": 2, \"width\": 100, \"height\": 30}\n");
	r->app->out = open_memstream(&r->buffer, &r->buffered);
	return 0;
}

static int close_cast(struct replay *r, struct err *err)
{
	bool bad;

	if (!r->cast)
		return 0;
	fclose(r->app->out);
	free(r->buffer);
	r->app->out = stdout;
	bad = ferror(r->cast);
	if (fclose(r->cast) != 0 || bad)
		return err_set(err, ERR_FAILED, "%s: cannot write",
			       args_get(r->a, "cast"));
	return 0;
}

/* --- verify ------------------------------------------------------------------
 */

/* Is the picture the one that was recorded? */
static size_t verify_picture(struct app *app, const struct replay_step *s)
{
	char hash[HASH_HEX];
	struct err err;

	if (!s->hash[0] ||
	    (hash_file(s->path, hash, &err) == 0 && strcmp(hash, s->hash) == 0))
		return 0;
	app_say(app, "%s: not the picture that was recorded", s->path);
	return 1;
}

static int verify_reply(struct app *app, struct extractor *x,
			const struct replay_step *s, size_t *differ,
			struct err *err)
{
	struct extraction *is;
	struct str text = {0};
	char *line, *save = NULL;
	int rc = extractor_run(x, &s->request, &is, err);

	if (rc < 0)
		return rc;
	if (replies_differ(s->reply, is, &text)) {
		++*differ;
		app_say(app, "%s: %s", task_name(is->task), is->text);
		for (line = strtok_r(text.s, "\n", &save); line;
		     line = strtok_r(NULL, "\n", &save))
			app_say(app, "%s", line);
	}
	str_release(&text);
	extraction_free(is);
	return 0;
}

static int verify(struct replay *r, struct err *err)
{
	size_t differ = 0, n = 0;
	struct batch b;
	int rc = batch_open(&b, r->app, r->a, args_get(r->a, "model"), err);

	for (size_t i = 0; i < r->rec.n && rc == 0; i++) {
		const struct replay_step *s = &r->rec.step[i];

		if (s->kind == STEP_PICTURE)
			differ += verify_picture(r->app, s);
		if (s->kind != STEP_REPLY)
			continue;
		n++;
		rc = verify_reply(r->app, b.extractor, s, &differ, err);
	}
	batch_close(&b);
	if (rc < 0)
		return rc;
	app_say(r->app, "%zu answers computed anew, %zu differences", n,
		differ);
	if (differ)
		return err_set(err, ERR_FAILED,
			       "%s: %zu differences to what was recorded",
			       r->a->pos[0], differ);
	return 0;
}

static const struct option OPTIONS[] = {
    {"step", 0, NULL, "wait for Enter before each command"},
    {"speed", 0, "X", "wait as long as was waited, divided by X"},
    {"verify", 0, NULL, "compute the answers anew, list what differs"},
    {"cast", 0, "FILE", "write an asciinema file too"},
    BATCH_OPTIONS,
    {NULL, 0, NULL, NULL},
};

static int exec_replay(struct app *app, const struct args *a, struct err *err)
{
	struct replay r = {.app = app, .a = a, .step = args_has(a, "step")};
	struct err closing;
	int rc = args_number(a, "speed", 0.01, 1000, 0, &r.speed, err);

	if (rc == 0)
		rc = recording_read(&r.rec, a->pos[0], err);
	if (rc < 0)
		return rc;
	if (args_has(a, "verify")) {
		rc = verify(&r, err);
	} else {
		rc = open_cast(&r, args_get(a, "cast"), err);
		app->replaying = true;
		if (rc == 0)
			rc = run_steps(&r, err);
		if (close_cast(&r, &closing) < 0 && rc == 0) {
			*err = closing;
			rc = -(int)err->code;
		}
		remove_scratch(&r);
	}
	recording_release(&r.rec);
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
