/*
 * Pictures by libchafa: it chooses among many symbols what fits best.  Facts
 * that shape this file: chafa 1.12 reads raw colours safely only with
 * get_raw_colors_at(), distorts rows that are no multiple of four bytes, and
 * starts threads unless told not to.
 */
#include "config.h"
#include "tui/canvas.h"

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"

#ifdef HAVE_CHAFA

#include <chafa.h>

static ChafaCanvas *open_canvas(int w, int h)
{
	ChafaSymbolMap *map = chafa_symbol_map_new();
	ChafaCanvasConfig *cfg = chafa_canvas_config_new();
	ChafaCanvas *canvas;

	chafa_set_n_threads(1); /* the cores are the engine's */
	chafa_symbol_map_add_by_tags(map, CHAFA_SYMBOL_TAG_SPACE |
					      CHAFA_SYMBOL_TAG_BLOCK |
					      CHAFA_SYMBOL_TAG_BORDER);
	chafa_canvas_config_set_symbol_map(cfg, map);
	chafa_canvas_config_set_geometry(cfg, w, h);
	/* Its own way to 240 colours takes four times as long. */
	chafa_canvas_config_set_canvas_mode(cfg, CHAFA_CANVAS_MODE_TRUECOLOR);
	canvas = chafa_canvas_new(cfg);
	chafa_canvas_config_unref(cfg);
	chafa_symbol_map_unref(map);
	return canvas;
}

static struct rgb color(int raw)
{
	return (struct rgb){(uint8_t)(raw >> 16), (uint8_t)(raw >> 8),
			    (uint8_t)raw};
}

bool canvas_has_symbols(void)
{
	return true;
}

void canvas_symbols(const uint8_t *rgba, int w, int h, const struct port *p)
{
	ChafaCanvas *canvas = open_canvas(p->w, p->h);

	chafa_canvas_draw_all_pixels(canvas, CHAFA_PIXEL_RGBA8_UNASSOCIATED,
				     rgba, w, h, 4 * w);
	for (int y = 0; y < p->h; y++)
		for (int x = 0; x < p->w; x++) {
			struct cell c = {.painted = true};
			int fg, bg;

			c.cp = chafa_canvas_get_char_at(canvas, x, y);
			chafa_canvas_get_raw_colors_at(canvas, x, y, &fg, &bg);
			c.fg = color(fg);
			c.bg = color(bg);
			port_cell(p, y, x, &c);
		}
	chafa_canvas_unref(canvas);
}

/* What goes round the data, of both protocols. */
static ChafaTermInfo *sequences(void)
{
	static const struct {
		ChafaTermSeq seq;
		const char *bytes;
	} table[] = {
	    {CHAFA_TERM_SEQ_BEGIN_SIXELS, "\033P%1;%2;%3q"},
	    {CHAFA_TERM_SEQ_END_SIXELS, "\033\\"},
	    {CHAFA_TERM_SEQ_BEGIN_KITTY_IMMEDIATE_IMAGE_V1,
	     "\033_Ga=T,f=%1,s=%2,v=%3,c=%4,r=%5,m=1\033\\"},
	    {CHAFA_TERM_SEQ_END_KITTY_IMAGE, "\033_Gm=0\033\\"},
	    {CHAFA_TERM_SEQ_BEGIN_KITTY_IMAGE_CHUNK, "\033_Gm=1;"},
	    {CHAFA_TERM_SEQ_END_KITTY_IMAGE_CHUNK, "\033\\"},
	};
	ChafaTermInfo *info = chafa_term_info_new();

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		chafa_term_info_set_seq(info, table[i].seq, table[i].bytes,
					NULL);
	return info;
}

void canvas_print(const uint8_t *rgba, int w, int h, bool kitty, int rows,
		  int cols, int cell_w, int cell_h, struct str *out)
{
	ChafaCanvasConfig *cfg = chafa_canvas_config_new();
	ChafaTermInfo *info = sequences();
	ChafaCanvas *canvas;
	GString *bytes;

	chafa_set_n_threads(1);
	chafa_canvas_config_set_geometry(cfg, cols, rows);
	chafa_canvas_config_set_cell_geometry(cfg, cell_w, cell_h);
	chafa_canvas_config_set_canvas_mode(cfg, CHAFA_CANVAS_MODE_TRUECOLOR);
	chafa_canvas_config_set_pixel_mode(
	    cfg, kitty ? CHAFA_PIXEL_MODE_KITTY : CHAFA_PIXEL_MODE_SIXELS);
	canvas = chafa_canvas_new(cfg);
	chafa_canvas_draw_all_pixels(canvas, CHAFA_PIXEL_RGBA8_UNASSOCIATED,
				     rgba, w, h, 4 * w);
	bytes = chafa_canvas_print(canvas, info);
	str_addn(out, bytes->str, bytes->len);
	g_string_free(bytes, TRUE);
	chafa_canvas_unref(canvas);
	chafa_canvas_config_unref(cfg);
	chafa_term_info_unref(info);
}

#else

void canvas_print(const uint8_t *rgba, int w, int h, bool kitty, int rows,
		  int cols, int cell_w, int cell_h, struct str *out)
{
	(void)rgba, (void)w, (void)h, (void)kitty, (void)rows, (void)cols;
	(void)cell_w, (void)cell_h, (void)out;
	bug("canvas_print: built without libchafa");
}

bool canvas_has_symbols(void)
{
	return false;
}

void canvas_symbols(const uint8_t *rgba, int w, int h, const struct port *p)
{
	(void)rgba;
	(void)w;
	(void)h;
	(void)p;
	bug("canvas_symbols: built without libchafa");
}

#endif
