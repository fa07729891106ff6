/* What the panes of the probe promise to show, drawn off screen. */
#include <locale.h>

#include "src/base/err.h"
#include "tests/tap.h"
#include "tests/tui_scene.h"
#include "tui/probe-view.h"

/* The whole of pane `ops` in a grid of its own. */
struct sheet {
	struct scene scene;
	const struct pane_ops *ops;
	int rows;
};

static void sheet_init(struct sheet *s, const struct pane_ops *ops, int w,
		       int h)
{
	scene_init(&s->scene, w, h);
	s->ops = ops;
	probe_view(&s->scene.app);
}

static void draw(struct sheet *s)
{
	struct grid *g = &s->scene.grid;
	struct port p = {.g = g, .h = g->h, .w = g->w};

	port_clear(&p);
	s->rows = s->ops->draw(&s->scene.app, &p, SCROLL_AUTO);
}

static void shows(struct sheet *s, const char *want, const char *what)
{
	draw(s);
	if (!ok(scene_shows(&s->scene, want), "%s", what)) {
		diag("looked for: %s", want);
		scene_print(&s->scene);
	}
}

static void titled(struct sheet *s, const char *want)
{
	struct str title = {0};

	s->ops->title(&s->scene.app, &title);
	ok(strstr(str_cstr(&title), want) != NULL, "title: %s",
	   str_cstr(&title));
	str_release(&title);
}

static void relabel_result(struct extraction *x, size_t i, const char *label)
{
	free(x->found[i].rec.label);
	x->found[i].rec.label = xstrdup(label);
}

static void lose_last(struct extraction *x)
{
	struct found *f = &x->found[--x->n_found];

	free(f->rec.label);
	free(f->rec.text);
	free(f->attention);
}

/* The table of section 6.3 of the design, or nearly. */
static struct probe_table *table_of(const struct scene *s)
{
	struct extraction *x[14] = {0};
	struct variants v = {0};
	struct variant_context c = {.instruction = "{types}"};
	struct schema schema;
	struct plan p = {0};
	struct probe_table *t;
	struct err err;

	schema_paper(&schema, &err);
	c.schema = &schema;
	plan_add(&p, "instr", "Identify the following entity type: {types}",
		 &err);
	plan_add(&p, "order", "10", &err);
	plan_add(&p, "off", NULL, &err);
	variants_begin(&v, &s->app.request);
	if (variants_make(&v, &p, true, &c, &err) < 0)
		bug("%s", err.text);
	for (size_t i = 0; i < variants_members(&v); i++)
		x[i] = scene_result();
	relabel_result(x[1], 2, "Organization");
	lose_last(x[1]);
	x[1]->g_used = 0.398f;
	for (int i = 2; i < 5; i++)
		relabel_result(x[i], 2, "Organization");
	relabel_result(x[12], 0, "Miscellaneous");
	x[12]->g_used = 0;
	t = probe_table_new(&v, x, NULL, 44);
	for (size_t i = 0; i < variants_members(&v); i++)
		extraction_free(x[i]);
	variants_release(&v);
	plan_release(&p);
	schema_release(&schema);
	return t;
}

static void check_variants(void)
{
	struct sheet s;

	sheet_init(&s, &pane_variants, 98, 12);
	shows(&s, "no variants yet: :probe", "what to do when there is none");
	s.scene.app.probe->table = table_of(&s.scene);
	shows(&s, "what changed", "a line of titles");
	shows(&s, "3 Loc", "a column for each result");
	shows(&s, " i1* as it is", "the base first, with a star");
	shows(&s, ".398  -.014", "g, and how far it went");
	shows(&s, ".      .      L      .      -", "a mark for each result");
	shows(&s, "L3/10", "how many of the seeds");
	shows(&s, "needs the image: 1", "what needs the image");
	shows(&s, "mean flips 1.10   worst F1 0.67 (i2)", "the worst row");
	titled(&s, "F1 against i1");
	relabel_result(s.scene.app.result, 1, "Location");
	free(s.scene.app.result->instruction);
	s.scene.app.result->instruction = xstrdup("Something else");
	shows(&s, ">now now edited", "what is edited now, as a row");
	shows(&s, "[-Please extract the following entity type:",
	      "and how its instruction differs, word by word");
	scene_release(&s.scene);
}

static void check_narrow(void)
{
	struct sheet s;

	for (int w = 1; w < 120; w += 7)
		for (int h = 1; h < 20; h += 3) {
			sheet_init(&s, &pane_variants, w, h);
			s.scene.app.probe->table = table_of(&s.scene);
			s.scene.app.selected = w % 5;
			draw(&s);
			scene_release(&s.scene);
		}
	ok(true, "every size can be drawn");
	sheet_init(&s, &pane_variants, 60, 12);
	s.scene.app.probe->table = table_of(&s.scene);
	s.scene.app.selected = 4;
	shows(&s, "5 Org", "the chosen result's column is in view");
	scene_release(&s.scene);
}

static void add_set_row(struct set_result *r, const char *id, const char *what,
			double flips, double f1)
{
	r->row = xrealloc(r->row, r->n + 1, sizeof(*r->row));
	r->row[r->n] =
	    (struct set_row){.what = xstrdup(what),
			     .examples = 300,
			     .results = 500,
			     .flips = flips,
			     .f1 = f1,
			     .change = {f1 - 0.6, f1 - 0.7, f1 - 0.5}};
	snprintf(r->row[r->n++].id, sizeof(r->row->id), "%s", id);
}

static struct set_result *set_of(void)
{
	struct set_result *r = xcalloc(1, sizeof(*r));

	*r = (struct set_result){
	    .kind = SET_PROBE, .done = 300, .of = 309, .gold = true};
	add_set_row(r, "i1", "as it is", 0, 0.6);
	add_set_row(r, "p1", "Find: {types}", 50, 0.55);
	add_set_row(r, "n1", "no instruction", 250, 0.33);
	r->type = xcalloc(1, sizeof(*r->type));
	r->type[r->types++] = (struct set_type){xstrdup("Person"), 100, 30};
	r->fragile[r->n_fragile++] = (struct set_example){
	    4, xstrdup("tw-17"), xstrdup("Rex is in Rome"), 1.5};
	return r;
}

static void check_set(void)
{
	struct sheet s;

	sheet_init(&s, &pane_variants, 98, 12);
	s.scene.app.probe->set_result = set_of();
	s.scene.app.probe->newest = PROBE_SET;
	shows(&s, "what changed", "of a set: a line of titles");
	shows(&s, " i1* as it is", "the base");
	shows(&s, "0.100   55.00", "flip rate and F1 of a variant");
	shows(&s, "-27.00  -37.00 to -17.00", "its change, with an interval");
	shows(&s, "stable: 70.0 %   mean F1 44.00 +- 15.56   worst 33.00 (n1)",
	      "stability, mean and spread, worst");
	shows(&s, "Person               0.300 ###.......", "flips by type");
	shows(&s, "1.50  tw-17  Rex is in Rome", "the most fragile examples");
	titled(&s, "set, 300 of 309 examples   F1 against gold");
	scene_release(&s.scene);
	for (int w = 1; w < 120; w += 7)
		for (int h = 1; h < 20; h += 3) {
			sheet_init(&s, &pane_variants, w, h);
			s.scene.app.probe->set_result = set_of();
			draw(&s);
			scene_release(&s.scene);
		}
	ok(true, "every size can be drawn");
}

static struct comparison *comparison_of(void)
{
	struct extraction *x = scene_result(), *y = scene_result();

	relabel_result(y, 2, "Organization");
	lose_last(y);
	free(y->instruction);
	y->instruction = xstrdup("Find every entity of these types");
	y->g_used = 0.398f;
	return comparison_new("trained", "mine", x, y);
}

static void check_comparison(void)
{
	struct sheet s;

	sheet_init(&s, &pane_variants, 78, 16);
	s.scene.app.probe->comparison = comparison_of();
	s.scene.app.probe->newest = PROBE_COMPARISON;
	shows(&s, "   trained                              mine",
	      "compared: what is compared, side by side");
	shows(&s,
	      " L Location Quicken Loans Arena    .71  Organization Quicken",
	      "differences first");
	shows(&s, " . Person Kevin Love", "then what is the same");
	shows(&s, "these types+}", "how the instructions differ, to the end");
	shows(&s, "gate 0.412 and 0.398", "and both gates");
	titled(&s, "2 differences   . same");
	s.scene.app.probe->table = table_of(&s.scene);
	shows(&s, "   trained  ", "it stays before a table that is older");
	s.scene.app.probe->newest = PROBE_TABLE;
	shows(&s, "what changed", "and gives way to one that is newer");
	scene_release(&s.scene);
	for (int w = 1; w < 120; w += 7)
		for (int h = 1; h < 20; h += 3) {
			sheet_init(&s, &pane_variants, w, h);
			s.scene.app.probe->comparison = comparison_of();
			draw(&s);
			scene_release(&s.scene);
		}
	ok(true, "every size can be drawn");
}

/* A run over a set is told in the line at the top. */
static void check_progress(void)
{
	struct scene s;
	struct probe_view *v;

	scene_init(&s, 100, 30);
	v = probe_view(&s.app);
	v->set = (struct probe_job){.id = 7, .done = 12, .of = 309};
	scene_paint(&s);
	ok(scene_shows(&s, "set 12/309, "), "how far a set is, and time left");
	v->set.id = 0;
	scene_paint(&s);
	ok(!scene_shows(&s, "set 12/309"), "not when none runs");
	scene_release(&s);
}

static struct sweep *sweep_of(void)
{
	struct sweep *w = xcalloc(1, sizeof(*w));

	w->o = (struct sweep_options){.to = 1.65, .n = 12};
	w->n = 12;
	w->own_g = 0.412;
	w->own[SWEEP_F1] = 1;
	w->own[SWEEP_PROB] = 0.71;
	w->chosen = xstrdup("Location Quicken Loans Arena");
	for (size_t i = 0; i < w->n; i++) {
		w->g[i] = sweep_value(&w->o, i);
		w->y[SWEEP_F1][i] = i < 3 ? 0.5 : i < 8 ? 1 : 0.25;
	}
	return w;
}

static void check_sweep(void)
{
	struct sheet s;
	struct sweep *w = sweep_of();

	sheet_init(&s, &pane_sweep, 50, 10);
	shows(&s, "no sweep yet: :gate sweep", "how to get a sweep");
	s.scene.app.probe->sweep = w;
	shows(&s, " 1.0|", "an axis of F1");
	shows(&s, "o---o---o", "points on a line");
	shows(&s, "^ own g 0.412", "the own value, marked");
	shows(&s, "p 0.71", "and what it gives");
	titled(&s, "f1, 12 points");
	w->set = xcalloc(1, sizeof(*w->set));
	*w->set = (struct sweep_set){.done = 20,
				     .of = 309,
				     .with_image = 20,
				     .mean_g = 0.4,
				     .bin_width = 0.0825,
				     .f1_off = 0.541,
				     .best = 3};
	w->set->bin[4] = 18;
	w->set->bin[5] = 2;
	titled(&s, "20 of 309 examples");
	shows(&s, "F1 off 54.1", "of a set the F1 without pictures");
	shows(&s, "own g     @.", "and the histogram of own gates");
	for (int c = 1; c < 90; c += 5)
		for (int r = 1; r < 16; r += 2) {
			struct port all = {
			    .g = &s.scene.grid, .h = 10, .w = 50};
			struct port p = port_part(&all, 0, 0, r, c);

			pane_sweep.draw(&s.scene.app, &p, 0);
		}
	ok(true, "every size can be drawn");
	scene_release(&s.scene);
}

static void check_scores(void)
{
	struct sheet s;
	struct alternatives *a;
	struct schema schema;
	struct err err;
	double base[5] = {-9, -0.5, -1.6, -9, -3},
	       off[5] = {-9, -2, -1, -9, -3};

	sheet_init(&s, &pane_scores, 60, 6);
	shows(&s, "no scores yet: :score", "how to get scores");
	schema_paper(&schema, &err);
	a = alternatives_new(s.scene.app.result, 2, &schema, 2, &err);
	alternatives_add(a, "i1", "as it is", base);
	alternatives_add(a, "g0", "image off", off);
	s.scene.app.probe->scores = a;
	shows(&s, "i1   Location .71  Organization .24  none .06",
	      "the most probable first");
	shows(&s, "g0   Organization .66  Location .24", "in every variant");
	shows(&s, "#######...", "a bar for what the base says");
	titled(&s, "result 3, Location Quicken Loans Arena");
	schema_release(&schema);
	scene_release(&s.scene);
}

int main(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	check_variants();
	check_narrow();
	check_set();
	check_comparison();
	check_progress();
	check_sweep();
	check_scores();
	return tap_done();
}
