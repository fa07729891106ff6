/* From the app to the grid: frames, titles, panes whose dirty bit is set. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/engine/clock.h"
#include "tui/app.h"
#include "tui/here.h"
#include "tui/pane.h"

enum { BUSY_AFTER = 100 }; /* ms until a computation is mentioned */

static const struct pane_ops *const OPS[PANES] = {
#define PANE_OPS(upper, lower, title, screens) [PANE_##upper] = &pane_##lower,
    PANE_LIST(PANE_OPS)
#undef PANE_OPS
};

const struct pane_ops *pane_ops(enum pane_id p)
{
	return OPS[p];
}

int pane_top(int rows, int h, int scroll, int wanted)
{
	int most = MAX(rows - h, 0), top = MAX(scroll, 0);

	/* Two rows: a line and the marks below it. */
	if (scroll == SCROLL_AUTO && wanted >= h - 1)
		top = wanted - h / 2;
	return MIN(top, most);
}

int pane_paragraph(const struct port *p, int y, unsigned ink, const char *s)
{
	struct glyphs g;
	struct rows rows;
	int n;

	glyphs_of(&g, s, strlen(s));
	rows_wrap(&rows, &g, MAX(p->w - 2, 1));
	n = (int)rows.n;
	for (int i = 0; i < n; i++) {
		const struct row *r = &rows.row[i];
		int x = 1;

		for (size_t k = r->begin; k < r->end; k++) {
			port_glyph(p, y + i, x, ink, &g.g[k]);
			x += g.g[k].width;
		}
	}
	rows_release(&rows);
	glyphs_release(&g);
	return n;
}

void pane_more(const struct port *p, int top, int rows)
{
	if (top > 0)
		port_char(p, 0, p->w - 1, INK_BOLD | INK_REVERSE, '^');
	if (top + p->h < rows)
		port_char(p, p->h - 1, p->w - 1, INK_BOLD | INK_REVERSE, 'v');
}

void pane_probability(float p, char out[8])
{
	char s[16];

	snprintf(s, sizeof(s), "%.2f", (double)fminf(fmaxf(p, 0), 1));
	snprintf(out, 8, "%.4s", s[0] == '0' ? s + 1 : "1.0");
}

double pane_busy(const struct app *app)
{
	double ms = app->live_job ? clock_ms() - app->busy_since : 0;

	return ms >= BUSY_AFTER ? ms : 0;
}

const float *pane_attention(const struct app *app)
{
	const struct found *f = here_found(app);

	return f && f->attention ? f->attention : here_answer(app)->attention;
}

/* The label of row i. */
static const char *row_label(const struct app *app, int i)
{
	const struct session_example *e = here_example(app);

	return e ? e->item[i].label : app->result->found[i].rec.label;
}

unsigned pane_tag(const struct app *app, const char *label)
{
	static const unsigned inks[] = {INK_CYAN, INK_GREEN, INK_MAGENTA,
					INK_YELLOW, INK_BLUE};
	int rows = here_rows(app);
	size_t n = 0;

	/* Numbered as labels come up for the first time. */
	for (int i = 0; i < rows; i++) {
		int k = 0;

		if (strcmp(row_label(app, i), label) == 0)
			break;
		while (strcmp(row_label(app, i), row_label(app, k)))
			k++;
		n += k == i;
	}
	return inks[n % ARRAY_LEN(inks)];
}

/* A cell of a frame goes on to these sides. */
enum { UP = 1, DOWN = 2, LEFT = 4, RIGHT = 8 };

/* Frames share lines: where they meet the sides of all of them count. */
struct frames {
	uint8_t *sides; /* owned; of the whole port */
	int w;
};

static void frames_add(struct frames *f, const struct rect *r)
{
	uint8_t *top = f->sides + (ptrdiff_t)r->y * f->w + r->x;
	uint8_t *bottom = top + (ptrdiff_t)(r->h - 1) * f->w;

	for (int x = 0; x < r->w; x++) {
		int sides = (x > 0 ? LEFT : 0) | (x + 1 < r->w ? RIGHT : 0);

		top[x] |= (uint8_t)sides;
		bottom[x] |= (uint8_t)sides;
	}
	for (int y = 0; y < r->h; y++) {
		int sides = (y > 0 ? UP : 0) | (y + 1 < r->h ? DOWN : 0);

		top[y * f->w] |= (uint8_t)sides;
		top[y * f->w + r->w - 1] |= (uint8_t)sides;
	}
}

static void frames_draw(const struct frames *f, const struct port *p, bool utf8)
{
	/* by sides; 0 is no line */
	static const uint16_t box[16] = {
	    ' ',    0x2502, 0x2502, 0x2502, 0x2500, 0x2518, 0x2510, 0x2524,
	    0x2500, 0x2514, 0x250c, 0x251c, 0x2500, 0x2534, 0x252c, 0x253c};
	static const char ascii[] = " |||-+++-+++-+++";

	for (int y = 0; y < p->h; y++)
		for (int x = 0; x < p->w; x++) {
			uint8_t s = f->sides[(ptrdiff_t)y * f->w + x];

			if (s)
				port_char(p, y, x, 0,
					  utf8 ? box[s] : (uint8_t)ascii[s]);
		}
}

static void draw_title(const struct port *p, unsigned ink, const char *name,
		       const char *more)
{
	struct port in = port_part(p, 0, 2, 1, p->w - 4);
	int x = port_text(&in, 0, 0, ink, name);

	if (*more)
		x = port_printf(&in, 0, x, ink & ~(unsigned)INK_BOLD, "  %s",
				more);
	port_text(&in, 0, x, ink, " ");
}

static void paint_title(struct app *app, const struct rect *r, enum pane_id id,
			struct port *all)
{
	struct port p = port_part(all, r->y, r->x, 1, r->w);
	struct ui *ui = app->ui;
	struct str more = {0};
	char *name =
	    xasprintf(" %d %s", pane_number(ui->screen, id), pane_title(id));
	unsigned ink = ui->focus == id ? INK_BOLD | INK_REVERSE : INK_BOLD;

	OPS[id]->title(app, &more);
	draw_title(&p, ink, name, str_cstr(&more));
	free(name);
	str_release(&more);
}

static void paint_pane(struct app *app, const struct rect *r, enum pane_id id,
		       struct port *all)
{
	struct port p = port_part(all, r->y + 1, r->x + 1, r->h - 2, r->w - 2);
	int *scroll = &app->ui->scroll[id], rows;

	port_clear(&p);
	rows = OPS[id]->draw(app, &p, *scroll);
	*scroll = MIN(*scroll, MAX(rows - p.h, 0));
}

static void paint_panes(struct app *app, const struct layout *l, unsigned dirty,
			struct port *all)
{
	struct frames f = {xcalloc((size_t)all->w * (size_t)all->h, 1), all->w};

	for (int i = 0; i < PANES; i++)
		if (l->pane[i].h)
			frames_add(&f, &l->pane[i]);
	frames_draw(&f, all, app->ui->utf8);
	free(f.sides);
	for (int i = 0; i < PANES; i++) {
		const struct rect *r = &l->pane[i];

		if (!r->h)
			continue;
		paint_title(app, r, (enum pane_id)i, all);
		if (OPS[i]->dirty & dirty)
			paint_pane(app, r, (enum pane_id)i, all);
	}
}

static void paint_overlay(struct app *app, const struct layout *l,
			  struct port *all)
{
	struct port p = port_part(all, l->all.y, l->all.x, l->all.h, l->all.w);
	struct ui *ui = app->ui;
	struct port in = port_part(&p, 1, 1, p.h - 2, p.w - 2);
	struct frames f = {xcalloc((size_t)p.w * (size_t)p.h, 1), p.w};
	char *name = xasprintf(" %s", overlay_title(ui->overlay));
	int rows;

	port_clear(&p);
	frames_add(&f, &(struct rect){0, 0, p.h, p.w});
	frames_draw(&f, &p, ui->utf8);
	free(f.sides);
	draw_title(&p, INK_BOLD | INK_REVERSE, name, "");
	rows = overlay_draw(app, &in, ui->overlay_scroll);
	if (ui->overlay_scroll > MAX(rows - in.h, 0)) {
		ui->overlay_scroll = MAX(rows - in.h, 0);
		port_clear(&in);
		overlay_draw(app, &in, ui->overlay_scroll);
	}
	free(name);
}

/* Labels to choose from, over the middle of the panes. */
static void paint_choices(const struct app *app, const struct layout *l,
			  struct port *all)
{
	const struct adjust *a = &app->ui->adjust;
	struct frames f;
	struct port p, in;
	int n = 0, w = 24, h, top;

	while (adjust_choice(a, n))
		w = MAX(w, cells_width(adjust_choice(a, n++)) + 8);
	w = MIN(w, l->all.w - 4);
	h = MIN(MAX(n, 1) + 2, l->all.h - 2);
	p = port_part(all, l->all.y + (l->all.h - h) / 2, (l->all.w - w) / 2, h,
		      w);
	in = port_part(&p, 1, 1, h - 2, w - 2);
	port_clear(&p);
	f = (struct frames){xcalloc((size_t)p.w * (size_t)p.h, 1), p.w};
	frames_add(&f, &(struct rect){0, 0, p.h, p.w});
	frames_draw(&f, &p, app->ui->utf8);
	free(f.sides);
	draw_title(&p, INK_BOLD | INK_REVERSE, " Type", "");
	top = pane_top(n, in.h, SCROLL_AUTO, a->chosen + 1);
	for (int y = 0; y < in.h && y + top < n; y++) {
		bool chosen = y + top == a->chosen;
		int at = port_printf(&in, y, 0, chosen ? INK_BOLD : 0, "%c%2d ",
				     chosen ? '>' : ' ', y + top + 1);

		port_field(&in, y, at, in.w - at, chosen ? INK_BOLD : 0,
			   adjust_choice(a, y + top));
		if (chosen)
			port_ink(&in, y, 0, in.w, INK_REVERSE);
	}
	if (n == 0)
		port_text(&in, 0, 1, INK_DIM, "no label like this");
	pane_more(&in, top, n);
}

static void paint_bar(const struct app *app, const struct rect *r,
		      struct port *all,
		      void (*draw)(const struct app *, const struct port *))
{
	struct port p = port_part(all, r->y, r->x, r->h, r->w);

	port_clear(&p);
	draw(app, &p);
}

static void paint_small(struct port *all)
{
	port_clear(all);
	port_text(all, 0, 0, 0, "too small: umie wants 60 columns, 16 lines;");
	port_text(all, 1, 0, 0, "umie --plain needs neither (q leaves)");
}

void paint(struct app *app, const struct layout *l, struct grid *g)
{
	struct port all = {g, 0, 0, g->h, g->w};
	unsigned dirty = app->dirty;

	app->dirty = 0;
	g->cursor_y = g->cursor_x = -1;
	if (l->too_small) {
		paint_small(&all);
		return;
	}
	if (app->ui->typing == TYPING_PANE) /* for its cursor */
		dirty |= DIRTY_TEXT | DIRTY_INSTRUCTION;
	if (app->ui->overlay)
		paint_overlay(app, l, &all);
	else
		paint_panes(app, l, dirty, &all);
	if (app->ui->adjust.kind == ADJUST_PICK)
		paint_choices(app, l, &all);
	paint_bar(app, &l->status, &all, bar_status);
	if (l->caption.h)
		paint_bar(app, &l->caption, &all, bar_caption);
	paint_bar(app, &l->keys, &all, bar_keys);
	paint_bar(app, &l->messages, &all, bar_messages);
	paint_bar(app, &l->progress, &all, bar_progress);
	paint_bar(app, &l->prompt, &all, bar_prompt);
}
