#include "tui/cells.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "src/base/mem.h"
#include "src/base/utf8.h"

enum { JOINER = 0x200d };

/* Skin tones change the character before them. */
static bool modifies(uint32_t cp, const struct glyph *before)
{
	return cp >= 0x1f3fb && cp <= 0x1f3ff && before && before->width == 2;
}

static struct glyph *add(struct glyphs *out, uint32_t cp, int width,
			 size_t byte)
{
	struct glyph *g;

	out->g = xgrow(out->g, out->n, &out->cap, sizeof(*out->g));
	g = &out->g[out->n++];
	*g = (struct glyph){cp, width, byte, out->points};
	return g;
}

/* One character; `last` is the glyph that marks belong to, or NULL. */
static struct glyph *place(struct glyphs *out, uint32_t cp, size_t byte,
			   struct glyph *last, bool joined)
{
	int width;

	if (cp < 0x20 || cp == 0x7f) {
		add(out, '^', 1, byte);
		add(out, cp ^ 0x40, 1, byte);
		return NULL;
	}
	width = wcwidth((wchar_t)cp);
	if (last && (joined || width == 0 || modifies(cp, last)))
		return last;
	if (width <= 0)
		return add(out, '?', 1, byte);
	return add(out, cp, width, byte);
}

void glyphs_of(struct glyphs *out, const char *s, size_t n)
{
	struct glyph *last = NULL;
	bool joined = false;
	uint32_t cp;
	int len;

	*out = (struct glyphs){0};
	for (size_t i = 0; i < n; i += (size_t)len) {
		len = utf8_decode(s + i, n - i, &cp);
		if (len == 0) {
			len = 1;
			last = add(out, '?', 1, i);
			joined = false;
		} else {
			last = place(out, cp, i, last, joined);
			joined = cp == JOINER;
		}
		out->points++;
	}
	out->bytes = n;
}

void glyphs_release(struct glyphs *g)
{
	free(g->g);
	*g = (struct glyphs){0};
}

size_t glyphs_byte(const struct glyphs *g, size_t byte)
{
	size_t i = 0;

	if (byte >= g->bytes)
		return g->n;
	while (i + 1 < g->n && g->g[i + 1].byte <= byte && g->g[i].byte != byte)
		i++;
	return i;
}

size_t glyphs_point(const struct glyphs *g, int32_t at)
{
	size_t i = 0;

	if (at >= g->points)
		return g->n;
	while (i + 1 < g->n && g->g[i + 1].at <= at && g->g[i].at != at)
		i++;
	return i;
}

int glyphs_width(const struct glyphs *g, size_t begin, size_t end)
{
	int width = 0;

	for (size_t i = begin; i < end && i < g->n; i++)
		width += g->g[i].width;
	return width;
}

int cells_width(const char *s)
{
	struct glyphs g;
	int width;

	glyphs_of(&g, s, strlen(s));
	width = glyphs_width(&g, 0, g.n);
	glyphs_release(&g);
	return width;
}

static bool newline(const struct glyphs *g, size_t i)
{
	return i > 0 && g->g[i].cp == 'J' && g->g[i - 1].cp == '^' &&
	       g->g[i].byte == g->g[i - 1].byte;
}

/* Where the row that begins at `begin` ends. */
static size_t row_end(const struct glyphs *g, size_t begin, int width)
{
	size_t space = 0; /* after the last space */
	int used = 0;

	for (size_t i = begin; i < g->n; i++) {
		if (g->g[i].cp == ' ')
			space = i + 1;
		used += g->g[i].width;
		/* A space may hang over the edge: it shows nothing. */
		if (used > width && i > begin)
			return space ? space : i;
		if (newline(g, i))
			return i + 1;
	}
	return g->n;
}

void rows_wrap(struct rows *out, const struct glyphs *g, int width)
{
	size_t at = 0, end;

	*out = (struct rows){0};
	do {
		end = row_end(g, at, width);
		out->row =
		    xgrow(out->row, out->n, &out->cap, sizeof(*out->row));
		out->row[out->n++] = (struct row){at, end};
		at = end;
	} while (at < g->n);
	if (g->n && newline(g, g->n - 1)) {
		out->row =
		    xgrow(out->row, out->n, &out->cap, sizeof(*out->row));
		out->row[out->n++] = (struct row){g->n, g->n};
	}
}

void rows_release(struct rows *r)
{
	free(r->row);
	*r = (struct rows){0};
}

size_t rows_of(const struct rows *r, size_t glyph)
{
	size_t i = 0;

	while (i + 1 < r->n && r->row[i + 1].begin <= glyph)
		i++;
	return i;
}
