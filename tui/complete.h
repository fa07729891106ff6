/*
 * complete -- what may stand at the cursor of a command line.
 *
 * Read off the command table, the settings, the keymap and the schema of the
 * open checkpoint; no list of its own.  Nothing here waits: names of files are
 * the caller's to look up.
 */
#ifndef UMIE_TUI_COMPLETE_H
#define UMIE_TUI_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>

#include "src/task/schema.h"
#include "tui/kind.h"

struct app;

struct completion {
	struct labels word; /* as they are inserted; in the order of tables */
	bool files;         /* a file name may stand there as well */
};

/*
 * Words that begin with line[start … end) and may stand there.  Inside quotes
 * they are as they are, outside a blank has its backslash.  `app` NULL: only
 * what needs neither schema nor settings.
 */
void complete(const struct app *app, const char *line, size_t start, size_t end,
	      struct completion *out);
/* The same for n bytes of one word of this kind. */
void complete_kind(const struct app *app, enum arg_kind kind, const char *text,
		   size_t n, struct completion *out);
void completion_release(struct completion *c);

#endif
