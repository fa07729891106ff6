#include "src/image/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"

enum { ERRORS_KEPT = 4096, NAP_NS = 5000000 };

extern char **environ;

/* A running command: two pipes, out and err; fd -1: at its end. */
struct running {
	pid_t pid;
	struct pollfd from[2];
	struct str *out, errors;
	size_t limit; /* bytes that may still be printed */
	long deadline;
	bool too_much, too_slow;
};

static long clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool open_pipes(int out[2], int errors[2], struct err *err)
{
	if (pipe(out) < 0) {
		err_errno(err, ERR_FAILED, "no pipe");
		return false;
	}
	if (pipe(errors) < 0) {
		err_errno(err, ERR_FAILED, "no pipe");
		close(out[0]);
		close(out[1]);
		return false;
	}
	for (int i = 0; i < 2; i++) {
		fcntl(out[i], F_SETFD, FD_CLOEXEC);
		fcntl(errors[i], F_SETFD, FD_CLOEXEC);
	}
	return true;
}

/* Signals as a fresh program expects them, whatever this one ignores. */
static void plain_signals(posix_spawnattr_t *a)
{
	static const int plain[] = {SIGINT,  SIGQUIT, SIGTERM, SIGPIPE,
				    SIGTSTP, SIGTTIN, SIGTTOU, SIGCHLD};
	sigset_t set;

	sigemptyset(&set);
	posix_spawnattr_setsigmask(a, &set);
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		sigaddset(&set, plain[i]);
	posix_spawnattr_setsigdefault(a, &set);
	posix_spawnattr_setpgroup(a, 0);
	posix_spawnattr_setflags(a, POSIX_SPAWN_SETSIGMASK |
					POSIX_SPAWN_SETSIGDEF |
					POSIX_SPAWN_SETPGROUP);
}

static int spawn(const char *command, const char *argument, int out, int errors,
		 pid_t *pid)
{
	char *argv[] = {"sh", "-c", (char *)command, "sh", (char *)argument,
			NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	int rc;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null",
					 O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO);
	posix_spawnattr_init(&attributes);
	plain_signals(&attributes);
	rc = posix_spawn(pid, "/bin/sh", &files, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return rc;
}

/* One read of pipe i, which has something to say. */
static void take(struct running *r, int i)
{
	char block[65536];
	ssize_t n = read(r->from[i].fd, block, sizeof(block));

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0) {
		close(r->from[i].fd);
		r->from[i].fd = -1;
	} else if (i == 1) {
		str_addn(&r->errors, block,
			 MIN((size_t)n, ERRORS_KEPT - r->errors.len));
	} else if ((size_t)n > r->limit) {
		r->too_much = true;
	} else {
		str_addn(r->out, block, (size_t)n);
		r->limit -= (size_t)n;
	}
}

static void listen(struct running *r)
{
	long left;

	while (!r->too_much && (r->from[0].fd >= 0 || r->from[1].fd >= 0)) {
		left = r->deadline - clock_ms();
		if (left <= 0) {
			r->too_slow = true;
			return;
		}
		if (poll(r->from, 2, (int)left) <= 0)
			continue;
		for (int i = 0; i < 2; i++)
			if (r->from[i].fd >= 0 && r->from[i].revents)
				take(r, i);
	}
}

/* Wait for the end; a command that closes its output may still run on. */
static int reap(struct running *r, int *status)
{
	const struct timespec nap = {.tv_nsec = NAP_NS};
	pid_t got;

	while (!r->too_much && !r->too_slow) {
		got = waitpid(r->pid, status, WNOHANG);
		if (got != 0 && !(got < 0 && errno == EINTR))
			return got < 0 ? -1 : 0;
		r->too_slow = clock_ms() >= r->deadline;
		nanosleep(&nap, NULL);
	}
	kill(-r->pid, SIGKILL);
	while ((got = waitpid(r->pid, status, 0)) < 0 && errno == EINTR)
		;
	return got < 0 ? -1 : 0;
}

/* ": " and the last line of what it said on standard error, or "". */
static char *last_words(struct str *errors)
{
	struct span s = {str_cstr(errors), errors->len}, line;
	size_t from;

	s = span_trim(s);
	for (from = s.len; from && s.s[from - 1] != '\n'; from--)
		;
	line = (struct span){s.s + from, s.len - from};
	return xasprintf("%s%.*s", line.len ? ": " : "", (int)line.len, line.s);
}

static int verdict(struct running *r, const char *command, int seconds,
		   size_t limit, int status, struct err *err)
{
	char *words;
	int rc = 0;

	if (r->too_slow)
		return err_set(err, ERR_DATA,
			       "command '%.200s': not done after %d seconds",
			       command, seconds);
	if (r->too_much)
		return err_set(err, ERR_DATA,
			       "command '%.200s': more than %zu bytes of "
			       "output",
			       command, limit);
	words = last_words(&r->errors);
	if (WIFSIGNALED(status))
		rc = err_set(err, ERR_DATA,
			     "command '%.200s': ended by signal %d%s", command,
			     WTERMSIG(status), words);
	else if (WEXITSTATUS(status) != 0)
		rc =
		    err_set(err, ERR_DATA, "command '%.200s': exit status %d%s",
			    command, WEXITSTATUS(status), words);
	free(words);
	return rc;
}

int command_run(const char *command, const char *argument, int seconds,
		size_t limit, struct str *out, struct err *err)
{
	struct running r = {.out = out, .limit = limit};
	int pipe_out[2], pipe_err[2], status = 0, rc;

	if (!open_pipes(pipe_out, pipe_err, err))
		return -ERR_FAILED;
	r.deadline = clock_ms() + seconds * 1000L;
	rc = spawn(command, argument, pipe_out[1], pipe_err[1], &r.pid);
	close(pipe_out[1]);
	close(pipe_err[1]);
	r.from[0] = (struct pollfd){.fd = pipe_out[0], .events = POLLIN};
	r.from[1] = (struct pollfd){.fd = pipe_err[0], .events = POLLIN};
	if (rc == 0) {
		listen(&r);
		rc = reap(&r, &status);
	}
	for (int i = 0; i < 2; i++)
		if (r.from[i].fd >= 0)
			close(r.from[i].fd);
	if (rc > 0)
		rc = err_set(err, ERR_FAILED, "/bin/sh: %s", strerror(rc));
	else if (rc < 0)
		rc = err_errno(err, ERR_FAILED, "command '%.200s'", command);
	else
		rc = verdict(&r, command, seconds, limit, status, err);
	str_release(&r.errors);
	return rc;
}
