/*
 * check_kill -- what was acknowledged survives SIGKILL at any moment.
 *
 * The real program, in line mode, is fed decisions and killed.  After each
 * kill the session is opened: everything that was acknowledged is there, the
 * file is sound, and undo works.  UMIE_KILLS and UMIE_KILL_SECONDS ask for
 * more than `make check` does.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include "src/base/file.h"
#include "src/base/rng.h"
#include "src/engine/clock.h"
#include "tests/session_test.h"
#include "tests/tap.h"

enum { KILLS = 200, SECONDS = 25, ROUND = 64, START = 10000 /* ms */ };

extern char **environ;

struct run {
	pid_t pid;
	int in, out; /* of the program */
};

static char *folder, *path;

static long setting(const char *name, long fallback)
{
	const char *s = getenv(name);

	return s ? strtol(s, NULL, 10) : fallback;
}

static bool start(struct run *r)
{
	const char *build = getenv("builddir");
	char *program = xasprintf("%s/umie", build ? build : ".");
	char *argv[] = {program,  "--plain", "-m", "none",
			"--user", "anna",    path, NULL};
	posix_spawn_file_actions_t acts;
	int in[2], out[2], rc;

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		bug("pipe");
	posix_spawn_file_actions_init(&acts);
	posix_spawn_file_actions_adddup2(&acts, in[0], 0);
	posix_spawn_file_actions_adddup2(&acts, out[1], 1);
	posix_spawn_file_actions_addopen(&acts, 2, "/dev/null", O_WRONLY, 0);
	rc = posix_spawn(&r->pid, program, &acts, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&acts);
	close(in[0]);
	close(out[1]);
	r->in = in[1];
	r->out = out[0];
	free(program);
	return rc == 0;
}

/* Count the acknowledgements "noted" until `ms` are over, or with `first` until
 * there is one. */
static int count_until(struct run *r, double ms, bool first, struct str *seen)
{
	double end = clock_ms() + ms;
	int n = 0;

	for (;;) {
		struct pollfd p = {r->out, POLLIN, 0};
		int left = (int)(end - clock_ms());
		char block[4096];
		ssize_t k;

		if (left <= 0 || poll(&p, 1, left) <= 0)
			break;
		k = read(r->out, block, sizeof(block));
		if (k <= 0)
			break;
		str_addn(seen, block, (size_t)k);
		if (first && strstr(str_cstr(seen), "noted\n"))
			break;
	}
	for (const char *c = str_cstr(seen); (c = strstr(c, "noted\n")); c++)
		n++;
	return n;
}

/* Feed notes, kill `ms` after the start, or with `noting` after the first
 * acknowledgement; how many were acknowledged. */
static int kill_after(double ms, bool noting)
{
	struct str text = {0}, seen = {0};
	struct run r;
	int n;

	if (!start(&r))
		bug("cannot start umie");
	for (int i = 0; i < ROUND; i++)
		str_addf(&text, "note word %d\n", i);
	if (write(r.in, text.s, text.len) != (ssize_t)text.len)
		bug("the program does not read");
	if (noting) /* however slow the machine is today */
		(void)count_until(&r, START, true, &seen);
	(void)count_until(&r, ms, false, &seen);
	kill(r.pid, SIGKILL);
	/* What it had acknowledged may still be in the pipe. */
	n = count_until(&r, 1000, false, &seen);
	waitpid(r.pid, NULL, 0);
	close(r.in);
	close(r.out);
	str_release(&text);
	str_release(&seen);
	return n;
}

static bool sound(void)
{
	sqlite3 *db;
	sqlite3_stmt *q = NULL;
	bool good = sqlite3_open(path, &db) == SQLITE_OK &&
		    sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &q,
				       NULL) == SQLITE_OK &&
		    sqlite3_step(q) == SQLITE_ROW &&
		    strcmp((const char *)sqlite3_column_text(q, 0), "ok") == 0;

	sqlite3_finalize(q);
	sqlite3_close(db);
	return good;
}

static struct session *open_session(bool create)
{
	struct session_options o = {.who = "anna", .create = create};
	struct session *s = NULL;
	struct err err;

	if (session_open(&s, path, &o, &err) < 0)
		diag("%s", err.text);
	return s;
}

struct tally {
	long kills, acknowledged, lost, damaged, stuck;
};

static void once(struct tally *t, size_t *acts)
{
	double part = (double)rng_uniform(&(struct rng_key){11, 0, 0},
					  (uint64_t)t->kills);
	/* Each fourth while it starts. */
	bool noting = t->kills % 4 != 3;
	int n = kill_after(noting ? 30 * part : 85 * part, noting);
	struct session *s;
	struct err err;

	t->kills++;
	t->acknowledged += n;
	t->damaged += !sound();
	s = open_session(false);
	if (!s) {
		t->damaged++;
		return;
	}
	t->lost += session_state(s)->n_undo < *acts + (size_t)n;
	*acts = session_state(s)->n_undo;
	if (*acts) {
		t->stuck += session_undo(s, 1, &err) < 0 ||
			    session_state(s)->n_undo != *acts - 1;
		*acts = session_state(s)->n_undo;
	}
	session_close(s, &err);
}

int main(void)
{
	long kills = setting("UMIE_KILLS", KILLS);
	double end =
	    clock_ms() + 1000.0 * (double)setting("UMIE_KILL_SECONDS", SECONDS);
	char *program =
	    xasprintf("%s/umie", getenv("builddir") ? getenv("builddir") : ".");
	struct tally t = {0};
	struct session *s;
	struct err err;
	size_t acts = 0;

	if (!file_exists(program)) {
		skip("kill", "no umie program");
		free(program);
		return tap_done();
	}
	free(program);
	signal(SIGPIPE, SIG_IGN);
	setenv("GOMP_SPINCOUNT", "2000", 1); /* no second start */
	folder = test_folder();
	path = xasprintf("%s/kill.umie", folder);
	s = open_session(true);
	load_test_set(s);
	session_close(s, &err);
	while (t.kills < kills && clock_ms() < end)
		once(&t, &acts);
	ok(t.acknowledged > t.kills, "%ld kills among %ld decisions", t.kills,
	   t.acknowledged);
	ok(t.lost == 0, "no acknowledged decision is lost (%ld)", t.lost);
	ok(t.damaged == 0, "the file is sound each time (%ld)", t.damaged);
	ok(t.stuck == 0, "undo works each time (%ld)", t.stuck);
	free(path);
	remove_folder(folder);
	return tap_done();
}
