/*
 * face -- the interactive program: full screen, line mode, command scripts.
 */
#ifndef UMIE_TUI_FACE_H
#define UMIE_TUI_FACE_H

struct app;
struct err;

/* Read the options of `umie` without a command, choose a face, run it.
 * Returns the exit code. */
int face_run(struct app *app, int argc, char **argv);

/* Line mode: commands from standard input, one a line; append-only output. */
int line_mode(struct app *app);

/* Print the newest result and forget it. */
void line_show(struct app *app);

/* The five demonstration examples, one after the other, as text. */
int line_demo(struct app *app, struct err *err);

/* The full screen; returns the exit code. */
int screen_mode(struct app *app);

#endif
