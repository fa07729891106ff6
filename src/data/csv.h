/*
 * csv -- the columns of a table of records.
 */
#ifndef UMIE_DATA_CSV_H
#define UMIE_DATA_CSV_H

/* What the example is, what was asked, one record, names in the file. */
#define CSV_COLUMN_LIST(_)                                                  \
	_(ID, id)                                                           \
	_(TASK, task)                                                       \
	_(EXAMPLE, example)                                                 \
	_(TEXT, text)                                                       \
	_(IMAGE, image)                                                     \
	_(BOXES, boxes)                                                     \
	_(UNIT, unit)                                                       \
	_(ASKED_HEAD, asked_head)                                           \
	_(ASKED_TAIL, asked_tail)                                           \
	_(ASKED_EVENT, asked_event)                                         \
	_(KIND, kind)                                                       \
	_(LABEL, label)                                                     \
	_(STRING, string)                                                   \
	_(START, start) _(END, end) _(HEAD, head) _(HEAD_START, head_start) \
	    _(HEAD_END, head_end) _(TAIL, tail) _(TAIL_START, tail_start)   \
		_(TAIL_END, tail_end) _(EVENT, event) _(REGION, region)     \
		    _(BOX, box) _(UNION, union) _(RECORD_ID, record_id)     \
			_(STRING_ID, string_id) _(HEAD_ID, head_id)         \
			    _(TAIL_ID, tail_id) _(EVENT_ID, event_id)

enum csv_column {
#define CSV_ENUM(upper, lower) CSV_##upper,
	CSV_COLUMN_LIST(CSV_ENUM)
#undef CSV_ENUM
	    CSV_COLUMNS
};

extern const char *const csv_names[CSV_COLUMNS];
extern const char *const csv_kinds[]; /* by task, MEE apart */

#endif
