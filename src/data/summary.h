/*
 * summary -- what a data set holds, counted.
 */
#ifndef UMIE_DATA_SUMMARY_H
#define UMIE_DATA_SUMMARY_H

#include "src/data/dataset.h"

/*
 * {"schema":"umie/1","path","format","guessed","sha256","examples","records",
 *  "missing_pictures",
 *  "tasks":{TASK:{"examples","records","pictures","missing_pictures"}},
 *  "splits":{NAME:examples}, "labels":{TASK:{LABEL:records}}}
 *
 * `pictures` are those that examples name, found or missing; an event's records
 * count as med and meae; members of splits and labels stand in the order in
 * which they first came.  The caller's to free.
 */
struct json *dataset_summary(const struct dataset *d, bool guessed);

/* The same as lines of text, appended. */
void dataset_summary_text(const struct dataset *d, bool guessed,
			  struct str *out);

#endif
