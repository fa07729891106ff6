/* What a training run tells: progress, its log, scores. */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "src/base/file.h"
#include "src/base/heartbeat.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/clock.h"
#include "src/engine/evaluate.h"
#include "src/train/comm.h"
#include "src/train/train.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/progress.h"
#include "tui/train-job.h"
/* On a terminal one line that changes; otherwise a line every 30 s. */
static void show_step(void *context, const struct train_progress *p)
{
	struct train_job *t = context;
	bool tty = isatty(fileno(t->app->err));
	double now = clock_ms();
	char left[32];

	if (now - t->shown < (tty ? 200 : 30000) && p->step < p->total)
		return;
	t->shown = now;
	fprintf(t->app->err,
		"%sstep %lld/%lld  epoch %lld  loss %.4f  norm %.2f  lr %.2e  "
		"%.0f tokens/s  %s left%s",
		tty ? "\r\033[K" : "", (long long)p->step, (long long)p->total,
		(long long)p->epoch + 1, p->loss, p->norm, p->lr,
		p->tokens_per_second, progress_time(p->seconds_left, left),
		tty ? "" : "\n");
	fflush(t->app->err);
}

/* A reader that has gone does not end the run. */
static void show_line(void *context, const char *json)
{
	struct train_job *t = context;
	char *line;
	struct err ignored;

	if (t->report < 0)
		return;
	line = xasprintf("%s\n", json);
	file_write_all(t->report, line, strlen(line), "--report", &ignored);
	free(line);
}

void train_tell_note(void *context, const char *line)
{
	struct train_job *t = context;
	struct json *j;
	char *text;

	snprintf(t->said, sizeof(t->said), "%s", line);
	if (t->comm->size == 1)
		app_note(t->app, "%s", line);
	else
		app_note(t->app, "rank %d: %s", t->comm->rank, line);
	if (t->report < 0)
		return;
	j = json_new_object();
	json_put_string(j, "note", line);
	text = json_print(j);
	show_line(t, text);
	free(text);
	json_free(j);
}

void train_tell_loading(void *context, size_t done, size_t of)
{
	struct train_job *t = context;

	heartbeat(t->be->heart);
	if (isatty(fileno(t->app->err)) && t->comm->rank == 0)
		fprintf(t->app->err, "\r\033[Kreading %zu of %zu", done, of);
}

static int score_dev(void *context, double *score, struct json **detail,
		     struct err *err)
{
	struct train_job *t = context;
	struct evaluate_options o = {
	    .limit = t->eval_limit, .regime = REGIME_USUAL, .seed = 1};
	struct extractor *x =
	    extractor_new(t->bundle, t->app->decoder, NULL, t->stop);
	struct evaluation e = {0};
	struct str text = {0};
	int rc = evaluate(x, &t->dev, &o, &e, err);

	extractor_free(x);
	if (rc < 0)
		return rc;
	*score = evaluation_score(&e);
	*detail = evaluation_json(&e);
	evaluation_text(&e, &text);
	text.s[--text.len] = '\0';
	app_note(t->app, "%s%s", isatty(fileno(t->app->err)) ? "\n" : "",
		 text.s);
	str_release(&text);
	evaluation_release(&e);
	return 0;
}

int train_tell_open(const struct args *a, int *fd, struct err *err)
{
	const char *s = args_get(a, "report");
	char *end;
	long n;

	*fd = -1;
	if (!s)
		return 0;
	n = strcmp(s, "json") == 0 ? STDOUT_FILENO : strtol(s, &end, 10);
	if ((strcmp(s, "json") != 0 && (end == s || *end)) || n < 0 ||
	    n > INT_MAX || fcntl((int)n, F_GETFD) < 0)
		return err_set(
		    err, ERR_USAGE,
		    "train: --report %s: an open descriptor's number "
		    "or `json` expected",
		    s);
	*fd = (int)n;
	return 0;
}

static void put_many(struct json *j, const char *option, const struct args *a)
{
	struct json *list = json_new_array();

	for (int i = 0; i < a->n_many; i++)
		if (strcmp(a->cmd->options[a->many_option[i]].name, option) ==
		    0)
			json_push_string(list, a->many[i]);
	json_put(j, option, list);
}

struct json *train_about(const struct train_job *t, const struct args *a,
			 const struct train_options *o)
{
	struct json *j = json_new_object(), *tasks = json_new_array();
	bool has[TASK_MEE + 1] = {0};
	time_t clock = time(NULL);
	struct tm tm;
	char when[32];

	gmtime_r(&clock, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	json_put_string(j, "started", when);
	json_put_int(j, "pid", getpid());
	json_put_string(j, "init", args_get(a, "init"));
	put_many(j, "data", a);
	put_many(j, "dev", a);
	if (args_has(a, "from"))
		json_put_string(j, "from", args_get(a, "from"));
	for (size_t i = 0; i < t->samples.n; i++)
		has[t->samples.at[i].task] = true;
	for (int k = 0; k <= TASK_MEE; k++)
		if (has[k])
			json_push_string(tasks, task_name((enum task)k));
	json_put(j, "tasks", tasks);
	json_put_int(j, "examples", (int64_t)t->samples.n);
	json_put_string(j, "device", t->be->name);
	json_put_int(j, "ranks", t->comm->size);
	json_put_int(j, "batch", o->batch);
	json_put_int(j, "epochs", o->epochs);
	json_put_number(j, "lr", o->lr, 9);
	return j;
}

void train_tell(struct train_job *t, struct train_hooks *h)
{
	h->context = t;
	h->evaluate = t->dev.n ? score_dev : NULL;
	h->progress = t->comm->rank == 0 ? show_step : NULL;
	h->line = t->report >= 0 ? show_line : NULL;
	h->note = train_tell_note;
}
