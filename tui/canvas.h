/*
 * canvas -- a picture, and what the model looked at in it, as cells; pure.
 *
 * Where the terminal has 256 colours and UTF-8, libchafa's symbols or half
 * blocks of two pixels a cell show the picture; otherwise a ramp of ASCII
 * characters shows lightness.  Weights are
 * painted as in section 4.3 of the design: 0.55 grey picture + 0.45 colour
 * map, whose lightness rises so that it works in grey as well.
 */
#ifndef UMIE_TUI_CANVAS_H
#define UMIE_TUI_CANVAS_H

#include "src/image/image.h"
#include "tui/grid.h"

struct str;

enum canvas_mode {
	CANVAS_ASCII,   /* no colours */
	CANVAS_EIGHT,   /* ASCII in the terminal's eight colours */
	CANVAS_BLOCKS,  /* half blocks, in the nearest colours there are */
	CANVAS_SYMBOLS, /* libchafa's choice of symbols, likewise */
};

/* Boxes in 0..1 of the picture, and what each weighs. */
struct heat {
	const struct box *box;
	const float *weight;
	int n; /* 0: the picture as it is */
};

/* Cells that a w x h picture takes in at most rows x cols (> 0). */
void canvas_fit(int w, int h, int rows, int cols, int *out_rows, int *out_cols);

/* Paint `im` over the whole of `p`. */
void canvas_draw(const struct image *im, const struct heat *heat,
		 enum canvas_mode mode, const struct port *p);

/* What was painted last, to be painted again: symbols cost milliseconds. */
struct canvas_memory {
	uint64_t of;       /* hash of what was painted */
	struct cell *cell; /* owned */
	int w, h;
};
void canvas_draw_again(struct canvas_memory *m, const struct image *im,
		       const struct heat *heat, enum canvas_mode mode,
		       const struct port *p);
void canvas_memory_release(struct canvas_memory *m);

/* Sum of the weights of the boxes that hold the point (x, y in 0..1). */
float heat_at(const struct heat *heat, float x, float y);
/* Colour of weight v in 0..1. */
struct rgb heat_color(float v);

/* Is libchafa there? */
bool canvas_has_symbols(void);
/* w x h pixels over the whole of `p`. */
void canvas_symbols(const uint8_t *rgba, int w, int h, const struct port *p);

/* The same as the bytes of a sixel, or with `kitty` of that protocol's,
 * picture, of rows x cols cells. */
void canvas_print(const uint8_t *rgba, int w, int h, bool kitty, int rows,
		  int cols, int cell_w, int cell_h, struct str *out);

/* Nearest of the 240 fixed colours of a 256 colour terminal, 16 … 255. */
int canvas_index(struct rgb c);

#endif
