/* The annotate screen off screen: a session's items, edges, boxes, queue. */
#include <locale.h>

#include "sessions/session.h"
#include "tests/session_test.h"
#include "tests/tap.h"
#include "tests/tui_scene.h"
#include "tui/here.h"
#include "tui/keymap.h"
#include "tui/tokens.h"

struct desk {
	struct scene s;
	char *dir;
};

static void go(struct desk *d, int number)
{
	struct app *app = &d->s.app;
	struct err err;

	if (session_goto(app->session, number, &err) < 0)
		bug("%s", err.text);
	free(app->request.text);
	app->request.text = xstrdup(here_example(app)->ex.text);
	app->request.task = here_example(app)->ex.task;
	app->selected = 0;
}

static void desk_init(struct desk *d, int w, int h)
{
	struct session_options o = {.who = "anna", .create = true};
	struct app *app = &d->s.app;
	struct err err;
	char *path;

	scene_init(&d->s, w, h);
	d->dir = test_folder();
	path = xasprintf("%s/t.umie", d->dir);
	if (session_open(&app->session, path, &o, &err) < 0)
		bug("%s", err.text);
	free(path);
	load_test_set(app->session);
	for (int i = 1; i <= 4; i++)
		reply_to(app->session, i, "ab12");
	if (queue_make(&app->queue, session_state(app->session), &err) < 0)
		bug("%s", err.text);
	extraction_free(app->result);
	app->result = NULL;
	d->s.ui.progress = true;
	go(d, 1);
}

static void desk_release(struct desk *d)
{
	struct err err;

	if (session_close(d->s.app.session, &err) < 0)
		bug("%s", err.text);
	d->s.app.session = NULL;
	scene_release(&d->s);
	remove_folder(d->dir);
}

static void shows(struct desk *d, const char *want, const char *what)
{
	scene_paint(&d->s);
	if (!ok(scene_shows(&d->s, want), "%s", what)) {
		diag("looked for: %s", want);
		scene_print(&d->s);
	}
}

static void hides(struct desk *d, const char *want, const char *what)
{
	scene_paint(&d->s);
	if (!ok(!scene_shows(&d->s, want), "%s", what))
		scene_print(&d->s);
}

static void keys(struct desk *d, const char *s)
{
	for (; *s; s++)
		adjust_key(&d->s.app, *s);
}

static void begin(struct desk *d, const char *what)
{
	struct err err;

	if (adjust_begin(&d->s.app, what, &err) < 0)
		bug("adjust %s: %s", what, err.text);
}

static void check_items(void)
{
	struct desk d;
	struct session *s;
	int one = 1, two = 2, three = 3, id;
	struct err err;

	desk_init(&d, 100, 30);
	s = d.s.app.session;
	shows(&d, "model 3  gold 2  same", "who says how much");
	shows(&d, "st in  type", "what the columns are");
	shows(&d, "> 1   MG", "an item of model and data set");
	shows(&d, "!", "a mark for what is not in the text");
	session_accept(s, &one, 1, &err);
	shows(&d, "> 1 + MG", "an accepted one");
	session_reject(s, &two, 1, &err);
	shows(&d, " 2 x", "a rejected one");
	hides(&d, "[2", "which no longer marks the text");
	session_type(s, 3, "Location", &err);
	shows(&d, " 3 ~", "one with another type");
	session_note(s, three, "who is this?", &err);
	d.s.app.selected = 2;
	for (int i = 0; i < here_rows(&d.s.app); i++)
		if (here_example(&d.s.app)->item[i].id == 3)
			d.s.app.selected = i;
	shows(&d, "3 note: who is this?", "its note");
	shows(&d, "3 was: Person Kyrie", "and what it was");
	session_span(s, "Location", 16, 25, &id, &err);
	shows(&d, "* H", "one that a person added");
	shows(&d, "0/4 [", "how many are done");
	session_done(s, &err);
	shows(&d, "1/4 [======", "and that one more is");
	shows(&d, "t 1/4 (3 to do)  anna  saved", "where we are, who, saved");
	desk_release(&d);
}

static void check_others(void)
{
	struct desk d;

	desk_init(&d, 100, 30);
	go(&d, 2);
	shows(&d, "Ann -> Bob", "a relation as a pair");
	shows(&d, "[1]     [1]", "with its head marked");
	go(&d, 3);
	shows(&d, "+- Place", "arguments below their event");
	shows(&d, "O1 (picture)", "one of them in the picture");
	go(&d, 4);
	shows(&d, "7-13", "places are code points");
	desk_release(&d);
}

static void check_queue(void)
{
	struct desk d;
	struct err err;

	desk_init(&d, 160, 50);
	shows(&d, "6 Queue  by file", "the queue and its order");
	shows(&d, ">   1", "the example that is looked at");
	shows(&d, "done 0  skipped 0", "how far we are");
	session_flag(d.s.app.session, true, &err);
	shows(&d, ">   1 !", "a flagged one");
	desk_release(&d);
}

static void check_edges(void)
{
	struct desk d;
	struct adjust *a = &d.s.ui.adjust;

	/* Kyrie met Kyrie in Boston */
	desk_init(&d, 100, 30);
	ui_focus(&d.s.ui, PANE_RESULTS);
	begin(&d, "edges");
	ok(a->start == 0 && a->end == 5, "edges begin where they are");
	ok(d.s.ui.focus == PANE_TEXT, "in the text");
	keys(&d, "l");
	ok(a->start == 0 && a->end == 9, "l: the right edge, a word on");
	keys(&d, "hh");
	ok(a->end == 5, "h: back, but never before the left edge");
	keys(&d, "llL");
	ok(a->start == 6 && a->end == 15, "L: the left edge, a word on");
	adjust_key(&d.s.app, 'h' | K_META);
	ok(a->end == 14, "Alt: by character");
	shows(&d, "[1 Per", "what is being set is marked in the text");
	shows(&d, "Enter takes", "and its keys are told");
	keys(&d, "\033");
	ok(a->kind == ADJUST_NONE && here_item(&d.s.app)->self.end == 5,
	   "Esc leaves everything as it was");
	ok(d.s.ui.focus == PANE_RESULTS, "the focus as well");
	begin(&d, "span");
	ok(a->start == 6 && a->end == 9, "a new span begins behind it");
	adjust_key(&d.s.app, K_RIGHT);
	ok(a->start == 10 && a->end == 15, "right: the next word");
	shows(&d, "[new]", "marked as new");
	adjust_key(&d.s.app, K_ENTER);
	ok(a->kind == ADJUST_PICK, "Enter asks for its type");
	shows(&d, "Person", "from those there are");
	keys(&d, "loc");
	ok(strcmp(adjust_choice(a, 0), "Location") == 0 && !adjust_choice(a, 1),
	   "letters filter");
	shows(&d, ":span loc  10 15", "what it will do is told");
	keys(&d, "zzz");
	shows(&d, "no label like this", "or that none is left");
	keys(&d, "\177");
	go(&d, 2);
	keys(&d, "x");
	ok(a->kind == ADJUST_NONE, "another example ends it");
	desk_release(&d);
}

static void check_box(void)
{
	struct desk d;
	struct adjust *a = &d.s.ui.adjust;
	struct err err;

	desk_init(&d, 100, 30);
	ok(adjust_begin(&d.s.app, "box", &err) < 0 &&
	       strstr(err.text, "arguments"),
	   "a box of an entity is refused in a sentence");
	go(&d, 3);
	begin(&d, "box");
	ok(a->event == 1 && (int)a->box.x1 == 160, "a new box for an event");
	adjust_key(&d.s.app, K_RIGHT);
	adjust_key(&d.s.app, K_SHIFT_DOWN);
	ok((int)a->box.x1 == 180 && (int)a->box.x2 == 500 &&
	       (int)a->box.y1 == 160 && (int)a->box.y2 == 500,
	   "arrows move, with Shift they size");
	adjust_key(&d.s.app, K_LEFT | K_META);
	ok((int)a->box.x1 == 179, "Alt: by pixel");
	for (int i = 0; i < 99; i++)
		adjust_key(&d.s.app, K_RIGHT);
	ok((int)a->box.x2 == 640 && (int)a->box.x1 == 320,
	   "it never leaves the picture");
	shows(&d, "box 320,160..640,500", "in numbers as well");
	adjust_key(&d.s.app, K_ENTER);
	ok(a->kind == ADJUST_PICK, "Enter asks for the role");
	desk_release(&d);
}

static void check_tokens(void)
{
	struct tokens t;

	tokens_of(&t, "caf\u00e9 (a-b) \u4e2d\u6587 e\u0301!");
	ok(t.n == 10 && t.t[0].end == 4 && t.t[1].start == 5 &&
	       t.t[1].end == 6 && t.t[6].start == 11 && t.t[8].end == 16,
	   "tokens: words, marks of punctuation, wide characters");
	ok(tokens_end(&t, 4, 1) == 6 && tokens_end(&t, 4, -1) == 4 &&
	       tokens_start(&t, 99, 1) == 99,
	   "none is found beyond the text");
	tokens_release(&t);
}

int main(int argc, char **argv)
{
	struct desk d;

	setlocale(LC_ALL, "C.UTF-8");
	if (argc >= 4) {
		desk_init(&d, atoi(argv[1]), atoi(argv[2]));
		go(&d, atoi(argv[3]));
		if (argc > 4)
			begin(&d, argv[4]);
		scene_paint(&d.s);
		scene_print(&d.s);
		desk_release(&d);
		return 0;
	}
	check_tokens();
	check_items();
	check_others();
	check_queue();
	check_edges();
	check_box();
	return tap_done();
}
