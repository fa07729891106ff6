#include "tui/layout.h"

#include "src/base/mem.h"

enum {
	BENCH_W = 150,
	BENCH_H = 40,
	TWO_W = 96,
	TWO_H = 20,
	EDIT_ROWS = 5, /* of what is being typed, if there is room */
	SLOTS = 5,
	COLUMNS_MAX = 3,
	BANDS = 3,
};

/*
 * What something gets of a length: `least`, then by its share of what is
 * left, up to `most` (0: no limit).  least == 0 ends a list.
 */
struct want {
	int least, share, most;
};

struct slot {
	enum pane_id pane;
	struct want rows; /* without the line above it */
};

struct column {
	struct want width;
	struct slot slot[SLOTS];
};

/* Its height follows from what its columns want. */
struct band {
	int share;
	struct column column[COLUMNS_MAX];
};

struct plan {
	struct band band[BANDS];
};

/* clang-format off */
static const struct plan PLANS[SCREENS][LAYOUT_SIZES] = {
[SCREEN_ANNOTATE] = {
	[LAYOUT_ONE] = {{{1, {
		{{40, 1, 0}, {{PANE_INSTRUCTION, {1, 3, 4}},
			      {PANE_TEXT, {2, 4, 12}},
			      {PANE_RESULTS, {2, 6, 0}},
			      {PANE_GATE, {1, 0, 1}}}}}}}},
	[LAYOUT_OTHER] = {{{1, {
		{{40, 1, 0}, {{PANE_TEXT, {2, 1, 6}},
			      {PANE_PICTURE, {4, 4, 0}},
			      {PANE_GATE, {1, 0, 1}}}}}}}},
	[LAYOUT_TWO] = {{{1, {
		{{48, 3, 0}, {{PANE_INSTRUCTION, {2, 1, 5}},
			      {PANE_TEXT, {3, 4, 14}},
			      {PANE_RESULTS, {4, 6, 0}}}},
		{{36, 2, 0}, {{PANE_PICTURE, {6, 1, 0}},
			      {PANE_GATE, {3, 1, 4}}}}}}}},
	[LAYOUT_BENCH] = {{{1, {
		{{30, 1, 40}, {{PANE_QUEUE, {8, 1, 0}}}},
		{{60, 4, 0}, {{PANE_INSTRUCTION, {2, 1, 5}},
			      {PANE_TEXT, {5, 3, 14}},
			      {PANE_RESULTS, {8, 4, 0}},
			      {PANE_VARIANTS, {6, 3, 16}}}},
		{{46, 3, 0}, {{PANE_PICTURE, {10, 3, 0}},
			      {PANE_GATE, {4, 0, 4}},
			      {PANE_SWEEP, {6, 1, 10}}}}}},
		{0, {
		{{60, 1, 0}, {{PANE_MESSAGES, {3, 0, 3}}}}}}}},
},
[SCREEN_PROBE] = {
	[LAYOUT_ONE] = {{{1, {
		{{40, 1, 0}, {{PANE_INSTRUCTION, {1, 1, 4}},
			      {PANE_TEXT, {1, 1, 4}},
			      {PANE_VARIANTS, {2, 6, 0}},
			      {PANE_SCORES, {1, 2, 5}}}}}}}},
	[LAYOUT_OTHER] = {{{1, {
		{{40, 1, 0}, {{PANE_TEXT, {1, 1, 4}},
			      {PANE_PICTURE, {3, 3, 0}},
			      {PANE_SWEEP, {3, 1, 7}}}}}}}},
	[LAYOUT_TWO] = {{{2, {
		{{60, 1, 0}, {{PANE_INSTRUCTION, {2, 1, 5}},
			      {PANE_TEXT, {2, 1, 6}},
			      {PANE_VARIANTS, {3, 4, 0}}}}}},
		{1, {
		{{40, 1, 0}, {{PANE_SWEEP, {4, 1, 10}}}},
		{{40, 1, 0}, {{PANE_SCORES, {4, 1, 0}}}}}}}},
	[LAYOUT_BENCH] = {{{1, {
		{{80, 3, 0}, {{PANE_INSTRUCTION, {3, 1, 6}},
			      {PANE_TEXT, {4, 1, 10}},
			      {PANE_VARIANTS, {8, 4, 0}}}},
		{{56, 2, 0}, {{PANE_PICTURE, {8, 2, 0}},
			      {PANE_SWEEP, {7, 1, 12}},
			      {PANE_SCORES, {7, 1, 12}}}}}},
		{0, {
		{{60, 1, 0}, {{PANE_MESSAGES, {3, 0, 3}}}}}}}},
},
[SCREEN_TRAIN] = {
	[LAYOUT_ONE] = {{{1, {
		{{40, 1, 0}, {{PANE_LOSS, {4, 4, 0}},
			      {PANE_DEV, {2, 2, 8}},
			      {PANE_LOG, {1, 1, 0}}}}}}}},
	[LAYOUT_OTHER] = {{{1, {
		{{40, 1, 0}, {{PANE_RANKS, {2, 2, 8}},
			      {PANE_GATES, {3, 2, 10}},
			      {PANE_LOG, {1, 1, 0}}}}}}}},
	[LAYOUT_TWO] = {{{3, {
		{{48, 3, 0}, {{PANE_LOSS, {5, 1, 0}}}},
		{{36, 2, 0}, {{PANE_RANKS, {5, 1, 0}}}}}},
		{2, {
		{{48, 3, 0}, {{PANE_DEV, {4, 1, 0}}}},
		{{36, 2, 0}, {{PANE_GATES, {4, 1, 0}}}}}},
		{1, {
		{{60, 1, 0}, {{PANE_LOG, {2, 1, 0}}}}}}}},
	[LAYOUT_BENCH] = {{{3, {
		{{90, 3, 0}, {{PANE_LOSS, {9, 1, 0}}}},
		{{50, 2, 0}, {{PANE_RANKS, {9, 1, 0}}}}}},
		{2, {
		{{90, 3, 0}, {{PANE_DEV, {7, 1, 0}}}},
		{{50, 2, 0}, {{PANE_GATES, {7, 1, 0}}}}}},
		{1, {
		{{60, 1, 0}, {{PANE_LOG, {4, 1, 0}}}}}}}},
},
[SCREEN_EVAL] = {
	[LAYOUT_ONE] = {{{1, {
		{{40, 1, 0}, {{PANE_TABLE, {4, 3, 0}},
			      {PANE_SLICES, {3, 1, 0}}}}}}}},
	[LAYOUT_OTHER] = {{{1, {
		{{40, 1, 0}, {{PANE_SLICES, {4, 1, 0}}}}}}}},
	[LAYOUT_TWO] = {{{1, {
		{{48, 3, 0}, {{PANE_TABLE, {8, 1, 0}}}},
		{{36, 2, 0}, {{PANE_SLICES, {8, 1, 0}}}}}}}},
	[LAYOUT_BENCH] = {{{1, {
		{{80, 3, 0}, {{PANE_TABLE, {20, 1, 0}}}},
		{{56, 2, 0}, {{PANE_SLICES, {20, 1, 0}}}}}},
		{0, {
		{{60, 1, 0}, {{PANE_MESSAGES, {3, 0, 3}}}}}}}},
},
};
/* clang-format on */

static enum layout_size size_of(const struct ui *ui)
{
	if (ui->w >= BENCH_W && ui->h >= BENCH_H && ui->widest == WIDEST_AUTO)
		return LAYOUT_BENCH;
	if (ui->w >= TWO_W && ui->h >= TWO_H && ui->widest != WIDEST_COLUMN)
		return LAYOUT_TWO;
	return ui->other ? LAYOUT_OTHER : LAYOUT_ONE;
}

static void lines(struct layout *l, const struct ui *ui)
{
	int y = ui->h, progress = ui->progress ? 1 : 0;

	l->status = (struct rect){0, 0, 1, ui->w};
	l->prompt = (struct rect){y -= 1, 0, 1, ui->w};
	l->progress = (struct rect){y -= progress, 0, progress, ui->w};
	l->messages = (struct rect){y -= 1, 0, 1, ui->w};
	l->keys = (struct rect){y -= 1, 0, 1, ui->w};
	l->caption = (struct rect){y -= ui->caption, 0, ui->caption, ui->w};
	l->all = (struct rect){1, 0, y - 1, ui->w};
}

/* The widest give way until the least fits. */
static int shrink(int *got, int n, int over)
{
	for (; over > 0; over--) {
		int most = 0;

		for (int i = 1; i < n; i++)
			if (got[i] > got[most])
				most = i;
		if (got[most] <= 1)
			break;
		got[most]--;
	}
	return over;
}

/* Divide `total`, all of it; who has no limit takes what the limits leave. */
static void divide(int total, const struct want *w, int n, int *got)
{
	int shares = 0, left = total, last = n - 1, room;

	for (int i = 0; i < n; i++) {
		got[i] = w[i].least;
		left -= got[i];
		shares += w[i].share;
		if (!w[i].most)
			last = i;
	}
	if (left < 0)
		left = shrink(got, n, -left);
	room = left;
	for (int i = 0; i < n && shares; i++) {
		int add = room * w[i].share / shares;

		if (w[i].most)
			add = MIN(add, MAX(w[i].most - got[i], 0));
		got[i] += add;
		left -= add;
	}
	got[last] += left;
}

static int slots_of(const struct column *c)
{
	int n = 0;

	while (n < SLOTS && c->slot[n].rows.least)
		n++;
	return n;
}

static int columns_of(const struct band *b)
{
	int n = 0;

	while (n < COLUMNS_MAX && b->column[n].width.least)
		n++;
	return n;
}

/* Rows of a slot: more while it is typed in. */
static struct want rows_of_slot(const struct slot *s, const struct ui *ui)
{
	struct want w = s->rows;

	if (ui->typing == TYPING_PANE && ui->focus == s->pane) {
		w.least = MAX(w.least, EDIT_ROWS);
		w.most = MAX(w.most, w.least);
	}
	return w;
}

/* Panes from row y on; their lines take h + 1 rows. */
static void fill_column(struct layout *l, const struct ui *ui,
			const struct column *c, struct rect in)
{
	struct want want[SLOTS];
	int got[SLOTS], n = slots_of(c), y = in.y;

	for (int i = 0; i < n; i++)
		want[i] = rows_of_slot(&c->slot[i], ui);
	divide(in.h - 1 - n, want, n, got);
	for (int i = 0; i < n; i++) {
		l->pane[c->slot[i].pane] =
		    (struct rect){y, in.x, got[i] + 2, in.w};
		y += got[i] + 1;
	}
}

static void fill_band(struct layout *l, const struct ui *ui,
		      const struct band *b, struct rect in)
{
	struct want want[COLUMNS_MAX];
	int got[COLUMNS_MAX], n = columns_of(b), x = in.x;

	for (int i = 0; i < n; i++)
		want[i] = b->column[i].width;
	divide(in.w - 1, want, n, got);
	for (int i = 0; i < n; i++) {
		fill_column(l, ui, &b->column[i],
			    (struct rect){in.y, x, in.h, got[i] + 1});
		x += got[i];
	}
}

/* The line above each pane counts, the band's last line does not. */
static struct want band_want(const struct band *b, const struct ui *ui)
{
	struct want w = {.share = b->share};
	int most = 0;

	for (int i = 0; i < columns_of(b); i++) {
		int h = 0, hi = 0;
		bool limit = true;

		for (int k = 0; k < slots_of(&b->column[i]); k++) {
			struct want s = rows_of_slot(&b->column[i].slot[k], ui);

			h += 1 + s.least;
			hi += 1 + s.most;
			limit &= s.most > 0;
		}
		w.least = MAX(w.least, h);
		most = limit ? MAX(most, hi) : 1 << 20;
	}
	w.most = most < 1 << 20 ? most : 0;
	return w;
}

static void fill(struct layout *l, const struct ui *ui)
{
	const struct plan *plan = &PLANS[ui->screen][l->size];
	struct want want[BANDS];
	int got[BANDS], n = 0, y = l->all.y;

	while (n < BANDS && columns_of(&plan->band[n])) {
		want[n] = band_want(&plan->band[n], ui);
		n++;
	}
	divide(l->all.h - 1, want, n, got);
	for (int i = 0; i < n; i++) {
		fill_band(l, ui, &plan->band[i],
			  (struct rect){y, 0, got[i] + 1, l->all.w});
		y += got[i];
	}
}

void layout_make(struct layout *l, const struct ui *ui)
{
	*l = (struct layout){.size = size_of(ui)};
	l->too_small = ui->w < LAYOUT_MIN_W || ui->h < LAYOUT_MIN_H;
	if (l->too_small)
		return;
	lines(l, ui);
	if (ui->zoom)
		l->pane[ui->focus] = l->all;
	else
		fill(l, ui);
}

enum pane_id layout_next(const struct layout *l, const struct ui *ui, int step)
{
	int n = screen_panes(ui->screen),
	    at = pane_number(ui->screen, ui->focus);
	enum pane_id p = ui->focus;

	for (int i = 0; i < n; i++) {
		at = (at - 1 + step + n) % n + 1;
		p = pane_numbered(ui->screen, at);
		if (l->pane[p].h)
			break;
	}
	return p;
}

bool layout_has(const struct ui *ui, enum pane_id p)
{
	struct ui plain = *ui;
	struct layout l;

	plain.zoom = false;
	layout_make(&l, &plain);
	return l.too_small || l.pane[p].h > 0;
}
