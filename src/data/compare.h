/*
 * compare -- do two data sets say the same?
 */
#ifndef UMIE_DATA_COMPARE_H
#define UMIE_DATA_COMPARE_H

#include "src/data/dataset.h"

/*
 * Compare texts, pictures and annotations, document by document, as the
 * format `f` can tell them apart: names of records, who decided and when are
 * not looked at.  Appends a line for each difference to `out` and returns how
 * many there are.
 */
size_t dataset_compare(const struct dataset *a, const struct dataset *b,
		       enum data_format f, struct str *out);

#endif
