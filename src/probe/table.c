#include "src/probe/table.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/base/mem.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "src/probe/svg.h"

enum { NUMBER_BYTES = 32, SIGNIFICANT = 9, CELL = 40 /* widest, in letters */ };

struct table *table_new(const char *kind, const char *title)
{
	struct table *t = xcalloc(1, sizeof(*t));

	t->kind = xstrdup(kind);
	t->title = xstrdup(title);
	return t;
}

void table_free(struct table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->columns; i++) {
		free(t->column[i].key);
		free(t->column[i].title);
	}
	for (size_t i = 0; i < t->rows * t->columns; i++)
		free(t->value[i].text);
	for (size_t i = 0; i < t->notes; i++)
		free(t->note[i]);
	for (size_t i = 0; i < t->facts; i++) {
		free(t->fact[i].key);
		free(t->fact[i].value.text);
	}
	free(t->column);
	free(t->value);
	free(t->note);
	free(t->fact);
	free(t->kind);
	free(t->title);
	free(t);
}

void table_column(struct table *t, const char *key, const char *title,
		  int digits)
{
	if (t->rows)
		bug("table: a column after a row");
	t->column =
	    xgrow(t->column, t->columns, &t->cap_columns, sizeof(*t->column));
	t->column[t->columns++] =
	    (struct table_column){xstrdup(key), xstrdup(title), digits};
}

size_t table_row(struct table *t)
{
	for (size_t i = 0; i < t->columns; i++) {
		size_t at = t->rows * t->columns + i;

		t->value =
		    xgrow(t->value, at, &t->cap_values, sizeof(*t->value));
		t->value[at] = (struct table_value){0};
	}
	return t->rows++;
}

void table_number(struct table *t, size_t row, size_t column, double v)
{
	t->value[row * t->columns + column] =
	    (struct table_value){.is_number = true, .number = v};
}

void table_text(struct table *t, size_t row, size_t column, const char *fmt,
		...)
{
	struct table_value *v = &t->value[row * t->columns + column];
	va_list ap;

	va_start(ap, fmt);
	free(v->text);
	if (vasprintf(&v->text, fmt, ap) < 0)
		bug("table: %s", fmt);
	va_end(ap);
}

void table_note(struct table *t, const char *fmt, ...)
{
	va_list ap;

	t->note = xgrow(t->note, t->notes, &t->cap_notes, sizeof(*t->note));
	va_start(ap, fmt);
	if (vasprintf(&t->note[t->notes++], fmt, ap) < 0)
		bug("table: %s", fmt);
	va_end(ap);
}

static struct table_value *fact(struct table *t, const char *key)
{
	t->fact = xgrow(t->fact, t->facts, &t->cap_facts, sizeof(*t->fact));
	t->fact[t->facts] = (struct table_fact){.key = xstrdup(key)};
	return &t->fact[t->facts++].value;
}

void table_fact_number(struct table *t, const char *key, double v)
{
	*fact(t, key) = (struct table_value){.is_number = true, .number = v};
}

void table_fact_text(struct table *t, const char *key, const char *s)
{
	fact(t, key)->text = xstrdup(s);
}

static const struct table_value *at(const struct table *t, size_t row,
				    size_t column)
{
	return &t->value[row * t->columns + column];
}

/* What stands in a cell, as people read it. */
static const char *shown(const struct table *t, size_t row, size_t column,
			 char number[NUMBER_BYTES])
{
	const struct table_value *v = at(t, row, column);
	int digits = MAX(t->column[column].digits, 0);

	if (!v->is_number)
		return v->text ? v->text : "";
	if (!isfinite(v->number))
		return "-";
	snprintf(number, NUMBER_BYTES, "%.*f", digits,
		 fabs(v->number) < 0.5 * pow(10, -digits) ? 0 : v->number);
	return number;
}

static size_t letters(const char *s)
{
	return utf8_count(s, strlen(s));
}

static size_t width(const struct table *t, size_t column)
{
	char number[NUMBER_BYTES];
	size_t w = letters(t->column[column].title);

	for (size_t r = 0; r < t->rows; r++)
		w = MAX(w, letters(shown(t, r, column, number)));
	return MIN(w, (size_t)CELL);
}

/* s in w columns: cut with "..." or filled; numbers to the right. */
static void cell(struct str *out, const char *s, size_t w, bool right)
{
	size_t n = letters(s), bytes = strlen(s);
	bool cut = n > w;

	if (cut)
		bytes = utf8_offset(s, bytes, w - 3);
	for (size_t i = n; right && i < w; i++)
		str_addc(out, ' ');
	str_addn(out, s, bytes);
	if (cut)
		str_add(out, "...");
	for (size_t i = n; !right && i < w; i++)
		str_addc(out, ' ');
}

static void trim_end(struct str *out)
{
	while (out->len && out->s[out->len - 1] == ' ')
		out->s[--out->len] = '\0';
	str_addc(out, '\n');
}

void table_lines(const struct table *t, struct str *out)
{
	size_t *w = xcalloc(t->columns + 1, sizeof(*w));
	char number[NUMBER_BYTES];

	if (*t->title)
		str_addf(out, "%s\n", t->title);
	for (size_t c = 0; c < t->columns; c++) {
		w[c] = width(t, c);
		str_add(out, "  ");
		cell(out, t->column[c].title, w[c], t->column[c].digits >= 0);
	}
	trim_end(out);
	for (size_t r = 0; r < t->rows; r++) {
		for (size_t c = 0; c < t->columns; c++) {
			str_add(out, "  ");
			cell(out, shown(t, r, c, number), w[c],
			     t->column[c].digits >= 0);
		}
		trim_end(out);
	}
	for (size_t i = 0; i < t->notes; i++)
		str_addf(out, "  %s\n", t->note[i]);
	free(w);
}

void table_csv(const struct table *t, struct str *out)
{
	for (size_t c = 0; c < t->columns; c++) {
		if (c)
			str_addc(out, ',');
		str_add_cell(out, t->column[c].key, ',');
	}
	str_addc(out, '\n');
	for (size_t r = 0; r < t->rows; r++) {
		for (size_t c = 0; c < t->columns; c++) {
			const struct table_value *v = at(t, r, c);

			if (c)
				str_addc(out, ',');
			if (!v->is_number)
				str_add_cell(out, v->text ? v->text : "", ',');
			else if (isfinite(v->number))
				str_addf(out, "%.*g", SIGNIFICANT, v->number);
		}
		str_addc(out, '\n');
	}
}

static void put_value(struct json *j, const char *key,
		      const struct table_value *v)
{
	if (v->is_number)
		json_put_number(j, key, v->number, SIGNIFICANT);
	else if (v->text)
		json_put_string(j, key, v->text);
	else
		json_put_null(j, key);
}

struct json *table_json(const struct table *t)
{
	struct json *j = json_new_object(), *rows = json_new_array();

	json_put_string(j, "schema", "umie/1");
	json_put_string(j, "table", t->kind);
	for (size_t i = 0; i < t->facts; i++)
		put_value(j, t->fact[i].key, &t->fact[i].value);
	for (size_t r = 0; r < t->rows; r++) {
		struct json *row = json_new_object();

		for (size_t c = 0; c < t->columns; c++)
			put_value(row, t->column[c].key, at(t, r, c));
		json_push(rows, row);
	}
	json_put(j, "rows", rows);
	return j;
}

void table_svg(const struct table *t, struct str *out)
{
	enum { LETTER = 8, LINE = 18, MARGIN = 10 };
	char number[NUMBER_BYTES];
	size_t all = 0, lines = t->rows + t->notes + 2;
	double y = MARGIN + LINE, x;

	for (size_t c = 0; c < t->columns; c++)
		all += width(t, c) + 2;
	for (size_t i = 0; i < t->notes; i++)
		all = MAX(all, letters(t->note[i]));
	all = MAX(all, letters(t->title));
	svg_begin(out, (double)(2 * MARGIN + LETTER * all),
		  (double)(2 * MARGIN + LINE * lines));
	svg_text(out, MARGIN, y, SVG_START, t->title);
	for (size_t line = 0; line <= t->rows; line++) {
		y += LINE;
		x = MARGIN;
		for (size_t c = 0; c < t->columns; c++) {
			bool right = t->column[c].digits >= 0;
			double w = (double)(LETTER * width(t, c));
			struct str text = {0};
			const char *s = line ? shown(t, line - 1, c, number)
					     : t->column[c].title;

			cell(&text, s, MIN(letters(s), width(t, c)), false);
			svg_text(out, right ? x + w : x, y,
				 right ? SVG_END : SVG_START, str_cstr(&text));
			str_release(&text);
			x += w + 2 * LETTER;
		}
		if (line == 0)
			svg_line(out, MARGIN, y + 4, x - 2 * LETTER, y + 4,
				 "black");
	}
	for (size_t i = 0; i < t->notes; i++)
		svg_text(out, MARGIN, y += LINE, SVG_START, t->note[i]);
	svg_end(out);
}
