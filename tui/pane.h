/*
 * pane -- the views: each draws a part of the app into a part of the grid.
 *
 * Panes only read.  They keep nothing: what they show follows from the app
 * and its ui, so any of them can be drawn at any time, in any size.
 *
 * To add a pane: a row in PANE_LIST (ui.h: name, title, screens), its place
 * in the plans of those screens (layout.c), a file pane-NAME.c with
 * `const struct pane_ops pane_NAME`, and a line in local.mk.  It is then
 * drawn, numbered, focused by :focus NAME and its number, scrolled and
 * zoomed.  What it shows is state of the app; who changes that state sets one
 * of the pane's dirty bits (app.h).  Its keys are rows of the keymap: command
 * lines with the pane's bit.  A pane with nothing to show says in a sentence
 * how to get something.
 */
#ifndef UMIE_TUI_PANE_H
#define UMIE_TUI_PANE_H

#include "tui/grid.h"
#include "tui/layout.h"
#include "tui/ui.h"

struct app;
struct str;

struct pane_ops {
	unsigned dirty; /* bits of the app after which it is drawn again */
	/* what is special now, behind the name; may add nothing */
	void (*title)(const struct app *app, struct str *out);
	/*
	 * Draw from row `scroll` on (SCROLL_AUTO: what matters is in view);
	 * return how many rows there are.
	 */
	int (*draw)(const struct app *app, const struct port *p, int scroll);
	/*
	 * The command line that a click on line y of a port of this size runs,
	 * or false when it does nothing.  Optional.
	 */
	bool (*click)(const struct app *app, const struct port *p, int scroll,
		      int y, struct str *line);
};

/* The ops of a pane. */
const struct pane_ops *pane_ops(enum pane_id p);

#define PANE_DECLARE(upper, lower, title, screens) \
	extern const struct pane_ops pane_##lower;
PANE_LIST(PANE_DECLARE)
#undef PANE_DECLARE

/* What the pane of results shows while there is a session. */
void items_title(const struct app *app, struct str *out);
int items_draw(const struct app *app, const struct port *p, int scroll);
bool items_click(const struct app *app, const struct port *p, int scroll, int y,
		 struct str *line);

/* What the pane of variants shows after a run over a set. */
void set_title(const struct app *app, struct str *out);
int set_draw(const struct app *app, const struct port *p, int scroll);

/* What it shows when two answers were compared. */
void compare_title(const struct app *app, struct str *out);
int compare_draw(const struct app *app, const struct port *p, int scroll);

/* The lines at the top and the bottom. */
void bar_status(const struct app *app, const struct port *p);
void bar_caption(const struct app *app, const struct port *p);
void bar_keys(const struct app *app, const struct port *p);
void bar_messages(const struct app *app, const struct port *p);
void bar_progress(const struct app *app, const struct port *p);
void bar_prompt(const struct app *app, const struct port *p);

/* Content of the overlay that is open; returns how many rows there are. */
int overlay_draw(const struct app *app, const struct port *p, int scroll);

/*
 * Draw what app->dirty names into `g`, which is as large as the screen, and
 * clear the bits; scrolling that went too far is put right.
 */
void paint(struct app *app, const struct layout *l, struct grid *g);

/*
 * A wrapped text that may be being edited: its rows, and the row to begin
 * with so that `wanted` (a row, or -1) is in view.
 */
int pane_top(int rows, int h, int scroll, int wanted);
/* Marks at the right edge that there are rows above or below what is shown. */
void pane_more(const struct port *p, int top, int rows);

/* A text from line y on, wrapped within a blank column at each side; returns
 * its rows, some of which may be out of view. */
int pane_paragraph(const struct port *p, int y, unsigned ink, const char *s);

/* ".99", "1.0" */
void pane_probability(float p, char out[8]);
/* Milliseconds the prediction has been running; 0: none, or too short. */
double pane_busy(const struct app *app);
/* The attention shown: of the selected result, else of the text; or NULL. */
const float *pane_attention(const struct app *app);
/* Ink of a label, the same wherever it stands. */
unsigned pane_tag(const struct app *app, const char *label);

#endif
