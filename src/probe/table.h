/*
 * table -- figures in rows and columns: as text, CSV, JSON and SVG.
 *
 * Everything a probe finds becomes one of these, so that the same numbers go
 * to the screen and to files.
 */
#ifndef UMIE_PROBE_TABLE_H
#define UMIE_PROBE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct json;
struct str;

struct table_column {
	char *key;   /* in JSON and CSV; owned */
	char *title; /* shown; owned */
	int digits;  /* behind the point; -1: text */
};

/* A number, a text, or nothing. */
struct table_value {
	bool is_number;
	double number;
	char *text; /* owned; NULL: nothing, or a number */
};

struct table {
	char *kind, *title;          /* "probe", what stands above; owned */
	struct table_column *column; /* owned */
	size_t columns, cap_columns;
	struct table_value *value; /* rows x columns; owned */
	size_t rows, cap_values;
	char **note; /* lines below; owned */
	size_t notes, cap_notes;
	struct table_fact { /* for JSON, beside the rows */
		char *key;
		struct table_value value;
	} * fact;
	size_t facts, cap_facts;
};

struct table *table_new(const char *kind, const char *title);
void table_free(struct table *t);

/* Columns come before rows. */
void table_column(struct table *t, const char *key, const char *title,
		  int digits);
size_t table_row(struct table *t); /* empty; returns its number */
void table_number(struct table *t, size_t row, size_t column, double v);
void table_text(struct table *t, size_t row, size_t column, const char *fmt,
		...) __attribute__((format(printf, 4, 5)));
void table_note(struct table *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void table_fact_number(struct table *t, const char *key, double v);
void table_fact_text(struct table *t, const char *key, const char *s);

/* Aligned lines; RFC 4180; one "umie/1" object; a drawing. */
void table_lines(const struct table *t, struct str *out);
void table_csv(const struct table *t, struct str *out);
struct json *table_json(const struct table *t); /* json_free() */
void table_svg(const struct table *t, struct str *out);

#endif
