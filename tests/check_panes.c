/* What the panes promise to show, painted off screen. */
#include <locale.h>

#include "tests/tap.h"
#include "tests/tui_scene.h"

static void shows(struct scene *s, const char *want, const char *what)
{
	scene_paint(s);
	if (!ok(scene_shows(s, want), "%s", what)) {
		diag("looked for: %s", want);
		scene_print(s);
	}
}

static void hides(struct scene *s, const char *want, const char *what)
{
	scene_paint(s);
	if (!ok(!scene_shows(s, want), "%s", what))
		scene_print(s);
}

static void check_results(void)
{
	struct scene s;

	scene_init(&s, 100, 30);
	shows(&s, "> 1 Person       Kevin Love", "the selected result first");
	shows(&s, ".71  43-62     =", "probability, place and fit");
	shows(&s, "1.0  66-75     =2", "a mark for what stands there twice");
	shows(&s, "-         !", "a mark for what is not in the text");
	shows(&s, "not used (unknown_type): animal, Rocky",
	      "what was dropped, and why");
	shows(&s, "5 found, 1 not used", "how many");
	hides(&s, "old", "a result that belongs is not called old");
	s.app.stale = true;
	shows(&s, ", old", "a stale result says so");
	scene_release(&s);
}

static void check_text(void)
{
	struct scene s;
	struct str *line = &s.ui.line;

	scene_init(&s, 100, 30);
	shows(&s, "         [1 Person]     [2 Person ]",
	      "marks stand below what was found");
	shows(&s, "[3 Location >", "a mark goes on at the next row");
	shows(&s, ">---]    [4 Locat]", "where it ends");
	shows(&s, "75 characters", "how long it is");
	s.ui.typing = TYPING_PANE;
	str_add(line, "Kyle");
	s.ui.point = 4;
	shows(&s, "Kyle", "what is being typed is shown");
	ok(s.grid.cursor_y == s.layout.pane[PANE_TEXT].y + 1 &&
	       s.grid.cursor_x == 5,
	   "the cursor stands behind it");
	scene_release(&s);
}

static void check_edit_long(void)
{
	struct scene s;

	scene_init(&s, 80, 24);
	s.ui.typing = TYPING_PANE;
	s.ui.focus = PANE_INSTRUCTION;
	for (int i = 0; i < 200; i++)
		str_addf(&s.ui.line, "word%d ", i);
	s.ui.point = s.ui.line.len;
	shows(&s, "word199", "the row with the cursor is in view");
	ok(s.layout.pane[PANE_INSTRUCTION].h >= 6,
	   "an instruction gets room while it is edited");
	s.ui.point = 0;
	shows(&s, "word0 ", "at the beginning as well");
	scene_release(&s);
}

static void check_relations(void)
{
	struct scene s;
	struct found *f;
	struct extraction *x;

	scene_init(&s, 100, 30);
	x = s.app.result;
	x->task = s.app.request.task = TASK_MRE;
	f = scene_found(x, TASK_MRE, "/per/per/peer", 0.61f);
	f->rec.head = xstrdup("Kevin Love");
	f->rec.tail = xstrdup("Kyle Korver");
	f->head = (struct mention){FIT_EXACT, 9, 19, 1};
	f->tail = (struct mention){FIT_NEAR, 24, 35, 1};
	s.app.selected = 5;
	shows(&s, "Kevin Love -> Kyle Korver", "a relation as a pair");
	s.ui.zoom = true;
	s.ui.focus = PANE_RESULTS;
	shows(&s, "9-19 24-35", "with both places where there is room");
	s.ui.zoom = false;
	shows(&s, "[6 head  ]", "and its head marked");
	scene_release(&s);
}

static void check_events(void)
{
	struct scene s;
	struct found *f;
	struct extraction *x;

	scene_init(&s, 100, 30);
	x = s.app.result;
	f = scene_found(x, TASK_MED, "Attack", 0.93f);
	f->rec.text = xstrdup("game");
	f->text = (struct mention){FIT_ABSENT, -1, -1, 0};
	f = scene_found(x, TASK_MEAE, "Attacker", 0.8f);
	f->rec.text = xstrdup("Kevin Love");
	f->text = (struct mention){FIT_EXACT, 9, 19, 1};
	f->event = 5;
	f = scene_found(x, TASK_MEAE, "Target", 0.77f);
	f->rec.region = 2;
	f->event = 5;
	shows(&s, "+- Attacker", "arguments stand below their event");
	shows(&s, "`- Target", "the last one closes the branch");
	shows(&s, "O2  320,256..640,576", "an argument may be a region");
	s.app.selected = 7;
	shows(&s, "O2 .30", "its box is drawn");
	scene_release(&s);
}

static void check_picture(void)
{
	struct scene s;

	scene_init(&s, 100, 30);
	shows(&s, "O_3213.jpg 640x640", "name and size of the picture");
	shows(&s, "+O2 .70--", "boxes carry number and attention");
	shows(&s, "attention of result 1", "whose attention it is");
	shows(&s, "whole picture .10  O2 .70  O1 .20", "in numbers as well");
	s.app.selected = -1;
	shows(&s, "whole picture .20  O1 .50",
	      "of the text when none is chosen");
	s.ui.boxes = false;
	hides(&s, "+O2", "boxes can be switched off");
	s.app.picture_error = xstrdup("x.jpg: no picture");
	shows(&s, "x.jpg: no picture", "why there is no picture");
	scene_release(&s);
}

static void check_gate(void)
{
	struct scene s;
	struct app *app = &s.app;

	scene_init(&s, 100, 30);
	shows(&s, "g 0.412  own 0.412  cos 0.250", "the gate in numbers");
	shows(&s, "[=========|", "as a bar");
	app->request.gate = GATE_SET_HELD;
	app->request.gate_value = 0.5f;
	shows(&s, "held at 0.50", "a held gate says so");
	app->request.gate = GATE_SET_OFF;
	shows(&s, "5 Gate  off", "and one that is off");
	app->result->image = IMAGE_MISSING;
	shows(&s, "image missing", "a missing picture is told");
	scene_release(&s);
}

static void check_bars(void)
{
	struct scene s;

	scene_init(&s, 80, 24);
	shows(&s, " umie  umie-base 248.0 M F32  cpu  mner  ANNOTATE  38 ms",
	      "the line at the top");
	app_note(&s.app, "a message");
	shows(&s, " a message", "the newest message");
	s.ui.typing = TYPING_PROMPT;
	str_add(&s.ui.label, ":");
	for (int i = 0; i < 40; i++)
		str_addf(&s.ui.line, "word%d ", i);
	s.ui.point = s.ui.line.len;
	shows(&s, "word39", "a long command scrolls sideways");
	ok(s.grid.cursor_y == 23 && s.grid.cursor_x < 80,
	   "with the cursor in view");
	s.ui.typing = TYPING_NONE;
	for (int i = 0; i < PANES; i++) {
		s.ui.w = 60;
		s.ui.focus = (enum pane_id)i;
		shows(&s, "? keys  q quit", "how to get help and leave");
	}
	s.ui.w = 80;
	s.ui.overlay = OVERLAY_KEYS;
	shows(&s, ":nudge -0.05", "? shows what keys do");
	scene_release(&s);
}

/* No state and no size may draw outside of the grid (sanitizers watch). */
static void check_sizes(void)
{
	struct scene s;

	for (int w = 1; w <= 170; w += 13)
		for (int h = 1; h <= 60; h += 7)
			for (int o = 0; o <= OVERLAY_RAW; o++) {
				scene_init(&s, w, h);
				s.ui.overlay = (enum overlay)o;
				s.ui.utf8 = o & 1;
				s.ui.other = o & 2;
				ui_show_screen(&s.ui,
					       (enum screen_id)(w % SCREENS));
				s.ui.mode = (enum canvas_mode)(w % 3);
				s.ui.zoom = w % 2;
				s.ui.focus = (enum pane_id)(h % PANES);
				scene_paint(&s);
				scene_release(&s);
			}
	ok(true, "every size can be painted");
}

static void check_empty(void)
{
	struct scene s;

	scene_init(&s, 80, 24);
	extraction_free(s.app.result);
	s.app.result = NULL;
	s.app.open = false;
	shows(&s, "no checkpoint is open", "what is missing: a checkpoint");
	s.app.open_job = 1;
	shows(&s, "opening the checkpoint", "or the time to open it");
	s.app.open_job = 0;
	s.app.open = true;
	s.app.request.task = TASK_MEE;
	shows(&s, "instructions of med", "a task without one of its own");
	s.app.request.text[0] = '\0';
	shows(&s, "e to type one", "or a text");
	s.ui.h = 10;
	grid_release(&s.grid);
	grid_init(&s.grid, 80, 10);
	shows(&s, "--plain", "a screen too small says what to do");
	scene_release(&s);
}

int main(int argc, char **argv)
{
	struct scene s;

	setlocale(LC_ALL, "C.UTF-8");
	if (argc == 3) {
		scene_init(&s, atoi(argv[1]), atoi(argv[2]));
		scene_paint(&s);
		scene_print(&s);
		scene_release(&s);
		return 0;
	}
	check_results();
	check_text();
	check_edit_long();
	check_relations();
	check_events();
	check_picture();
	check_gate();
	check_bars();
	check_sizes();
	check_empty();
	return tap_done();
}
