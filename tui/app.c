#include "tui/app.h"

#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/engine/clock.h"
#include "tui/app-session.h"
#include "tui/training.h"
#include "tui/probe-view.h"

enum {
	EDIT_DELAY = 150, /* ms after the last key */
	THUMBNAIL = 640,  /* pixels of the longer side */
	LOG_MAX = 1000,
	LOOK_MS = 200, /* between two looks at a run */
};

void app_init(struct app *a, const char *argv0, struct decoder *d)
{
	*a = (struct app){.argv0 = argv0,
			  .decoder = d,
			  .out = stdout,
			  .err = stderr,
			  .device = "auto",
			  .selected = -1,
			  .dirty = DIRTY_ALL};
	a->request.task = TASK_MNER;
	a->request.text = xstrdup("");
	a->request.attention = true;
}

void app_release(struct app *a)
{
	struct err err;

	engine_stop(a->engine);
	a->engine = NULL;
	if (recorder_close(a->recorder, &err) < 0)
		app_note(a, "%s", err.text);
	a->recorder = NULL;
	if (app_session_close(a, &err) < 0)
		app_note(a, "%s", err.text);
	labels_release(&a->failed);
	extract_request_release(&a->request);
	open_report_release(&a->report);
	extraction_free(a->result);
	scoring_release(&a->scoring);
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

	if (!a->screen) {
		vfprintf(to, fmt, ap);
		fputc('\n', to);
		return;
	}
	if (vasprintf(&line, fmt, ap) < 0)
		bug("app_say: %s", fmt);
	log_line(a, line);
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

int app_engine(struct app *a, struct err *err)
{
	char *cache;
	struct engine_config cfg = {
	    .device = a->device, .threads = a->threads, .decoder = a->decoder};

	if (a->engine)
		return 0;
	cache = file_xdg("CACHE");
	cfg.cache_dir = cache;
	a->engine = engine_start(&cfg, err);
	free(cache);
	return a->engine ? 0 : -(int)err->code;
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
	a->request.image = path ? xstrdup(path) : NULL;
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

void app_predict(struct app *a)
{
	struct job *j;

	a->run_at = 0;
	if (!a->engine || !a->open || !*a->request.text)
		return;
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
	a->run_at = clock_ms() + EDIT_DELAY;
	a->dirty |= DIRTY_RESULTS | DIRTY_TEXT | DIRTY_INSTRUCTION;
}

int app_timeout(const struct app *a)
{
	int look = a->training ? LOOK_MS : -1;
	double left, at = a->run_at;

	if (a->save_at != 0 && (at == 0 || a->save_at < at))
		at = a->save_at;
	if (at == 0)
		return look;
	left = MAX(at - clock_ms(), -1) + 1;
	return look < 0 || left < look ? (int)left : look;
}

void app_tick(struct app *a)
{
	if (a->run_at != 0 && clock_ms() >= a->run_at)
		app_predict(a);
	app_session_tick(a);
	training_tick(a);
}

static void opened(struct app *a, struct event *ev)
{
	open_report_release(&a->report);
	a->report = ev->report;
	ev->report = (struct open_report){0};
	a->open = true;
	app_note(a,
		 "opened %s: %s %s, %.1f M parameters, %zu missing, %zu "
		 "unexpected (%.0f ms)",
		 a->report.path, a->report.format, a->report.dtype,
		 (double)(a->report.parameters + a->report.vision_parameters) /
		     1e6,
		 a->report.missing.n, a->report.unexpected.n, a->report.ms);
	a->dirty |= DIRTY_ALL;
	labels_release(&a->failed);
	if (a->recorder)
		recorder_opened(a->recorder, &a->report);
	app_predict(a);
}

static void extracted(struct app *a, struct event *ev)
{
	const struct session_example *here;
	int rows;

	app_session_reply(a, ev);
	if (ev->job != a->live_job)
		return; /* an older request's result: a newer one is coming */
	here = a->session ? session_here(a->session) : NULL;
	extraction_free(a->result);
	a->result = ev->extraction;
	ev->extraction = NULL;
	a->stale = a->run_at != 0;
	rows = (int)(here ? here->n_items : a->result->n_found);
	if (a->selected >= rows)
		a->selected = rows - 1;
	if (a->selected < 0 && rows)
		a->selected = 0;
	a->dirty |= DIRTY_ALL & ~DIRTY_MESSAGE;
}

static void pictured(struct app *a, struct event *ev)
{
	if (ev->job != a->picture_job)
		return;
	image_release(&a->picture);
	a->picture = ev->picture;
	a->picture_w = ev->picture_w;
	a->picture_h = ev->picture_h;
	ev->picture = (struct image){0};
	if (a->recorder && a->request.image)
		recorder_picture(a->recorder, a->request.image, &a->picture,
				 a->picture_w, a->picture_h);
	a->dirty |= DIRTY_PICTURE;
}

static void failed(struct app *a, struct event *ev)
{
	if (ev->background) {
		app_session_failed(a, ev);
		return;
	}
	if (ev->job_kind == JOB_PICTURE && ev->job == a->picture_job) {
		free(a->picture_error);
		a->picture_error = xstrdup(ev->err.text);
		a->dirty |= DIRTY_PICTURE;
	}
	app_note(a, "%s", ev->err.text);
	a->exit_code = (int)ev->err.code;
}

void app_take(struct app *a, struct event *ev)
{
	if (a->scoring.job && ev->job == a->scoring.job)
		scoring_event(a, ev);
	if (ev->kind == EVENT_FAILED)
		failed(a, ev);
	else if (ev->kind == EVENT_DONE && ev->job_kind == JOB_OPEN)
		opened(a, ev);
	else if (ev->kind == EVENT_DONE && ev->job_kind == JOB_EXTRACT)
		extracted(a, ev);
	else if (ev->kind == EVENT_DONE && ev->job_kind == JOB_PICTURE)
		pictured(a, ev);
	else if (ev->news && a->probe && ev->job == a->probe->job)
		probe_view_take(a, ev, ev->kind == EVENT_DONE);
	else if (ev->kind == EVENT_PROGRESS && ev->note)
		app_note(a, "%s", ev->note);
	if (ev->kind == EVENT_PROGRESS)
		return;
	app_session_ended(a, ev->job);
	if (a->probe && ev->job == a->probe->job) {
		a->probe->job = 0;
		a->dirty |= DIRTY_PROBE;
	}
	if (ev->job == a->live_job)
		a->live_job = 0;
	if (ev->job == a->open_job)
		a->open_job = 0;
	if (ev->job == a->picture_job)
		a->picture_job = 0;
	a->dirty |= DIRTY_STATUS;
}

void app_drain(struct app *a)
{
	struct event *ev;

	while (a->engine && (ev = engine_next(a->engine))) {
		app_take(a, ev);
		event_free(ev);
	}
	app_session_ahead(a);
}

void app_wait(struct app *a)
{
	if (a->run_at != 0)
		app_predict(a);
	while (a->engine && engine_busy(a->engine)) {
		struct pollfd p = {engine_fd(a->engine), POLLIN, 0};

		poll(&p, 1, -1);
		app_drain(a);
		if (a->run_at != 0)
			app_predict(a);
	}
}
