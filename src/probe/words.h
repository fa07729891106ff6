/*
 * words -- other wordings that ship with the program.
 *
 * Ten instructions for each task that say what its own one says, and everyday
 * words for the labels of the paper's data sets.
 */
#ifndef UMIE_PROBE_WORDS_H
#define UMIE_PROBE_WORDS_H

#include <stddef.h>

#include "src/task/task.h"

enum { PARAPHRASES = 10 };

/* Template `i` (0 …) of a task; NULL for mee, which has no instruction. */
const char *paraphrase(enum task t, size_t i);

/* Pair i (0 …) of label and other word; false at the end. */
bool synonym(size_t i, const char **label, const char **word);

#endif
