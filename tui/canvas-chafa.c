/*
 * Pictures by libchafa: it chooses among many symbols what fits best.  Facts
 * that shape this file: chafa 1.12 reads raw colours safely only with
 * get_raw_colors_at(), distorts rows that are no multiple of four bytes, and
 * starts threads unless told not to.
 */
#include "config.h"
#include "tui/canvas.h"

#include "src/base/err.h"

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

#else

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
