/*
 * demo -- the examples that are shipped with the demonstration checkpoint.
 *
 * What a program without arguments shows: no session, so nothing of them is
 * kept; `load` makes one.  The UI's thread.
 */
#ifndef UMIE_TUI_DEMO_H
#define UMIE_TUI_DEMO_H

struct app;
struct demo;
struct err;

/* Read them and edit the first one; app->demo stays NULL when there are none,
 * which is told. */
void demo_begin(struct app *app);
void demo_free(struct demo *d);

/* Edit the one `by` places on; at either end that is told. */
void demo_step(struct app *app, int by);

/* Extract all of them, and print each as a line mode would. */
int demo_lines(struct app *app, struct err *err);

#endif
