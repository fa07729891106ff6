#include "tui/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"

/* Not ours to die of while the child has the terminal. */
static const int OURS[] = {SIGINT, SIGQUIT, SIGPIPE};

struct dispositions {
	struct sigaction was[ARRAY_LEN(OURS)];
};

static void ignore(struct dispositions *d)
{
	struct sigaction sa = {.sa_handler = SIG_IGN};

	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(OURS); i++)
		sigaction(OURS[i], &sa, &d->was[i]);
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

static int reap(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
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
	ignore(&d);
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
