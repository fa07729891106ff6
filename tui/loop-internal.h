/*
 * loop-internal -- the full screen's loop, in three files.  The UI's thread.
 */
#ifndef UMIE_TUI_LOOP_INTERNAL_H
#define UMIE_TUI_LOOP_INTERNAL_H

#include <stdbool.h>

#include "src/base/str.h"
#include "tui/app.h"
#include "tui/grid.h"
#include "tui/layout.h"
#include "tui/pixels.h"
#include "tui/prompt.h"
#include "tui/screen.h"
#include "tui/ui.h"

struct loop {
	struct app *app;
	struct ui ui;
	struct screen *screen;
	struct prompt *prompt;
	struct layout layout;
	struct grid grid;
	struct str stderr_line; /* without its newline yet */
	int signal;             /* that ended the loop; 0: none */
	bool pasting;           /* over the panes: not meant as keys */
	enum theme theme;       /* that the screen has */
	bool mouse;             /* it has been asked for */
	struct pixel_query pixels;
	bool asked;   /* for pixels: they are shown when it can */
	bool pixeled; /* they are there, until the next key */
};

/* The terminal has another size, or has to be drawn anew. */
void loop_resize(struct loop *l);
/* Run a line; an answer of many lines is laid over the panes. */
void loop_command(struct loop *l, const char *line);

/* loop-keys.c: read the keys that are there, and do what they say. */
void loop_keys(struct loop *l);
/* Keys that came together; Alt sends Esc first. */
void loop_handle(struct loop *l, const int *key, int n);
/* What commands want of the screen: the prompt, an editor, to be repainted. */
void loop_wishes(struct loop *l);

/* loop-pixels.c: the picture alone, in the terminal's pixels.  It is asked
 * once whether it can; nothing waits for its answer. */
void loop_pixels_want(struct loop *l);
void loop_pixels_answered(struct loop *l);
void loop_pixels_leave(struct loop *l);
/* Keys that were held back since they might have been its answer. */
void loop_pixels_pass(struct loop *l);

#endif
