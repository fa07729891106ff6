#include "tui/probe-view.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/clock.h"
#include "src/probe/table.h"
#include "tui/app.h"
#include "tui/progress.h"

struct probe_view *probe_view(struct app *app)
{
	if (!app->probe)
		app->probe = xcalloc(1, sizeof(*app->probe));
	return app->probe;
}

void probe_view_free(struct probe_view *v)
{
	if (!v)
		return;
	plan_release(&v->plan);
	extract_request_release(&v->base);
	for (size_t i = 0; i < v->n_kept; i++) {
		extract_request_release(&v->kept[i]);
		free(v->kept_as[i]);
	}
	free(v->kept);
	free(v->kept_as);
	probe_table_free(v->table);
	sweep_free(v->sweep);
	alternatives_free(v->scores);
	comparison_free(v->comparison);
	set_result_free(v->set_result);
	free(v);
}

static int start(struct app *app, struct call *c, bool set, struct err *err)
{
	struct probe_view *v = probe_view(app);
	struct probe_job *p = set ? &v->set : &v->one;
	struct job *j;

	if (app->replaying) { /* what came of it is in the recording */
		call_free(c);
		*p = (struct probe_job){.id = PROBE_REPLAYED};
		return 0;
	}
	if (app_engine(app, err) < 0) {
		call_free(c);
		return -(int)err->code;
	}
	if (p->id)
		engine_cancel(app->engine, p->id);
	j = job_new(JOB_CALL);
	j->call = c;
	j->patient = set;
	*p = (struct probe_job){.id = engine_submit(app->engine, j)};
	app->dirty |= DIRTY_PROBE | DIRTY_STATUS;
	return 0;
}

int probe_view_start(struct app *app, struct call *c, struct err *err)
{
	return start(app, c, false, err);
}

int probe_view_start_set(struct app *app, struct call *c, struct err *err)
{
	return start(app, c, true, err);
}

int probe_view_probe(struct app *app, bool strict, struct err *err)
{
	struct probe_view *v = probe_view(app);
	const struct probe_call_options o = {.base = &v->base,
					     .edited = v->kept,
					     .edited_as = v->kept_as,
					     .n_edited = v->n_kept,
					     .plan = &v->plan,
					     .strict = strict,
					     .boxes = v->ablation};

	return probe_view_start(app, probe_call(&o), err);
}

void say_table(struct app *app, const struct table *t)
{
	struct str text = {0};
	char *line, *save = NULL;

	table_lines(t, &text);
	for (line = strtok_r(text.s, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		app_say(app, "%s", line);
	str_release(&text);
}

/* The tables of a piece of news, main one first; NULL ends them. */
static void reports(const struct probe_news *n, struct table *out[4])
{
	size_t k = 0;

	out[k] = probe_news_report(n);
	k += out[k] != NULL;
	if (n->set && n->set->types)
		out[k++] = set_types_report(n->set);
	if (n->set && n->set->n_fragile)
		out[k++] = set_fragile_report(n->set);
	out[k] = NULL;
}

static void say_news(struct app *app, const struct probe_news *n)
{
	struct table *t[4];

	reports(n, t);
	for (int i = 0; t[i]; i++) {
		say_table(app, t[i]);
		table_free(t[i]);
	}
}

/* For those who do not look at the pane. */
static void say_differences(struct app *app, const struct comparison *c)
{
	size_t n = matching_flips(&c->m);

	app_note(app, "%zu difference%s, side by side on F2: %s and %s", n,
		 n == 1 ? "" : "s", c->name[0], c->name[1]);
}

#define TAKE_AS(member, to, kind, release) \
	do {                               \
		if (!n->member)            \
			break;             \
		release(v->to);            \
		v->to = n->member;         \
		n->member = NULL;          \
		v->newest = kind;          \
	} while (0)
#define TAKE(member, kind, release) TAKE_AS(member, member, kind, release)

static void take_news(struct app *app, struct probe_job *p,
		      struct probe_news *n, bool last)
{
	struct probe_view *v = app->probe;

	if (p->begun == 0) {
		p->begun = clock_ms();
		p->first = n->done;
	}
	p->done = n->done;
	p->of = n->of;
	if (n->note)
		app_note(app, "%s", n->note);
	if (last && app->recorder)
		recorder_news(app->recorder, n);
	if (last && !app->ui) /* on the screen they have panes */
		say_news(app, n);
	if (last && app->ui && n->comparison)
		say_differences(app, n->comparison);
	TAKE(table, PROBE_TABLE, probe_table_free);
	TAKE(sweep, PROBE_SWEEP, sweep_free);
	TAKE(scores, PROBE_SCORES, alternatives_free);
	TAKE(comparison, PROBE_COMPARISON, comparison_free);
	TAKE_AS(set, set_result, PROBE_SET, set_result_free);
}

void probe_view_take(struct app *app, struct event *ev)
{
	struct probe_view *v = app->probe;
	struct probe_job *p = v && v->set.id == ev->job   ? &v->set
			      : v && v->one.id == ev->job ? &v->one
							  : NULL;

	if (!p)
		return;
	if (ev->news)
		take_news(app, p, ev->news, ev->kind == EVENT_DONE);
	app->dirty |= DIRTY_PROBE | DIRTY_STATUS;
	if (ev->kind == EVENT_PROGRESS)
		return;
	if (p == &v->set && ev->kind == EVENT_DONE && app->ui)
		app_note(app,
			 "all %zu examples are done (write FILE keeps "
			 "the figures)",
			 p->of);
	if (p == &v->set && ev->kind == EVENT_CANCELLED && p->done < p->of)
		app_note(app,
			 "%zu of %zu examples are done; the same command "
			 "goes on from there",
			 p->done, p->of);
	*p = (struct probe_job){0};
}

int probe_view_progress(const struct app *app, struct str *out)
{
	const struct probe_job *p = app->probe ? &app->probe->set : NULL;
	char left[32];
	double ms;

	if (!p || !p->id)
		return 0;
	str_addf(out, "set %zu/%zu", p->done, p->of);
	ms = clock_ms() - p->begun;
	if (p->done > p->first && p->done < p->of)
		str_addf(out, ", %s left",
			 progress_time(ms / 1000 * (double)(p->of - p->done) /
					   (double)(p->done - p->first),
				       left));
	return 1;
}

static struct json *tables_json(struct table **t)
{
	struct json *j = table_json(t[0]);

	for (int i = 1; t[i]; i++)
		json_put(j, t[i]->kind, table_json(t[i]));
	return j;
}

static void print_svg(const struct probe_news *n, const struct table *t,
		      struct str *out)
{
	if (n->sweep)
		sweep_svg(n->sweep, out);
	else
		table_svg(t, out);
}

/* Takes the text. */
static int write_text(const char *path, struct str *text, struct err *err)
{
	int rc = file_replace(path, str_cstr(text), text->len, err);

	str_release(text);
	return rc;
}

static int write_files(const struct probe_news *n, const struct table *t,
		       const struct args *a, struct err *err)
{
	struct str text = {0};
	int rc = 0;

	if (args_has(a, "csv")) {
		table_csv(t, &text);
		rc = write_text(args_get(a, "csv"), &text, err);
	}
	if (rc == 0 && args_has(a, "svg")) {
		print_svg(n, t, &text);
		rc = write_text(args_get(a, "svg"), &text, err);
	}
	return rc;
}

/* The newest tables as news again; borrowed. */
static struct probe_news newest(const struct probe_view *v)
{
	struct probe_news n = {0};

	switch (v->newest) {
	case PROBE_TABLE:
		n.table = v->table;
		break;
	case PROBE_SWEEP:
		n.sweep = v->sweep;
		break;
	case PROBE_SCORES:
		n.scores = v->scores;
		break;
	case PROBE_COMPARISON:
		n.comparison = v->comparison;
		break;
	case PROBE_SET:
		n.set = v->set_result;
		break;
	case PROBE_NONE:
		break;
	}
	return n;
}

static bool ends_in(const char *path, const char *suffix)
{
	size_t n = strlen(path), k = strlen(suffix);

	return n > k && strcmp(path + n - k, suffix) == 0;
}

static void print_json(struct table **t, struct str *out)
{
	struct json *j = tables_json(t);
	char *line = json_print(j);

	str_addf(out, "%s\n", line);
	free(line);
	json_free(j);
}

int probe_view_write(const struct app *app, const char *path, struct err *err)
{
	const struct probe_view *v = app->probe;
	struct probe_news n = v ? newest(v) : (struct probe_news){0};
	struct str text = {0};
	struct table *t[4];

	if (!v || v->newest == PROBE_NONE)
		return err_set(err, ERR_USAGE,
			       "write: there is no table yet (:probe, :gate "
			       "sweep, :score, :compare)");
	reports(&n, t);
	if (ends_in(path, ".csv"))
		table_csv(t[0], &text);
	else if (ends_in(path, ".json"))
		print_json(t, &text);
	else if (ends_in(path, ".svg"))
		print_svg(&n, t[0], &text);
	else if (ends_in(path, ".plan"))
		plan_print(&v->plan, &text);
	for (int i = 0; t[i]; i++)
		table_free(t[i]);
	if (text.len == 0)
		return err_set(err, ERR_USAGE,
			       "write %s: a name that ends in .csv, .json, "
			       ".svg or .plan expected",
			       path);
	return write_text(path, &text, err);
}

int probe_output(struct app *app, const struct probe_news *n,
		 const struct args *a, struct err *err)
{
	struct table *t[4];
	struct str line = {0};
	int rc;

	reports(n, t);
	if (args_has(a, "json")) {
		print_json(t, &line);
		app_say(app, "%.*s", (int)line.len - 1, line.s);
		str_release(&line);
	} else {
		say_news(app, n);
	}
	rc = write_files(n, t[0], a, err);
	for (int i = 0; t[i]; i++)
		table_free(t[i]);
	return rc;
}
