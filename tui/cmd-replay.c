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
#include "tui/player.h"

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

/* In lines. */
struct replay {
	struct app *app;
	const struct args *a;
	double speed, last; /* 0: do not wait */
	bool step;
	FILE *cast;   /* asciinema file, or NULL */
	char *buffer; /* what the app says, for it */
	size_t buffered;
};

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

static bool is_caption(const char *line)
{
	return cmd_of_line(line) == &cmd_caption;
}

/* A command, then what came of it until the next one. */
static int run_steps(struct replay *r, struct err *err)
{
	const struct player *p = r->app->player;
	const struct replay_step *s;
	int rc = 0;

	while (rc == 0 && !r->app->quit && (s = player_peek(p))) {
		if (s->kind == STEP_COMMAND) {
			wait_for(r, s->t);
			if (!is_caption(s->command))
				app_say(r->app, "> %s", s->command);
		}
		rc = player_next(r->app, err);
		line_show(r->app);
		flush_cast(r, p->rec.step[p->at - 1].t);
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
	const struct recording *rec = &r->app->player->rec;
	size_t differ = 0, n = 0;
	struct batch b;
	int rc = batch_open(&b, r->app, r->a, args_get(r->a, "model"), err);

	for (size_t i = 0; i < rec->n && rc == 0; i++) {
		const struct replay_step *s = &rec->step[i];

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
    {"plain", 0, NULL, "in lines, also on a terminal"},
    BATCH_OPTIONS,
    {NULL, 0, NULL, NULL},
};

static int in_lines(struct replay *r, struct err *err)
{
	struct err closing;
	int rc = open_cast(r, args_get(r->a, "cast"), err);

	if (rc == 0)
		rc = run_steps(r, err);
	if (close_cast(r, &closing) < 0 && rc == 0) {
		*err = closing;
		rc = -(int)err->code;
	}
	return rc;
}

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
	struct replay r = {.app = app, .a = a, .step = args_has(a, "step")};
	int rc = args_number(a, "speed", 0.01, 1000, 0, &r.speed, err);

	if (rc == 0)
		rc = player_open(app, a->pos[0], err);
	if (rc < 0)
		return rc;
	app->player->open = args_get(a, "model");
	if (args_has(a, "verify"))
		rc = verify(&r, err);
	else if (wants_screen(app, a))
		app->exit_code = screen_mode(app);
	else
		rc = in_lines(&r, err);
	player_close(app);
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

static int exec_live_replay(struct app *app, const struct args *a,
			    struct err *err)
{
	if (strcmp(a->pos[0], "resume") != 0)
		return err_set(err, ERR_USAGE,
			       "replay %s: resume expected (umie replay FILE "
			       "shows a recording)",
			       a->pos[0]);
	return player_resume(app, err);
}

const struct cmd cmd_live_replay = {
    .name = "replay",
    .args = "resume",
    .flags = CMD_LIVE | CMD_SCREEN,
    .min_pos = 1,
    .max_pos = 1,
    .help = "back to the recording that was left with Esc",
    .exec = exec_live_replay,
};

static int exec_caption(struct app *app, const struct args *a, struct err *err)
{
	(void)err;
	player_caption(app, a->n_pos ? a->pos[0] : "");
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
