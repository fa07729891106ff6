#include "src/engine/engine.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/base/turn.h"
#include "src/engine/call.h"
#include "src/engine/work.h"

struct node {
	struct job *job; /* owned */
	int id;
	bool begun; /* a call with slices left */
	struct node *next;
};

/*
 * `lock` guards the queue, the events and `running`; nothing is computed
 * under it.  `cancel` is what the running job polls.
 */
struct engine {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct node *first; /* waiting jobs, oldest first */
	struct event *out, **out_end;
	int fd;
	int last_id, running; /* running: id, or 0 */
	bool running_yields;  /* to a live job */
	int pending;          /* jobs whose end was not drained yet, */
	int behind;           /* and of those the ones in the background */
	bool stopping;
	atomic_bool cancel;
	struct work *work; /* the engine thread's own */
};

struct job *job_new(enum job_kind kind)
{
	struct job *j = xcalloc(1, sizeof(*j));

	j->kind = kind;
	return j;
}

void job_free(struct job *j)
{
	if (!j)
		return;
	free(j->path);
	extract_request_release(&j->request);
	call_free(j->call);
	free(j);
}

void event_free(struct event *e)
{
	if (!e)
		return;
	open_report_release(&e->report);
	extraction_free(e->extraction);
	image_release(&e->picture);
	free(e->note);
	if (e->news)
		e->free_news(e->news);
	free(e);
}

/* Append an event and wake the UI.  Called with the lock held. */
static void post(struct engine *e, struct event *ev)
{
	uint64_t one = 1;

	ev->next = NULL;
	*e->out_end = ev;
	e->out_end = &ev->next;
	while (write(e->fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static struct event *event_new(enum event_kind kind, const struct job *j,
			       int id)
{
	struct event *ev = xcalloc(1, sizeof(*ev));

	ev->kind = kind;
	ev->job_kind = j->kind;
	ev->job = id;
	ev->background = j->background;
	return ev;
}

/* May not run between the slices of `begun`. */
static bool waits_for(const struct job *j, const struct job *begun)
{
	return j->kind == JOB_CALL && (j->patient || !begun->patient);
}

/*
 * The next job: the first, but short ones pass a call that has begun, and
 * calls one that is patient.  They do not pass another checkpoint's opening.
 */
static struct node *choose(struct engine *e)
{
	struct node **at = &e->first, *n;

	if (e->first->begun) {
		do
			at = &(*at)->next;
		while (*at && waits_for((*at)->job, e->first->job));
		if (!*at || (*at)->job->kind == JOB_OPEN)
			at = &e->first;
	}
	n = *at;
	*at = n->next;
	return n;
}

/* Wait for a job; NULL when the engine stops. */
static struct node *take(struct engine *e)
{
	struct node *n;

	pthread_mutex_lock(&e->lock);
	e->running = 0;
	while (!e->first && !e->stopping)
		pthread_cond_wait(&e->wake, &e->lock);
	n = e->stopping ? NULL : choose(e);
	if (n) {
		e->running = n->id;
		e->running_yields = n->job->live || n->job->background;
		atomic_store(&e->cancel, false);
	}
	pthread_mutex_unlock(&e->lock);
	return n;
}

/* The device went on without something: tell it before the job's own end. */
static void tell_remark(struct engine *e, const struct node *n)
{
	const char *remark = work_remark(e->work);
	struct event *ev;

	if (!remark)
		return;
	ev = event_new(EVENT_PROGRESS, n->job, n->id);
	ev->note = xstrdup(remark);
	pthread_mutex_lock(&e->lock);
	post(e, ev);
	pthread_mutex_unlock(&e->lock);
}

static void finish(struct engine *e, struct node *n, struct event *ev, int rc)
{
	ev->kind = rc == 0                ? EVENT_DONE
		   : rc == -ERR_CANCELLED ? EVENT_CANCELLED
					  : EVENT_FAILED;
	pthread_mutex_lock(&e->lock);
	e->running = 0;
	post(e, ev);
	pthread_mutex_unlock(&e->lock);
	job_free(n->job);
	free(n);
}

/* A slice is done and more are left: tell, and to the head of the queue. */
static void put_back(struct engine *e, struct node *n, struct event *ev)
{
	ev->kind = EVENT_PROGRESS;
	n->begun = true;
	pthread_mutex_lock(&e->lock);
	e->running = 0;
	if (ev->news)
		post(e, ev);
	else
		event_free(ev);
	if (atomic_load(&e->cancel)) {
		/* Cancelled between the last batch and here; what this slice
		 * did is done, and has been told. */
		post(e, event_new(EVENT_CANCELLED, n->job, n->id));
		job_free(n->job);
		free(n);
	} else {
		n->next = e->first;
		e->first = n;
	}
	pthread_mutex_unlock(&e->lock);
}

static void *run(void *arg)
{
	struct engine *e = arg;
	struct node *n;
	int rc;

	/* Of this thread and those it starts: no key waits for a core. */
	turn_later(0);
	work_enter(e->work);
	while ((n = take(e))) {
		struct event *ev = event_new(EVENT_DONE, n->job, n->id);

		rc = work_run(e->work, n->job, ev);
		tell_remark(e, n);
		if (rc > 0)
			put_back(e, n, ev);
		else
			finish(e, n, ev, rc);
	}
	return NULL;
}

struct engine *engine_start(const struct engine_config *cfg, struct err *err)
{
	struct engine *e = xcalloc(1, sizeof(*e));
	sigset_t all, old;
	int rc;

	e->out_end = &e->out;
	e->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (e->fd < 0) {
		err_errno(err, ERR_FAILED, "eventfd");
		free(e);
		return NULL;
	}
	e->work = work_new(cfg, &e->cancel, err);
	if (!e->work) {
		close(e->fd);
		free(e);
		return NULL;
	}
	pthread_mutex_init(&e->lock, NULL);
	pthread_cond_init(&e->wake, NULL);
	/* Signals are the UI thread's business. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&e->thread, NULL, run, e);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc == 0)
		return e;
	err_set(err, ERR_FAILED, "cannot start a thread: %s", strerror(rc));
	work_free(e->work);
	close(e->fd);
	free(e);
	return NULL;
}

/* Cut waiting live jobs out of the queue; each still gets its event. */
static void drop_live(struct engine *e)
{
	struct node **at = &e->first, *n;

	while ((n = *at)) {
		if (!n->job->live) {
			at = &n->next;
			continue;
		}
		*at = n->next;
		post(e, event_new(EVENT_CANCELLED, n->job, n->id));
		job_free(n->job);
		free(n);
	}
}

int engine_submit(struct engine *e, struct job *j)
{
	struct node *n = xcalloc(1, sizeof(*n)), **at;
	bool last = j->background;
	int id;

	n->job = j;
	pthread_mutex_lock(&e->lock);
	id = n->id = ++e->last_id;
	e->pending++;
	e->behind += last;
	if (j->live) {
		drop_live(e);
		if (e->running && e->running_yields)
			atomic_store(&e->cancel, true);
	}
	for (at = &e->first; *at && (last || !(*at)->job->background);)
		at = &(*at)->next;
	n->next = *at;
	*at = n;
	pthread_cond_signal(&e->wake);
	pthread_mutex_unlock(&e->lock);
	return id;
}

void engine_cancel(struct engine *e, int job)
{
	struct node **at, *n;

	pthread_mutex_lock(&e->lock);
	if (e->running && (job == 0 || e->running == job))
		atomic_store(&e->cancel, true);
	for (at = &e->first; (n = *at);) {
		if (job != 0 && n->id != job) {
			at = &n->next;
			continue;
		}
		*at = n->next;
		post(e, event_new(EVENT_CANCELLED, n->job, n->id));
		job_free(n->job);
		free(n);
	}
	pthread_mutex_unlock(&e->lock);
}

int engine_fd(const struct engine *e)
{
	return e->fd;
}

struct event *engine_next(struct engine *e)
{
	struct event *ev;
	uint64_t n;

	pthread_mutex_lock(&e->lock);
	ev = e->out;
	if (ev) {
		e->out = ev->next;
		if (!e->out)
			e->out_end = &e->out;
		ev->next = NULL;
		if (ev->kind != EVENT_PROGRESS) {
			e->pending--;
			e->behind -= ev->background;
		}
	} else {
		while (read(e->fd, &n, sizeof(n)) < 0 && errno == EINTR)
			;
	}
	pthread_mutex_unlock(&e->lock);
	return ev;
}

bool engine_busy(const struct engine *e)
{
	return e->pending > e->behind; /* only the UI's thread changes it */
}

void engine_stop(struct engine *e)
{
	struct event *ev;

	if (!e)
		return;
	pthread_mutex_lock(&e->lock);
	e->stopping = true;
	atomic_store(&e->cancel, true);
	pthread_cond_signal(&e->wake);
	pthread_mutex_unlock(&e->lock);
	pthread_join(e->thread, NULL);
	engine_cancel(e, 0);
	while ((ev = engine_next(e)))
		event_free(ev);
	work_free(e->work);
	pthread_mutex_destroy(&e->lock);
	pthread_cond_destroy(&e->wake);
	close(e->fd);
	free(e);
}
