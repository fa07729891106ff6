/* What the engine answers, and waiting for it. */
#include "tui/app.h"
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>
#include "src/base/mem.h"
#include "tui/app-session.h"
#include "tui/probe-view.h"
#include "tui/show.h"
#include "tui/verify.h"

static void say_opened(struct app *a)
{
	const struct open_report *r = &a->report;
	double millions = (double)(r->parameters + r->vision_parameters) / 1e6;

	if (a->replaying)
		app_note(a, "recorded with %s, %.1f M parameters", r->path,
			 millions);
	else
		app_note(a,
			 "opened %s: %s %s, %.1f M parameters, %zu missing, "
			 "%zu unexpected (%.0f ms)",
			 r->path, r->format, r->dtype, millions, r->missing.n,
			 r->unexpected.n, r->ms);
}

static void opened(struct app *a, struct event *ev)
{
	open_report_release(&a->report);
	a->report = ev->report;
	ev->report = (struct open_report){0};
	a->open = true;
	say_opened(a);
	a->dirty |= DIRTY_ALL;
	labels_release(&a->failed);
	if (a->recorder)
		recorder_opened(a->recorder, &a->report);
	if (*a->request.text)
		app_edited(a);
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
	a->unseen = true;
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
	if (a->in_script || a->script)
		a->failure = ev->err;
	else
		app_fail(a, &ev->err);
}

void app_take(struct app *a, struct event *ev)
{
	if (ev->kind == EVENT_PROGRESS && ev->note)
		app_note(a, "%s", ev->note);
	if (show_take(a, ev))
		return;
	probe_view_take(a, ev);
	if (a->verify_job && ev->job == a->verify_job)
		replay_verified(a, ev);
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
	if (ev->kind == EVENT_PROGRESS)
		return;
	app_session_ended(a, ev->job);
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

/* C-c while something runs ends that, not the program. */
static void interrupt(struct app *a)
{
	char byte[16];

	while (read(a->interrupt_fd, byte, sizeof(byte)) > 0)
		;
	if (a->interrupted)
		return;
	a->interrupted = true;
	a->run_at = 0;
	app_note(a, "cancelled");
	engine_cancel(a->engine, 0);
}

/* One turn: until the engine, or a signal, has something to say. */
static void wait_once(struct app *a)
{
	struct pollfd p[] = {{engine_fd(a->engine), POLLIN, 0},
			     {a->interrupt_fd, POLLIN, 0}};

	if (poll(p, 2, -1) > 0 && p[1].revents)
		interrupt(a);
	app_drain(a);
}

void app_wait_open(struct app *a)
{
	while (a->open_job)
		wait_once(a);
}

void app_wait(struct app *a)
{
	a->interrupted = false;
	app_wait_open(a);
	if (a->run_at != 0)
		app_predict(a);
	while (a->engine && engine_busy(a->engine)) {
		wait_once(a);
		if (a->run_at != 0 && !a->interrupted)
			app_predict(a);
	}
}
