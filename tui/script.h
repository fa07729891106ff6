/*
 * script -- commands from a file or from -c, one after the other.
 *
 * Rules for words and comments: words.h.  An error names file and line and
 * ends the script, unless the line begins with `-`.  Commands that only change
 * what is asked are gathered: what they ask is predicted, and its result
 * printed, before the next command of another kind, and at the end.
 */
#ifndef UMIE_TUI_SCRIPT_H
#define UMIE_TUI_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

struct app;
struct err;

/* n bytes; `name` is for messages.  Waits for everything it began. */
int script_run(struct app *app, const char *text, size_t n, const char *name,
	       bool semicolons, struct err *err);
/* "-": standard input. */
int script_run_file(struct app *app, const char *path, struct err *err);

/*
 * Settings and keys from a file: only commands that may stand in an rc file
 * (CMD_RC), of ./umie.conf only `set`.  Every wrong line is told and passed
 * over.
 */
void script_run_rc(struct app *app, const char *path);

#endif
