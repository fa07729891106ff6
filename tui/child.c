#include "tui/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/signals.h"

/*
 * While the child has the terminal: not ours to die of, but C-z stops us with
 * it, so that the shell above has the terminal.
 */
static const int OURS[] = {SIGINT, SIGQUIT, SIGPIPE, SIGTSTP};

struct dispositions {
	struct sigaction was[ARRAY_LEN(OURS)];
};

static void step_back(struct dispositions *d)
{
	struct sigaction sa;

	sigemptyset(&sa.sa_mask);
	sa.sa_flags = 0;
	for (size_t i = 0; i < ARRAY_LEN(OURS); i++) {
		sa.sa_handler = OURS[i] == SIGTSTP ? SIG_DFL : SIG_IGN;
		sigaction(OURS[i], &sa, &d->was[i]);
	}
}

static void restore(const struct dispositions *d)
{
	for (size_t i = 0; i < ARRAY_LEN(OURS); i++)
		sigaction(OURS[i], &d->was[i], NULL);
}

_Noreturn static void become(const char *command, int in)
{
	for (size_t i = 0; i < ARRAY_LEN(OURS); i++)
		signal(OURS[i], SIG_DFL);
	if (in >= 0)
		dup2(in, STDIN_FILENO);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

/* The child stopped, maybe it alone: go with it, and on with it. */
static void stop_too(pid_t pid)
{
	const struct timespec moment = {.tv_nsec = 20000000};
	siginfo_t info = {.si_pid = 0};

	/* What continues us both may have come to us first. */
	nanosleep(&moment, NULL);
	if (waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOHANG) == 0 &&
	    info.si_pid == pid) {
		signals_suspend();
		kill(0, SIGCONT);
	}
}

static int reap(pid_t pid)
{
	siginfo_t info;
	int status;

	for (;;) {
		if (waitid(P_PID, (id_t)pid, &info,
			   WEXITED | WSTOPPED | WNOWAIT) < 0) {
			if (errno != EINTR)
				return 127;
		} else if (info.si_code == CLD_STOPPED)
			stop_too(pid);
		else
			break;
	}
	if (waitpid(pid, &status, 0) < 0)
		return 127;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

int child_run(const char *command, const char *input, size_t n, struct err *err)
{
	struct dispositions d;
	struct err unread; /* a child that reads no more is not our failure */
	int in[2] = {-1, -1}, status;
	pid_t pid;

	if (input && pipe2(in, O_CLOEXEC) < 0)
		return err_errno(err, ERR_FAILED, "a pipe for %s", command);
	fflush(stdout);
	fflush(stderr);
	step_back(&d);
	pid = fork();
	if (pid == 0)
		become(command, in[0]);
	if (input)
		close(in[0]);
	if (pid > 0 && input)
		file_write_all(in[1], input, n, command, &unread);
	if (input)
		close(in[1]);
	status = pid < 0 ? err_errno(err, ERR_FAILED, "cannot run %s", command)
			 : reap(pid);
	restore(&d);
	return status;
}

void child_quote(const char *s, struct str *out)
{
	str_addc(out, '\'');
	for (; *s; s++)
		if (*s == '\'')
			str_add(out, "'\\''");
		else
			str_addc(out, *s);
	str_addc(out, '\'');
}
