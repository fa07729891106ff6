/*
 * pixels -- the picture in the terminal's own pixels; no curses.
 *
 * Whether it can show any is asked only when somebody wants to see them.  The
 * answer comes as input, among the keys: pixels_filter() takes it out, and
 * nobody waits for it.  Cells are what always works (canvas.h).
 */
#ifndef UMIE_TUI_PIXELS_H
#define UMIE_TUI_PIXELS_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/str.h"
#include "src/image/image.h"

enum pixels { PIXELS_UNKNOWN, PIXELS_NONE, PIXELS_SIXEL, PIXELS_KITTY };

enum { PIXELS_HELD = 64 };

struct pixel_query {
	enum pixels can;
	bool kitty;    /* it has said that it knows that protocol */
	double until;  /* ms: then no answer is the answer; 0: not asked */
	double listen; /* ms: answers may still come; 0: not asked */
	int held[PIXELS_HELD]; /* keys that could be the start of an answer */
	size_t n_held;
	double held_at; /* ms: when the last of them came */
};

/* Ask: what is to be sent to the terminal. */
const char *pixels_ask(struct pixel_query *q, double now);
/*
 * Take answers out of n keys; out has room for n + PIXELS_HELD.  Returns how
 * many keys are left, in their order; what may be half an answer is kept for
 * the next call.
 */
size_t pixels_filter(struct pixel_query *q, const int *key, size_t n,
		     double now, int *out);
/* Time has passed: keys that are no answer after all, into out. */
size_t pixels_tick(struct pixel_query *q, double now, int *out);
/* Milliseconds until pixels_tick() has something to do; -1: nothing. */
int pixels_timeout(const struct pixel_query *q, double now);

/*
 * `im` as the terminal wants it, at most rows x cols cells of cell_w x cell_h
 * pixels; false when the program was built without libchafa.
 */
bool pixels_print(const struct image *im, enum pixels how, int rows, int cols,
		  int cell_w, int cell_h, struct str *out);
/* Takes every picture of it away again; "" when drawing over it does. */
const char *pixels_erase(enum pixels how);

#endif
