/*
 * complete -- what may stand at the cursor of a command; read off the table.
 */
#ifndef UMIE_TUI_COMPLETE_H
#define UMIE_TUI_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Word number n (from 0) that may stand in `line` from byte `start` on and
 * begins with `text`; the caller's to free(), NULL behind the last.
 */
char *complete_word(const char *line, size_t start, const char *text, size_t n);
/* A file name may stand there as well. */
bool complete_wants_file(const char *line, size_t start);

#endif
