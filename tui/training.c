#include "tui/training.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/turn.h"
#include "src/engine/clock.h"
#include "tui/app.h"

enum { PATIENCE = 3000 }; /* ms from the second stop to SIGKILL */

char *runs_dir(struct err *err)
{
	return file_xdg_folder("STATE", "runs", err);
}

/* The folder of a run by its name, or by its path; caller's, or NULL. */
static char *run_dir(const char *name, struct err *err)
{
	char *runs, *dir;

	if (strchr(name, '/'))
		return xstrdup(name);
	runs = runs_dir(err);
	dir = runs ? file_join(runs, name) : NULL;
	free(runs);
	return dir;
}

/* RUNS/2025-11-23-a, …-b: the first that nobody has. */
static char *new_dir(const char *runs)
{
	time_t now = time(NULL);
	char day[16];
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(day, sizeof(day), "%Y-%m-%d", &tm);
	for (int i = 0;; i++) {
		char *name = i < 26 ? xasprintf("%s-%c", day, 'a' + i)
				    : xasprintf("%s-%d", day, i);
		char *dir = file_join(runs, name);

		free(name);
		if (!file_exists(dir))
			return dir;
		free(dir);
	}
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* A run elsewhere is listed by a link in the folder of runs. */
static int list_run(const char *runs, const char *dir, struct err *err)
{
	char *link = file_join(runs, last_part(dir)), *real = NULL, *cwd;
	int rc = 0;

	cwd = dir[0] == '/' ? xstrdup("/") : getcwd(NULL, 0);
	if (cwd)
		real = dir[0] == '/' ? xstrdup(dir) : file_join(cwd, dir);
	if (real && strcmp(real, link) != 0) {
		unlink(link); /* of an older run of this name */
		if (symlink(real, link) < 0)
			rc = err_errno(err, ERR_FAILED, "%s", link);
	}
	free(cwd);
	free(real);
	free(link);
	return rc;
}

void training_free(struct training *t)
{
	if (!t)
		return;
	run_log_release(&t->log);
	free(t->name);
	free(t->dir);
	free(t->errors);
	free(t);
}

static struct training *training_new(const char *dir)
{
	struct training *t = xcalloc(1, sizeof(*t));

	t->dir = xstrdup(dir);
	t->name = xstrdup(last_part(dir));
	t->opened = -1;
	t->log.best_step = -1;
	return t;
}

/*
 * A session of its own, and with it a process group: the terminal's C-c is for
 * us, and everything that the run starts can be ended together.
 */
static int spawn(struct training *t, char **argv, struct err *err)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, stops;
	int rc;

	sigemptyset(&none);
	sigemptyset(&stops);
	sigaddset(&stops, SIGTERM); /* it must hear us from the beginning */
	sigaddset(&stops, SIGINT);
	posix_spawnattr_init(&attr);
	/* A session of its own: Linux then shares the cores between it and
	 * ours, whatever the number of its threads. */
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID |
					    POSIX_SPAWN_SETSIGMASK |
					    POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigdefault(&attr, &stops);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&files, 2, t->errors,
					 O_WRONLY | O_CREAT | O_TRUNC, 0600);
	rc = posix_spawn(&t->pid, "/proc/self/exe", &files, &attr, argv,
			 environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	if (rc == 0) {
		turn_later(t->pid);
		return 0;
	}
	t->pid = 0;
	return err_set(err, ERR_FAILED, "cannot start the run: %s",
		       strerror(rc));
}

static int launch(struct training *t, char **words, size_t n, bool resume,
		  struct err *err)
{
	char **argv = xcalloc(n + 5, sizeof(*argv));
	size_t k = 0;
	int rc;

	argv[k++] = (char *)"umie";
	argv[k++] = (char *)"train";
	for (size_t i = 0; i < n; i++)
		argv[k++] = words[i];
	if (resume)
		argv[k++] = (char *)"--resume";
	argv[k++] = t->dir;
	rc = spawn(t, argv, err);
	free(argv);
	return rc;
}

int training_start(struct app *app, char **words, size_t n, const char *dir,
		   bool resume, struct err *err)
{
	char *runs = runs_dir(err), *own = NULL, *name;
	struct training *t;
	int rc = runs ? 0 : -(int)err->code;

	if (rc == 0 && training_runs(app))
		rc = err_set(err, ERR_USAGE,
			     "train: %s is going on (stop ends it)",
			     app->training->name);
	if (rc == 0)
		rc = file_mkdirs(runs, err);
	if (rc < 0) {
		free(runs);
		return rc;
	}
	own = dir ? xstrdup(dir) : new_dir(runs);
	t = training_new(own);
	name = xasprintf("%s.err", t->name);
	t->errors = file_join(runs, name);
	free(name);
	rc = list_run(runs, own, err);
	if (rc == 0)
		rc = launch(t, words, n, resume, err);
	free(own);
	free(runs);
	if (rc < 0) {
		training_free(t);
		return rc;
	}
	training_free(app->training);
	app->training = t;
	app->dirty |= DIRTY_TRAIN | DIRTY_STATUS;
	return 0;
}

int training_look(struct app *app, const char *name, struct err *err)
{
	char *dir = run_dir(name, err), *log;
	struct training *t;
	int rc = 0;

	if (!dir)
		return -(int)err->code;
	log = file_join(dir, "log.jsonl");
	if (training_runs(app))
		rc = err_set(err, ERR_USAGE,
			     "runs: %s is going on and stays in view",
			     app->training->name);
	else if (!file_exists(log))
		rc = err_set(err, ERR_DATA, "%s: no such log", log);
	free(log);
	if (rc == 0) {
		t = training_new(dir);
		training_free(app->training);
		app->training = t;
		training_tick(app);
		app->dirty |= DIRTY_TRAIN;
	}
	free(dir);
	return rc;
}

bool training_runs(const struct app *app)
{
	return app->training && app->training->pid;
}

static bool follow(struct app *app)
{
	struct training *t = app->training;
	char *path = file_join(t->dir, "log.jsonl");
	struct err err;
	int rc = run_log_follow(&t->log, path, &err);

	free(path);
	if (rc > 0)
		app->dirty |= DIRTY_TRAIN | DIRTY_STATUS;
	return rc > 0;
}

/* A better model was written: annotate with it from now on. */
static void open_best(struct app *app)
{
	struct training *t = app->training;
	struct err err;
	char *best;

	if (!t->use_best || t->log.best_step < 0 ||
	    t->log.best_step == t->opened || app->open_job)
		return;
	t->opened = t->log.best_step;
	best = file_join(t->dir, "best");
	if (app_open(app, best, &err) < 0)
		app_note(app, "%s", err.text);
	free(best);
}

/* The last line of the child's standard error; caller's, or NULL. */
static char *last_words(const struct training *t)
{
	struct str text = {0};
	struct err ignored;
	char *line = NULL, *at;

	if (t->errors && file_read(t->errors, 1 << 20, &text, &ignored) == 0) {
		while (text.len && text.s[text.len - 1] == '\n')
			text.s[--text.len] = '\0';
		at = text.len ? strrchr(text.s, '\n') : NULL;
		line = text.len ? xstrdup(at ? at + 1 : text.s) : NULL;
	}
	str_release(&text);
	return line;
}

static void ended(struct app *app, int status)
{
	struct training *t = app->training;
	char *words = last_words(t);
	bool stopped = WIFEXITED(status) && WEXITSTATUS(status) == 130;

	t->pid = 0;
	follow(app);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		app_note(app, "%s: done after step %lld; %s/best is the result",
			 t->name, (long long)run_log_step(&t->log), t->dir);
	else if (stopped || t->stops)
		app_note(app, "%s: stopped at step %lld%s", t->name,
			 (long long)run_log_step(&t->log),
			 t->stops > 1 ? ", at once: what was saved last counts"
				      : "; train --resume goes on");
	else
		app_note(app, "%s: failed: %s", t->name,
			 words ? words : "it says nothing");
	free(words);
	app->dirty |= DIRTY_TRAIN | DIRTY_STATUS;
}

void training_tick(struct app *app)
{
	struct training *t = app->training;
	int status;

	if (!t)
		return;
	if (follow(app))
		open_best(app);
	if (!t->pid)
		return;
	if (waitpid(t->pid, &status, WNOHANG) == t->pid)
		ended(app, status);
	else if (t->stops > 1 && clock_ms() - t->stopped_at > PATIENCE)
		kill(-t->pid, SIGKILL);
}

static int no_run(const struct app *app, struct err *err)
{
	if (training_runs(app))
		return 0;
	return err_set(err, ERR_USAGE, "no run is going on (train starts one)");
}

int training_stop(struct app *app, struct err *err)
{
	struct training *t = app->training;

	if (no_run(app, err) < 0)
		return -(int)err->code;
	t->stops++;
	t->stopped_at = clock_ms();
	kill(t->pid, SIGTERM);
	app_note(app, "%s: %s", t->name,
		 t->stops == 1 ? "finishing this step, then saving; stop again "
				 "ends it at once"
			       : "ending at once");
	app->dirty |= DIRTY_TRAIN | DIRTY_STATUS;
	return 0;
}

int training_save(struct app *app, struct err *err)
{
	if (no_run(app, err) < 0)
		return -(int)err->code;
	kill(app->training->pid, SIGUSR2);
	app_note(app, "%s: saving after this step", app->training->name);
	return 0;
}
