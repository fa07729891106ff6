#include "src/train/run-log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"

enum { EVENTS_MAX = 2000 };

static void forget(struct run_log *r)
{
	free(r->started);
	free(r->init);
	free(r->device);
	free(r->step);
	free(r->dev);
	free(r->rank);
	labels_release(&r->tasks);
	labels_release(&r->events);
	str_release(&r->part);
}

void run_log_release(struct run_log *r)
{
	forget(r);
	free(r->path);
	*r = (struct run_log){0};
}

static void replace(char **s, const struct json *v)
{
	const char *text = json_string(v);

	free(*s);
	*s = xstrdup_null(text);
}

static void event(struct run_log *r, char *line)
{
	if (r->events.n == EVENTS_MAX) {
		free(r->events.name[0]);
		memmove(r->events.name, r->events.name + 1,
			(EVENTS_MAX - 1) * sizeof(*r->events.name));
		r->events.n--;
	}
	labels_add(&r->events, line, strlen(line));
	free(line);
}

static int64_t whole(const struct json *j, const char *key)
{
	return (int64_t)json_number(json_get(j, key));
}

static void take_head(struct run_log *r, int64_t step, const struct json *run)
{
	replace(&r->started, json_get(run, "started"));
	replace(&r->init, json_get(run, "init"));
	replace(&r->device, json_get(run, "device"));
	r->pid = whole(run, "pid");
	r->total = whole(run, "total");
	r->epochs = whole(run, "epochs");
	r->batch = whole(run, "batch");
	labels_release(&r->tasks);
	for (const struct json *t = json_first(json_get(run, "tasks")); t;
	     t = json_next(t))
		if (json_is_string(t))
			labels_add(&r->tasks, json_string(t),
				   strlen(json_string(t)));
	event(r,
	      xasprintf("%s %s from %s, %lld ranks on %s",
			step ? "resumed" : "started",
			r->started ? r->started : "?", r->init ? r->init : "?",
			(long long)whole(run, "ranks"),
			r->device ? r->device : "?"));
}

static void take_ranks(struct run_log *r, const struct json *list)
{
	size_t n = json_len(list), i = 0;

	r->rank = xrealloc(r->rank, n, sizeof(*r->rank));
	r->ranks = (int)n;
	for (const struct json *k = json_first(list); k; k = json_next(k))
		r->rank[i++] = (struct run_rank){
		    .examples = json_number(json_get(k, "examples")),
		    .busy = json_number(json_get(k, "busy")),
		    .wait = json_number(json_get(k, "wait")),
		};
}

static void take_step(struct run_log *r, int64_t step, const struct json *j)
{
	double s = json_number(json_get(j, "seconds"));

	r->step = xgrow(r->step, r->n_steps, &r->cap_steps, sizeof(*r->step));
	r->step[r->n_steps++] = (struct run_step){
	    .step = step,
	    .loss = json_number(json_get(j, "loss")),
	    .lr = json_number(json_get(j, "lr")),
	    .norm = json_number(json_get(j, "grad_norm")),
	    .speed = json_number(json_get(j, "tokens_per_second")),
	};
	r->seconds = r->seconds > 0 ? 0.95 * r->seconds + 0.05 * s : s;
	take_ranks(r, json_get(j, "ranks"));
}

static void take_gates(struct run_log *r, const struct json *gate)
{
	int i = 0;

	if (!gate)
		return;
	for (int t = 0; t < TASK_MEE; t++) {
		const struct json *m =
		    json_get(json_get(gate, "means"), task_name((enum task)t));

		r->gate_mean[t] = m ? json_number(m) : -1;
	}
	for (const struct json *e = json_first(json_get(gate, "edges"));
	     e && i < RUN_BINS - 1; e = json_next(e))
		r->gate_edge[i++] = json_number(e);
	i = 0;
	for (const struct json *b = json_first(json_get(gate, "bins"));
	     b && i < RUN_BINS; b = json_next(b))
		r->gate_bin[i++] = json_number(b);
	r->bins = i;
}

static double best_score(const struct run_log *r)
{
	double best = -1;

	for (size_t i = 0; i < r->n_devs; i++)
		best = MAX(best, r->dev[i].score);
	return best;
}

static void take_dev(struct run_log *r, int64_t step, const struct json *j)
{
	const struct json *dev = json_get(j, "dev");
	const struct json *tasks = json_get(dev, "tasks");
	struct run_dev d = {.step = step,
			    .epoch = whole(j, "epoch") + 1,
			    .score = json_number(json_get(j, "dev_score"))};
	double before = best_score(r);

	for (int t = 0; t < TASK_MEE; t++) {
		const struct json *o = json_get(tasks, task_name((enum task)t));

		d.f1[t] = o ? json_number(json_get(o, "f1")) : -1;
		d.examples[t] = (size_t)whole(o, "examples");
	}
	d.best = d.score > before;
	r->dev = xgrow(r->dev, r->n_devs, &r->cap_devs, sizeof(*r->dev));
	r->dev[r->n_devs++] = d;
	take_gates(r, json_get(dev, "gate"));
	if (before >= 0)
		event(r, xasprintf("step %lld: dev F1 %.2f (%+.2f to the best)",
				   (long long)step, d.score, d.score - before));
	else
		event(r, xasprintf("step %lld: dev F1 %.2f", (long long)step,
				   d.score));
}

static void take(struct run_log *r, const struct json *j)
{
	int64_t step = whole(j, "step");

	if (json_get(j, "run"))
		take_head(r, step, json_get(j, "run"));
	else if (json_get(j, "loss"))
		take_step(r, step, j);
	else if (json_get(j, "dev_score"))
		take_dev(r, step, j);
	else if (json_get(j, "epoch_done"))
		event(r, xasprintf("step %lld: epoch %lld ended, mean loss "
				   "%.4f",
				   (long long)step,
				   (long long)whole(j, "epoch_done") + 1,
				   json_number(json_get(j, "mean_loss"))));
	else if (json_get(j, "saved"))
		event(r, xasprintf("step %lld: saved", (long long)step));
	else if (json_get(j, "best")) {
		r->best_step = step;
		event(r, xasprintf("step %lld: best/ is now F1 %.2f",
				   (long long)step,
				   json_number(json_get(j, "best"))));
	} else if (json_string(json_get(j, "note")))
		event(r, xstrdup(json_string(json_get(j, "note"))));
}

void run_log_line(struct run_log *r, const char *line, size_t n)
{
	struct err ignored;
	struct json *j = json_parse(line, n, "log", &ignored);

	if (j && json_is_object(j))
		take(r, j);
	json_free(j);
}

/* Begin with another file, or with this one from its start. */
static void start_over(struct run_log *r, const char *path, ino_t inode)
{
	char *name = xstrdup(path);

	run_log_release(r);
	r->path = name;
	r->inode = inode;
	r->best_step = -1;
}

static void take_lines(struct run_log *r)
{
	const char *text = str_cstr(&r->part), *end, *line = text;
	struct str rest = {0};

	for (; (end = strchr(line, '\n')); line = end + 1)
		run_log_line(r, line, (size_t)(end - line));
	str_add(&rest, line);
	str_release(&r->part);
	r->part = rest;
}

static int read_new(struct run_log *r, int fd, struct err *err)
{
	char block[1 << 16];
	off_t before = r->at;
	ssize_t n;

	while ((n = pread(fd, block, sizeof(block), r->at)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, ERR_FAILED, "%s", r->path);
		str_addn(&r->part, block, (size_t)n);
		r->at += n;
		take_lines(r);
	}
	return r->at > before;
}

int run_log_follow(struct run_log *r, const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0) {
		rc = err_errno(err, ERR_FAILED, "%s", path);
		if (fd >= 0)
			close(fd);
		return rc;
	}
	if (!r->path || strcmp(r->path, path) != 0 || r->inode != st.st_ino ||
	    st.st_size < r->at)
		start_over(r, path, st.st_ino);
	rc = read_new(r, fd, err);
	close(fd);
	return rc;
}

int64_t run_log_step(const struct run_log *r)
{
	return r->n_steps ? r->step[r->n_steps - 1].step : 0;
}

double run_log_left(const struct run_log *r)
{
	if (r->seconds <= 0 || r->total == 0)
		return -1;
	return r->seconds * (double)(r->total - run_log_step(r));
}

static const char *const METRIC[] = {
#define METRIC_NAME(upper, name, what) name,
    RUN_METRICS(METRIC_NAME)
#undef METRIC_NAME
};

const char *run_metric_name(enum run_metric m)
{
	return METRIC[m];
}

bool run_metric_find(const char *name, enum run_metric *out)
{
	for (int i = 0; i < RUN_METRIC_COUNT; i++)
		if (strcmp(METRIC[i], name) == 0) {
			*out = (enum run_metric)i;
			return true;
		}
	return false;
}

/* false: this evaluation has no such figure */
static bool dev_value(const struct run_dev *d, enum run_metric m, double *out)
{
	*out = m == RUN_DEV ? d->score : d->f1[m - RUN_MNER];
	return *out >= 0;
}

static double step_value(const struct run_step *s, enum run_metric m)
{
	return m == RUN_LOSS   ? s->loss
	       : m == RUN_LR   ? s->lr
	       : m == RUN_NORM ? s->norm
			       : s->speed;
}

size_t run_log_curve(const struct run_log *r, enum run_metric m, double **x,
		     double **y)
{
	size_t most = m >= RUN_DEV ? r->n_devs : r->n_steps, n = 0;

	*x = xcalloc(most, sizeof(**x));
	*y = xcalloc(most, sizeof(**y));
	for (size_t i = 0; i < most; i++) {
		if (m < RUN_DEV) {
			(*x)[n] = (double)r->step[i].step;
			(*y)[n++] = step_value(&r->step[i], m);
		} else if (dev_value(&r->dev[i], m, &(*y)[n])) {
			(*x)[n++] = (double)r->dev[i].step;
		}
	}
	return n;
}
