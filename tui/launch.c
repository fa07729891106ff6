#include <errno.h>
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

/* Signals that came while mpirun ran. */
static volatile sig_atomic_t asked, save_asked;

static void on_signal(int sig)
{
	if (sig == SIGUSR2)
		save_asked = 1;
	else
		asked++;
}

/*
 * mpirun gets a process group of its own, so that a C-c of the terminal comes
 * to us alone: mpirun answers one by killing the ranks.  It ends when we do.
 */
static void become_mpirun(char **argv, pid_t parent)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() == parent)
		execvp(argv[0], argv);
	_exit(127);
}

static void push(char ***argv, size_t *n, size_t *cap, const char *word)
{
	*argv = xgrow(*argv, *n, cap, sizeof(**argv));
	(*argv)[(*n)++] = word ? xstrdup(word) : NULL;
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

/* mpirun hands both user signals to the ranks: finish the step, save. */
static int wait_for(pid_t pid)
{
	int told = 0, status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
		for (; told < asked; told++)
			kill(pid, told == 0 ? SIGUSR1 : SIGTERM);
		if (save_asked)
			kill(pid, SIGUSR2);
		save_asked = 0;
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

int train_launch(const struct args *a, long ranks, struct err *err)
{
	struct sigaction sa = {.sa_handler = on_signal};
	char **argv;
	pid_t pid, self = getpid();
	int status;

	argv = command_line(a, ranks);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGUSR2, &sa, NULL);
	pid = fork();
	if (pid == 0)
		become_mpirun(argv, self);
	for (size_t i = 0; argv[i]; i++)
		free(argv[i]);
	free(argv);
	if (pid < 0)
		return err_errno(err, ERR_FAILED, "mpirun");
	status = wait_for(pid);
	if (WIFSIGNALED(status))
		return err_set(err, ERR_FAILED, "mpirun was ended by signal %d",
			       WTERMSIG(status));
	if (WEXITSTATUS(status) == 127)
		return err_set(err, ERR_DEVICE,
			       "mpirun: not found; several ranks want Open MPI "
			       "(Debian: openmpi-bin)");
	if (WEXITSTATUS(status) == ERR_CANCELLED)
		return err_set(err, ERR_CANCELLED, "stopped; all is saved");
	if (WEXITSTATUS(status))
		return failed(a->pos[0], WEXITSTATUS(status), err);
	return 0;
}
