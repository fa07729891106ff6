/* The full screen without a terminal: text, layout, canvas, keys, lines. */
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "tests/tap.h"
#include "tests/tui_scene.h"
#include "tui/cmd.h"
#include "tui/marks.h"

static bool utf8_locale;

static void check_width(const char *s, int width, const char *what)
{
	int got = cells_width(s);

	if (!ok(got == width, "%s takes %d columns", what, width))
		diag("got %d", got);
}

static void check_cells(void)
{
	struct glyphs g;

	check_width("Rocky", 5, "plain text");
	check_width("a\tb\n", 6, "a control character as ^X");
	check_width("\xff\xfe", 2, "a byte that is not UTF-8");
	if (!utf8_locale) {
		skip("wide characters", "no UTF-8 locale");
		return;
	}
	check_width("w\u00f6rld \u4e2d\u6587", 10, "wide characters");
	check_width("e\u0301", 1, "a combining mark");
	check_width("\u2764\ufe0f", 1, "a variation selector");
	check_width("\U0001f469\u200d\U0001f692!", 3, "a joined emoji");
	check_width("\U0001f44d\U0001f3fd", 2, "a skin tone");
	glyphs_of(&g, "e\u0301\U0001f469\u200d\U0001f692x", 15);
	ok(g.n == 3 && g.points == 6 && g.g[2].cp == 'x' && g.g[2].at == 5,
	   "what is not drawn still counts as code points");
	ok(glyphs_point(&g, 3) == 1 && glyphs_point(&g, 5) == 2 &&
	       glyphs_point(&g, 6) == 3,
	   "a code point inside a joined emoji belongs to it");
	ok(glyphs_byte(&g, 13) == 1 && glyphs_byte(&g, 14) == 2,
	   "so does a byte");
	glyphs_release(&g);
}

/* Texts that break columns elsewhere: in any width none takes more. */
static bool stays_within(const char *text, int w)
{
	struct grid g;
	struct port p = {&g, 0, 0, 1, w};
	struct glyphs gl;
	struct rows rows;
	bool good;

	grid_init(&g, w + 1, 1);
	good = port_text(&p, 0, 0, 0, text) <= w && g.cell[w].cp == ' ';
	glyphs_of(&gl, text, strlen(text));
	rows_wrap(&rows, &gl, w);
	for (size_t i = 0; i < rows.n; i++) {
		size_t begin = rows.row[i].begin, end = rows.row[i].end;

		while (end > begin && gl.g[end - 1].cp == ' ')
			end--; /* a space may hang over the edge */
		good &= glyphs_width(&gl, begin, end) <= w;
	}
	for (size_t i = 0; i < gl.n; i++)
		good &= gl.g[i].cp >= 0x20 &&
			(gl.g[i].cp < 0x7f ||
			 wcwidth((wchar_t)gl.g[i].cp) == gl.g[i].width);
	rows_release(&rows);
	glyphs_release(&gl);
	grid_release(&g);
	return good;
}

static void check_corpus(void)
{
	static const struct {
		const char *text, *what;
	} corpus[] = {
	    {"\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd (abc) "
	     "\u0627\u0644\u0639\u0631\u0628\u064a\u0629",
	     "right to left"},
	    {"\u202eturned\u202c and \u2066isolated\u2069", "its controls"},
	    {"\ufeffmark \u200bzero\u200d width\u00ad hyphen",
	     "characters of no width"},
	    {"\U0001f468\u200d\U0001f469\u200d\U0001f467 "
	     "\U0001f1e9\U0001f1ea \U0001f9d1\U0001f3ff",
	     "emoji"},
	    {"1\ufe0f\u20e3 keycap \u2764\ufe0f heart \u2764 bare",
	     "variation selectors"},
	    {"Z\u0351\u036b\u0343a\u0363\u0349l\u0348\u035ag\u0349o",
	     "heaps of marks"},
	    {"\u1112\u1161\u11ab \ud55c\uae00 \u0e01\u0e33 "
	     "\u0915\u094d\u0937 \ufdfa",
	     "scripts that join"},
	    {"tab\there\r\nline\033[31mred\007 \xc2\x85next",
	     "control characters"},
	    {"broken \xff\xc3 \xe4\xb8 \xed\xa0\x80 bytes", "no UTF-8"},
	    {"\u2028separator \U000e0041tag", "separators and tags"},
	};

	for (size_t c = 0; c < ARRAY_LEN(corpus); c++) {
		bool good = true;

		for (int w = 2; w <= 40; w++)
			good &= stays_within(corpus[c].text, w);
		ok(good, "%s: no column breaks", corpus[c].what);
	}
}

/* Rows as "a|b". */
static void check_wrap(const char *s, int width, const char *want,
		       const char *what)
{
	struct glyphs g;
	struct rows r;
	struct str got = {0};
	char utf8[4];

	glyphs_of(&g, s, strlen(s));
	rows_wrap(&r, &g, width);
	for (size_t i = 0; i < r.n; i++) {
		if (i)
			str_addc(&got, '|');
		for (size_t k = r.row[i].begin; k < r.row[i].end; k++)
			str_addn(&got, utf8,
				 (size_t)utf8_encode(g.g[k].cp, utf8));
	}
	if (!ok(strcmp(str_cstr(&got), want) == 0, "wrap: %s", what))
		diag("got %s", str_cstr(&got));
	str_release(&got);
	rows_release(&r);
	glyphs_release(&g);
}

static void check_rows(void)
{
	check_wrap("", 5, "", "nothing is one row");
	check_wrap("one two three", 7, "one two |three",
		   "a space that fits stays, a word that does not moves");
	check_wrap("one two", 3, "one |two", "a space hangs over the edge");
	check_wrap("abcdefg", 3, "abc|def|g", "a long word is broken");
	check_wrap("a\nb", 9, "a^J|b", "a newline ends a row");
	check_wrap("a\n", 9, "a^J|", "behind the last newline is a row");
	if (utf8_locale)
		check_wrap("\u4e2d\u6587x", 3, "\u4e2d|\u6587x",
			   "a wide character is never cut in two");
	check_wrap("ab", 1, "a|b", "one column is enough");
}

static void check_grid(void)
{
	struct grid g;
	struct port p = {&g, 0, 0, 2, 8}, part;
	struct str row = {0};

	grid_init(&g, 8, 2);
	port_text(&p, 0, 0, 0, "abcdefghij");
	grid_row(&g, 0, &row);
	ok(strcmp(row.s, "abcdefg>") == 0, "what is cut ends in >");
	str_clear(&row);
	part = port_part(&p, 1, 2, 5, 3);
	port_field(&part, 0, 0, 9, 0, "xyz1");
	port_text(&part, 3, 0, 0, "out of it");
	grid_row(&g, 1, &row);
	ok(strcmp(row.s, "  xyz") == 0, "a part of the grid is clipped");
	if (utf8_locale) {
		str_clear(&row);
		port_text(&p, 0, 0, 0, "\u4e2d\u6587");
		port_char(&p, 0, 1, 0, 'x');
		grid_row(&g, 0, &row);
		ok(strncmp(row.s, " x\u6587e", 6) == 0,
		   "half a wide character never stays behind");
	}
	str_release(&row);
	grid_release(&g);
}

/* Every cell is in a pane, and only lines are in more than one. */
static bool tiles(const struct layout *l)
{
	const struct rect *all = &l->all;
	int bytes = (all->y + all->h) * all->w;
	uint8_t *inside = xcalloc((size_t)bytes, 1);
	uint8_t *any = xcalloc((size_t)bytes, 1);
	bool good = true;

	for (int i = 0; i < PANES; i++) {
		const struct rect *r = &l->pane[i];

		good &= !r->h || (r->h >= 3 && r->w >= 20 && r->y >= all->y &&
				  r->y + r->h <= all->y + all->h && r->x >= 0 &&
				  r->x + r->w <= all->w);
		for (int y = r->y; good && y < r->y + r->h; y++)
			for (int x = r->x; x < r->x + r->w; x++) {
				any[y * all->w + x] = 1;
				inside[y * all->w + x] +=
				    y > r->y && y < r->y + r->h - 1 &&
				    x > r->x && x < r->x + r->w - 1;
			}
	}
	for (int i = all->y * all->w; i < bytes; i++)
		good &= any[i] && inside[i] <= 1;
	free(inside);
	free(any);
	return good;
}

/* The thread sanitizer, which makes it many times slower, sees every 7th. */
#ifdef __SANITIZE_THREAD__
enum { STRIDE = 7 };
#else
enum { STRIDE = 1 };
#endif

static bool tiles_every_size(enum screen_id s)
{
	struct ui ui;
	struct layout l;
	bool good = true;

	ui_init(&ui);
	ui_show_screen(&ui, s);
	for (ui.w = 60; ui.w <= 250; ui.w += 1 + (ui.w > 160) * 7)
		for (ui.h = 16; ui.h <= 90 && good; ui.h += STRIDE)
			for (int way = 0; way < 16; way++) {
				ui.other = way & 1;
				ui.zoom = way & 2;
				ui.typing = way & 4 ? TYPING_PANE : 0;
				ui.progress = way & 8;
				layout_make(&l, &ui);
				good &= !l.too_small && tiles(&l);
			}
	return good;
}

static void check_screens(void)
{
	struct ui ui;

	ui_init(&ui);
	ui.w = 100;
	ui.h = 30;
	ok(pane_number(SCREEN_ANNOTATE, PANE_RESULTS) == 3 &&
	       pane_number(SCREEN_PROBE, PANE_RESULTS) == 0 &&
	       pane_numbered(SCREEN_PROBE, 1) == PANE_INSTRUCTION &&
	       pane_numbered(SCREEN_PROBE, 99) == PANE_NONE,
	   "panes have a number on each screen that has them");
	ui_focus(&ui, PANE_LOSS);
	ok(ui.screen == SCREEN_TRAIN && ui.focus == PANE_LOSS,
	   "a pane that is elsewhere brings its screen");
	ui_show_screen(&ui, SCREEN_ANNOTATE);
	ok(ui.focus == PANE_TEXT, "a screen remembers its pane");
	ui_focus(&ui, PANE_QUEUE);
	ok(ui.screen == SCREEN_ANNOTATE && ui.zoom,
	   "a pane that has no place at this size is shown alone");
	ui.zoom = false;
	ui.w = 80;
	ui.h = 24;
	ui_focus(&ui, PANE_PICTURE);
	ok(ui.other && !ui.zoom, "80x24: the picture comes in place of lists");
	ui_focus(&ui, PANE_RESULTS);
	ok(!ui.other, "and the lists come back");
}

static void check_layout(void)
{
	struct ui ui;
	struct layout l;

	for (int s = 0; s < SCREENS; s++)
		ok(tiles_every_size((enum screen_id)s),
		   "%s: panes fill every terminal from 60x16 on",
		   screen_name((enum screen_id)s));
	ui_init(&ui);
	ui.w = 59;
	ui.h = 24;
	layout_make(&l, &ui);
	ok(l.too_small, "59 columns are too few");
	ui.w = 80;
	layout_make(&l, &ui);
	ok(l.pane[PANE_PICTURE].h == 0 && l.pane[PANE_RESULTS].h >= 6,
	   "80x24: lists, no picture");
	ui.focus = PANE_RESULTS;
	ok(layout_next(&l, &ui, 1) == PANE_GATE,
	   "the next pane is one that can be seen");
	ui.focus = PANE_INSTRUCTION;
	ok(layout_next(&l, &ui, -1) == PANE_GATE, "so is the one before");
	ui.other = true;
	layout_make(&l, &ui);
	ok(l.pane[PANE_PICTURE].h >= 10 && l.pane[PANE_TEXT].h,
	   "80x24: the picture on demand, the text stays");
	ui.other = false;
	ui.w = 100;
	ui.h = 30;
	layout_make(&l, &ui);
	ok(l.pane[PANE_PICTURE].x > l.pane[PANE_TEXT].x &&
	       l.pane[PANE_GATE].y > l.pane[PANE_PICTURE].y &&
	       !l.pane[PANE_QUEUE].h,
	   "100x30: picture and gate at the right");
	ui.w = 150;
	ui.h = 40;
	layout_make(&l, &ui);
	ok(l.size == LAYOUT_BENCH && l.pane[PANE_QUEUE].h &&
	       l.pane[PANE_VARIANTS].h && l.pane[PANE_SWEEP].h,
	   "150x40: the workbench, with queue, variants and sweep");
	ui_release(&ui);
}

static void check_canvas(void)
{
	uint8_t pixels[4 * 4 * 3] = {0};
	struct image im = {pixels, 4, 4};
	struct box box = {0, 0, 0.5f, 1};
	float weight = 0.2f;
	struct heat none = {0}, heat = {&box, &weight, 1};
	struct grid g;
	struct port p = {&g, 0, 0, 2, 4};
	struct str row = {0};
	int rows, cols, last = -1;

	memset(pixels, 255, 4 * 2 * 3);
	canvas_fit(1000, 500, 10, 100, &rows, &cols);
	ok(rows == 10 && cols == 40, "a picture keeps its proportions");
	canvas_fit(10000, 1, 10, 100, &rows, &cols);
	ok(rows == 1 && cols == 100, "and never vanishes");
	grid_init(&g, 4, 2);
	canvas_draw(&im, &none, CANVAS_ASCII, &p);
	grid_row(&g, 0, &row);
	grid_row(&g, 1, &row);
	ok(strcmp(row.s, "@@@@") == 0, "ASCII: white is @, black is blank");
	canvas_draw(&im, &heat, CANVAS_BLOCKS, &p);
	ok(g.cell[0].cp == 0x2580 && g.cell[0].painted &&
	       g.cell[0].fg.r > g.cell[3].fg.r,
	   "half blocks: heat shows inside of the box");
	ok(heat_at(&heat, 0.25f, 0.5f) == weight &&
	       heat_at(&heat, 0.75f, 0.5f) == 0,
	   "a box weighs inside of itself");
	for (int i = 0; i <= 100; i++) {
		struct rgb c = heat_color((float)i / 100);
		int light = 299 * c.r + 587 * c.g + 114 * c.b;

		if (light <= last)
			break;
		last = light;
	}
	ok(last > 200000, "the colour map gets lighter all the way");
	ok(canvas_index((struct rgb){255, 0, 0}) == 196 &&
	       canvas_index((struct rgb){128, 128, 128}) == 244 &&
	       canvas_index((struct rgb){0, 0, 0}) == 16,
	   "colours of 256");
	if (canvas_has_symbols()) {
		canvas_draw(&im, &none, CANVAS_SYMBOLS, &p);
		ok(g.cell[0].painted && g.cell[0].bg.r > 250 &&
		       g.cell[4].bg.r < 5,
		   "symbols: white is white, black is black");
	} else {
		skip("symbols", "built without libchafa");
	}
	str_release(&row);
	grid_release(&g);
}

static void check_line(struct app *app, const char *line, enum err_code code,
		       const char *says)
{
	struct err err = {0};
	int rc = cmd_run_line(app, line, &err);

	if (!ok(rc == -(int)code && strstr(err.text, says), ":%s", line))
		diag("%d %s", rc, err.text);
}

static void check_lines(void)
{
	struct scene s;
	struct app *app = &s.app;

	scene_init(&s, 100, 30);
	check_line(app, "", ERR_NONE, "");
	check_line(app, "# a comment", ERR_NONE, "");
	check_line(app, "  : text  two  words 'kept", ERR_NONE, "");
	ok(strcmp(app->request.text, "two  words 'kept") == 0,
	   "a text is taken as it stands");
	check_line(app, "task mre", ERR_NONE, "");
	check_line(app, "pair 'Kevin Love' \"Kyle \\\"K\\\"\"", ERR_NONE, "");
	ok(strcmp(app->request.head, "Kevin Love") == 0 &&
	       strcmp(app->request.tail, "Kyle \"K\"") == 0,
	   "quotes group words");
	check_line(app, "pair 'Kevin", ERR_USAGE, "quote");
	check_line(app, "pair a b c", ERR_USAGE, "too many: c");
	check_line(app, "tex x", ERR_USAGE, "no command tex");
	check_line(app, "task x", ERR_USAGE, "mner");
	check_line(app, "gate 3", ERR_USAGE, "-2 to 2");
	check_line(app, "focus cellar", ERR_USAGE, "cellar");
	check_line(app, "select 9", ERR_USAGE, "1 to");
	check_line(app, "select 2", ERR_NONE, "");
	ok(app->selected == 1, "select takes the numbers on the screen");
	check_line(app, "nudge 0.05", ERR_NONE, "");
	ok(app->request.gate == GATE_SET_HELD &&
	       fabsf(app->request.gate_value - 0.45f) < 1e-4f,
	   "the gate moves from the own value in whole steps");
	check_line(app, "nudge -0.05", ERR_NONE, "");
	ok(fabsf(app->request.gate_value - 0.40f) < 1e-4f, "and back");
	check_line(app, "focus next", ERR_NONE, "");
	check_line(app, "show keys", ERR_NONE, "");
	ok(s.ui.overlay == OVERLAY_KEYS, "show lays a list over the panes");
	app->ui = NULL;
	check_line(app, "focus next", ERR_USAGE, "only on the full screen");
	scene_release(&s);
}

static void check_marks(void)
{
	struct scene s;
	struct marks m;

	scene_init(&s, 100, 30);
	marks_of(&m, s.app.result, 0, s.app.result->text);
	ok(m.n == 4 && m.m[1].start == 24 && m.m[1].selected == false,
	   "every result that stands in the text is marked");
	marks_release(&m);
	marks_of(&m, s.app.result, 0,
		 "RT @EW : Kevin Love and friends at the Quicken Loans Arena "
		 "in Cleveland");
	ok(m.n == 3 && m.m[0].start == 9 && m.m[1].start == 39,
	   "an edit moves the marks behind it and takes its own");
	marks_release(&m);
	scene_release(&s);
}

int main(void)
{
	utf8_locale = setlocale(LC_ALL, "C.UTF-8") || setlocale(LC_ALL, "");
	utf8_locale = utf8_locale && cells_width("\u00f6") == 1 &&
		      cells_width("\u4e2d") == 2;
	check_cells();
	check_rows();
	check_corpus();
	check_grid();
	check_screens();
	check_layout();
	check_canvas();
	check_lines();
	check_marks();
	return tap_done();
}
