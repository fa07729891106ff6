/*
 * check_ahead -- Enter to the next result does not wait for the model: the
 * next examples of the queue are predicted while one is looked at.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/clock.h"
#include "src/image/decode.h"
#include "tests/tap.h"
#include "tui/app.h"
#include "tui/cmd.h"

enum { EXAMPLES = 20 };

static char *folder;

static bool make_files(void)
{
	const char *src = getenv("srcdir"), *build = getenv("builddir");
	struct str set = {0};
	struct err err;
	char *command, *path;
	int rc;

	folder = xstrdup("/tmp/umie-ahead-XXXXXX");
	if (!src || !build || !mkdtemp(folder))
		return false;
	setenv("XDG_STATE_HOME", folder, 1);
	setenv("XDG_CACHE_HOME", folder, 1);
	for (int i = 0; i < EXAMPLES; i++)
		str_addf(&set,
			 "{\"task\":\"mner\",\"text\":\"Ann met Bo %d\"}\n", i);
	path = file_join(folder, "set.jsonl");
	rc = file_replace(path, set.s, set.len, &err);
	free(path);
	str_release(&set);
	command = xasprintf("srcdir='%s' builddir='%s' sh -c '. %s/tests/lib.sh"
			    "; tiny_checkpoint %s/ckpt' 2>%s/log",
			    src, build, src, folder, folder);
	if (rc == 0)
		rc = system(command);
	free(command);
	return rc == 0;
}

static void remove_files(void)
{
	char *command = xasprintf("rm -r %s", folder);

	if (system(command) != 0)
		diag("left behind: %s", folder);
	free(command);
	free(folder);
}

/* Let the engine work until nothing is ahead any more. */
static void rest(struct app *a)
{
	for (int i = 0; i < 600; i++) {
		struct pollfd p = {engine_fd(a->engine), POLLIN, 0};

		app_drain(a);
		app_tick(a);
		if (!a->n_ahead && !a->live_job)
			return;
		poll(&p, 1, 100);
	}
	diag("the engine did not come to rest");
}

static size_t predicted(const struct app *a)
{
	const struct state *s = session_state(a->session);
	size_t n = 0;

	for (size_t i = 0; i < s->n_examples; i++)
		n += s->example[i]->reply != NULL;
	return n;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void check_enter(struct app *a)
{
	double ms[EXAMPLES];
	int waited = 0, wrong = 0;
	struct err err;

	for (int i = 1; i < EXAMPLES - 1; i++) {
		double start = clock_ms();

		if (cmd_run_line(a, "done", &err) < 0)
			diag("%s", err.text);
		ms[i - 1] = clock_ms() - start;
		waited += a->live_job != 0 || a->stale;
		wrong += !a->result ||
			 strcmp(a->result->text, a->request.text) != 0 ||
			 session_state(a->session)->at != i + 1;
		rest(a);
	}
	ok(!waited && !wrong, "done shows the next result at once, each time");
	qsort(ms, EXAMPLES - 2, sizeof(*ms), by_size);
	ok(ms[EXAMPLES / 2] < 50,
	   "within %.1f ms, the decision saved (at worst %.1f ms)",
	   ms[EXAMPLES / 2], ms[EXAMPLES - 3]);
}

int main(void)
{
	struct decoder *d;
	struct app a;
	struct err err;
	char *ckpt, *set;

	d = decoder_start(&err);
	if (!d || !make_files()) {
		skip("ahead", "no umie program to make a checkpoint with");
		return tap_done();
	}
	app_init(&a, "umie", d);
	a.out = a.err = fopen("/dev/null", "w");
	ckpt = file_join(folder, "ckpt");
	set = file_join(folder, "set.jsonl");
	if (app_open(&a, ckpt, &err) < 0 ||
	    app_load(&a, set, NULL, &(struct dataset_options){0}, &err) < 0)
		bug("%s", err.text);
	app_wait(&a);
	rest(&a);
	ok(predicted(&a) == AHEAD + 1, "%d are predicted ahead (%zu with this)",
	   AHEAD, predicted(&a));
	check_enter(&a);
	ok(predicted(&a) == EXAMPLES, "and so all were");
	app_release(&a);
	decoder_stop(d);
	free(ckpt);
	free(set);
	remove_files();
	return tap_done();
}
