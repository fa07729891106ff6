#include "tui/grid.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/base/utf8.h"

static const struct cell BLANK = {.cp = ' '};

void grid_init(struct grid *g, int w, int h)
{
	*g = (struct grid){.w = w, .h = h, .cursor_y = -1, .cursor_x = -1};
	g->cell = xcalloc((size_t)w * (size_t)h, sizeof(*g->cell));
	for (int i = 0; i < w * h; i++)
		g->cell[i] = BLANK;
}

void grid_release(struct grid *g)
{
	free(g->cell);
	*g = (struct grid){0};
}

void grid_row(const struct grid *g, int y, struct str *out)
{
	const struct cell *c = g->cell + (size_t)y * (size_t)g->w;
	size_t start = out->len, end = start;
	char utf8[4];

	for (int x = 0; x < g->w; x++) {
		if (c[x].cp == 0)
			continue;
		str_addn(out, utf8, (size_t)utf8_encode(c[x].cp, utf8));
		if (c[x].cp != ' ')
			end = out->len;
	}
	if (out->len > end)
		out->s[out->len = end] = '\0';
}

struct port port_part(const struct port *p, int y, int x, int h, int w)
{
	struct port part = {p->g, p->y + y, p->x + x, MIN(h, p->h - y),
			    MIN(w, p->w - x)};

	part.h = MAX(part.h, 0);
	part.w = MAX(part.w, 0);
	return part;
}

void port_cell(const struct port *p, int y, int x, const struct cell *c)
{
	struct cell *to;

	if (y < 0 || y >= p->h || x < 0 || x >= p->w)
		return;
	to = &p->g->cell[(size_t)(p->y + y) * (size_t)p->g->w +
			 (size_t)(p->x + x)];
	/* Half a wide character must not stay behind. */
	if (to->cp == 0 && p->x + x > 0 && c->cp != 0)
		to[-1].cp = ' ';
	if (p->x + x + 1 < p->g->w && to[1].cp == 0)
		to[1].cp = ' ';
	*to = *c;
}

void port_clear(const struct port *p)
{
	for (int y = 0; y < p->h; y++)
		for (int x = 0; x < p->w; x++)
			port_cell(p, y, x, &BLANK);
}

void port_char(const struct port *p, int y, int x, unsigned ink, uint32_t cp)
{
	struct cell c = {.cp = cp, .ink = (uint16_t)ink};

	port_cell(p, y, x, &c);
}

void port_glyph(const struct port *p, int y, int x, unsigned ink,
		const struct glyph *g)
{
	if (g->width == 2 && x + 1 >= p->w) {
		port_char(p, y, x, ink, '>');
		return;
	}
	port_char(p, y, x, ink, g->cp);
	if (g->width == 2)
		port_char(p, y, x + 1, ink, 0);
}

void port_ink(const struct port *p, int y, int x, int n, unsigned ink)
{
	for (int i = MAX(x, 0); i < x + n && i < p->w; i++)
		if (y >= 0 && y < p->h)
			p->g->cell[(size_t)(p->y + y) * (size_t)p->g->w +
				   (size_t)(p->x + i)]
			    .ink |= (uint16_t)ink;
}

/* Glyphs in at most w columns, '>' in the last one when they are cut. */
static int draw(const struct port *p, int y, int x, int w, unsigned ink,
		const char *s)
{
	struct glyphs g;
	int used = 0, limit;

	if (w <= 0)
		return x;
	glyphs_of(&g, s, strlen(s));
	limit = glyphs_width(&g, 0, g.n) > w ? w - 1 : w;
	for (size_t i = 0; i < g.n && used + g.g[i].width <= limit; i++) {
		port_glyph(p, y, x + used, ink, &g.g[i]);
		used += g.g[i].width;
	}
	for (; limit < w && used < w; used++)
		port_char(p, y, x + used, ink, used == w - 1 ? '>' : ' ');
	glyphs_release(&g);
	return x + used;
}

int port_text(const struct port *p, int y, int x, unsigned ink, const char *s)
{
	return draw(p, y, x, p->w - x, ink, s);
}

int port_printf(const struct port *p, int y, int x, unsigned ink,
		const char *fmt, ...)
{
	char *s;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		bug("port_printf: %s", fmt);
	va_end(ap);
	x = port_text(p, y, x, ink, s);
	free(s);
	return x;
}

int port_field(const struct port *p, int y, int x, int w, unsigned ink,
	       const char *s)
{
	int end = x + w;

	for (x = draw(p, y, x, w, ink, s); x < end; x++)
		port_char(p, y, x, ink, ' ');
	return end;
}

void port_cursor(const struct port *p, int y, int x)
{
	p->g->cursor_y = p->y + MIN(y, p->h - 1);
	p->g->cursor_x = p->x + MIN(x, p->w - 1);
}
