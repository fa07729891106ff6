#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "tui/train.h"

enum { LAST_WAIT = 10 }; /* seconds from SIGTERM to SIGKILL */

/* What wakes the one that waits for mpirun. */
static const int WAKES[] = {SIGINT, SIGTERM, SIGUSR2, SIGCHLD};

static void on_signal(int sig)
{
	(void)sig; /* taken by sigtimedwait() */
}

/*
 * Hold the signals back from now on, so that none comes between a look and a
 * wait.  A handler, since what a parent had ignored would not be kept.
 */
static void hold(sigset_t *held, sigset_t *before)
{
	struct sigaction sa = {.sa_handler = on_signal};

	sigemptyset(held);
	for (size_t i = 0; i < ARRAY_LEN(WAKES); i++) {
		sigaddset(held, WAKES[i]);
		sigaction(WAKES[i], &sa, NULL);
	}
	sigprocmask(SIG_BLOCK, held, before);
}

/*
 * mpirun gets a process group of its own, so that a C-c of the terminal comes
 * to us alone: mpirun answers one by killing the ranks.  It ends when we do.
 * The terminal is not its input: out of the foreground it would be stopped.
 */
static void become_mpirun(char **argv, pid_t parent, const sigset_t *mask)
{
	int null = open("/dev/null", O_RDONLY);

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigprocmask(SIG_SETMASK, mask, NULL);
	if (null > STDIN_FILENO)
		dup2(null, STDIN_FILENO);
	if (getppid() == parent)
		execvp(argv[0], argv);
	_exit(127);
}

static void push(char ***argv, size_t *n, size_t *cap, const char *word)
{
	*argv = xgrow(*argv, *n, cap, sizeof(**argv));
	(*argv)[(*n)++] = xstrdup_null(word);
}

static bool listed(const char *const *list, const char *name)
{
	for (; *list; list++)
		if (strcmp(*list, name) == 0)
			return true;
	return false;
}

/* One option, as often as it was given. */
static void push_option(char ***argv, size_t *n, size_t *cap,
			const struct args *a, int i)
{
	const struct option *o = &a->cmd->options[i];
	char *word = xasprintf("--%s", o->name);

	for (int k = 0; o->arg && k < a->n_many; k++)
		if (a->many_option[k] == i) {
			push(argv, n, cap, word);
			push(argv, n, cap, a->many[k]);
		}
	if (!o->arg)
		push(argv, n, cap, word);
	free(word);
}

char **train_words(const struct args *a, const char *const *skip, size_t *n)
{
	char **words = xcalloc(1, sizeof(*words));
	size_t cap = 1;

	*n = 0;
	for (int i = 0; a->cmd->options[i].name; i++)
		if (a->value[i] && !listed(skip, a->cmd->options[i].name))
			push_option(&words, n, &cap, a, i);
	return words;
}

/* mpirun -np N --bind-to none umie train, and all words but --ranks. */
static char **command_line(const struct args *a, long ranks)
{
	static const char *const skip[] = {"ranks", NULL};
	char *self = realpath("/proc/self/exe", NULL);
	char *count = xasprintf("%ld", ranks);
	const char *const head[] = {"mpirun",    "-np",  count,
				    "--bind-to", "none", self ? self : "umie",
				    "train"};
	size_t n = 0, cap = 0, some;
	char **argv = NULL, **words = train_words(a, skip, &some);

	for (size_t i = 0; i < ARRAY_LEN(head); i++)
		push(&argv, &n, &cap, head[i]);
	for (size_t i = 0; i < some; i++) {
		push(&argv, &n, &cap, words[i]);
		free(words[i]);
	}
	for (int i = 0; i < a->n_pos; i++)
		push(&argv, &n, &cap, a->pos[i]);
	push(&argv, &n, &cap, NULL);
	free(words);
	free(self);
	free(count);
	return argv;
}

/*
 * mpirun hands both user signals to the ranks: finish the step, save.  The
 * second SIGINT or SIGTERM ends them; a mpirun that does not answer even then
 * is killed, and its ranks miss it and end too.
 */
static int wait_for(pid_t pid, const sigset_t *held, int *told)
{
	const struct timespec second = {1, 0};
	int status = 0, left = LAST_WAIT;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		int sig = sigtimedwait(held, NULL, &second);

		if (sig == SIGINT || sig == SIGTERM)
			kill(pid, (*told)++ == 0 ? SIGUSR1 : SIGTERM);
		else if (sig == SIGUSR2)
			kill(pid, SIGUSR2);
		else if (sig < 0 && errno == EAGAIN && *told > 1 && --left == 0)
			kill(pid, SIGKILL);
	}
	return status;
}

/* With the ranks' own exit status, where it is one of ours. */
static int failed(const char *run, int status, struct err *err)
{
	char *latest = file_join(run, "LATEST");
	bool saved = file_exists(latest);

	free(latest);
	return err_set(
	    err, status <= ERR_DEVICE ? (enum err_code)status : ERR_FAILED,
	    "the run ended with status %d%s", status,
	    saved ? "; --resume goes on from its last saved step"
		  : " before it had saved anything");
}

/* `told`: how often mpirun was asked to stop. */
static int outcome(const char *run, int status, int told, struct err *err)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

	if ((told && WIFSIGNALED(status)) || (told > 1 && code))
		return err_set(err, ERR_CANCELLED,
			       "stopped; what was saved "
			       "last counts");
	if (WIFSIGNALED(status))
		return err_set(err, ERR_FAILED, "mpirun was ended by signal %d",
			       WTERMSIG(status));
	switch (code) {
	case 0:
		return 0;
	case 127:
		return err_set(err, ERR_DEVICE,
			       "mpirun: not found; several ranks want Open MPI "
			       "(Debian: openmpi-bin)");
	case ERR_CANCELLED:
		return err_set(err, ERR_CANCELLED, "stopped; all is saved");
	case 128 + SIGALRM:
		return err_set(err, ERR_DEVICE,
			       "MPI did not bring the ranks together within a "
			       "minute; --resume goes on from the last saved "
			       "step, if there is one");
	}
	return failed(run, code, err);
}

int train_launch(const struct args *a, long ranks, struct err *err)
{
	sigset_t held, before;
	char **argv;
	pid_t pid, self = getpid();
	int status, told = 0;

	argv = command_line(a, ranks);
	hold(&held, &before);
	pid = fork();
	if (pid == 0)
		become_mpirun(argv, self, &before);
	for (size_t i = 0; argv[i]; i++)
		free(argv[i]);
	free(argv);
	if (pid < 0)
		return err_errno(err, ERR_FAILED, "mpirun");
	status = wait_for(pid, &held, &told);
	return outcome(a->pos[0], status, told, err);
}
