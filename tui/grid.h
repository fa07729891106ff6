/*
 * grid -- a screen in memory, on which the panes draw; pure.
 *
 * The screen's owner copies it to the terminal.  Colours are the terminal's
 * own eight, named by role nowhere but here; pictures have their own.
 */
#ifndef UMIE_TUI_GRID_H
#define UMIE_TUI_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/cells.h"

struct str;

/* Colour in the low bits, how it is drawn above. */
enum ink {
	INK_PLAIN,
	INK_RED,
	INK_GREEN,
	INK_YELLOW,
	INK_BLUE,
	INK_MAGENTA,
	INK_CYAN,
	INK_COLORS,
	INK_COLOR = 15,
	INK_BOLD = 16,
	INK_DIM = 32,
	INK_REVERSE = 64,
	INK_UNDERLINE = 128,
};

struct rgb {
	uint8_t r, g, b;
};

struct cell {
	uint32_t cp; /* 0: right half of the character before */
	uint16_t ink;
	bool painted; /* fg and bg count, not the ink's colour */
	struct rgb fg, bg;
};

struct grid {
	struct cell *cell; /* owned; row-major */
	int w, h;
	int cursor_y, cursor_x; /* -1: no cursor */
};

void grid_init(struct grid *g, int w, int h); /* blank */
void grid_release(struct grid *g);
/* Row y as UTF-8 without blanks at its end; for tests. */
void grid_row(const struct grid *g, int y, struct str *out);

/* A part of a grid; everything drawn in it is clipped to it. */
struct port {
	struct grid *g;
	int y, x, h, w;
};

struct port port_part(const struct port *p, int y, int x, int h, int w);
void port_clear(const struct port *p);
/* One character of one column. */
void port_char(const struct port *p, int y, int x, unsigned ink, uint32_t cp);
void port_cell(const struct port *p, int y, int x, const struct cell *c);
void port_glyph(const struct port *p, int y, int x, unsigned ink,
		const struct glyph *g);
void port_ink(const struct port *p, int y, int x, int n, unsigned ink);
/* Strings are cut with '>' at the edge.  Returns the column behind. */
int port_text(const struct port *p, int y, int x, unsigned ink, const char *s);
int port_printf(const struct port *p, int y, int x, unsigned ink,
		const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* In exactly w columns: cut with '>' or filled with blanks. */
int port_field(const struct port *p, int y, int x, int w, unsigned ink,
	       const char *s);
void port_cursor(const struct port *p, int y, int x);

#endif
