/* A run's log, read while it grows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/train/run-log.h"
#include "tests/run_lines.h"
#include "tests/tap.h"

static void append(const char *path, const char *text)
{
	FILE *f = fopen(path, "a");

	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		bug("%s", path);
}

/* Bytes come one by one: what is read is the same. */
static void check_growing(const char *path)
{
	struct run_log r = {0};
	struct err err;
	int news = 0;

	ok(run_log_follow(&r, path, &err) == 0, "no file yet is no error");
	for (const char *c = RUN_LINES; *c; c++) {
		append(path, (const char[]){*c, 0});
		news += run_log_follow(&r, path, &err) == 1;
	}
	ok(news == (int)strlen(RUN_LINES), "each byte is noticed");
	ok(r.n_steps == 3 && r.step[2].loss == 2 && r.step[0].loss == 4,
	   "three steps");
	ok(r.total == 6 && run_log_step(&r) == 3, "of six");
	near((float[]){(float)run_log_left(&r)}, (float[]){1.5f}, 1, 1e-6,
	     "seconds left");
	ok(r.ranks == 2 && r.rank[1].wait == 0.25, "two ranks");
	ok(r.n_devs == 1 && r.dev[0].f1[TASK_MNER] == 75.5 &&
	       r.dev[0].f1[TASK_MRE] == -1 && r.dev[0].best,
	   "dev scores of the tasks that were there");
	ok(r.bins == 3 && r.gate_bin[1] == 7 && r.gate_edge[0] == 0.1,
	   "the histogram of gates");
	ok(r.best_step == 3, "best/ is whole");
	ok(run_log_follow(&r, path, &err) == 0, "nothing new is nothing");
	run_log_release(&r);
}

/* A resumed run replaces the file. */
static void check_replaced(const char *path)
{
	struct run_log r = {0};
	struct err err;
	const char *other = "{\"step\":1,\"loss\":9}\n";

	run_log_follow(&r, path, &err);
	if (file_replace(path, other, strlen(other), &err) < 0)
		bug("%s", err.text);
	ok(run_log_follow(&r, path, &err) == 1 && r.n_steps == 1 &&
	       r.step[0].loss == 9,
	   "a replaced file is read anew");
	run_log_line(&r, "{\"step\":2,\"loss\":", 17);
	run_log_line(&r, "[1,2]", 5);
	ok(r.n_steps == 1, "what is not a line of ours is skipped");
	run_log_release(&r);
}

static void check_curves(void)
{
	struct run_log r = {0};
	const char *line = RUN_LINES, *end;
	enum run_metric m;
	double *x, *y;
	size_t n;

	for (; (end = strchr(line, '\n')); line = end + 1)
		run_log_line(&r, line, (size_t)(end - line));
	n = run_log_curve(&r, RUN_LOSS, &x, &y);
	ok(n == 3 && x[1] == 2 && y[1] == 3, "the curve of the loss");
	free(x);
	free(y);
	n = run_log_curve(&r, RUN_MRE, &x, &y);
	ok(n == 0, "a task without examples has no curve");
	free(x);
	free(y);
	ok(run_metric_find("tokens", &m) && m == RUN_SPEED &&
	       !run_metric_find("speed", &m),
	   "metrics by name");
	run_log_release(&r);
}

int main(void)
{
	char dir[] = "/tmp/umie-runlog-XXXXXX", *path;

	if (!mkdtemp(dir))
		bug("%s", dir);
	path = file_join(dir, "log.jsonl");
	check_growing(path);
	check_replaced(path);
	check_curves();
	unlink(path);
	rmdir(dir);
	free(path);
	return tap_done();
}
