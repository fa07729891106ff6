/*
 * Golden screens: what is painted for a scene, a size and what the terminal
 * can do, compared with tests/screens/NAME.txt.  GENERATE=1 writes the files
 * anew; look at what changed before you commit it.
 */
#include <locale.h>

#include "sessions/session.h"
#include "src/base/file.h"
#include "tests/session_test.h"
#include "tests/tap.h"
#include "tests/tui_scene.h"
#include "tui/here.h"
#include "tui/keymap.h"
#include "tui/probe-view.h"

struct able {
	const char *name, *locale;
	bool utf8;
	enum canvas_mode mode;
};

static const struct able ABLE[] = {
    {"UTF-8, 256 colours", "C.UTF-8", true, CANVAS_BLOCKS},
    {"UTF-8, 8 colours", "C.UTF-8", true, CANVAS_EIGHT},
    {"UTF-8, no colours", "C.UTF-8", true, CANVAS_ASCII},
    {"C, 8 colours", "C", false, CANVAS_EIGHT},
    {"C, no colours", "C", false, CANVAS_ASCII},
};

enum { MOST = 4 << 20 }; /* bytes of a file of screens */

static const int SIZES[][2] = {{80, 24}, {100, 30}, {160, 50}};

struct picture {
	struct scene s;
	char *dir; /* of the session; NULL: none */
};

/* --- scenes ------------------------------------------------------------- */

static void look(struct picture *p)
{
	(void)p;
}

static void other(struct picture *p)
{
	p->s.ui.other = true;
}

static void raw(struct picture *p)
{
	p->s.ui.overlay = OVERLAY_RAW;
}

static void on_probe(struct picture *p)
{
	ui_show_screen(&p->s.ui, SCREEN_PROBE);
}

static void compared(struct picture *p)
{
	struct probe_view *v = probe_view(&p->s.app);
	struct extraction *y = scene_result();

	on_probe(p);
	free(y->found[2].rec.label);
	y->found[2].rec.label = xstrdup("Organization");
	free(y->instruction);
	y->instruction = xstrdup("Find: {types}");
	y->g_used = 0.398f;
	v->comparison = comparison_new("trained", "I1", scene_result(), y);
	v->newest = PROBE_COMPARISON;
}

static void on_train(struct picture *p)
{
	ui_show_screen(&p->s.ui, SCREEN_TRAIN);
}

static void on_eval(struct picture *p)
{
	ui_show_screen(&p->s.ui, SCREEN_EVAL);
}

static void session(struct picture *p)
{
	struct session_options o = {.who = "anna", .create = true};
	struct app *app = &p->s.app;
	struct err err;
	char *path;
	int one = 1, two = 2, id;

	p->dir = test_folder();
	path = xasprintf("%s/demo.umie", p->dir);
	if (session_open(&app->session, path, &o, &err) < 0)
		bug("%s", err.text);
	free(path);
	load_test_set(app->session);
	for (int i = 1; i <= 4; i++)
		reply_to(app->session, i, "ab12");
	if (queue_make(&app->queue, session_state(app->session), &err) < 0 ||
	    session_goto(app->session, 1, &err) < 0 ||
	    session_accept(app->session, &one, 1, &err) < 0 ||
	    session_reject(app->session, &two, 1, &err) < 0 ||
	    session_type(app->session, 3, "Location", &err) < 0 ||
	    session_note(app->session, 3, "which one?", &err) < 0 ||
	    session_span(app->session, "Location", 16, 25, &id, &err) < 0)
		bug("%s", err.text);
	free(app->request.text);
	app->request.text = xstrdup(here_example(app)->ex.text);
	app->selected = 1;
	p->s.ui.progress = true;
}

static void adjusted(struct picture *p, const char *what, int key)
{
	struct err err;

	session(p);
	if (adjust_begin(&p->s.app, what, &err) < 0)
		bug("%s", err.text);
	adjust_key(&p->s.app, key);
}

static void edges(struct picture *p)
{
	adjusted(p, "edges", 'l');
}

static void type(struct picture *p)
{
	adjusted(p, "type", 'o');
}

static const struct {
	const char *name;
	void (*set)(struct picture *p);
	bool all; /* for every kind of terminal, not only the first */
} SCENES[] = {
    {"look", look, true},       {"other", other, false},
    {"raw", raw, false},        {"probe", on_probe, false},
    {"train", on_train, false}, {"eval", on_eval, false},
    {"session", session, true}, {"edges", edges, false},
    {"type", type, false},      {"compare", compared, false},
};

/* --- dumps -------------------------------------------------------------- */

/* One letter says how a cell is drawn: colour, capital when bold; blank: as
 * the terminal's own; the rest stands below. */
static char ink_letter(const struct cell *c)
{
	static const char colors[] = "-rgybmc";
	char l = colors[c->ink & INK_COLOR];

	if (c->painted)
		return '#';
	if (c->ink & INK_REVERSE)
		return c->ink & INK_BOLD ? 'V' : 'v';
	if (c->ink & INK_BOLD)
		return l == '-' ? '*' : (char)(l - 'a' + 'A');
	if (c->ink & INK_DIM)
		return l == '-' ? '.' : l;
	return l == '-' ? ' ' : l;
}

static void dump_inks(const struct grid *g, struct str *out)
{
	for (int y = 0; y < g->h; y++) {
		size_t end = out->len;

		for (int x = 0; x < g->w; x++) {
			char l = ink_letter(&g->cell[y * g->w + x]);

			str_addc(out, l);
			if (l != ' ')
				end = out->len;
		}
		out->s[out->len = end] = '\0';
		str_addc(out, '\n');
	}
}

/* The colours of the picture, as one number. */
static unsigned painted(const struct grid *g)
{
	unsigned h = 0;

	for (int i = 0; i < g->w * g->h; i++)
		if (g->cell[i].painted)
			h = h * 31 + (unsigned)canvas_index(g->cell[i].fg) * 7 +
			    (unsigned)canvas_index(g->cell[i].bg);
	return h;
}

static void dump(size_t scene, const int *size, const struct able *can,
		 struct str *out)
{
	struct picture p = {0};
	struct err err;

	setlocale(LC_ALL, can->locale);
	scene_init(&p.s, size[0], size[1]);
	p.s.ui.utf8 = can->utf8;
	p.s.ui.mode = can->mode;
	SCENES[scene].set(&p);
	scene_paint(&p.s);
	str_addf(out, "== %dx%d %s\n", size[0], size[1], can->name);
	for (int y = 0; y < p.s.grid.h; y++) {
		grid_row(&p.s.grid, y, out);
		str_addc(out, '\n');
	}
	str_addf(out, "-- inks, cursor %d,%d, picture %08x\n",
		 p.s.grid.cursor_y, p.s.grid.cursor_x, painted(&p.s.grid));
	dump_inks(&p.s.grid, out);
	if (p.dir) {
		if (session_close(p.s.app.session, &err) < 0)
			bug("%s", err.text);
		p.s.app.session = NULL;
		remove_folder(p.dir);
	}
	scene_release(&p.s);
}

/* The first line that differs, on both sides. */
static void tell(const char *want, const char *got)
{
	int line = 1;

	while (*want && *got) {
		size_t n = strcspn(want, "\n"), m = strcspn(got, "\n");

		if (n != m || strncmp(want, got, n) != 0) {
			diag("line %d, expected: %.*s", line, (int)n, want);
			diag("line %d, painted:  %.*s", line, (int)m, got);
			return;
		}
		want += n + (want[n] == '\n');
		got += m + (got[m] == '\n');
		line++;
	}
	diag("line %d: one is longer", line);
}

static void check(size_t scene, const char *src)
{
	char *path =
	    xasprintf("%s/tests/screens/%s.txt", src, SCENES[scene].name);
	struct str got = {0};
	size_t n = SCENES[scene].all ? ARRAY_LEN(ABLE) : 1;
	const char *generate = getenv("GENERATE");
	struct str want = {0};
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(SIZES); i++)
		for (size_t k = 0; k < n; k++)
			dump(scene, SIZES[i], &ABLE[k], &got);
	if (generate && *generate) {
		ok(file_replace(path, got.s, got.len, &err) == 0,
		   "%s: written anew", path);
	} else if (file_read(path, MOST, &want, &err) < 0) {
		ok(false, "%s", err.text);
	} else if (!ok(strcmp(str_cstr(&want), got.s) == 0,
		       "%s looks as it did", SCENES[scene].name)) {
		tell(want.s, got.s);
	}
	str_release(&want);
	str_release(&got);
	free(path);
}

int main(void)
{
	const char *src = getenv("srcdir");

	for (size_t i = 0; i < ARRAY_LEN(SCENES); i++)
		check(i, src ? src : ".");
	return tap_done();
}
