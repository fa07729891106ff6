/*
 * screen -- curses: the terminal taken, drawn on, and given back.
 *
 * The only file that knows curses.  While it is open, what libraries write to
 * standard error goes into a pipe.  One screen a program; the UI's thread.
 */
#ifndef UMIE_TUI_SCREEN_H
#define UMIE_TUI_SCREEN_H

#include <stdbool.h>

#include "tui/canvas.h"
#include "tui/ui.h"

struct err;
struct grid;
struct screen;

/* ERR_FAILED when the terminal cannot be used; nothing is changed then. */
struct screen *screen_open(struct err *err);
void screen_close(struct screen *s);

/* What the terminal can show. */
enum canvas_mode screen_mode_of(const struct screen *s);
bool screen_utf8(const struct screen *s);

/* Colours, from the next draw on; the mouse, which shift releases. */
void screen_theme(struct screen *s, enum theme t);
void screen_mouse(struct screen *s, bool on);

/* Ask the terminal for its size and take it. */
void screen_size(struct screen *s, int *w, int *h);
/* Pixels of a cell; 8x16 where the terminal does not say. */
void screen_cell(const struct screen *s, int *w, int *h);
/* These bytes, which curses does not know of. */
void screen_send(struct screen *s, const char *bytes);
/* Forget what the terminal shows: the next draw sends everything. */
void screen_repaint(struct screen *s);
/* Send what changed since the last time. */
void screen_draw(struct screen *s, const struct grid *g);

/*
 * The next key of keymap.h that has come; false when there is none.  With
 * K_CLICK, K_WHEEL_UP and K_WHEEL_DOWN, screen_pointer() says where.
 */
bool screen_key(struct screen *s, int *key);
void screen_pointer(const struct screen *s, int *y, int *x);
/* The terminal is gone: what it sends has ended. */
bool screen_gone(const struct screen *s);

/* Another program has the terminal from screen_leave() to screen_return(). */
void screen_leave(struct screen *s);
void screen_return(struct screen *s);

/* Give the terminal back, stop, and take it again when continued. */
void screen_suspend(struct screen *s);

/* Readable: something was written to standard error. */
int screen_log_fd(const struct screen *s);

#endif
