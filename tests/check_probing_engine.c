/*
 * Probing on the engine's thread: live work never waits for it, and it can be
 * cancelled.
 */
#include <locale.h>
#include <poll.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/engine/clock.h"
#include "src/engine/engine.h"
#include "src/probe/calls.h"
#include "tests/probing_room.h"
#include "tests/tap.h"

/* What ended, how often and when; in ms. */
struct ends {
	double live_at, call_at, cancelled_at;
	int live, call, progress;
};

static void drain(struct engine *e, int live, int call, struct ends *x)
{
	struct event *ev;

	while ((ev = engine_next(e))) {
		x->progress += ev->kind == EVENT_PROGRESS;
		if (ev->kind != EVENT_PROGRESS && ev->job == live) {
			x->live++;
			x->live_at = clock_ms();
		}
		if (ev->kind != EVENT_PROGRESS && ev->job == call) {
			x->call++;
			x->call_at = clock_ms();
			if (ev->kind == EVENT_CANCELLED)
				x->cancelled_at = x->call_at;
		}
		event_free(ev);
	}
}

static int submit_call(struct engine *e, struct call *c, bool patient)
{
	struct job *j = job_new(JOB_CALL);

	j->call = c;
	j->patient = patient;
	return engine_submit(e, j);
}

static struct call *long_call(struct room *r, const struct plan *p)
{
	struct set_options o = {.kind = SET_PROBE, .data = r->data, .plan = p};

	return set_call(&o);
}

static void wait_for(struct engine *e, int live, int call, struct ends *x,
		     bool (*enough)(const struct ends *))
{
	while (!enough(x)) {
		struct pollfd f = {engine_fd(e), POLLIN, 0};

		poll(&f, 1, 1000);
		drain(e, live, call, x);
	}
}

static bool began(const struct ends *x)
{
	return x->progress > 0;
}
static bool over(const struct ends *x)
{
	return x->call > 0;
}

static void check_engine(struct room *r)
{
	struct engine_config cfg = {
	    .device = "cpu", .threads = 2, .decoder = r->decoder};
	struct plan p = {0};
	struct ends x = {0};
	struct extract_request one;
	struct sweep_options o;
	struct engine *e;
	struct err err;
	struct job *j;
	int live, call;
	double asked;

	for (int i = 0; i < 4; i++)
		plan_standard(&p);
	e = engine_start(&cfg, &err);
	j = job_new(JOB_OPEN);
	j->path = xstrdup(r->ckpt);
	engine_submit(e, j);
	call = submit_call(e, long_call(r, &p), true);
	wait_for(e, 0, call, &x, began);
	j = job_new(JOB_EXTRACT);
	j->live = true;
	room_request(r->picture, &j->request);
	live = engine_submit(e, j);
	wait_for(e, live, call, &x, over);
	ok(x.live == 1 && x.call == 1 && x.live_at < x.call_at,
	   "a live extraction passes a probe, %.0f ms before its end",
	   x.call_at - x.live_at);
	x = (struct ends){0};
	call = submit_call(e, long_call(r, &p), true);
	wait_for(e, 0, call, &x, began);
	room_request(r->picture, &one);
	sweep_defaults(&o);
	live = submit_call(e, sweep_call(&one, NULL, &o), false);
	extract_request_release(&one);
	wait_for(e, live, call, &x, over);
	ok(x.live == 1 && x.call == 1 && x.live_at < x.call_at,
	   "so does a sweep of one text pass a patient call");
	x = (struct ends){0};
	call = submit_call(e, long_call(r, &p), true);
	wait_for(e, 0, call, &x, began);
	asked = clock_ms();
	engine_cancel(e, call);
	wait_for(e, 0, call, &x, over);
	ok(x.call == 1 && x.cancelled_at > 0,
	   "a cancelled call ends once, after %.0f ms", x.cancelled_at - asked);
	submit_call(e, long_call(r, &p), true);
	engine_stop(e);
	ok(true, "stopping with a call left ends the thread");
	plan_release(&p);
}

int main(void)
{
	struct room r;

	setlocale(LC_ALL, "C.UTF-8");
	if (!room_open(&r)) {
		skip("probing", "no umie program to teach a checkpoint with");
		return tap_done();
	}
	check_engine(&r);
	room_close(&r);
	return tap_done();
}
