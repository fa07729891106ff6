/*
 * demo -- the examples that are shipped with the demonstration checkpoint.
 *
 * What a program without arguments shows: no session, so nothing of them is
 * kept; `load` makes one.  The UI's thread.
 */
#ifndef UMIE_TUI_DEMO_H
#define UMIE_TUI_DEMO_H

#include <stddef.h>

struct app;
struct demo;
struct err;
struct example;

/* Read them and edit the first one; app->demo stays NULL when there are none,
 * which is told. */
void demo_begin(struct app *app);
void demo_free(struct demo *d);

/* Edit the one `by` places on; at either end that is told. */
void demo_step(struct app *app, int by);

/* The number of one by that number (from 1), else by its name; 0: none. */
size_t demo_find(const struct demo *d, const char *name);
/* The one that was edited last. */
size_t demo_at(const struct demo *d);
/* Borrowed; the number is one of them. */
const struct example *demo_example(const struct demo *d, size_t number);

/* Extract all of them, and print each as a line mode would. */
int demo_lines(struct app *app, struct err *err);

#endif
