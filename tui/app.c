#include "tui/app.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/clock.h"
#include "src/engine/device.h"
#include "tui/app-session.h"
#include "tui/demo.h"
#include "tui/probe-view.h"
#include "tui/script.h"
#include "tui/show.h"
#include "tui/training.h"

enum {
	THUMBNAIL = 640, /* pixels of the longer side */
	LOG_MAX = 1000,
	LOOK_MS = 200,           /* between two looks at a run */
	PICTURE_MAX = 256 << 20, /* bytes of one from standard input */
};

void app_apply_settings(struct app *a)
{
	const struct settings *s = &a->settings;

	a->request.beams = (int)settings_whole(s, SET_BEAMS);
	a->request.max_tokens = (int)settings_whole(s, SET_MAX);
	a->request.attention = settings_on(s, SET_ATTENTION);
	a->request.constrained = settings_on(s, SET_CONSTRAINED);
}

void app_init(struct app *a, const char *argv0, struct decoder *d)
{
	*a = (struct app){.argv0 = argv0,
			  .decoder = d,
			  .out = stdout,
			  .err = stderr,
			  .interrupt_fd = -1,
			  .source = FROM_COMMAND,
			  .selected = -1,
			  .dirty = DIRTY_ALL};
	a->request.task = TASK_MNER;
	a->request.text = xstrdup("");
	settings_init(&a->settings);
	app_apply_settings(a);
	keymap_init(&a->keys);
}

static void forget_spool(struct app *a)
{
	if (a->spool)
		unlink(a->spool);
	free(a->spool);
	a->spool = NULL;
}

void app_release(struct app *a)
{
	struct err err;

	script_release(a->script);
	show_close(a);
	engine_stop(a->engine);
	a->engine = NULL;
	if (recorder_close(a->recorder, &err) < 0)
		app_note(a, "%s", err.text);
	a->recorder = NULL;
	if (app_session_close(a, &err) < 0)
		app_note(a, "%s", err.text);
	labels_release(&a->failed);
	forget_spool(a);
	settings_release(&a->settings);
	keymap_release(&a->keys);
	extract_request_release(&a->request);
	open_report_release(&a->report);
	extraction_free(a->result);
	scoring_release(&a->scoring);
	demo_free(a->demo);
	training_free(a->training);
	image_release(&a->picture);
	free(a->picture_error);
	probe_view_free(a->probe);
	for (size_t i = 0; i < a->n_log; i++)
		free(a->log[i]);
	free(a->log);
}

static void log_line(struct app *a, char *line)
{
	if (a->n_log == LOG_MAX) {
		free(a->log[0]);
		memmove(a->log, a->log + 1, (LOG_MAX - 1) * sizeof(*a->log));
		a->n_log--;
	}
	a->log = xgrow(a->log, a->n_log, &a->cap_log, sizeof(*a->log));
	a->log[a->n_log++] = line;
	a->n_said++;
	a->dirty |= DIRTY_MESSAGE;
}

static void say(struct app *a, FILE *to, const char *fmt, va_list ap)
{
	char *line;

	if (a->mute)
		return;
	if (vasprintf(&line, fmt, ap) < 0)
		bug("app_say: %s", fmt);
	if (!a->screen) {
		fputs(line, to);
		fputc('\n', to);
	}
	if (a->screen || to == a->err)
		log_line(a, line);
	else
		free(line);
}

void app_say(struct app *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(a, a->out, fmt, ap);
	va_end(ap);
}

void app_note(struct app *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(a, a->err, fmt, ap);
	va_end(ap);
}

void app_fail(struct app *a, const struct err *err)
{
	a->exit_code = (int)err->code;
	if (a->screen)
		app_note(a, "%s", err->text);
	else
		app_note(a, "umie: %s", err->text);
}

void app_terminal(struct app *a, bool give)
{
	if (a->ui && a->terminal)
		a->terminal(a, give);
}

int app_set(struct app *a, const char *name, const char *value, struct err *err)
{
	struct extract_request was = a->request;
	int rc = settings_set(&a->settings, name, value, a->source, err);

	if (rc < 0)
		return rc;
	app_apply_settings(a);
	a->dirty = DIRTY_ALL;
	if (!a->engine)
		return 0; /* an rc file: nothing is asked yet */
	if (was.beams != a->request.beams ||
	    was.max_tokens != a->request.max_tokens ||
	    was.attention != a->request.attention ||
	    was.constrained != a->request.constrained)
		app_edited(a);
	return 0;
}

int app_engine(struct app *a, struct err *err)
{
	char note[DEVICE_NOTE] = "";
	char *cache;
	struct engine_config cfg = {
	    .device = settings_given(&a->settings, SET_DEVICE),
	    .note = note,
	    .threads = (int)settings_whole(&a->settings, SET_THREADS),
	    .decoder = a->decoder};

	if (a->engine)
		return 0;
	if (a->replaying)
		return err_set(err, ERR_USAGE,
			       "a replay computes nothing (replay stop)");
	cache = file_xdg("CACHE");
	cfg.cache_dir = cache;
	a->engine = engine_start(&cfg, err);
	free(cache);
	if (*note)
		app_note(a, "%s", note);
	return a->engine ? 0 : -(int)err->code;
}

char *app_checkpoint(const struct app *a, struct err *err)
{
	const char *set = settings_text(&a->settings, SET_CHECKPOINT);

	return *set ? xstrdup(set) : bundle_default(a->argv0, err);
}

int app_lacks_checkpoint(const struct app *a, struct err *err)
{
	if (a->run_at == 0 || !*a->request.text || a->open || a->open_job)
		return 0;
	return err_set(err, ERR_CHECKPOINT,
		       "nothing can be predicted: no checkpoint is open (open "
		       "PATH, or umie -m PATH)");
}

int app_open(struct app *a, const char *path, struct err *err)
{
	struct job *j;

	if (app_engine(a, err) < 0)
		return -(int)err->code;
	j = job_new(JOB_OPEN);
	j->path = xstrdup(path);
	a->open_job = engine_submit(a->engine, j);
	a->dirty |= DIRTY_STATUS;
	return 0;
}

void app_set_image(struct app *a, const char *path)
{
	struct job *j;

	free(a->request.image);
	a->request.image = xstrdup_null(path);
	a->request.boxes = (struct regions){0};
	image_release(&a->picture);
	a->picture = (struct image){0};
	free(a->picture_error);
	a->picture_error = NULL;
	a->dirty |= DIRTY_PICTURE;
	app_edited(a);
	if (!path || !a->engine)
		return;
	j = job_new(JOB_PICTURE);
	j->path = xstrdup(path);
	j->max_side = THUMBNAIL;
	a->picture_job = engine_submit(a->engine, j);
}

/* Bytes of standard input in a file that goes away with the program. */
static int spool_stdin(struct app *a, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	char *path = xasprintf("%s/umie-picture-XXXXXX", tmp ? tmp : "/tmp");
	struct str bytes = {0};
	int rc = file_read("-", PICTURE_MAX, &bytes, err), fd = -1;

	if (rc == 0 && (fd = mkstemp(path)) < 0)
		rc = err_errno(err, ERR_FAILED, "%s", path);
	if (rc == 0)
		rc = file_write_all(fd, bytes.s, bytes.len, path, err);
	if (fd >= 0)
		close(fd);
	str_release(&bytes);
	forget_spool(a);
	a->spool = path;
	return rc;
}

int app_image(struct app *a, const char *path, struct err *err)
{
	if (strcmp(path, "-") == 0) {
		if (isatty(STDIN_FILENO))
			return err_set(err, ERR_USAGE,
				       "a picture is wanted on standard input, "
				       "which is a terminal");
		if (spool_stdin(a, err) < 0)
			return -(int)err->code;
		path = a->spool;
	}
	if (!file_exists(path) && !a->replaying)
		return err_set(err, ERR_DATA, "%s: no such picture", path);
	app_set_image(a, path);
	return 0;
}

void app_predict(struct app *a)
{
	struct job *j;

	a->run_at = 0;
	if (!a->engine || !a->open || !*a->request.text)
		return;
	if (a->request.own && a->request.labels.n == 0)
		return; /* nothing is asked for yet */
	j = job_new(JOB_EXTRACT);
	j->live = true;
	extract_request_copy(&j->request, &a->request);
	a->live_job = engine_submit(a->engine, j);
	a->live_example = app_live_example(a);
	a->busy_since = clock_ms();
	a->dirty |= DIRTY_STATUS | DIRTY_RESULTS;
}

void app_edited(struct app *a)
{
	a->stale = true;
	if (settings_on(&a->settings, SET_AUTO))
		a->run_at = clock_ms() +
			    (double)settings_whole(&a->settings, SET_DELAY);
	a->dirty |= DIRTY_RESULTS | DIRTY_TEXT | DIRTY_INSTRUCTION;
}

int app_timeout(const struct app *a)
{
	int look = a->training ? LOOK_MS : -1;
	double left, at = a->run_at;

	if (script_ready(a))
		return 0;
	if (a->save_at != 0 && (at == 0 || a->save_at < at))
		at = a->save_at;
	if (a->show && a->show->due > 0 && (at == 0 || a->show->due < at))
		at = a->show->due;
	if (at == 0)
		return look;
	left = MAX(at - clock_ms(), -1) + 1;
	return look < 0 || left < look ? (int)left : look;
}

void app_tick(struct app *a)
{
	if (a->run_at != 0 && clock_ms() >= a->run_at)
		app_predict(a);
	script_turn(a);
	app_session_tick(a);
	show_tick(a);
	training_tick(a);
}
