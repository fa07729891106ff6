/*
 * layout -- where the panes stand, from the size of the terminal; pure.
 *
 * Each screen has a plan for each size: bands from top to bottom, columns in
 * a band, panes in a column.  Neighbours share the line between them.
 */
#ifndef UMIE_TUI_LAYOUT_H
#define UMIE_TUI_LAYOUT_H

#include <stdbool.h>

#include "tui/ui.h"

enum { LAYOUT_MIN_W = 60, LAYOUT_MIN_H = 16 };

enum layout_size {
	LAYOUT_ONE,   /* one column: 80x24 */
	LAYOUT_OTHER, /* one column, what `i` brings instead */
	LAYOUT_TWO,   /* 100x30 */
	LAYOUT_BENCH, /* from 150x40 on */
	LAYOUT_SIZES,
};

struct rect {
	int y, x, h, w; /* h == 0: not shown */
};

struct layout {
	bool too_small; /* then nothing else is set */
	enum layout_size size;
	struct rect pane[PANES]; /* with the lines around them */
	struct rect status, caption, keys, messages, progress, prompt;
	struct rect all; /* what the panes share */
};

/* For ui->w x ui->h, the screen, the zoomed pane, `i`, the editor. */
void layout_make(struct layout *l, const struct ui *ui);

/* The pane that can be seen after (step 1) or before (-1) `from`. */
enum pane_id layout_next(const struct layout *l, const struct ui *ui, int step);

/* The pane belongs to this screen, and stands in it at this size. */
bool layout_has(const struct ui *ui, enum pane_id p);

#endif
