/* The engine thread: every job ends once, the newest live request wins. */
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/engine/call.h"
#include "src/engine/clock.h"
#include "src/engine/engine.h"
#include "src/image/decode.h"
#include "tests/checkpoint_test.h"
#include "tests/tap.h"

enum { REQUESTS = 200 };

static int submit_text(struct engine *e, const char *text, bool live)
{
	struct job *j = job_new(JOB_EXTRACT);

	j->request.text = xstrdup(text);
	j->request.max_tokens = 8;
	j->live = live;
	return engine_submit(e, j);
}

/* Ends of jobs 1 … n as they come; -1 when something ended twice. */
struct ends {
	int done[REQUESTS + 64], failed, cancelled, total;
	bool twice;
};

static void drain(struct engine *e, struct ends *x)
{
	struct event *ev;

	while ((ev = engine_next(e))) {
		if (ev->kind != EVENT_PROGRESS) {
			x->twice |= x->done[ev->job]++ > 0;
			x->total++;
			x->failed += ev->kind == EVENT_FAILED;
			x->cancelled += ev->kind == EVENT_CANCELLED;
		}
		event_free(ev);
	}
}

static void wait_idle(struct engine *e, struct ends *x)
{
	while (engine_busy(e)) {
		struct pollfd p = {engine_fd(e), POLLIN, 0};

		poll(&p, 1, 1000);
		drain(e, x);
	}
}

static void check_open(struct engine *e, const char *ckpt)
{
	struct ends x = {0};
	struct job *j = job_new(JOB_EXTRACT);

	j->request.text = xstrdup("Ann");
	engine_submit(e, j);
	j = job_new(JOB_OPEN);
	j->path = xstrdup("/nonexistent");
	engine_submit(e, j);
	j = job_new(JOB_OPEN);
	j->path = xstrdup(ckpt);
	engine_submit(e, j);
	wait_idle(e, &x);
	ok(x.total == 3 && x.failed == 2,
	   "nothing open and a wrong path fail; the right one opens");
}

static void check_live(struct engine *e)
{
	struct ends x = {0};
	char text[32];
	int last = 0;

	for (int i = 0; i < REQUESTS; i++) {
		snprintf(text, sizeof(text), "Ann met Bo %d", i);
		last = submit_text(e, text, true);
		if (i % 16 == 0)
			drain(e, &x);
	}
	wait_idle(e, &x);
	ok(x.total == REQUESTS && !x.twice,
	   "%d live requests end exactly once each", REQUESTS);
	ok(x.done[last] == 1 && x.failed == 0 && x.cancelled > 0,
	   "the newest wins; %d older ones were cancelled", x.cancelled);
}

static void check_cancel(struct engine *e)
{
	struct ends x = {0};
	double start;
	char *longer = xmalloc(20001);

	memset(longer, 'a', 20000);
	longer[20000] = '\0';
	for (int i = 0; i < 20; i++) {
		submit_text(e, longer, false);
		if (i % 2)
			engine_cancel(e, 0);
	}
	start = clock_ms();
	engine_cancel(e, 0);
	wait_idle(e, &x);
	ok(x.total == 20 && !x.twice, "cancelled jobs end exactly once");
	ok(clock_ms() - start < 2000, "cancel to idle took %.0f ms",
	   clock_ms() - start);
	free(longer);
}

static atomic_bool begun;

/* A call whose slice ends when it is cancelled, with something done. */
static int late_slice(struct call *c, const struct call_site *at, void **news,
		      struct err *err)
{
	(void)c;
	(void)err;
	atomic_store(&begun, true);
	while (!atomic_load(at->cancel))
		sched_yield();
	*news = xstrdup("done");
	return 1;
}

static void late_free(struct call *c)
{
	free(c);
}

/* What was done when the cancel came is told before the end. */
static void check_last_news(struct engine *e)
{
	struct job *j = job_new(JOB_CALL);
	struct event *ev;
	bool told = false, ended = false, first = false;
	int id;

	j->call = xcalloc(1, sizeof(*j->call));
	*j->call = (struct call){late_slice, late_free, free};
	id = engine_submit(e, j);
	while (!atomic_load(&begun))
		sched_yield();
	engine_cancel(e, id);
	while (!ended) {
		struct pollfd p = {engine_fd(e), POLLIN, 0};

		poll(&p, 1, 1000);
		while ((ev = engine_next(e))) {
			told |= ev->news != NULL;
			ended |= ev->kind == EVENT_CANCELLED;
			first |= told && !ended;
			event_free(ev);
		}
	}
	ok(told && first, "a slice that the cancel met late tells what it did");
}

/* A live request does not wait for what is predicted in the background. */
static void check_background(struct engine *e)
{
	struct ends x = {0};
	struct event *ev;
	int live, before = 0;
	char *longer = xmalloc(5001);

	memset(longer, 'a', 5000);
	longer[5000] = '\0';
	for (int i = 0; i < 8; i++) {
		struct job *j = job_new(JOB_EXTRACT);

		j->request.text = xstrdup(longer);
		j->background = true;
		engine_submit(e, j);
	}
	ok(!engine_busy(e), "work in the background does not keep one waiting");
	live = submit_text(e, "Ann met Bo", true);
	for (bool done = false; !done;) {
		struct pollfd p = {engine_fd(e), POLLIN, 0};

		poll(&p, 1, 1000);
		while ((ev = engine_next(e))) {
			done |= ev->job == live;
			before += !done && ev->kind == EVENT_DONE;
			event_free(ev);
		}
	}
	ok(before <= 1,
	   "a live request passes 8 in the background (%d ended "
	   "before it)",
	   before);
	engine_cancel(e, 0);
	wait_idle(e, &x);
	free(longer);
}

int main(void)
{
	struct engine_config cfg = {.device = "auto", .threads = 2};
	struct decoder *d;
	struct engine *e;
	struct err err;
	char *ckpt;

	d = decoder_start(&err);
	ckpt = checkpoint_make();
	if (!d || !ckpt) {
		skip("engine", "no umie program to make a checkpoint with");
		return tap_done();
	}
	cfg.decoder = d;
	e = engine_start(&cfg, &err);
	ok(e != NULL, "the engine starts");
	check_open(e, ckpt);
	check_live(e);
	check_cancel(e);
	check_last_news(e);
	check_background(e);
	submit_text(e, "left behind", false);
	engine_stop(e);
	ok(true, "stopping with work left ends the thread");
	cfg.device = "cuda:7";
	ok(!engine_start(&cfg, &err) && err.code == ERR_DEVICE, "%s", err.text);
	decoder_stop(d);
	checkpoint_remove(ckpt);
	return tap_done();
}
