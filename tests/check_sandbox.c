/*
 * check_sandbox -- whatever happens to a picture's decoder, the program lives,
 * and no process outlives it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#endif

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/image/decode.h"
#include "src/image/sandbox.h"
#include "tests/tap.h"

static char *picture(void)
{
	const char *src = getenv("srcdir");

	return xasprintf("%s/tests/corpus/image/rgb.png", src ? src : ".");
}

/* Work that misbehaves on demand. */

static void misbehave(const uint8_t *in, size_t n, uint8_t *out, size_t size)
{
	if (in[0] == 'n')
		*(volatile int *)(uintptr_t)(n - 1) = 1;
	if (in[0] == 'o')
		out[2] = open("/dev/null", O_RDONLY) >= 0;
	while (in[0] == 'l')
		out[3]++;
	out[0] = in[0];
	out[size - 1] = 'z';
}

static struct sandbox_job misbehaving(struct sandbox *s, const char *how)
{
	struct sandbox_job job = {
	    .in = how, .n = 1, .size = 100000, .seconds = 1};
	struct err err;

	if (sandbox_run(s, &job, &err) < 0)
		ok(false, "sandbox: %s", err.text);
	return job;
}

static void check_sandbox(void)
{
	struct err err = {0};
	struct sandbox *s = sandbox_start(misbehave, &err);
	struct sandbox_job job;
	bool sealed;

	if (!ok(s != NULL, "a sandbox starts"))
		return;
	job = misbehaving(s, "k");
	ok(job.end == SANDBOX_DONE && job.out[0] == 'k' && job.out[1] == 0 &&
	       job.out[99999] == 'z',
	   "work in a sandbox reads its input and leaves its output");
	sealed = job.jail != JAIL_LIMITS;
	sandbox_release(&job);
#ifdef __linux__
	ok(sealed || JAIL_SANITIZED, "the child gave up its system calls");
#endif
	diag("a child that writes to address 0 follows");
	job = misbehaving(s, "n");
	ok(job.end == SANDBOX_CRASHED, "a child that crashes is noticed");
	sandbox_release(&job);
	if (sealed) {
		job = misbehaving(s, "o");
		ok(job.end == SANDBOX_CRASHED && job.out[2] == 0,
		   "a child that opens a file is killed");
		sandbox_release(&job);
	} else {
		skip("a child that opens a file is killed", "limits only");
	}
	job = misbehaving(s, "l");
	ok(job.end == SANDBOX_TOO_SLOW, "a child that loops is ended");
	sandbox_release(&job);
	job = misbehaving(s, "k");
	ok(job.end == SANDBOX_DONE, "the next job is done as if nothing was");
	sandbox_release(&job);
	sandbox_stop(s);
	ok(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD,
	   "a stopped sandbox leaves no process");
}

/* The status `child` exits with; -1 after ten seconds. */
static int status_of(pid_t child)
{
	const struct timespec nap = {.tv_nsec = 10000000};
	int status;

	for (int i = 0; i < 1000; i++) {
		if (waitpid(child, &status, WNOHANG) == child)
			return status;
		nanosleep(&nap, NULL);
	}
	return -1;
}

/* In a process group of its own, as a shell starts programs. */
static _Noreturn void press_ctrl_c(void)
{
	struct err err;
	struct image im;
	struct decoder *d;
	char *path = picture();
	int rc;

	setpgid(0, 0);
	d = decoder_start(&err);
	signal(SIGINT, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	kill(0, SIGINT);
	kill(0, SIGTSTP);
	rc = d ? decoder_read(d, path, true, &im, &err) : -1;
	_exit(rc == 0 ? 0 : 1);
}

static void check_signals(void)
{
	pid_t pid = fork();

	if (pid == 0)
		press_ctrl_c();
	ok(status_of(pid) == 0, "Ctrl-C and Ctrl-Z do not reach the helper");
}

#ifdef __linux__
/* In a process that has a filter already, as most containers have. */
static _Noreturn void under_filter(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = {1, &allow};
	struct sandbox_job job;
	struct sandbox *s;
	struct err err;
	bool fine;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(0);
	s = sandbox_start(misbehave, &err);
	job = misbehaving(s, "k");
	fine = job.end == SANDBOX_DONE && job.jail == JAIL_FILTER;
	sandbox_release(&job);
	job = misbehaving(s, "o");
	_exit(fine && job.end == SANDBOX_CRASHED ? 0 : 1);
}

static void check_filter(void)
{
	pid_t pid;

	if (JAIL_SANITIZED) {
		skip("under a filter the child is jailed as well", "limits");
		return;
	}
	pid = fork();
	if (pid == 0)
		under_filter();
	ok(status_of(pid) == 0, "under a filter the child is jailed as well");
}

/* The only child of this process, from /proc; 0 when that cannot be told. */
static pid_t only_child(void)
{
	char *path = xasprintf("/proc/self/task/%ld/children", (long)getpid());
	FILE *f = fopen(path, "r");
	long pid = 0;

	if (f && fscanf(f, "%ld", &pid) != 1)
		pid = 0;
	if (f)
		fclose(f);
	free(path);
	return (pid_t)pid;
}

static void check_orphan(void)
{
	struct err err;
	pid_t pid, helper;

	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	pid = fork();
	if (pid == 0)
		_exit(decoder_start(&err) ? 0 : 1);
	ok(status_of(pid) == 0, "a program starts a decoder and dies");
	helper = only_child();
	if (helper)
		ok(status_of(helper) == 0, "its helper ends by itself");
	else
		ok(waitpid(-1, NULL, WNOHANG) < 0 || !only_child(),
		   "its helper ended by itself");
	prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
}

static void check_helper_killed(void)
{
	char *path = picture(), *want;
	struct decoder *d;
	struct image im;
	struct err err;
	pid_t helper;

	d = decoder_start(&err);
	helper = only_child();
	want = xasprintf("%s: the helper process that decodes pictures is "
			 "gone; start umie again",
			 path);
	if (!d || !helper) {
		skip("a killed helper is reported", "no /proc children");
	} else {
		kill(helper, SIGKILL);
		for (int i = 0; i < 2; i++)
			ok(decoder_read(d, path, true, &im, &err) ==
				   -ERR_FAILED &&
			       strcmp(err.text, want) == 0 && !im.rgb,
			   "a killed helper is reported (%d)", i);
	}
	decoder_stop(d);
	free(want);
	free(path);
}
#endif

int main(void)
{
	check_sandbox();
	check_signals();
#ifdef __linux__
	check_filter();
	check_orphan();
	check_helper_killed();
#endif
	return tap_done();
}
