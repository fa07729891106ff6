/* umie probe, sweep: what changes, for one text or a data set. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "tui/app.h"
#include "tui/batch.h"
#include "tui/commands.h"
#include "tui/probe-batch.h"
#include "tui/probe-view.h"

static const struct option PROBE_OPTIONS[] = {
    BATCH_OPTIONS,
    REQUEST_OPTIONS,
    {"vary", 0, "NAME=VALUE",
     "instr, named, paraphrase, none, mistype, order, synonym, typo, case, "
     "stop, prefix, suffix, span, off, other, box; may be given often"},
    {"plan", 0, "FILE", "a variation a line"},
    {"save-plan", 0, "FILE", "write the variations, for others to repeat"},
    {"hold-gate", 0, NULL, "at the base's own value in every variant"},
    {"ablate", 0, NULL, "image off, and every box masked in turn"},
    {"score", 0, "N", "forced scores of the alternatives of result N"},
    {"fail-under", 0, "X", "exit 6 when the worst F1 is below X percent"},
    SET_OPTIONS,
    OUTPUT_OPTIONS,
    {NULL, 0, NULL, NULL},
};

static const struct option SWEEP_OPTIONS[] = {
    BATCH_OPTIONS,
    REQUEST_OPTIONS,
    {"from", 0, "X", "first value the gate is held at (0)"},
    {"to", 0, "X", "last value (0.1, as in the paper's Figure 4)"},
    {"points", 0, "N", "how many values (11)"},
    {"metric", 0, "f1|present|prob", "what --svg draws"},
    {"result", 0, "N", "the result whose presence is told (1)"},
    SET_OPTIONS,
    OUTPUT_OPTIONS,
    {NULL, 0, NULL, NULL},
};

/* The newest news, and where the counter goes. */
struct listener {
	struct app *app;
	struct probe_news *news;
};

static void listen(void *context, void *news, int last)
{
	struct listener *l = context;

	probe_news_free(l->news);
	l->news = news;
	if (isatty(fileno(l->app->err)))
		fprintf(l->app->err, "\r%zu of %zu%s", l->news->done,
			l->news->of, last ? "\n" : "");
}

/* Run a call (taken) to its end; *out is the caller's. */
static int finish_call(struct app *app, const struct batch *b, struct call *c,
		       struct probe_news **out, struct err *err)
{
	const struct call_site at = {.extractor = b->extractor,
				     .be = b->be,
				     .decoder = app->decoder,
				     .features = b->features};
	struct listener l = {.app = app};
	int rc = call_run(c, &at, listen, &l, err);

	*out = l.news;
	if (rc < 0) {
		probe_news_free(l.news);
		*out = NULL;
	}
	return rc;
}

int probe_set_of(const struct args *a, const struct extract_request *r,
		 struct set_options *o, struct call **out, struct err *err)
{
	long limit;
	int rc = args_int(a, "limit", 1, 1 << 30, 0, &limit, err);

	if (rc == 0)
		rc = data_format_find(args_get(a, "format"), &o->format, err);
	if (rc < 0)
		return rc;
	o->data = args_get(a, "jsonl");
	o->images = args_get(a, "images");
	o->instruction = r->instruction;
	o->gate = r->gate;
	o->gate_value = r->gate_value;
	o->limit = (size_t)limit;
	o->progress = args_get(a, "progress");
	o->max_tokens = r->max_tokens;
	o->beams = r->beams;
	o->constrained = r->constrained;
	*out = set_call(o);
	return 0;
}

int probe_request(struct app *app, const struct args *a, int at,
		  struct extract_request *r, struct err *err)
{
	if (r->image && !file_exists(r->image))
		return err_set(err, ERR_DATA, "%s: no such picture", r->image);
	return batch_text(app, a, at, &r->text, err);
}

static int seed_of(const struct args *a, struct plan *p, struct err *err)
{
	long seed;
	int rc = args_int(a, "seed", 0, 1L << 62, 0, &seed, err);

	p->seed = (uint64_t)seed;
	return rc;
}

static int plan_of(const struct args *a, struct plan *p, struct err *err)
{
	int rc = seed_of(a, p, err);

	for (int i = 0; i < a->n_many && rc == 0; i++)
		if (strcmp(a->cmd->options[a->many_option[i]].name, "vary") ==
		    0)
			rc = plan_words(p, &a->many[i], 1, err);
	if (rc == 0 && args_has(a, "plan"))
		rc = plan_read(p, args_get(a, "plan"), err);
	if (rc < 0)
		return rc;
	if (args_has(a, "ablate"))
		rc = plan_add(p, "off", NULL, err);
	else if (p->n == 0)
		plan_standard(p);
	p->hold_gate = args_has(a, "hold-gate");
	return rc;
}

static int save_plan(const struct plan *p, const char *path, struct err *err)
{
	struct str text = {0};
	int rc;

	plan_print(p, &text);
	rc = file_replace(path, text.s, text.len, err);
	str_release(&text);
	return rc;
}

/* Only what was asked for by name must be possible. */
static bool asked_for(const struct args *a)
{
	return args_has(a, "vary") || args_has(a, "plan") ||
	       args_has(a, "ablate");
}

static int probe_one(struct app *app, const struct args *a,
		     struct extract_request *r, const struct plan *p,
		     struct call **out, struct err *err)
{
	struct probe_call_options o = {.base = r,
				       .plan = p,
				       .strict = asked_for(a),
				       .boxes = args_has(a, "ablate")};
	int rc = probe_request(app, a, 0, r, err);

	if (rc == 0)
		*out = probe_call(&o);
	return rc;
}

/* The base and those of the table's rows that have its text. */
static int show_scores(struct app *app, const struct batch *b,
		       const struct args *a, const struct extract_request *r,
		       const struct probe_table *t, struct err *err)
{
	struct probe_news *n;
	struct call *c;
	long i;
	int rc = args_int(a, "score", 1, 1000, 1, &i, err);

	if (rc < 0)
		return rc;
	c = score_table_call(r, (size_t)i - 1, t);
	rc = finish_call(app, b, c, &n, err);
	if (rc == 0)
		rc = probe_output(app, n, a, err);
	probe_news_free(n);
	return rc;
}

static double worst_f1(const struct probe_news *n)
{
	double least = 1;
	int at;

	if (n->table) {
		at = probe_worst(n->table);
		return at < 0 ? 1 : probe_row_f1(n->table, &n->table->row[at]);
	}
	for (size_t i = 1; n->set && i < n->set->n; i++)
		least = MIN(least, n->set->row[i].f1);
	return least;
}

static int check_floor(const struct args *a, const struct probe_news *n,
		       struct err *err)
{
	double floor;
	int rc = args_number(a, "fail-under", 0, 100, 0, &floor, err);

	if (rc == 0 && 100 * worst_f1(n) < floor)
		rc = err_set(err, ERR_THRESHOLD, "worst F1 %.2f is below %.2f",
			     100 * worst_f1(n), floor);
	return rc;
}

static int run_probe(struct app *app, const struct args *a, struct batch *b,
		     struct extract_request *r, const struct plan *p,
		     struct err *err)
{
	struct set_options o = {.kind = SET_PROBE, .plan = p};
	struct probe_news *n = NULL;
	struct call *c;
	int rc = args_has(a, "jsonl") ? probe_set_of(a, r, &o, &c, err)
				      : probe_one(app, a, r, p, &c, err);

	if (rc == 0)
		rc = finish_call(app, b, c, &n, err);
	/* With --score the scores are the answer. */
	if (rc == 0 && n->table && args_has(a, "score"))
		rc = show_scores(app, b, a, r, n->table, err);
	else if (rc == 0)
		rc = probe_output(app, n, a, err);
	if (rc == 0)
		rc = check_floor(a, n, err);
	probe_news_free(n);
	return rc;
}

static int exec_probe(struct app *app, const struct args *a, struct err *err)
{
	struct extract_request r;
	struct plan p = {0};
	struct batch b = {0};
	int rc = batch_request(a, &r, err);

	if (rc == 0)
		rc = plan_of(a, &p, err);
	if (rc == 0 && args_has(a, "save-plan"))
		rc = save_plan(&p, args_get(a, "save-plan"), err);
	if (rc == 0)
		rc = batch_open(&b, app, a, args_get(a, "model"), err);
	if (rc == 0)
		rc = run_probe(app, a, &b, &r, &p, err);
	batch_close(&b);
	plan_release(&p);
	extract_request_release(&r);
	return rc;
}

const struct cmd cmd_probe = {
    .name = "probe",
    .args = "[TEXT|-]",
    .options = PROBE_OPTIONS,
    .flags = CMD_BATCH,
    .max_pos = 1,
    .help = "change instruction, labels, text and picture, and say what "
	    "becomes of each result",
    .exec = exec_probe,
};

static int sweep_options_of(const struct args *a, struct sweep_options *o,
			    struct err *err)
{
	const char *metric = args_get(a, "metric");
	long n, chosen;

	sweep_defaults(o);
	if (args_number(a, "from", -2, 2, o->from, &o->from, err) < 0 ||
	    args_number(a, "to", -2, 2, o->to, &o->to, err) < 0 ||
	    args_int(a, "points", 1, SWEEP_POINTS_MAX, (long)o->n, &n, err) <
		0 ||
	    args_int(a, "result", 1, 1000, 1, &chosen, err) < 0)
		return -(int)err->code;
	if (metric && !sweep_metric_find(metric, &o->metric))
		return err_set(err, ERR_USAGE,
			       "--metric %s: f1, present or prob expected",
			       metric);
	if (o->to < o->from)
		return err_set(err, ERR_USAGE, "--to %g is below --from %g",
			       o->to, o->from);
	o->n = (size_t)n;
	o->chosen = (size_t)chosen - 1;
	return 0;
}

/* The call of sweep, for one text or a set. */
static int sweep_of(struct app *app, const struct args *a,
		    struct extract_request *r, const struct plan *p,
		    struct call **out, struct err *err)
{
	struct set_options set = {.kind = SET_SWEEP, .plan = p};
	struct sweep_options o;
	int rc = sweep_options_of(a, &o, err);

	set.sweep = &o;
	if (rc == 0 && args_has(a, "jsonl"))
		return probe_set_of(a, r, &set, out, err);
	if (rc == 0)
		rc = probe_request(app, a, 0, r, err);
	if (rc == 0)
		*out = sweep_call(r, NULL, &o);
	return rc;
}

int probe_batch(struct app *app, const struct args *a, probe_make *make,
		struct err *err)
{
	struct extract_request r;
	struct plan p = {0};
	struct batch b = {0};
	struct probe_news *n = NULL;
	struct call *c;
	int rc = batch_request(a, &r, err);

	if (rc == 0)
		rc = seed_of(a, &p, err);
	if (rc == 0)
		rc = batch_open(&b, app, a, args_get(a, "model"), err);
	if (rc == 0)
		rc = make(app, a, &r, &p, &c, err);
	if (rc == 0)
		rc = finish_call(app, &b, c, &n, err);
	if (rc == 0)
		rc = probe_output(app, n, a, err);
	probe_news_free(n);
	batch_close(&b);
	plan_release(&p);
	extract_request_release(&r);
	return rc;
}

static int exec_sweep(struct app *app, const struct args *a, struct err *err)
{
	return probe_batch(app, a, sweep_of, err);
}

const struct cmd cmd_sweep = {
    .name = "sweep",
    .args = "[TEXT|-]",
    .options = SWEEP_OPTIONS,
    .flags = CMD_BATCH,
    .max_pos = 1,
    .help = "hold the gate at value after value and compare the results",
    .exec = exec_sweep,
};
