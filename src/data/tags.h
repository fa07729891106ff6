/*
 * tags -- which label of a schema a corpus tag means.
 */
#ifndef UMIE_DATA_TAGS_H
#define UMIE_DATA_TAGS_H

#include "src/base/str.h"
#include "src/task/task.h"

/*
 * Index in `l` of the label that `tag` means, -1 when there is none: the
 * label itself (case ignored); with `-` and `_` read as spaces; for mner the
 * usual short names (PER: Person, LOC, ORG, MISC and OTHER: Miscellaneous);
 * for mre the last part of a path (/per/per/couple).
 */
int tag_find(const struct labels *l, enum task t, struct span tag);

#endif
