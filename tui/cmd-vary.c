/* Commands of the prompt that probe what is being edited. */
#include <stdlib.h>
#include <string.h>

#include "sessions/export.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "tui/app.h"
#include "tui/commands.h"
#include "tui/gate-sweep.h"
#include "tui/probe-view.h"
#include "tui/vary.h"

/* What is edited now becomes the base of a new table. */
static int take_base(struct app *app, struct err *err)
{
	struct probe_view *v = probe_view(app);

	if (!*app->request.text)
		return err_set(err, ERR_USAGE, "there is no text yet");
	extract_request_release(&v->base);
	extract_request_copy(&v->base, &app->request);
	for (size_t i = 0; i < v->n_kept; i++) {
		extract_request_release(&v->kept[i]);
		free(v->kept_as[i]);
	}
	v->n_kept = 0;
	plan_release(&v->plan);
	v->ablation = false;
	return 0;
}

static size_t chosen_examples(const struct state *st, struct dataset *out,
			      struct err *err)
{
	struct filter *f;

	if (filter_parse(&f, st->filter ? st->filter : "", st, err) < 0)
		return 0;
	session_dataset(st, f, out);
	filter_free(f);
	if (out->n == 0)
		err_set(err, ERR_USAGE, "the session has no example%s%s",
			st->filter ? " for the filter " : "",
			st->filter ? st->filter : "");
	return out->n;
}

/* The session's examples; what is decided is their gold. */
static int whole_set(struct app *app, struct dataset *out, struct err *err)
{
	const struct session *s = app->session;
	const struct state *st;

	if (!s)
		return err_set(err, ERR_USAGE,
			       "no set is loaded (load FILE, session open "
			       "NAME, or --data FILE)");
	st = session_state(s);
	if (chosen_examples(st, out, err) == 0)
		return -(int)err->code;
	app_note(app, "%zu examples of %s%s%s", out->n, session_name(s),
		 st->filter && *st->filter ? ", filter " : "",
		 st->filter ? st->filter : "");
	return 0;
}

int vary_set(struct app *app, const struct args *a, struct set_options *o,
	     struct err *err)
{
	struct dataset d = {0};
	char *dir = file_xdg_folder("STATE", "probe", err);
	int rc = dir ? 0 : -(int)err->code;

	o->data = args_get(a, "data");
	if (rc == 0 && !o->data)
		rc = whole_set(app, &d, err);
	o->examples = o->data ? NULL : &d;
	o->progress_dir = dir;
	o->max_tokens = app->request.max_tokens;
	o->beams = app->request.beams;
	o->constrained = app->request.constrained;
	if (rc == 0)
		rc = probe_view_start_set(app, set_call(o), err);
	dataset_release(&d);
	free(dir);
	return rc;
}

static const struct option PROBE_OPTIONS[] = {
    {"all", 0, NULL, "over the session's set; goes on where it stopped"},
    DATA_OPTION,
    {"seed", 0, "N", "of everything random (0)"},
    {"hold-gate", 0, NULL, "at the base's own value in every variant"},
    {NULL, 0, NULL, NULL},
};

/* What is asked for, or over a set what the table shows already. */
static int make_plan(struct probe_view *v, const struct args *a, bool set,
		     struct err *err)
{
	long seed;
	int rc = args_int(a, "seed", 0, 1L << 62, 0, &seed, err);

	if (rc < 0 || (set && a->n_pos == 0 && v->plan.n))
		return rc;
	plan_release(&v->plan);
	v->plan.seed = (uint64_t)seed;
	v->plan.hold_gate = args_has(a, "hold-gate");
	rc = plan_words(&v->plan, a->pos, a->n_pos, err);
	if (rc == 0 && v->plan.n == 0)
		plan_standard(&v->plan);
	return rc;
}

static int exec_probe(struct app *app, const struct args *a, struct err *err)
{
	struct probe_view *v = probe_view(app);
	struct set_options o = {.kind = SET_PROBE, .plan = &v->plan};
	bool set = args_has(a, "all") || args_has(a, "data");
	int rc = set ? 0 : take_base(app, err);

	if (rc == 0)
		rc = make_plan(v, a, set, err);
	if (rc < 0)
		return rc;
	return set ? vary_set(app, a, &o, err)
		   : probe_view_probe(app, a->n_pos > 0, err);
}

const struct cmd cmd_probe_live = {
    .name = "probe",
    .args = "[VARIATION [VALUE...]]",
    .options = PROBE_OPTIONS,
    .flags = CMD_LIVE | CMD_MODEL,
    .max_pos = ARGS_MAX,
    .help = "what becomes of each result when instruction, labels, text or "
	    "picture change",
    .exec = exec_probe,
};

static int exec_ablate(struct app *app, const struct args *a, struct err *err)
{
	struct probe_view *v = probe_view(app);
	const char *what = a->pos[0], *value = a->n_pos > 1 ? a->pos[1] : NULL;
	int rc = take_base(app, err);

	if (rc < 0)
		return rc;
	if (strcmp(what, "image") == 0) {
		rc = plan_add(&v->plan, "off", NULL, err);
		if (rc == 0 && value)
			rc = plan_add(&v->plan, "other", value, err);
	} else if (strcmp(what, "box") == 0) {
		rc = plan_add(&v->plan, "box", value, err);
	} else if (strcmp(what, "text") == 0) {
		rc = plan_add(&v->plan, "span", value, err);
	} else {
		rc = err_set(err, ERR_USAGE,
			     "ablate %s: image, box or text expected", what);
	}
	return rc < 0 ? rc : probe_view_probe(app, true, err);
}

const struct cmd cmd_ablate = {
    .name = "ablate",
    .args = "image [PICTURE]|box [N|all]|text SPAN",
    .flags = CMD_LIVE | CMD_MODEL,
    .min_pos = 1,
    .max_pos = 2,
    .help = "what changes without the picture, a box or a part of the text",
    .exec = exec_ablate,
};

static void list_variations(struct app *app)
{
	for (int k = 0; k < VARIATION_KINDS; k++) {
		enum variation v = (enum variation)k;

		app_say(app, "  %-10s %-10s %s", variation_name(v),
			variation_arg(v), variation_help(v));
	}
}

static void list_rows(struct app *app, const struct probe_table *t)
{
	for (size_t i = 0; i < t->n; i++)
		app_say(app, "  %-5s %s", t->row[i].id, t->row[i].what);
}

/* What is edited becomes a row of the table. */
static int keep(struct app *app, const char *name, struct err *err)
{
	struct probe_view *v = probe_view(app);

	v->kept = xgrow(v->kept, v->n_kept, &v->cap_kept, sizeof(*v->kept));
	v->kept_as =
	    xgrow(v->kept_as, v->n_kept, &v->cap_as, sizeof(*v->kept_as));
	extract_request_copy(&v->kept[v->n_kept], &app->request);
	v->kept_as[v->n_kept++] = xstrdup(name ? name : "edited by hand");
	return probe_view_probe(app, false, err);
}

/* The row of an id, or NULL and a sentence. */
static struct probe_row *row_of(struct app *app, const char *id,
				struct err *err)
{
	struct probe_table *t = app->probe ? app->probe->table : NULL;
	int i = t && id ? probe_find(t, id) : -1;

	if (i < 0) {
		err_set(err, ERR_USAGE,
			"no variant %s; :vary lists them when a table was "
			"computed (:probe)",
			id ? id : "");
		return NULL;
	}
	return &t->row[i];
}

static int use(struct app *app, const char *id, struct err *err)
{
	struct probe_row *r = row_of(app, id, err);
	bool attention = app->request.attention;
	bool same;

	if (!r)
		return -(int)err->code;
	same = app->request.image && r->request.image &&
	       strcmp(app->request.image, r->request.image) == 0;
	extract_request_release(&app->request);
	extract_request_copy(&app->request, &r->request);
	app->request.attention = attention;
	if (!same)
		app_set_image(app, r->request.image);
	app->request.boxes = r->request.boxes;
	app->dirty |= DIRTY_ALL;
	app_edited(app);
	return 0;
}

static int drop(struct app *app, const char *id, struct err *err)
{
	struct probe_row *r = row_of(app, id, err);

	if (!r)
		return -(int)err->code;
	if (r == app->probe->table->row)
		return err_set(err, ERR_USAGE,
			       "%s is what the others are compared with", id);
	probe_drop(app->probe->table, (size_t)(r - app->probe->table->row));
	app->dirty |= DIRTY_PROBE;
	return 0;
}

static int add(struct app *app, const struct args *a, struct err *err)
{
	struct probe_view *v = probe_view(app);
	int rc = v->base.text ? 0 : take_base(app, err);

	if (rc == 0)
		rc = plan_words(&v->plan, a->pos, a->n_pos, err);
	return rc < 0 ? rc : probe_view_probe(app, false, err);
}

static int exec_vary(struct app *app, const struct args *a, struct err *err)
{
	const char *what = a->n_pos ? a->pos[0] : NULL;
	const char *id = a->n_pos > 1 ? a->pos[1] : NULL;

	if (!what) {
		list_variations(app);
		if (app->probe && app->probe->table) {
			list_rows(app, app->probe->table);
			app->probe->newest = PROBE_TABLE;
			app->dirty |= DIRTY_PROBE;
		}
		return 0;
	}
	if (strcmp(what, "use") == 0)
		return use(app, id, err);
	if (strcmp(what, "drop") == 0)
		return drop(app, id, err);
	if (strcmp(what, "keep") != 0)
		return add(app, a, err);
	if (!probe_view(app)->base.text)
		return err_set(err, ERR_USAGE,
			       "vary keep: nothing to compare with yet "
			       "(:probe)");
	return keep(app, id, err);
}

const struct cmd cmd_vary = {
    .name = "vary",
    .args = "[use ID|drop ID|keep [NAME]|VARIATION [VALUE]]",
    .flags = CMD_LIVE | CMD_MODEL,
    .max_pos = ARGS_MAX,
    .help = "add variants to the table, edit one, leave one out, keep what "
	    "was edited; alone: list them",
    .exec = exec_vary,
};

static int exec_score(struct app *app, const struct args *a, struct err *err)
{
	const struct probe_table *t = app->probe ? app->probe->table : NULL;
	char *end = NULL;
	long i =
	    a->n_pos ? strtol(a->pos[0], &end, 10) : MAX(app->selected, 0) + 1;

	if (i < 1 || (end && *end))
		return err_set(err, ERR_USAGE,
			       "score %s: the number of a result expected",
			       a->pos[0]);
	if (!*app->request.text)
		return err_set(err, ERR_USAGE, "there is no text yet");
	if (t && app->probe->base.text &&
	    strcmp(app->probe->base.text, app->request.text) != 0)
		t = NULL; /* a table of another text */
	return probe_view_start(
	    app,
	    score_table_call(t ? &app->probe->base : &app->request,
			     (size_t)i - 1, t),
	    err);
}

const struct cmd cmd_score = {
    .name = "score",
    .args = "[N]",
    .flags = CMD_LIVE | CMD_MODEL,
    .max_pos = 1,
    .help = "what result N could have been, with the decoder's forced scores",
    .exec = exec_score,
};

static int sweep_words(const struct args *a, struct sweep_options *o,
		       struct err *err)
{
	double v[3];
	char *end;

	for (int i = 1; i < a->n_pos && i <= 3; i++) {
		v[i - 1] = strtod(a->pos[i], &end);
		if (end == a->pos[i] || *end)
			return err_set(err, ERR_USAGE,
				       "gate sweep %s: a number expected",
				       a->pos[i]);
	}
	if (a->n_pos > 1)
		o->from = v[0];
	if (a->n_pos > 2)
		o->to = v[1];
	if (a->n_pos > 3)
		o->n = (size_t)v[2];
	if (!(o->from >= -2 && o->to <= 2 && o->from <= o->to) ||
	    (a->n_pos > 3 && !(v[2] >= 1 && v[2] <= SWEEP_POINTS_MAX)))
		return err_set(err, ERR_USAGE,
			       "gate sweep: FROM and TO in -2 to 2, FROM not "
			       "above TO, 1 to %d points expected",
			       SWEEP_POINTS_MAX);
	return 0;
}

int gate_sweep(struct app *app, const struct args *a, struct err *err)
{
	const char *metric = args_get(a, "metric");
	struct plan p = {0};
	struct sweep_options o;
	struct set_options set = {.kind = SET_SWEEP, .plan = &p, .sweep = &o};

	bool over = args_has(a, "set") || args_has(a, "data");

	sweep_defaults(&o);
	/* Over a set the sweep that is looked at, unless another is named. */
	if (over && app->probe && app->probe->sweep)
		o = app->probe->sweep->o;
	if (sweep_words(a, &o, err) < 0)
		return -(int)err->code;
	if (metric && !sweep_metric_find(metric, &o.metric))
		return err_set(err, ERR_USAGE,
			       "--metric %s: f1, present or prob expected",
			       metric);
	o.chosen = (size_t)MAX(app->selected, 0);
	if (over)
		return vary_set(app, a, &set, err);
	if (!*app->request.text)
		return err_set(err, ERR_USAGE, "there is no text yet");
	return probe_view_start(app, sweep_call(&app->request, NULL, &o), err);
}

static int exec_write(struct app *app, const struct args *a, struct err *err)
{
	int rc = probe_view_write(app, a->pos[0], err);

	if (rc == 0)
		app_say(app, "written: %s", a->pos[0]);
	return rc;
}

const struct cmd cmd_write = {
    .name = "write",
    .args = "FILE",
    .flags = CMD_LIVE | CMD_FILES,
    .min_pos = 1,
    .max_pos = 1,
    .help = "write the newest table of the probe as .csv, .json or .svg, or "
	    "its variations as .plan",
    .exec = exec_write,
};
