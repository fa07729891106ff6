/* The app's session: what is looked at, answers as they come, the next ones. */
#include "tui/app-session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/hash.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/clock.h"
#include "tui/app.h"

enum { SAVE_DELAY = 2000 }; /* ms that a soft act may wait */

struct session *app_session(struct app *a, struct err *err)
{
	if (!a->session)
		err_set(err, ERR_USAGE,
			"no session is open (load FILE or session open NAME)");
	return a->session;
}

struct item *app_item(const struct app *a)
{
	struct session_example *e =
	    a->session ? session_here(a->session) : NULL;

	if (!e || a->selected < 0 || (size_t)a->selected >= e->n_items)
		return NULL;
	return &e->item[a->selected];
}

int app_queue(struct app *a, struct err *err)
{
	return queue_make(&a->queue, session_state(a->session), err);
}

/* --- looking at an example ------------------------------------------------ */

/* The reply there is can be shown: it is this model's, or there is none. */
static bool fresh(const struct app *a, const struct session_example *e)
{
	return e->reply &&
	       (!a->open || strcmp(e->reply->model, a->report.hash) == 0);
}

static void show_picture(struct app *a, const struct example *ex)
{
	app_set_image(a, ex->image);
	a->request.boxes = ex->boxes;
	a->request.boxes_relative = ex->boxes_relative;
}

void app_look(struct app *a)
{
	const struct session_example *e = session_here(a->session);
	char *shown = a->request.image;

	a->dirty = DIRTY_ALL;
	if (!e)
		return;
	a->request.image = NULL;
	session_request(e, &a->request);
	app_apply_settings(a);
	if (!shown || !e->ex.image || strcmp(shown, e->ex.image) != 0) {
		free(a->request.image);
		a->request.image = NULL;
		show_picture(a, &e->ex);
	}
	free(shown);
	a->looked = true;
	a->selected = e->n_items ? 0 : -1;
	extraction_free(a->result);
	a->result = e->reply ? extraction_copy(e->reply) : NULL;
	a->stale = !fresh(a, e);
	a->run_at = 0;
	if (a->stale)
		app_predict(a);
	app_session_ahead(a);
}

int app_goto(struct app *a, int number, struct err *err)
{
	int rc = session_goto(a->session, number, err);

	if (rc == 0)
		app_look(a);
	return rc;
}

/* --- opening and closing ---------------------------------------------------
 */

static void say_where(struct app *a)
{
	const struct state *s = session_state(a->session);
	struct queue_progress p;

	queue_progress(&a->queue, s, &p);
	app_note(a,
		 "session %s%s: %zu examples, %zu done, %zu skipped, %zu acts; "
		 "you are %s",
		 session_name(a->session),
		 session_read_only(a->session) ? " (for reading only)" : "",
		 p.n, p.done, p.skipped, s->n_log, session_who(a->session));
}

static bool is_open(const struct app *a, const char *name)
{
	struct err err; /* session_open() says it again */
	char *path = session_file(name, &err);
	bool same =
	    a->session && path && strcmp(path, session_path(a->session)) == 0;

	free(path);
	return same;
}

int app_session_open(struct app *a, const char *name, bool create,
		     bool read_only, struct err *err)
{
	struct session_options o = {
	    .who = a->user, .read_only = read_only, .create = create};
	struct session *s;
	int rc;

	if (a->recorder && a->session)
		return err_set(err, ERR_USAGE,
			       "a recording goes on; it has one session "
			       "(record stop)");
	if (is_open(a, name)) {
		say_where(a);
		return 0;
	}
	rc = session_open(&s, name, &o, err);
	if (rc < 0)
		return rc;
	rc = app_session_close(a, err);
	if (rc < 0) {
		session_close(s, &(struct err){0});
		return rc;
	}
	a->session = s;
	rc = app_queue(a, err);
	if (rc < 0)
		return rc;
	if (session_state(s)->n_examples)
		say_where(a);
	app_look(a);
	return 0;
}

int app_session_close(struct app *a, struct err *err)
{
	int rc = session_close(a->session, err);

	a->session = NULL;
	a->save_at = 0;
	a->live_example = 0;
	for (size_t i = 0; a->engine && i < a->n_ahead; i++)
		engine_cancel(a->engine, a->ahead[i].job);
	a->n_ahead = 0;
	labels_release(&a->failed);
	queue_release(&a->queue);
	a->dirty = DIRTY_ALL;
	return rc;
}

/* "some/where/tw15.test.jsonl" is the session "tw15.test". */
static char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/'),
		   *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');
	char *name =
	    xstrndup(base, dot > base ? (size_t)(dot - base) : strlen(base));

	return name;
}

static bool loaded(const struct state *s, const char *digest)
{
	for (size_t i = 0; i < s->n_log; i++)
		if (s->log[i].kind == ACT_KIND_LOAD &&
		    strstr(s->log[i].body, digest))
			return true;
	return false;
}

/* The part of a data set alone; its digest says so. */
static int keep_split(struct dataset *d, const char *split, const char *path,
		      struct err *err)
{
	char *both = xasprintf("%s %s", d->digest, split);
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++)
		if (d->ex[i].split && strcmp(d->ex[i].split, split) == 0)
			d->ex[n++] = d->ex[i];
		else
			example_release(&d->ex[i]);
	d->n = n;
	hash_bytes(both, strlen(both), d->digest);
	free(both);
	return n ? 0
		 : err_set(err, ERR_DATA, "%s: no example is of split %s", path,
			   split);
}

int app_load(struct app *a, const char *path, const char *split,
	     const struct dataset_options *o, struct err *err)
{
	struct dataset d = {0};
	char *name;
	int first, rc = dataset_read(&d, path, o, err);

	if (rc == 0 && split)
		rc = keep_split(&d, split, path, err);
	if (rc == 0 && !a->session) {
		name = name_of(path);
		rc = app_session_open(a, name, true, false, err);
		free(name);
	}
	if (rc == 0 && !loaded(session_state(a->session), d.digest)) {
		rc = session_load(a->session, &d, &first, err);
		if (rc == 0)
			rc = app_queue(a, err);
		if (rc == 0)
			app_note(a,
				 "%s: %zu examples added to session %s, %zu "
				 "without their picture",
				 path, d.n, session_name(a->session),
				 d.missing_images);
		if (rc == 0)
			app_look(a);
	} else if (rc == 0) {
		app_note(a, "%s: is in session %s already", path,
			 session_name(a->session));
	}
	dataset_release(&d);
	return rc;
}

/* --- answers
 * ------------------------------------------------------------------ */

int app_live_example(const struct app *a)
{
	return a->session ? session_state(a->session)->at : 0;
}

/* Text or picture were edited: the answer belongs to a child. */
static int child_of(struct app *a, int number, int *child, struct err *err)
{
	const struct example *ex =
	    &state_example(session_state(a->session), number)->ex;
	const char *change =
	    strcmp(ex->text, a->request.text) != 0                     ? "text"
	    : !string_equal(ex->image, a->request.image)               ? "image"
	    : ex->task != a->request.task || ex->own != a->request.own ? "task"
	    : ex->own && !labels_equal(&ex->labels, &a->request.labels)
		? "labels"
		: NULL;

	*child = number;
	return change ? session_variant(a->session, number, &a->request, change,
					child, err)
		      : 0;
}

static int live_reply(struct app *a, const struct extraction *x,
		      struct err *err)
{
	int number = a->live_example, rc;

	if (number == 0 || strcmp(x->text, a->request.text) != 0)
		return 0;
	rc = child_of(a, number, &number, err);
	return rc < 0
		   ? rc
		   : session_reply(a->session, number, x, a->request.gate, err);
}

static struct ahead *find_ahead(struct app *a, int job)
{
	for (size_t i = 0; i < a->n_ahead; i++)
		if (a->ahead[i].job == job)
			return &a->ahead[i];
	return NULL;
}

static void record_reply(struct app *a, const struct extraction *x, int ahead)
{
	struct extract_request r = {0};

	if (!ahead) {
		recorder_reply(a->recorder, &a->request, x, 0);
		return;
	}
	session_request(state_example(session_state(a->session), ahead), &r);
	recorder_reply(a->recorder, &r, x, ahead);
	extract_request_release(&r);
}

void app_session_reply(struct app *a, const struct event *ev)
{
	const struct ahead *ahead = find_ahead(a, ev->job);
	struct err err;
	int rc = 0;

	if (a->recorder && (ahead || (ev->job == a->live_job && !a->run_at)))
		record_reply(a, ev->extraction, ahead ? ahead->example : 0);
	if (!a->session)
		return;
	if (ahead)
		rc = session_reply(a->session, ahead->example, ev->extraction,
				   GATE_SET_OWN, &err);
	else if (ev->job == a->live_job && a->run_at == 0)
		rc = live_reply(a, ev->extraction, &err);
	if (rc < 0)
		app_note(a, "%s", err.text);
	if (a->save_at == 0)
		a->save_at = clock_ms() + SAVE_DELAY;
	/* What was looked at without an answer may have got it. */
	if (ahead && ahead->example == session_state(a->session)->at &&
	    !a->live_job)
		app_look(a);
	a->dirty |= DIRTY_RESULTS | DIRTY_STATUS;
}

void app_session_failed(struct app *a, const struct event *ev)
{
	const struct ahead *ahead = find_ahead(a, ev->job);
	char number[16];

	if (!a->session || !ahead)
		return;
	snprintf(number, sizeof(number), "%d", ahead->example);
	labels_add(&a->failed, number, strlen(number));
	app_note(a, "example %d: %s", ahead->example, ev->err.text);
}

void app_session_ended(struct app *a, int job)
{
	struct ahead *ahead = find_ahead(a, job);

	if (ahead)
		*ahead = a->ahead[--a->n_ahead];
}

static bool is_ahead(const struct app *a, int example)
{
	char number[16];

	for (size_t i = 0; i < a->n_ahead; i++)
		if (a->ahead[i].example == example)
			return true;
	snprintf(number, sizeof(number), "%d", example);
	return labels_find(&a->failed, number, strlen(number)) >= 0;
}

void app_session_ahead(struct app *a)
{
	const struct state *s;
	int next[AHEAD];
	size_t n;

	if (!a->session || !a->open || !a->engine || a->quit)
		return;
	s = session_state(a->session);
	n = queue_ahead(&a->queue, s, a->report.hash, next, AHEAD);
	for (size_t i = 0; i < n && a->n_ahead < AHEAD; i++) {
		struct job *j;

		if (is_ahead(a, next[i]))
			continue;
		j = job_new(JOB_EXTRACT);
		j->background = true;
		session_request(state_example(s, next[i]), &j->request);
		j->request.attention = a->request.attention;
		j->request.beams = a->request.beams;
		j->request.max_tokens = a->request.max_tokens;
		j->request.constrained = a->request.constrained;
		a->ahead[a->n_ahead++] =
		    (struct ahead){engine_submit(a->engine, j), next[i]};
	}
}

void app_session_tick(struct app *a)
{
	struct err err;

	if (!a->session || a->save_at == 0 || clock_ms() < a->save_at)
		return;
	a->save_at = 0;
	if (session_save(a->session, &err) < 0)
		app_note(a, "%s", err.text);
}
