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
 * The same on the full screen, where no key may wait: one command after the
 * other from the loop, each when the engine has answered those before it.  A
 * script that a script begins runs first.  At most SCRIPT_DEPTH of them.
 */
enum { SCRIPT_DEPTH = 16 };
struct script;
int script_begin(struct app *app, const char *path, struct err *err);
/* There is something to do now: script_turn(), which runs one command. */
bool script_ready(const struct app *app);
void script_turn(struct app *app);
/* The innermost one goes on when the training run has ended. */
void script_wait_training(struct app *app);
/* End them all; `why` is told with file and line.  Fine when none runs. */
void script_stop(struct app *app, const struct err *why);
void script_release(struct script *s); /* unsaid; NULL is fine */
/* File and line of what runs next, caller's to free(); NULL: none runs. */
char *script_status(const struct app *app);

/*
 * Settings and keys from a file: only commands that may stand in an rc file
 * (CMD_RC), of ./umie.conf only `set`.  Every wrong line is told and passed
 * over.
 */
void script_run_rc(struct app *app, const char *path);

#endif
