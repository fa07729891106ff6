/*
 * check_show -- what was asked for before a recording is shown again arrives,
 * whenever it is answered.
 */
#include <stdlib.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/engine.h"
#include "tests/tap.h"
#include "tui/app.h"
#include "tui/probe-view.h"
#include "tui/show.h"

enum { PICTURE = 7, PROBE = 8, SIDE = 2 };

static char *recording(void)
{
	const char *src = getenv("srcdir");

	return file_join(src ? src : ".", "tests/corpus/recording/reply");
}

/* A picture and a probe are awaited; the recording begins. */
static bool begin(struct app *app)
{
	char *path = recording();
	struct err err = {0};
	int rc;

	app_init(app, "umie", NULL);
	app->request.image = xstrdup("picture.png");
	app->picture_job = PICTURE;
	probe_view(app)->one.id = PROBE;
	rc = show_open(app, path, SHOW_GUEST, &err);
	if (rc < 0)
		diag("%s", err.text);
	free(path);
	return rc == 0;
}

static void answer(struct app *app)
{
	struct event picture = {.kind = EVENT_DONE,
				.job_kind = JOB_PICTURE,
				.job = PICTURE,
				.picture = {.w = SIDE, .h = SIDE},
				.picture_w = SIDE,
				.picture_h = SIDE};
	struct event probe = {.kind = EVENT_FAILED, .job = PROBE};

	picture.picture.rgb = xcalloc(SIDE * SIDE, 3);
	err_set(&probe.err, ERR_FAILED, "no memory");
	app_take(app, &picture);
	app_take(app, &probe);
}

static void check_paused(void)
{
	struct app app;

	ok(begin(&app), "a recording is begun");
	show_leave(&app);
	answer(&app);
	ok(!app.picture.rgb, "by hand: the answer is not shown there");
	show_close(&app);
	ok(app.picture.w == SIDE && app.picture_job == 0,
	   "by hand: the picture is there afterwards");
	ok(app.probe && app.probe->one.id == 0,
	   "by hand: the probe has ended afterwards");
	app_release(&app);
}

static void check_resumed(void)
{
	struct app app;
	struct err err;

	ok(begin(&app), "a recording is begun");
	show_leave(&app);
	answer(&app);
	ok(show_resume(&app, &err) == 0 && !app.picture.rgb,
	   "the recording goes on without it");
	show_close(&app);
	ok(app.picture.w == SIDE && app.probe && app.probe->one.id == 0,
	   "both are there afterwards");
	app_release(&app);
}

int main(void)
{
	check_paused();
	check_resumed();
	return tap_done();
}
