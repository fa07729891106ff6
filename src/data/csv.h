/*
 * csv -- the columns of a table of records.
 */
#ifndef UMIE_DATA_CSV_H
#define UMIE_DATA_CSV_H

#include "src/data/reader.h"

/* What the example is, what was asked, one record, names in the file. */
/* clang-format off: a row a line */
#define CSV_COLUMN_LIST(_)          \
	_(ID, id)                   \
	_(TASK, task)               \
	_(EXAMPLE, example)         \
	_(TEXT, text)               \
	_(IMAGE, image)             \
	_(BOXES, boxes)             \
	_(UNIT, unit)               \
	_(ASKED_HEAD, asked_head)   \
	_(ASKED_TAIL, asked_tail)   \
	_(ASKED_EVENT, asked_event) \
	_(KIND, kind)               \
	_(LABEL, label)             \
	_(STRING, string)           \
	_(START, start)             \
	_(END, end)                 \
	_(HEAD, head)               \
	_(HEAD_START, head_start)   \
	_(HEAD_END, head_end)       \
	_(TAIL, tail)               \
	_(TAIL_START, tail_start)   \
	_(TAIL_END, tail_end)       \
	_(EVENT, event)             \
	_(REGION, region)           \
	_(BOX, box)                 \
	_(UNION, union)             \
	_(RECORD_ID, record_id)     \
	_(STRING_ID, string_id)     \
	_(HEAD_ID, head_id)         \
	_(TAIL_ID, tail_id)         \
	_(EVENT_ID, event_id)
/* clang-format on */

enum csv_column {
#define CSV_ENUM(upper, lower) CSV_##upper,
	CSV_COLUMN_LIST(CSV_ENUM)
#undef CSV_ENUM
	    CSV_COLUMNS
};

extern const char *const csv_names[CSV_COLUMNS];
extern const char *const csv_kinds[]; /* by task, MEE apart */

/* The table being read. */
struct csv_table {
	struct reader *r;
	char sep;
	int column[64]; /* which of ours a column of the file is */
	int n;
	struct str cell[CSV_COLUMNS]; /* of the row */
	struct str number;            /* of the example before */
};

/*
 * The next row, each field given to `place` with its number from 0.  Returns
 * how many there were.
 */
int csv_row(struct csv_table *t,
	    int (*place)(struct csv_table *t, int k, const struct str *field));

#endif
