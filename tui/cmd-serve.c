/*
 * umie serve --stdio: JSON lines in, JSON lines out, for other programs.
 *
 * A line is an example (umie-formats.5) or {"cmd": "a line of the prompt"}.
 * Each gets exactly one line back, errors too, with its "id" when it has one.
 * Examples are computed in the order they came; a command waits until those
 * before it are done, but for `cancel`.  The end of the input cancels what is
 * left.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"

enum { LINE_BYTES = 16 << 20 };

/* A line that has no answer yet. */
struct asked {
	struct json *line;
	char *id;      /* as JSON; NULL: it has none */
	int job;       /* 0: not begun */
	size_t number; /* of the line */
};

struct serve {
	struct app *app;
	struct str in;         /* bytes without their newline yet */
	struct asked *waiting; /* in the order they came */
	size_t n, cap;
	size_t lines;
	bool ended;
};

static void print(struct json *j)
{
	char *line = json_print(j);

	printf("%s\n", line);
	fflush(stdout);
	free(line);
	json_free(j);
}

/* {"schema": "umie/1", "id": …}; the id is a string, as in a data set. */
static struct json *reply_new(const char *id)
{
	struct json *j = json_new_object();

	json_put_string(j, "schema", "umie/1");
	if (id)
		json_put_string(j, "id", id);
	return j;
}

static void reply_error(const char *id, const struct err *err)
{
	struct json *j = reply_new(id);

	json_put(j, "error", error_json(err));
	print(j);
}

static void forget(struct serve *s, size_t i)
{
	json_free(s->waiting[i].line);
	free(s->waiting[i].id);
	s->n--;
	memmove(s->waiting + i, s->waiting + i + 1,
		(s->n - i) * sizeof(*s->waiting));
}

static void submit(struct serve *s, struct asked *a, struct err *err)
{
	char *what = xasprintf("line %zu", a->number);
	struct example e = {0};
	struct job *j;

	if (!s->app->open && !s->app->open_job)
		err_set(err, ERR_CHECKPOINT,
			"no checkpoint is open ({\"cmd\": \"open PATH\"})");
	else if (example_from_json(&e, a->line, what, NULL, err) == 0) {
		j = job_new(JOB_EXTRACT);
		example_request(&e, &j->request);
		j->request.attention = s->app->request.attention;
		j->request.beams = s->app->request.beams;
		j->request.max_tokens = s->app->request.max_tokens;
		j->request.constrained = s->app->request.constrained;
		a->job = engine_submit(s->app->engine, j);
		example_release(&e);
	}
	free(what);
}

/* What the command printed, line by line. */
static struct json *lines_of(char *text)
{
	struct json *j = json_new_array();
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		json_push_string(j, line);
	return j;
}

/* Run to its end; what it changed is predicted and in the reply. */
static int run_command(struct app *app, const char *line, struct err *err)
{
	int rc = cmd_run_line(app, line, err);

	if (rc == 0)
		rc = app_lacks_checkpoint(app, err);
	app->failure = (struct err){0};
	app_wait(app);
	if (rc == 0 && app->failure.code) {
		*err = app->failure;
		rc = -(int)err->code;
	}
	return rc;
}

static void answer_command(struct serve *s, const struct asked *a)
{
	struct app *app = s->app;
	const char *line = json_string(json_get(a->line, "cmd"));
	FILE *was = app->out;
	struct err err;
	struct json *j;
	char *text;
	size_t n;
	int rc;

	app->out = open_memstream(&text, &n);
	rc = run_command(app, line, &err);
	fclose(app->out);
	app->out = was;
	if (rc < 0) {
		reply_error(a->id, &err);
		free(text);
		return;
	}
	j = reply_new(a->id);
	json_put_string(j, "cmd", line);
	json_put(j, "out", lines_of(text));
	if (app->unseen)
		json_put(j, "result", extraction_json(app->result, true));
	app->unseen = false;
	print(j);
	free(text);
}

static bool is_command(const struct asked *a)
{
	return json_string(json_get(a->line, "cmd")) != NULL;
}

/* Begin what can begin: examples at once, a command when it is first. */
static void begin(struct serve *s)
{
	struct err err;

	for (size_t i = 0; i < s->n && !s->app->quit;) {
		struct asked *a = &s->waiting[i];

		if (is_command(a) && i > 0)
			return;
		if (is_command(a)) {
			answer_command(s, a);
			forget(s, i);
			continue;
		}
		if (a->job == 0)
			submit(s, a, &err);
		if (a->job == 0) {
			reply_error(a->id, &err);
			forget(s, i);
			continue;
		}
		i++;
	}
}

static void take_line(struct serve *s, const char *line, size_t n)
{
	char *what = xasprintf("line %zu", ++s->lines);
	struct err err;
	struct json *j = json_parse(line, n, what, &err);
	const char *id = json_string(json_get(j, "id"));
	const char *cmd = json_string(json_get(j, "cmd"));

	free(what);
	if (!j) {
		reply_error(NULL, &err);
		return;
	}
	if (cmd && strcmp(cmd, "cancel") == 0)
		engine_cancel(s->app->engine, 0);
	s->waiting = xgrow(s->waiting, s->n, &s->cap, sizeof(*s->waiting));
	s->waiting[s->n++] = (struct asked){
	    .line = j, .id = xstrdup_null(id), .number = s->lines};
}

static void take_input(struct serve *s)
{
	char block[65536];
	ssize_t n = read(STDIN_FILENO, block, sizeof(block));
	size_t at = 0;
	char *end;

	if (n <= 0) {
		s->ended = true;
		return;
	}
	str_addn(&s->in, block, (size_t)n);
	while ((end = memchr(s->in.s + at, '\n', s->in.len - at))) {
		size_t len = (size_t)(end - s->in.s) - at;

		if (strspn(s->in.s + at, " \t\r") < len)
			take_line(s, s->in.s + at, len);
		at += len + 1;
	}
	memmove(s->in.s, s->in.s + at, s->in.len - at);
	s->in.len -= at;
	s->ended = s->in.len > LINE_BYTES; /* nobody writes such a line */
}

/* The answer of one of ours; false: it is the app's. */
static bool answer(struct serve *s, struct event *ev)
{
	size_t i = 0;
	struct json *j;

	while (i < s->n && s->waiting[i].job != ev->job)
		i++;
	if (i == s->n)
		return false;
	if (ev->kind == EVENT_PROGRESS)
		return true;
	if (ev->kind == EVENT_CANCELLED)
		err_set(&ev->err, ERR_CANCELLED, "cancelled");
	if (ev->kind == EVENT_DONE) {
		j = extraction_json(ev->extraction, s->app->request.attention);
		print(j);
	} else {
		reply_error(s->waiting[i].id, &ev->err);
	}
	forget(s, i);
	return true;
}

static void drain(struct serve *s)
{
	struct event *ev;

	while ((ev = engine_next(s->app->engine))) {
		if (!answer(s, ev))
			app_take(s->app, ev);
		event_free(ev);
	}
}

/* What is left when nobody asks any more. */
static void cancel_all(struct serve *s)
{
	struct err err;

	engine_cancel(s->app->engine, 0);
	while (engine_busy(s->app->engine)) {
		struct pollfd p = {engine_fd(s->app->engine), POLLIN, 0};

		poll(&p, 1, -1);
		drain(s);
	}
	err_set(&err, ERR_CANCELLED, "cancelled");
	while (s->n) {
		reply_error(s->waiting[0].id, &err);
		forget(s, 0);
	}
}

static void serve(struct serve *s)
{
	struct app *app = s->app;

	while (!s->ended && !app->quit) {
		struct pollfd p[] = {{STDIN_FILENO, POLLIN, 0},
				     {engine_fd(app->engine), POLLIN, 0}};

		poll(p, 2, -1);
		if (p[1].revents)
			drain(s);
		if (p[0].revents)
			take_input(s);
		begin(s);
	}
	cancel_all(s);
}

static int exec_serve(struct app *app, const struct args *a, struct err *err)
{
	const char *model = args_get(a, "model");
	struct serve s = {.app = app};
	char *path;
	int rc;

	if (!args_has(a, "stdio"))
		return err_set(err, ERR_USAGE,
			       "serve: --stdio is wanted; no network port is "
			       "ever opened");
	if (batch_stdin(app, a, "JSON lines", err) < 0 ||
	    app_options(app, a, err) < 0 || app_engine(app, err) < 0)
		return -(int)err->code;
	path = model ? xstrdup(model) : app_checkpoint(app, err);
	rc = path ? app_open(app, path, err) : 0;
	free(path);
	if (rc < 0)
		return rc;
	app->in_script = true; /* failures go into the replies */
	serve(&s);
	app->in_script = false;
	str_release(&s.in);
	free(s.waiting);
	return 0;
}

static const struct option OPTIONS[] = {
    BATCH_OPTIONS,
    {"stdio", 0, NULL, "JSON lines on standard input and output"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_serve = {
    .name = "serve",
    .args = "",
    .options = OPTIONS,
    .flags = CMD_BATCH,
    .help = "answer JSON lines from another program",
    .exec = exec_serve,
};
