/*
 * layout -- where the panes stand, from the size of the screen; pure.
 */
#ifndef UMIE_TUI_LAYOUT_H
#define UMIE_TUI_LAYOUT_H

#include <stdbool.h>

#include "tui/ui.h"

enum { LAYOUT_MIN_W = 60, LAYOUT_MIN_H = 16 };

struct rect {
	int y, x, h, w; /* h == 0: not shown */
};

/*
 * Panes below one another share a line: the lower one's title stands in the
 * upper one's frame.  `first` and `last` tell which frames end a column.
 */
struct layout {
	bool too_small; /* then nothing else is set */
	struct rect pane[PANES];
	bool first[PANES], last[PANES];
	struct rect status, keys, messages, prompt;
	struct rect all; /* what the panes share */
};

/* For ui->w x ui->h, the zoomed pane, the picture asked for, the editor. */
void layout_make(struct layout *l, const struct ui *ui);

/* The pane that can be seen after (step 1) or before (-1) `from`. */
enum pane_id layout_next(const struct layout *l, enum pane_id from, int step);

#endif
