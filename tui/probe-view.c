#include "tui/probe-view.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/probe/table.h"
#include "tui/app.h"

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
	set_result_free(v->set);
	free(v);
}

int probe_view_start(struct app *app, struct call *c, struct err *err)
{
	struct probe_view *v = probe_view(app);
	struct job *j;

	if (app_engine(app, err) < 0) {
		call_free(c);
		return -(int)err->code;
	}
	if (v->job)
		engine_cancel(app->engine, v->job);
	j = job_new(JOB_CALL);
	j->call = c;
	v->job = engine_submit(app->engine, j);
	v->done = v->of = 0;
	app->dirty |= DIRTY_PROBE | DIRTY_STATUS;
	return 0;
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

#define TAKE(member, release)          \
	do {                           \
		if (!n->member)        \
			break;         \
		release(v->member);    \
		v->member = n->member; \
		n->member = NULL;      \
	} while (0)

void probe_view_take(struct app *app, struct event *ev, bool last)
{
	struct probe_view *v = probe_view(app);
	struct probe_news *n = ev->news;

	v->done = n->done;
	v->of = n->of;
	if (n->note)
		app_note(app, "%s", n->note);
	app->dirty |= DIRTY_PROBE | DIRTY_STATUS;
	/* Sets and comparisons have no pane: their lines go to the log. */
	if (last && (!app->ui || n->comparison || n->set))
		say_news(app, n);
	TAKE(table, probe_table_free);
	TAKE(sweep, sweep_free);
	TAKE(scores, alternatives_free);
	TAKE(comparison, comparison_free);
	TAKE(set, set_result_free);
}

static struct json *news_json(struct table **t)
{
	struct json *j = table_json(t[0]);

	for (int i = 1; t[i]; i++)
		json_put(j, t[i]->kind, table_json(t[i]));
	return j;
}

static int write_file(const char *path, struct str *text, struct err *err)
{
	return file_replace(path, str_cstr(text), text->len, err);
}

static int write_files(const struct probe_news *n, const struct table *t,
		       const struct args *a, struct err *err)
{
	struct str text = {0};
	int rc = 0;

	if (args_has(a, "csv")) {
		table_csv(t, &text);
		rc = write_file(args_get(a, "csv"), &text, err);
	}
	str_clear(&text);
	if (rc == 0 && args_has(a, "svg")) {
		if (n->sweep)
			sweep_svg(n->sweep, &text);
		else
			table_svg(t, &text);
		rc = write_file(args_get(a, "svg"), &text, err);
	}
	str_release(&text);
	return rc;
}

int probe_output(struct app *app, const struct probe_news *n,
		 const struct args *a, struct err *err)
{
	struct table *t[4];
	struct json *j;
	char *line;
	int rc;

	reports(n, t);
	if (args_has(a, "json")) {
		j = news_json(t);
		line = json_print(j);
		app_say(app, "%s", line);
		free(line);
		json_free(j);
	} else {
		say_news(app, n);
	}
	rc = write_files(n, t[0], a, err);
	for (int i = 0; t[i]; i++)
		table_free(t[i]);
	return rc;
}
