#include "src/image/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/mem.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* there jail_sockets() has seen to it */
#endif

enum {
	PAGE = 4096,
	NO_MEMORY = 10,  /* exit status of a child that could not begin */
	INHERITED = 256, /* descriptors below are closed in the helper */
};

struct sandbox {
	int sock;
	pid_t helper;
};

/* Travels to the helper together with the descriptor of the memory. */
struct request {
	size_t n, out, total; /* bytes of input, where output starts, all */
	int seconds;
};

struct reply {
	enum sandbox_end end;
	enum jail jail;
};

/* Room for one descriptor beside a message. */
union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static bool send_request(int sock, struct request *rq, int fd)
{
	struct iovec iov = {rq, sizeof(*rq)};
	union control control = {{0}};
	struct msghdr m = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = control.bytes,
			   .msg_controllen = sizeof(control.bytes)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	ssize_t n;

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	do
		n = sendmsg(sock, &m, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(*rq);
}

/* The descriptor that came with the next request; -1 when there is none. */
static int receive_request(int sock, struct request *rq)
{
	struct iovec iov = {rq, sizeof(*rq)};
	union control control = {{0}};
	struct msghdr m = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = control.bytes,
			   .msg_controllen = sizeof(control.bytes)};
	struct cmsghdr *c;
	ssize_t n;
	int fd;

	do
		n = recvmsg(sock, &m, MSG_WAITALL);
	while (n < 0 && errno == EINTR);
	c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
	if (!c || c->cmsg_type != SCM_RIGHTS)
		return -1;
	memcpy(&fd, CMSG_DATA(c), sizeof(int));
	if (n == (ssize_t)sizeof(*rq))
		return fd;
	close(fd);
	return -1;
}

static bool send_reply(int sock, const struct reply *r)
{
	ssize_t n;

	do
		n = send(sock, r, sizeof(*r), MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(*r);
}

static bool receive_reply(int sock, struct reply *r)
{
	ssize_t n;

	do
		n = recv(sock, r, sizeof(*r), MSG_WAITALL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(*r);
}

static _Noreturn void child(const struct request *rq, int fd,
			    sandbox_work *work)
{
	uint8_t *map =
	    mmap(NULL, rq->total, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	enum jail jail;

	close(fd);
	if (map == MAP_FAILED)
		_exit(NO_MEMORY);
	jail = jail_enter(rq->seconds);
	work(map, rq->n, map + rq->out, rq->total - rq->out);
	jail_leave(jail);
}

static long clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/*
 * Wait until the child has closed its end of `alive`, which it does by
 * ending; false when that takes longer than `ms` or nobody waits any more.
 */
static bool child_ends(int alive, int sock, long ms)
{
	struct pollfd p[2] = {{.fd = alive}, {.fd = sock}};
	long end = clock_ms() + ms, left;

	while ((left = end - clock_ms()) > 0) {
		if (poll(p, 2, (int)left) < 0 && errno != EINTR)
			return false;
		if (p[0].revents & (POLLHUP | POLLERR))
			return true;
		if (p[1].revents & (POLLHUP | POLLERR))
			return false;
	}
	return false;
}

static struct reply reap(pid_t pid, bool in_time)
{
	struct reply r = {.end = SANDBOX_CRASHED};
	int status = 0;

	if (!in_time)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!in_time || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)) {
		r.end = SANDBOX_TOO_SLOW;
	} else if (WIFEXITED(status) && WEXITSTATUS(status) == NO_MEMORY) {
		r.end = SANDBOX_NO_MEMORY;
	} else if (WIFEXITED(status) && WEXITSTATUS(status) >= JAIL_LIMITS &&
		   WEXITSTATUS(status) <= JAIL_STRICT) {
		r.end = SANDBOX_DONE;
		r.jail = (enum jail)WEXITSTATUS(status);
	}
	return r;
}

static struct reply serve(int sock, const struct request *rq, int fd,
			  sandbox_work *work)
{
	struct reply r = {.end = SANDBOX_NO_MEMORY};
	int alive[2];
	pid_t pid;

	if (pipe(alive) < 0)
		return r;
	pid = fork();
	if (pid == 0) {
		close(alive[0]);
		close(sock);
		child(rq, fd, work);
	}
	close(alive[1]);
	if (pid > 0)
		r = reap(pid, child_ends(alive[0], sock,
					 rq->seconds * 2000L + 1000));
	close(alive[0]);
	return r;
}

/*
 * Out of reach of the terminal's signals, and holding on to nothing that a
 * child could read or write.
 */
static void withdraw(int sock)
{
	static const int deaf[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM,
				   SIGTSTP, SIGPIPE, SIGUSR1, SIGUSR2};
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	setsid();
	for (size_t i = 0; i < ARRAY_LEN(deaf); i++)
		signal(deaf[i], SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGXCPU, SIG_DFL);
	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &none, NULL);
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		if (null > STDERR_FILENO)
			close(null);
	}
	for (int fd = STDERR_FILENO + 1; fd < INHERITED; fd++)
		if (fd != sock)
			close(fd);
}

static _Noreturn void helper(int sock, sandbox_work *work)
{
	struct request rq;
	struct reply r;
	int fd;

	withdraw(sock);
	while ((fd = receive_request(sock, &rq)) >= 0) {
		r = serve(sock, &rq, fd, work);
		close(fd);
		if (!send_reply(sock, &r))
			break;
	}
	_exit(0);
}

struct sandbox *sandbox_start(sandbox_work *work, struct err *err)
{
	struct sandbox *s;
	sigset_t all, before;
	int pair[2];
	pid_t pid;

	if (jail_sockets(pair, err) < 0)
		return NULL;
	/* None may arrive before the helper has turned deaf. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		helper(pair[1], work);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	close(pair[1]);
	if (pid < 0) {
		err_errno(err, ERR_FAILED, "no helper process");
		close(pair[0]);
		return NULL;
	}
	s = xmalloc(sizeof(*s));
	*s = (struct sandbox){.sock = pair[0], .helper = pid};
	return s;
}

void sandbox_stop(struct sandbox *s)
{
	if (!s)
		return;
	close(s->sock);
	while (waitpid(s->helper, NULL, 0) < 0 && errno == EINTR)
		;
	free(s);
}

/* Memory for input and output, input copied in; its descriptor. */
static int share(struct sandbox_job *job, struct request *rq, struct err *err)
{
	int fd;

	*rq = (struct request){.n = job->n, .seconds = job->seconds};
	rq->out = (job->n + PAGE - 1) / PAGE * PAGE;
	rq->total = rq->out;
	if (!size_add(&rq->total, job->size))
		return err_set(err, ERR_FAILED, "a job of %zu bytes",
			       job->size);
	fd = jail_memory(rq->total, err);
	if (fd < 0)
		return fd;
	job->map_size = rq->total;
	job->map = mmap(NULL, job->map_size, PROT_READ | PROT_WRITE, MAP_SHARED,
			fd, 0);
	if (job->map == MAP_FAILED) {
		job->map = NULL;
		err_errno(err, ERR_FAILED, "no %zu bytes of memory",
			  job->map_size);
		close(fd);
		return -ERR_FAILED;
	}
	if (job->n)
		memcpy(job->map, job->in, job->n);
	job->out = (const uint8_t *)job->map + rq->out;
	return fd;
}

int sandbox_run(struct sandbox *s, struct sandbox_job *job, struct err *err)
{
	struct request rq;
	struct reply r;
	int fd = share(job, &rq, err);
	bool answered;

	if (fd < 0)
		return fd;
	answered = send_request(s->sock, &rq, fd) && receive_reply(s->sock, &r);
	close(fd);
	if (!answered) {
		sandbox_release(job);
		return err_set(err, ERR_FAILED,
			       "the helper process that decodes pictures is "
			       "gone; start umie again");
	}
	job->end = r.end;
	job->jail = r.jail;
	return 0;
}

void sandbox_release(struct sandbox_job *job)
{
	if (job->map)
		munmap(job->map, job->map_size);
	job->map = NULL;
	job->out = NULL;
}
