/* An evaluation on the engine's thread: live work first, cancelled at once. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/call.h"
#include "src/engine/clock.h"
#include "src/engine/engine.h"
#include "src/engine/evaluate.h"
#include "src/image/decode.h"
#include "tests/checkpoint_test.h"
#include "tests/tap.h"

enum { MANY = 4000, FEW = 12 };

static char *write_data(const char *dir, const char *name, int n)
{
	char *path = file_join(dir, name);
	struct str text = {0};
	struct err err;

	for (int i = 0; i < n; i++)
		str_addf(&text,
			 "{\"task\":\"mner\",\"text\":\"Ann met Bo %d\","
			 "\"gold\":[{\"type\":\"Person\",\"text\":"
			 "\"Ann\"}]}\n",
			 i);
	if (file_replace(path, text.s, text.len, &err) < 0)
		bug("%s", err.text);
	str_release(&text);
	return path;
}

/* The next event, waited for; the caller's. */
static struct event *next(struct engine *e)
{
	struct pollfd p = {engine_fd(e), POLLIN, 0};
	struct event *ev;

	while (!(ev = engine_next(e)))
		poll(&p, 1, -1);
	return ev;
}

/* Wait for the end of job `id`; what kind it was. */
static enum event_kind end_of(struct engine *e, int id, struct evaluation **out)
{
	for (;;) {
		struct event *ev = next(e);
		enum event_kind kind = ev->kind;
		bool end = ev->job == id && kind != EVENT_PROGRESS;

		if (end && out) {
			*out = ev->news;
			ev->news = NULL;
		}
		event_free(ev);
		if (end)
			return kind;
	}
}

static int submit(struct engine *e, const char *path)
{
	struct evaluate_options o = {.regime = REGIME_USUAL, .max_tokens = 8};
	struct job *j = job_new(JOB_CALL);

	j->call = evaluate_call(path, &(struct dataset_options){0}, &o);
	return engine_submit(e, j);
}

static int submit_live(struct engine *e)
{
	struct job *j = job_new(JOB_EXTRACT);

	j->request.text = xstrdup("Rocky is here");
	j->request.max_tokens = 8;
	j->live = true;
	return engine_submit(e, j);
}

static void check_whole(struct engine *e, const char *dir)
{
	char *path = write_data(dir, "few.jsonl", FEW);
	struct evaluation *v = NULL;

	ok(end_of(e, submit(e, path), &v) == EVENT_DONE && v, "it ends");
	ok(v && v->done == FEW && v->of == FEW && v->row[0].interval,
	   "with all examples and an interval");
	evaluation_free(v);
	ok(end_of(e, submit(e, "/nonexistent"), NULL) == EVENT_FAILED,
	   "a file that is not there is an error");
	unlink(path);
	free(path);
}

static void check_meanwhile(struct engine *e, const char *dir)
{
	char *path = write_data(dir, "many.jsonl", MANY);
	int id = submit(e, path), live;
	struct evaluation *part = NULL;
	double start;

	while (!part) {
		struct event *ev = next(e);

		if (ev->job == id && ev->kind != EVENT_PROGRESS)
			bug("the evaluation was too short for this test");
		part = ev->news;
		ev->news = NULL;
		event_free(ev);
	}
	ok(part->done > 0 && part->done < MANY && part->of == MANY,
	   "a table of %zu examples on the way", part->done);
	ok(part->n_rows > 0 && !part->row[0].interval,
	   "with figures, but no interval yet");
	evaluation_free(part);
	live = submit_live(e);
	start = clock_ms();
	ok(end_of(e, live, NULL) == EVENT_DONE && engine_busy(e),
	   "a live extraction goes first (%.0f ms)", clock_ms() - start);
	start = clock_ms();
	engine_cancel(e, id);
	ok(end_of(e, id, NULL) == EVENT_CANCELLED, "cancelled");
	ok(clock_ms() - start < 200, "within 200 ms (%.0f)",
	   clock_ms() - start);
	unlink(path);
	free(path);
}

int main(void)
{
	char dir[] = "/tmp/umie-evaluate-XXXXXX", *ckpt = checkpoint_make();
	struct err err = {0};
	struct decoder *d = decoder_start(&err);
	struct engine_config cfg = {.threads = 1, .decoder = d};
	struct engine *e;
	struct job *j;

	if (!ckpt || !d || !mkdtemp(dir)) {
		skip("evaluation", "no checkpoint could be made");
		return tap_done();
	}
	e = engine_start(&cfg, &err);
	if (!e)
		bug("%s", err.text);
	j = job_new(JOB_OPEN);
	j->path = xstrdup(ckpt);
	end_of(e, engine_submit(e, j), NULL);
	check_whole(e, dir);
	check_meanwhile(e, dir);
	engine_stop(e);
	decoder_stop(d);
	rmdir(dir);
	checkpoint_remove(ckpt);
	return tap_done();
}
