#include "tui/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
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
#include "tui/grid.h"
#include "tui/keymap.h"
#include "tui/signals.h"

struct screen {
	SCREEN *curses;
	WINDOW *keys; /* a pad: reading from it draws nothing */
	bool color, utf8, direct;
	int log[2]; /* standard error while the screen is up */
	int err_fd; /* the real one */
	struct termios was;
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
	return COLORS >= 256 && COLOR_PAIRS >= 256 && s->utf8 ? CANVAS_BLOCKS
							      : CANVAS_EIGHT;
}

bool screen_utf8(const struct screen *s)
{
	return s->utf8;
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

void screen_repaint(struct screen *s)
{
	(void)s;
	clearok(curscr, TRUE);
}

static int color_number(const struct screen *s, struct rgb c)
{
	return s->direct ? c.r << 16 | c.g << 8 | c.b : canvas_index(c);
}

static attr_t attributes(unsigned ink)
{
	return (ink & INK_BOLD ? A_BOLD : 0) | (ink & INK_DIM ? A_DIM : 0) |
	       (ink & INK_REVERSE ? A_REVERSE : 0) |
	       (ink & INK_UNDERLINE ? A_UNDERLINE : 0);
}

static void draw_cell(const struct screen *s, int y, int x,
		      const struct cell *c)
{
	wchar_t text[2] = {(wchar_t)c->cp, 0};
	cchar_t out;
	int pair = 0;

	if (!s->utf8 && c->cp > 0x7e)
		text[0] = '?';
	if (s->color && c->painted)
		pair =
		    alloc_pair(color_number(s, c->fg), color_number(s, c->bg));
	else if (s->color && (c->ink & INK_COLOR))
		/* Looked up each time: pictures may have pushed it out. */
		pair = alloc_pair(c->ink & INK_COLOR, -1);
	setcchar(&out, text, attributes(c->ink), 0, &pair);
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
	    {CODE_PASTE_BEGIN, K_PASTE_BEGIN},
	    {CODE_PASTE_END, K_PASTE_END},
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].code == code)
			return table[i].key;
	return K_OTHER;
}

bool screen_key(struct screen *s, int *key)
{
	wint_t c;
	int rc;

	do
		rc = wget_wch(s->keys, &c);
	while (rc == KEY_CODE_YES && c == KEY_RESIZE);
	if (rc == ERR)
		return false;
	if (rc == KEY_CODE_YES)
		*key = translate((int)c);
	else
		*key = c == '\r' ? (int)K_ENTER : (int)c;
	return true;
}

void screen_suspend(struct screen *s)
{
	send(PASTE_OFF);
	endwin();
	signals_suspend();
	/* The next refresh takes the terminal again, but not this mode. */
	send(PASTE_ON);
	screen_repaint(s);
}

int screen_log_fd(const struct screen *s)
{
	return s->log[0];
}
