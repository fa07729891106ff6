#include "tui/layout.h"

#include "src/base/mem.h"

enum {
	TWO_COLUMNS_W = 96,
	TWO_COLUMNS_H = 20,
	MANY_MESSAGES_H = 40,
	EDIT_ROWS = 6, /* of an instruction that is edited, if there is room */
};

static int clamp(int v, int lo, int hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

static void lines(struct layout *l, const struct ui *ui)
{
	int messages = ui->h >= MANY_MESSAGES_H ? 3 : 1, y = ui->h;

	l->status = (struct rect){0, 0, 1, ui->w};
	l->prompt = (struct rect){y -= 1, 0, 1, ui->w};
	l->messages = (struct rect){y -= messages, 0, messages, ui->w};
	l->keys = (struct rect){y -= 1, 0, 1, ui->w};
	l->all = (struct rect){1, 0, y - 1, ui->w};
}

/*
 * Stack panes in `in`.  Each height counts the title's line; the last pane
 * gets what is left, its frame's last line included.
 */
static void stack(struct layout *l, struct rect in, const enum pane_id *p,
		  const int *height, int n)
{
	int y = in.y, end = in.y + in.h;

	for (int i = 0; i < n; i++) {
		bool last = i == n - 1;
		int h = last ? end - y : height[i];

		l->pane[p[i]] = (struct rect){y, in.x, h, in.w};
		l->first[p[i]] = i == 0;
		l->last[p[i]] = last;
		y += h;
	}
}

static int instruction_rows(const struct ui *ui, int rows, int lo)
{
	int h = clamp(rows / 5, lo, 6);

	if (ui->typing == TYPING_PANE && ui->focus == PANE_INSTRUCTION)
		h = clamp(EDIT_ROWS, h, MAX(h, rows - 7));
	return h;
}

static void two_columns(struct layout *l, const struct ui *ui)
{
	static const enum pane_id left[] = {PANE_INSTRUCTION, PANE_TEXT,
					    PANE_RESULTS};
	static const enum pane_id right[] = {PANE_PICTURE, PANE_GATE};
	struct rect in = l->all;
	int w = ui->w * 2 / 5, gate = 6;
	int height[] = {instruction_rows(ui, in.h, 3), clamp(in.h / 3, 4, 16),
			0};

	in.w -= w;
	stack(l, in, left, height, 3);
	in.x = in.w;
	in.w = w;
	height[0] = in.h - gate;
	stack(l, in, right, height, 2);
}

static void one_column(struct layout *l, const struct ui *ui)
{
	static const enum pane_id lists[] = {PANE_INSTRUCTION, PANE_TEXT,
					     PANE_RESULTS, PANE_GATE};
	static const enum pane_id picture[] = {PANE_TEXT, PANE_PICTURE,
					       PANE_GATE};
	int gate = 3, rows = l->all.h - gate;
	int text = clamp((rows * 7 + 10) / 20, 3, 12);
	int instruction = instruction_rows(ui, rows, 2);
	int height[] = {instruction, text, rows - instruction - text, gate};
	int other[] = {text, rows - text, gate};

	if (ui->picture)
		stack(l, l->all, picture, other, 3);
	else
		stack(l, l->all, lists, height, 4);
}

void layout_make(struct layout *l, const struct ui *ui)
{
	*l = (struct layout){0};
	l->too_small = ui->w < LAYOUT_MIN_W || ui->h < LAYOUT_MIN_H;
	if (l->too_small)
		return;
	lines(l, ui);
	if (ui->zoom)
		stack(l, l->all, &ui->focus, NULL, 1);
	else if (ui->w >= TWO_COLUMNS_W && ui->h >= TWO_COLUMNS_H)
		two_columns(l, ui);
	else
		one_column(l, ui);
}

enum pane_id layout_next(const struct layout *l, enum pane_id from, int step)
{
	int p = (int)from;

	for (int i = 0; i < PANES; i++) {
		p = (p + step + PANES) % PANES;
		if (l->pane[p].h)
			break;
	}
	return (enum pane_id)p;
}
