/*
 * cells -- text as columns of a terminal; pure.
 *
 * One glyph is what takes one or two columns: a character without the
 * combining marks, joiners and variation selectors behind it, which terminals
 * draw in different widths and umie therefore does not draw.  Control
 * characters become two glyphs, ^ and a letter; bytes that are not UTF-8, and
 * characters that the locale cannot print, become '?'.
 */
#ifndef UMIE_TUI_CELLS_H
#define UMIE_TUI_CELLS_H

#include <stddef.h>
#include <stdint.h>

struct glyph {
	uint32_t cp; /* drawn character */
	int width;   /* columns: 1 or 2 */
	size_t byte; /* where it begins in the string */
	int32_t at;  /* the same in code points */
};

struct glyphs {
	struct glyph *g; /* owned */
	size_t n, cap;
	size_t bytes;   /* length of the string */
	int32_t points; /* the same in code points */
};

/* A line of wrapped text: glyphs [begin, end), a space at a break included. */
struct row {
	size_t begin, end;
};

struct rows {
	struct row *row; /* owned */
	size_t n, cap;
};

/* Take n bytes apart; `out` is overwritten and the caller's to release. */
void glyphs_of(struct glyphs *out, const char *s, size_t n);
void glyphs_release(struct glyphs *g);
/* Glyph that shows byte `byte` or code point `at`; g->n past the end. */
size_t glyphs_byte(const struct glyphs *g, size_t byte);
size_t glyphs_point(const struct glyphs *g, int32_t at);

/* Columns of glyphs [begin, end). */
int glyphs_width(const struct glyphs *g, size_t begin, size_t end);
/* Columns of a string. */
int cells_width(const char *s);

/*
 * Break into rows of at most `width` (> 0) columns: after spaces where there
 * are any, within a word otherwise, always after a newline.  There is at
 * least one row.  `out` is overwritten.
 */
void rows_wrap(struct rows *out, const struct glyphs *g, int width);
void rows_release(struct rows *r);
/* Row of a glyph; of g->n: the last. */
size_t rows_of(const struct rows *r, size_t glyph);

#endif
