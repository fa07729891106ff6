#include "tui/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <curses.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "tui/grid.h"
#include "tui/keymap.h"
#include "tui/signals.h"

struct screen {
	SCREEN *curses;
	WINDOW *keys; /* a pad: reading from it draws nothing */
	bool color, utf8, direct;
	const struct look *look; /* of the theme */
	int pointer_y, pointer_x;
	char part[4]; /* of a character that is still coming */
	int n_part, want_part;
	int log[2]; /* standard error while the screen is up */
	int err_fd; /* the real one */
	struct termios was;
};

/* What the inks of grid.h become. */
struct look {
	bool color, dim;
	int back;              /* -1: the terminal's own */
	short ink[INK_COLORS]; /* INK_PLAIN only where back is set */
};

static const struct look LOOKS[THEME_COUNT] = {
    [THEME_DEFAULT] = {true, true, -1, {-1, 1, 2, 3, 4, 5, 6}},
    /* yellow and cyan cannot be read on white */
    [THEME_LIGHT] = {true, true, -1, {-1, 1, 2, 1, 4, 5, 4}},
    /* nor blue on black; its place is the brighter cyan's */
    [THEME_DARK] = {true, true, -1, {-1, 9, 10, 11, 14, 13, 14}},
    [THEME_MONO] = {false, true, -1, {0}},
    [THEME_CONTRAST] = {true, false, 0, {15, 15, 10, 11, 14, 13, 14}},
};

enum { ESCAPE_DELAY = 25, CODE_PASTE_BEGIN = KEY_MAX + 1, CODE_PASTE_END };

static const char PASTE_ON[] = "\033[?2004h", PASTE_OFF[] = "\033[?2004l";

static void send(const char *s)
{
	fputs(s, stdout);
	fflush(stdout);
}

/* Libraries that print must not print over the panes. */
static int take_stderr(struct screen *s, struct err *err)
{
	s->err_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (s->err_fd < 0 || pipe2(s->log, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_errno(err, ERR_FAILED, "a pipe for messages");
	fflush(stderr);
	dup2(s->log[1], STDERR_FILENO);
	return 0;
}

static void give_stderr(struct screen *s)
{
	fflush(stderr);
	if (s->err_fd >= 0) {
		dup2(s->err_fd, STDERR_FILENO);
		close(s->err_fd);
	}
	for (int i = 0; i < 2; i++)
		if (s->log[i] >= 0)
			close(s->log[i]);
}

static void start_colors(struct screen *s)
{
	const char *no = getenv("NO_COLOR");

	s->color = !(no && *no) && has_colors();
	if (!s->color)
		return;
	start_color();
	use_default_colors();
	s->direct = COLORS >= 1 << 24;
}

static void start_curses(struct screen *s)
{
	raw();
	noecho();
	nonl();
	if (!getenv("ESCDELAY"))
		set_escdelay(ESCAPE_DELAY);
	start_colors(s);
	s->keys = newpad(1, 1);
	keypad(s->keys, TRUE);
	nodelay(s->keys, TRUE);
	define_key("\033[200~", CODE_PASTE_BEGIN);
	define_key("\033[201~", CODE_PASTE_END);
	send(PASTE_ON);
}

struct screen *screen_open(struct err *err)
{
	struct screen *s = xcalloc(1, sizeof(*s));

	s->log[0] = s->log[1] = s->err_fd = -1;
	s->look = &LOOKS[THEME_DEFAULT];
	s->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	if (tcgetattr(STDIN_FILENO, &s->was) < 0) {
		err_errno(err, ERR_FAILED, "the terminal's modes");
		goto fail;
	}
	if (take_stderr(s, err) < 0)
		goto fail;
	if (signals_start(STDOUT_FILENO, &s->was, s->err_fd, s->log[0], err) <
	    0)
		goto fail;
	/* Ours are in place: curses then leaves signals alone. */
	s->curses = newterm(NULL, stdout, stdin);
	if (!s->curses) {
		err_set(err, ERR_FAILED,
			"the terminal type %s is not known; umie --plain "
			"needs none",
			getenv("TERM") ? getenv("TERM") : "(TERM is not set)");
		signals_stop();
		goto fail;
	}
	start_curses(s);
	return s;
fail:
	give_stderr(s);
	free(s);
	return NULL;
}

void screen_close(struct screen *s)
{
	if (!s)
		return;
	send(PASTE_OFF);
	delwin(s->keys);
	endwin();
	delscreen(s->curses);
	signals_stop();
	give_stderr(s);
	free(s);
}

enum canvas_mode screen_mode_of(const struct screen *s)
{
	if (!s->color)
		return CANVAS_ASCII;
	/* Few pairs: a picture would repaint the panes' own colours. */
	if (COLORS < 256 || COLOR_PAIRS < 256 || !s->utf8)
		return CANVAS_EIGHT;
	return canvas_has_symbols() ? CANVAS_SYMBOLS : CANVAS_BLOCKS;
}

bool screen_utf8(const struct screen *s)
{
	return s->utf8;
}

void screen_theme(struct screen *s, enum theme t)
{
	s->look = &LOOKS[t];
	screen_repaint(s);
}

void screen_mouse(struct screen *s, bool on)
{
	(void)s;
	mouseinterval(0); /* a press is a press: nothing waits for a second */
	mousemask(on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0,
		  NULL);
}

void screen_pointer(const struct screen *s, int *y, int *x)
{
	*y = s->pointer_y;
	*x = s->pointer_x;
}

bool screen_gone(const struct screen *s)
{
	struct pollfd in = {STDIN_FILENO, POLLIN, 0};
	int waiting = 0;

	(void)s;
	if (poll(&in, 1, 0) <= 0)
		return false;
	/* Readable and yet nothing to read: the end. */
	return ioctl(STDIN_FILENO, FIONREAD, &waiting) < 0 || waiting == 0;
}

void screen_size(struct screen *s, int *w, int *h)
{
	struct winsize size;

	(void)s;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row &&
	    size.ws_col)
		resizeterm(size.ws_row, size.ws_col);
	getmaxyx(stdscr, *h, *w);
}

void screen_cell(const struct screen *s, int *w, int *h)
{
	struct winsize size = {0};

	(void)s;
	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	*w = size.ws_xpixel && size.ws_col ? size.ws_xpixel / size.ws_col : 8;
	*h = size.ws_ypixel && size.ws_row ? size.ws_ypixel / size.ws_row : 16;
}

void screen_send(struct screen *s, const char *bytes)
{
	(void)s;
	send(bytes);
}

void screen_repaint(struct screen *s)
{
	(void)s;
	clearok(curscr, TRUE);
}

static int color_number(const struct screen *s, struct rgb c)
{
	return s->direct ? c.r << 16 | c.g << 8 | c.b : canvas_index(c);
}

static attr_t attributes(const struct screen *s, unsigned ink)
{
	return (ink & INK_BOLD ? A_BOLD : 0) |
	       (ink & INK_DIM && s->look->dim ? A_DIM : 0) |
	       (ink & INK_REVERSE ? A_REVERSE : 0) |
	       (ink & INK_UNDERLINE ? A_UNDERLINE : 0);
}

/* A terminal of eight colours has the darker ones. */
static int theme_color(int color)
{
	return color >= COLORS ? color % 8 : color;
}

static int pair_of(const struct screen *s, const struct cell *c)
{
	const struct look *look = s->look;

	if (!s->color || !look->color)
		return 0;
	if (c->painted)
		return alloc_pair(color_number(s, c->fg),
				  color_number(s, c->bg));
	if (!(c->ink & INK_COLOR) && look->back < 0)
		return 0;
	/* Looked up each time: pictures may have pushed it out. */
	return alloc_pair(theme_color(look->ink[c->ink & INK_COLOR]),
			  look->back);
}

static void draw_cell(const struct screen *s, int y, int x,
		      const struct cell *c)
{
	wchar_t text[2] = {(wchar_t)c->cp, 0};
	cchar_t out;
	int pair = pair_of(s, c);

	if (!s->utf8 && c->cp > 0x7e)
		text[0] = '?';
	setcchar(&out, text, attributes(s, c->ink), 0, &pair);
	mvadd_wch(y, x, &out);
}

void screen_draw(struct screen *s, const struct grid *g)
{
	for (int y = 0; y < g->h; y++)
		for (int x = 0; x < g->w; x++) {
			const struct cell *c = &g->cell[y * g->w + x];

			if (c->cp)
				draw_cell(s, y, x, c);
		}
	if (g->cursor_y >= 0) {
		curs_set(1);
		move(g->cursor_y, g->cursor_x);
	} else {
		curs_set(0);
		move(g->h - 1, 0);
	}
	wnoutrefresh(stdscr);
	doupdate();
}

static int translate(int code)
{
	static const struct {
		int code, key;
	} table[] = {
	    {KEY_UP, K_UP},
	    {KEY_DOWN, K_DOWN},
	    {KEY_RIGHT, K_RIGHT},
	    {KEY_LEFT, K_LEFT},
	    {KEY_HOME, K_HOME},
	    {KEY_END, K_END},
	    {KEY_PPAGE, K_PAGE_UP},
	    {KEY_NPAGE, K_PAGE_DOWN},
	    {KEY_IC, K_INSERT},
	    {KEY_DC, K_DELETE},
	    {KEY_BTAB, K_BACK_TAB},
	    {KEY_BACKSPACE, K_BACKSPACE},
	    {KEY_ENTER, K_ENTER},
	    {KEY_F(1), K_F1},
	    {KEY_F(2), K_F2},
	    {KEY_F(3), K_F3},
	    {KEY_F(4), K_F4},
	    {KEY_F(5), K_F5},
	    {KEY_SR, K_SHIFT_UP},
	    {KEY_SF, K_SHIFT_DOWN},
	    {KEY_SRIGHT, K_SHIFT_RIGHT},
	    {KEY_SLEFT, K_SHIFT_LEFT},
	    {CODE_PASTE_BEGIN, K_PASTE_BEGIN},
	    {CODE_PASTE_END, K_PASTE_END},
	};

	if (code >= KEY_F(1) && code <= KEY_F(12))
		return K_F1 + code - KEY_F(1);
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].code == code)
			return table[i].key;
	return K_OTHER;
}

/* What the mouse did. */
static int pointer_key(struct screen *s)
{
	MEVENT e;

	if (getmouse(&e) == ERR)
		return K_OTHER;
	s->pointer_y = e.y;
	s->pointer_x = e.x;
	if (e.bstate & BUTTON4_PRESSED)
		return K_WHEEL_UP;
	if (e.bstate & BUTTON5_PRESSED)
		return K_WHEEL_DOWN;
	return e.bstate & BUTTON1_PRESSED ? K_CLICK : K_OTHER;
}

/*
 * A byte of a character; true when there is a key.  The line may break a
 * character in two, which curses' own get_wch() would lose.
 */
static bool take_byte(struct screen *s, int c, int *key)
{
	uint32_t cp;

	*key = c == '\r' ? (int)K_ENTER : c;
	if (c < 0x80)
		return s->n_part = 0, true;
	*key = K_OTHER;
	if (!s->utf8)
		return true;
	if (c >= 0xc0) {
		s->want_part = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
		s->n_part = 0;
	} else if (s->n_part == 0) {
		return true;
	}
	s->part[s->n_part++] = (char)c;
	if (s->n_part < s->want_part)
		return false;
	if (utf8_decode(s->part, (size_t)s->n_part, &cp))
		*key = (int)cp;
	s->n_part = 0;
	return true;
}

bool screen_key(struct screen *s, int *key)
{
	int c;

	while ((c = wgetch(s->keys)) != ERR) {
		if (c == KEY_RESIZE)
			continue;
		if (c <= 0xff && !take_byte(s, c, key))
			continue;
		if (c == KEY_MOUSE)
			*key = pointer_key(s);
		else if (c > 0xff)
			*key = translate(c);
		return true;
	}
	return false;
}

void screen_leave(struct screen *s)
{
	send(PASTE_OFF);
	endwin();
	fflush(stderr);
	dup2(s->err_fd, STDERR_FILENO);
}

void screen_return(struct screen *s)
{
	fflush(stderr);
	dup2(s->log[1], STDERR_FILENO);
	/* At once: until then a read would wait for a whole line.  Curses
	 * takes everything back but this mode. */
	screen_repaint(s);
	doupdate();
	send(PASTE_ON);
}

void screen_suspend(struct screen *s)
{
	screen_leave(s);
	signals_suspend();
	screen_return(s);
}

int screen_log_fd(const struct screen *s)
{
	return s->log[0];
}
