/*
 * face -- the interactive program: full screen, line mode, command scripts.
 */
#ifndef UMIE_TUI_FACE_H
#define UMIE_TUI_FACE_H

#include <stdbool.h>

struct app;
struct cmd;
struct err;
struct str;

/* Not in the command table: `umie` by itself. */
extern const struct cmd FACE;

/* Read the options of `umie` without a command, choose a face, run it.
 * Returns the exit code. */
int face_run(struct app *app, int argc, char **argv);

/* No full screen: plain, TERM, or not on a terminal. */
bool face_wants_lines(const struct app *app);

/* Colours in what goes to standard output? (`color`, NO_COLOR, TERM) */
bool face_color(const struct app *app);

/* "usage: umie …" of the program by itself: examples, options, commands. */
void face_usage(struct str *out);

/*
 * Line mode: commands from standard input, one a line; append-only output
 * without an escape sequence, whatever the terminal.  Returns the exit code.
 */
int line_mode(struct app *app);

/* Print the newest result, unless it was. */
void line_show(struct app *app);

/*
 * From now on C-c and its like are seen by app_wait() instead of ending the
 * program; line_signal() is the one that came last, and forgets it; 0: none.
 */
int line_signals(struct app *app, struct err *err);
int line_signal(void);

/* The full screen; returns the exit code. */
int screen_mode(struct app *app);

#endif
