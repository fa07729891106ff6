#include "tui/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/mem.h"

static const int LOOP[] = {SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGTSTP};
static const int CRASH[] = {SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE, SIGQUIT};
enum { STACK = 64 << 10 };

/* A handler has no argument: what it needs stands here. */
static struct {
	int pipe[2];
	int tty, err_fd, log_fd;
	struct termios was;
	struct sigaction old_loop[ARRAY_LEN(LOOP)];
	struct sigaction old_crash[ARRAY_LEN(CRASH)], old_pipe;
	stack_t stack;
	unsigned char waiting[256]; /* read, not yet told; by signal */
} state = {.pipe = {-1, -1}};

static void tell(int sig)
{
	int saved = errno;
	unsigned char byte = (unsigned char)sig;

	/* A full pipe already wakes the loop. */
	if (write(state.pipe[1], &byte, 1) < 0)
		errno = saved;
	errno = saved;
}

static void say(int fd, const char *s, size_t n)
{
	ssize_t done = write(fd, s, n);

	(void)done;
}

/*
 * Leaves mouse, focus and paste modes and the alternate screen, shows the
 * cursor, ends colours.
 */
static const char LEAVE[] =
    "\033[?1000l\033[?1002l\033[?1006l\033[?1004l\033[?2004l"
    "\033[?1049l\033[?25h\033[0m";

/* Only what a handler may call. */
static void crash(int sig)
{
	static const char words[] =
	    "umie: a fatal error; the terminal was restored\n";
	char block[512];
	ssize_t n;

	say(state.tty, LEAVE, sizeof(LEAVE) - 1);
	tcsetattr(state.tty, TCSANOW, &state.was);
	while (state.log_fd >= 0 &&
	       (n = read(state.log_fd, block, sizeof(block))) > 0)
		say(state.err_fd, block, (size_t)n);
	if (sig != SIGQUIT)
		say(state.err_fd, words, sizeof(words) - 1);
	/* SA_RESETHAND brought the usual effect back. */
	raise(sig);
}

static void take(int sig, void (*handler)(int), int flags,
		 struct sigaction *old)
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = flags};

	sigemptyset(&sa.sa_mask);
	sigaction(sig, &sa, old);
}

static int open_pipe(struct err *err)
{
	if (pipe2(state.pipe, O_NONBLOCK | O_CLOEXEC) < 0)
		return err_errno(err, ERR_FAILED, "a pipe for signals");
	return 0;
}

int signals_start(int tty, const struct termios *was, int err_fd, int log_fd,
		  struct err *err)
{
	if (open_pipe(err) < 0)
		return -(int)err->code;
	state.tty = tty;
	state.was = *was;
	state.err_fd = err_fd;
	state.log_fd = log_fd;
	/* A stack that overflowed cannot run a handler. */
	state.stack = (stack_t){.ss_sp = xmalloc(STACK), .ss_size = STACK};
	sigaltstack(&state.stack, NULL);
	for (size_t i = 0; i < ARRAY_LEN(LOOP); i++)
		take(LOOP[i], tell, SA_RESTART, &state.old_loop[i]);
	for (size_t i = 0; i < ARRAY_LEN(CRASH); i++)
		take(CRASH[i], crash, SA_ONSTACK | SA_RESETHAND,
		     &state.old_crash[i]);
	take(SIGPIPE, SIG_IGN, 0, &state.old_pipe);
	return 0;
}

void signals_stop(void)
{
	stack_t off = {.ss_flags = SS_DISABLE};

	if (state.pipe[0] < 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(LOOP); i++)
		sigaction(LOOP[i], &state.old_loop[i], NULL);
	for (size_t i = 0; i < ARRAY_LEN(CRASH); i++)
		sigaction(CRASH[i], &state.old_crash[i], NULL);
	sigaction(SIGPIPE, &state.old_pipe, NULL);
	sigaltstack(&off, NULL);
	free(state.stack.ss_sp);
	close(state.pipe[0]);
	close(state.pipe[1]);
	state.pipe[0] = state.pipe[1] = -1;
}

void signals_last(void)
{
	for (size_t i = 0; i < ARRAY_LEN(LOOP); i++)
		if (LOOP[i] == SIGHUP || LOOP[i] == SIGTERM ||
		    LOOP[i] == SIGINT)
			state.old_loop[i].sa_handler = SIG_IGN;
}

int signals_fd(void)
{
	return state.pipe[0];
}

int signals_next(void)
{
	unsigned char block[64];
	ssize_t n;

	while ((n = read(state.pipe[0], block, sizeof(block))) > 0)
		for (ssize_t i = 0; i < n; i++)
			state.waiting[block[i]] = 1;
	for (int sig = 1; sig < 256; sig++)
		if (state.waiting[sig]) {
			state.waiting[sig] = 0;
			return sig;
		}
	return 0;
}

int signals_reset_terminal(struct err *err)
{
	struct termios t;

	if (tcgetattr(STDOUT_FILENO, &t) < 0)
		return err_set(err, ERR_FAILED,
			       "standard output is no terminal that could be "
			       "reset");
	say(STDOUT_FILENO, LEAVE, sizeof(LEAVE) - 1);
	t.c_iflag |= BRKINT | ICRNL | IXON;
	t.c_iflag &= ~(tcflag_t)(IGNCR | INLCR | ISTRIP);
	t.c_oflag |= OPOST | ONLCR;
	t.c_lflag |= ICANON | ECHO | ECHOE | ECHOK | ISIG | IEXTEN;
	tcsetattr(STDOUT_FILENO, TCSADRAIN, &t);
	return 0;
}

void signals_suspend(void)
{
	struct sigaction ours;

	take(SIGTSTP, SIG_DFL, 0, &ours);
	kill(0, SIGTSTP);
	sigaction(SIGTSTP, &ours, NULL);
}
