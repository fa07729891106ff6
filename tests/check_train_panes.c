/* The panes of the train and eval screens, and curves, off screen. */
#include <locale.h>

#include "src/engine/evaluate.h"
#include "tests/run_lines.h"
#include "tests/tap.h"
#include "tests/tui_scene.h"
#include "tui/plot.h"
#include "tui/training.h"

static void shows(struct scene *s, const char *want, const char *what)
{
	scene_paint(s);
	if (!ok(scene_shows(s, want), "%s", what)) {
		diag("looked for: %s", want);
		scene_print(s);
	}
}

static void open_screen(struct scene *s, enum screen_id screen)
{
	s->ui.screen = screen;
	s->app.dirty = DIRTY_ALL;
}

static struct training *invented_run(void)
{
	struct training *t = xcalloc(1, sizeof(*t));
	const char *line = RUN_LINES, *end;

	t->name = xstrdup("2025-11-23-a");
	t->dir = xstrdup("/runs/2025-11-23-a");
	t->opened = t->log.best_step = -1;
	for (; (end = strchr(line, '\n')); line = end + 1)
		run_log_line(&t->log, line, (size_t)(end - line));
	return t;
}

static void check_train(int w, int h)
{
	struct scene s;

	scene_init(&s, w, h);
	open_screen(&s, SCREEN_TRAIN);
	shows(&s, "no run (:train, :runs)", "without a run: how to get one");
	s.app.training = invented_run();
	open_screen(&s, SCREEN_TRAIN);
	shows(&s, "last 2.0000  best 2.0000 at 3", "the last and best loss");
	shows(&s, "step 3/6  800 tokens/s  left 0:00:01", "how far, how long");
	shows(&s, "2025-11-23-a", "which run");
	if (w >= 100) {
		shows(&s, "1      10.7   33%", "a rank: speed, share busy");
		shows(&s, "!", "the rank that the others wait for");
		shows(&s, "ep 1", "dev scores of an epoch");
		shows(&s, "75.5 ep1", "the best of them");
		shows(&s, "mean  mner 0.390", "the mean gate of a task");
		shows(&s, "best/ is now F1 75.50", "what happened");
	}
	scene_release(&s);
}

static struct evaluation *invented_scores(void)
{
	struct evaluation *e = xcalloc(1, sizeof(*e));
	struct eval_row *r;

	e->name = xstrdup("tw15/test");
	e->scorer = SCORER_TEXT;
	e->regime = REGIME_USUAL;
	e->done = e->of = 40;
	e->examples[TASK_MEAE] = 40;
	e->missing = 7;
	e->absent = 3;
	e->row = xcalloc(3, sizeof(*e->row));
	e->n_rows = 3;
	r = e->row;
	*r = (struct eval_row){.task = TASK_MEAE,
			       .examples = 40,
			       .c = {3, 1, 1},
			       .interval = true,
			       .low = 61.5,
			       .high = 88};
	r[1] = r[2] = r[0];
	r[1].label = xstrdup("Attacker");
	r[2].field = xstrdup("length");
	r[2].value = xstrdup("0-39");
	labels_add(&e->types, "Person", 6);
	e->confusion = xcalloc(4, sizeof(*e->confusion));
	e->confusion[1] = 12;
	return e;
}

static void check_eval(int w, int h)
{
	struct scene s;

	scene_init(&s, w, h);
	open_screen(&s, SCREEN_EVAL);
	shows(&s, "nothing scored yet (:eval FILE)",
	      "before an evaluation: how to get one");
	s.app.scoring.now = invented_scores();
	open_screen(&s, SCREEN_EVAL);
	shows(&s, "tw15/test, text scorer, 40 examples", "data and scorer");
	shows(&s, "75.0  75.0  75.0  61.5-88.0", "P, R, F1, interval");
	shows(&s, "picture missing 7", "pictures that were missing");
	shows(&s, "not in the text 3", "strings that were made up");
	if (w >= 100) {
		shows(&s, "gold-type", "the regime of argument scores");
		shows(&s, "0-39 meae", "a slice");
		shows(&s, "not there", "types taken for one another");
	}
	s.app.scoring.job = 5;
	s.app.scoring.now->done = 12;
	s.app.dirty = DIRTY_ALL;
	shows(&s, "12 of 40 ...", "how far one is that goes on");
	scene_release(&s);
}

static void check_plot(void)
{
	double x[] = {0, 1, 2, 3}, y[] = {4, 3, 2, 1};
	struct curve c = {"loss", x, y, 4, '*', 0};
	struct str text = {0};
	struct grid g;
	struct port p;

	grid_init(&g, 40, 10);
	p = (struct port){&g, 0, 0, 10, 40};
	plot_draw(&p, &c, 1, "step");
	grid_row(&g, 0, &text);
	ok(strstr(str_cstr(&text), "4.000 |*") != NULL,
	   "the largest value on top, at the left");
	str_clear(&text);
	grid_row(&g, 7, &text);
	ok(text.len && text.s[text.len - 1] == '*', "the last at the right");
	str_clear(&text);
	plot_csv(&c, 1, &text);
	ok(strcmp(str_cstr(&text), "metric,step,value\nloss,0,4\nloss,1,3\n"
				   "loss,2,2\nloss,3,1\n") == 0,
	   "as CSV");
	str_clear(&text);
	plot_svg(&c, 1, "step", &text);
	ok(strstr(str_cstr(&text), " d=\"M60.00 60.00 ") != NULL &&
	       strstr(str_cstr(&text), "</svg>"),
	   "as SVG");
	str_release(&text);
	grid_release(&g);
	grid_init(&g, 5, 2);
	p = (struct port){&g, 0, 0, 2, 5};
	plot_draw(&p, &c, 1, "step");
	ok(g.cell[0].cp == ' ', "too small a place stays empty");
	grid_release(&g);
}

int main(void)
{
	static const int size[][2] = {{80, 24}, {100, 30}, {160, 50}};

	setlocale(LC_ALL, "C.UTF-8");
	for (int i = 0; i < 3; i++) {
		check_train(size[i][0], size[i][1]);
		check_eval(size[i][0], size[i][1]);
	}
	check_plot();
	return tap_done();
}
