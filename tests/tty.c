/* The pseudo terminal, and the shell that runs the program in it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "src/base/mem.h"
#include "tests/tty.h"

enum report_kind { STARTED, STOPPED, ENDED };

/* What the shell tells. */
struct report {
	int kind, pid, status;
	bool modes; /* the terminal's are as they were before */
};

double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(99);
}

/* --- the shell ---------------------------------------------------------- */

/* What may be typed while the shell has the terminal, between two runs. */
static const int SHELLS[] = {SIGTTOU, SIGINT, SIGQUIT, SIGTSTP};

/* Left by itself, or C-c or C-\ came when it had given the screen back. */
static bool left_well(int status)
{
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGINT ||
		       WTERMSIG(status) == SIGQUIT;
	return WEXITSTATUS(status) == 0;
}

static void tell(int fd, int kind, int pid, int status, bool modes)
{
	struct report r = {kind, pid, status, modes};

	if (write(fd, &r, sizeof(r)) != sizeof(r))
		_exit(98);
}

static bool same_modes(const struct termios *was)
{
	struct termios is;

	return tcgetattr(0, &is) == 0 && is.c_iflag == was->c_iflag &&
	       is.c_oflag == was->c_oflag && is.c_lflag == was->c_lflag &&
	       memcmp(is.c_cc, was->c_cc, sizeof(is.c_cc)) == 0;
}

static pid_t launch(char **argv)
{
	pid_t pid = fork();

	if (pid == 0) {
		setpgid(0, 0);
		tcsetpgrp(0, getpid());
		for (size_t i = 0; i < ARRAY_LEN(SHELLS); i++)
			signal(SHELLS[i], SIG_DFL);
		execv(argv[0], argv);
		_exit(127);
	}
	setpgid(pid, pid);
	tcsetpgrp(0, pid);
	return pid;
}

/*
 * Wait for a change of the program's state.  The first look leaves it where
 * it is: when the terminal is closed we die of SIGHUP behind that look, and
 * our parent can still take the program's status.
 */
static pid_t await(pid_t pid, int *status)
{
	siginfo_t info;

	waitid(P_PID, (id_t)pid, &info, WEXITED | WSTOPPED | WNOWAIT);
	return waitpid(pid, status, WUNTRACED);
}

static void shell(int reports, bool again, char **argv)
{
	struct termios was;
	int status;
	pid_t pid;

	for (size_t i = 0; i < ARRAY_LEN(SHELLS); i++)
		signal(SHELLS[i], SIG_IGN);
	tcgetattr(0, &was);
	/* A C-s that comes between two runs would stop everything for good. */
	was.c_iflag &= ~(tcflag_t)IXON;
	tcsetattr(0, TCSANOW, &was);
	do {
		pid = launch(argv);
		tell(reports, STARTED, pid, 0, true);
		while (await(pid, &status) == pid && WIFSTOPPED(status)) {
			tcsetpgrp(0, getpid());
			tell(reports, STOPPED, pid, 0, same_modes(&was));
			tcsetpgrp(0, pid);
			kill(-pid, SIGCONT);
		}
		tcsetpgrp(0, getpid());
		tell(reports, ENDED, pid, status, same_modes(&was));
	} while (again && left_well(status));
	_exit(0);
}

/* --- the terminal ------------------------------------------------------- */

void tty_start(struct tty *t, int w, int h, bool again, char **argv)
{
	struct winsize size = {.ws_row = (unsigned short)h,
			       .ws_col = (unsigned short)w};
	int reports[2];

	*t = (struct tty){.last_status = -1};
	if (pipe2(reports, O_CLOEXEC) < 0)
		die("pipe: %s", strerror(errno));
	t->shell = forkpty(&t->master, NULL, NULL, &size);
	if (t->shell < 0)
		die("forkpty: %s", strerror(errno));
	if (t->shell == 0)
		shell(reports[1], again, argv);
	close(reports[1]);
	t->reports = reports[0];
	fcntl(t->reports, F_SETFL, O_NONBLOCK);
	fcntl(t->master, F_SETFL, O_NONBLOCK);
}

static void keep(struct tty *t, const char *s, size_t n)
{
	t->output += n;
	if (n > TAIL) {
		s += n - TAIL;
		n = TAIL;
	}
	if (t->n_tail + n > TAIL) {
		size_t drop = t->n_tail + n - TAIL;

		memmove(t->tail, t->tail + drop, t->n_tail - drop);
		t->n_tail -= drop;
	}
	memcpy(t->tail + t->n_tail, s, n);
	t->n_tail += n;
	t->tail[t->n_tail] = '\0';
}

static void take_reports(struct tty *t)
{
	struct report r;

	while (read(t->reports, &r, sizeof(r)) == sizeof(r)) {
		t->bad_modes += !r.modes;
		t->starts += r.kind == STARTED;
		t->stops += r.kind == STOPPED;
		if (r.kind == STARTED)
			t->program = r.pid;
		if (r.kind != ENDED)
			continue;
		t->last_status = r.status;
		t->ended |= !left_well(r.status);
	}
}

bool tty_read(struct tty *t, int ms)
{
	struct pollfd p = {t->master, POLLIN, 0};
	char block[65536];
	ssize_t n;

	take_reports(t);
	if (poll(&p, 1, ms) <= 0)
		return false;
	n = read(t->master, block, sizeof(block));
	if (n <= 0)
		return false;
	keep(t, block, (size_t)n);
	return true;
}

bool tty_write(struct tty *t, const char *s, size_t n)
{
	double since = now_ms();

	while (n > 0) {
		ssize_t done = write(t->master, s, n);

		if (done > 0) {
			s += done;
			n -= (size_t)done;
			since = now_ms();
		}
		while (tty_read(t, done > 0 ? 0 : 5))
			;
		if (t->ended || now_ms() - since > PATIENCE)
			return false;
	}
	return true;
}

bool tty_type(struct tty *t, const char *s)
{
	return tty_write(t, s, strlen(s));
}

bool tty_wait(struct tty *t, const char *what)
{
	double since = now_ms();

	while (!strstr(t->tail, what)) {
		tty_read(t, 50);
		if (t->ended || now_ms() - since > PATIENCE)
			return false;
	}
	take_reports(t);
	return true;
}

double tty_settle(struct tty *t, int ms)
{
	double last = now_ms();

	while (tty_read(t, ms))
		last = now_ms();
	return last;
}

void tty_resize(struct tty *t, int w, int h)
{
	struct winsize size = {.ws_row = (unsigned short)h,
			       .ws_col = (unsigned short)w};

	ioctl(t->master, TIOCSWINSZ, &size);
}
