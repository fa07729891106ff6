/* :train and what goes with it: runs, their curves, stop and save. */
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/commands.h"
#include "tui/gpus.h"
#include "tui/plot.h"
#include "tui/train.h"
#include "tui/script.h"
#include "tui/training.h"

enum { PLOT_W = 76, PLOT_H = 18, CURVES_MAX = 6, LOOK_MS = 100 };

static const struct option TRAIN[] = {
    TRAIN_OPTIONS,
    {"use-best", 0, NULL, "open best/ here whenever it is written"},
    {"wait", 0, NULL, "line mode, scripts: wait for its end; C-c stops it"},
    {NULL, 0, NULL, NULL},
};

static volatile sig_atomic_t interrupts;

static void on_interrupt(int sig)
{
	(void)sig;
	interrupts++;
}

static void tell_events(struct app *app, size_t *told)
{
	const struct labels *l = &app->training->log.events;

	if (*told > l->n)
		*told = 0;
	for (; *told < l->n; ++*told)
		app_note(app, "%s", l->name[*told]);
}

/* Until the run ends; the first C-c lets it finish its step, as on screen. */
static void wait_for_end(struct app *app)
{
	struct sigaction sa = {.sa_handler = on_interrupt}, old;
	const struct timespec pause = {0, LOOK_MS * 1000000};
	size_t told = 0;
	int seen = 0;
	struct err err;

	interrupts = 0;
	sigaction(SIGINT, &sa, &old);
	while (training_runs(app)) {
		nanosleep(&pause, NULL);
		for (; seen < interrupts && training_runs(app); seen++)
			training_stop(app, &err);
		training_tick(app);
		tell_events(app, &told);
	}
	sigaction(SIGINT, &old, NULL);
}

static void add_option(char ***words, size_t *n, const char *name,
		       const char *value)
{
	*words = xrealloc(*words, *n + 2, sizeof(**words));
	(*words)[(*n)++] = xstrdup(name);
	(*words)[(*n)++] = xstrdup(value);
}

/*
 * The file of the session that --from names; NULL without one.  The run is
 * another process: of the open session everything has to be in the file.
 */
static int find_session(struct app *app, const char *name, char **path,
			struct err *err)
{
	*path = NULL;
	if (!name)
		return 0;
	if (strcmp(name, "decisions") != 0) {
		*path = session_file(name, err);
		return *path ? 0 : -(int)err->code;
	}
	if (!app_session(app, err) || session_save(app->session, err) < 0)
		return -(int)err->code;
	*path = realpath(session_path(app->session), NULL);
	return *path ? 0
		     : err_errno(err, ERR_FAILED, "%s",
				 session_path(app->session));
}

static int exec_train(struct app *app, const struct args *a, struct err *err)
{
	static const char *const ours[] = {"use-best", "wait", "resume", "from",
					   NULL};
	bool resume = args_has(a, "resume");
	const char *dir = a->n_pos ? a->pos[0] : NULL;
	char **words, *from, *again = NULL;
	struct gpus gpus;
	size_t n;
	int rc = gpus_read(a, &gpus, err);

	if (rc < 0)
		return rc;
	if (args_has(a, "wait") && app->screen && !app->script)
		return err_set(err, ERR_USAGE,
			       "train --wait: only in line mode and in "
			       "scripts; here one goes on meanwhile");
	/* Alone it is about the run that goes on. */
	if (args_has(a, "use-best") && training_runs(app)) {
		app->training->use_best = true;
		app->training->opened = -1;
		training_tick(app);
		return 0;
	}
	rc = find_session(app, args_get(a, "from"), &from, err);
	if (rc < 0)
		return rc;
	if (resume && !dir && app->training)
		dir = again = xstrdup(app->training->dir);
	words = train_words(a, ours, &n);
	if (!args_has(a, "init") && app->open)
		add_option(&words, &n, "--init", app->report.path);
	if (from)
		add_option(&words, &n, "--from", from);
	rc = training_start(app, words, n, dir, resume, err);
	for (size_t i = 0; i < n; i++)
		free(words[i]);
	free(words);
	free(from);
	free(again);
	if (rc < 0)
		return rc;
	app->training->use_best = args_has(a, "use-best");
	app_note(app, "%s: started; log %s/log.jsonl", app->training->name,
		 app->training->dir);
	if (args_has(a, "wait") && app->script)
		script_wait_training(app);
	else if (args_has(a, "wait"))
		wait_for_end(app);
	return 0;
}

const struct cmd cmd_live_train = {
    .name = "train",
    .args = "[RUN]",
    .options = TRAIN,
    .flags = CMD_LIVE | CMD_FILES,
    .max_pos = 1,
    .help = "train in the background; annotating goes on meanwhile",
    .exec = exec_train,
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), k = strlen(end);

	return n > k && strcmp(s + n - k, end) == 0;
}

/* Names in the folder of runs; caller's. */
static void list_names(const char *runs, struct labels *out)
{
	DIR *d = opendir(runs);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		if (e->d_name[0] != '.' && !ends_in(e->d_name, ".err") &&
		    !ends_in(e->d_name, ".jsonl"))
			labels_add(out, e->d_name, strlen(e->d_name));
	}
	if (d)
		closedir(d);
	if (out->n)
		qsort(out->name, out->n, sizeof(*out->name), by_name);
}

static const char *state_of(const struct run_log *r)
{
	if (r->total && run_log_step(r) >= r->total)
		return "done";
	return r->pid > 0 && kill((pid_t)r->pid, 0) == 0 ? "running"
							 : "stopped";
}

static void show_run(struct app *app, const char *runs, const char *name)
{
	char *dir = file_join(runs, name), *path = file_join(dir, "log.jsonl");
	struct run_log r = {.best_step = -1};
	double best = -1;
	struct err err;

	run_log_follow(&r, path, &err);
	for (size_t i = 0; i < r.n_devs; i++)
		best = fmax(best, r.dev[i].score);
	if (!r.path)
		app_say(app, "%-16s no log yet", name);
	else if (best < 0)
		app_say(app, "%-16s %-8s step %lld/%lld  started %s", name,
			state_of(&r), (long long)run_log_step(&r),
			(long long)r.total, r.started ? r.started : "?");
	else
		app_say(app,
			"%-16s %-8s step %lld/%lld  best dev F1 %.2f  started "
			"%s",
			name, state_of(&r), (long long)run_log_step(&r),
			(long long)r.total, best, r.started ? r.started : "?");
	run_log_release(&r);
	free(path);
	free(dir);
}

static int exec_runs(struct app *app, const struct args *a, struct err *err)
{
	struct labels names = {0};
	char *runs;

	if (a->n_pos)
		return training_look(app, a->pos[0], err);
	runs = runs_dir(err);
	if (!runs)
		return -(int)err->code;
	list_names(runs, &names);
	for (size_t i = 0; i < names.n; i++)
		show_run(app, runs, names.name[i]);
	if (names.n == 0)
		app_say(app, "no runs in %s (train starts one)", runs);
	labels_release(&names);
	free(runs);
	return 0;
}

const struct cmd cmd_runs = {
    .name = "runs",
    .args = "[RUN]",
    .flags = CMD_LIVE | CMD_FILES,
    .max_pos = 1,
    .help = "list training runs, or look at one",
    .exec = exec_runs,
};

static int exec_stop(struct app *app, const struct args *a, struct err *err)
{
	(void)a;
	return training_stop(app, err);
}

const struct cmd cmd_stop = {
    .name = "stop",
    .args = "",
    .flags = CMD_LIVE | CMD_FILES,
    .help = "end the run after this step, saved; a second time at once",
    .exec = exec_stop,
};

static int exec_save(struct app *app, const struct args *a, struct err *err)
{
	(void)a;
	return training_save(app, err);
}

const struct cmd cmd_save = {
    .name = "save",
    .args = "",
    .flags = CMD_LIVE | CMD_FILES,
    .help = "let the run save after this step and go on",
    .exec = exec_save,
};

static int curves_of(const struct args *a, const struct run_log *r,
		     struct curve *c, struct err *err)
{
	static const char marks[CURVES_MAX + 1] = "*o+x#@";

	for (int i = 0; i < MAX(a->n_pos, 1); i++) {
		const char *name = a->n_pos ? a->pos[i] : "loss";
		enum run_metric m;

		if (i == CURVES_MAX || !run_metric_find(name, &m)) {
			while (i-- > 0) {
				free(c[i].x);
				free(c[i].y);
			}
			return err_set(err, ERR_USAGE,
				       "plot %s: up to six of loss, lr, norm, "
				       "tokens, dev, mner, mre, med, meae",
				       name);
		}
		c[i] = (struct curve){.name = run_metric_name(m),
				      .mark = marks[i],
				      .ink = INK_RED + (unsigned)i};
		c[i].n = run_log_curve(r, m, &c[i].x, &c[i].y);
	}
	return 0;
}

/* The curves as lines of text. */
static void say_plot(struct app *app, const struct curve *c, size_t n)
{
	struct str row = {0};
	struct grid g;
	struct port p;

	grid_init(&g, PLOT_W, PLOT_H);
	p = (struct port){&g, 0, 0, PLOT_H, PLOT_W};
	plot_draw(&p, c, n, "step");
	for (int y = 0; y < PLOT_H; y++) {
		str_clear(&row);
		grid_row(&g, y, &row);
		app_say(app, "%s", str_cstr(&row));
	}
	str_release(&row);
	grid_release(&g);
}

static int write_plot(const struct args *a, const struct curve *c, size_t n,
		      struct err *err)
{
	static const char *const form[] = {"svg", "csv"};
	struct str text = {0};
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(form) && rc == 0; i++) {
		if (!args_has(a, form[i]))
			continue;
		str_clear(&text);
		if (i == 0)
			plot_svg(c, n, "step", &text);
		else
			plot_csv(c, n, &text);
		rc = file_replace(args_get(a, form[i]), str_cstr(&text),
				  text.len, err);
	}
	str_release(&text);
	return rc;
}

static int exec_plot(struct app *app, const struct args *a, struct err *err)
{
	struct curve c[CURVES_MAX];
	size_t n = (size_t)MAX(a->n_pos, 1), points = 0;
	int rc = 0;

	if (args_has(a, "run"))
		rc = training_look(app, args_get(a, "run"), err);
	if (rc < 0)
		return rc;
	if (!app->training)
		return err_set(err, ERR_USAGE,
			       "plot: no run to show (--run RUN; runs lists "
			       "them)");
	training_tick(app);
	rc = curves_of(a, &app->training->log, c, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n; i++)
		points += c[i].n;
	if (args_has(a, "svg") || args_has(a, "csv"))
		rc = write_plot(a, c, n, err);
	else if (points == 0)
		app_say(app, "%s: nothing to plot yet", app->training->name);
	else
		say_plot(app, c, n);
	for (size_t i = 0; i < n; i++) {
		free(c[i].x);
		free(c[i].y);
	}
	return rc;
}

static const struct option PLOT[] = {
    {"run", 0, "RUN", "of this run (default: the one in view)"},
    {"svg", 0, "FILE", "write a picture instead"},
    {"csv", 0, "FILE", "write the numbers instead"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_plot = {
    .name = "plot",
    .args = "[METRIC...]",
    .options = PLOT,
    .flags = CMD_LIVE | CMD_FILES,
    .max_pos = CURVES_MAX + 1,
    .help = "curves of a run: loss, lr, norm, tokens, dev, mner, …",
    .exec = exec_plot,
};
