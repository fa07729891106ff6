/*
 * items -- examples and items of a session as lines, in words: for line mode
 * and for screen readers; pure.
 */
#ifndef UMIE_TUI_ITEMS_H
#define UMIE_TUI_ITEMS_H

struct app;
struct item;
struct labels;
struct session_example;
struct str;

/* "3  to do  Person  Kevin Love  9-19 =  p 0.71  MG", no newline. */
void item_text(const struct item *it, struct str *out);
/* Every item of the example looked at, a line each. */
void items_text(const struct session_example *e, struct str *out);
/* The example looked at: where it is in the queue, text, items, picture. */
void example_text(const struct app *app, struct str *out);

/* The labels that an item of this kind can have; NULL: not known. */
const struct labels *item_labels(const struct app *app,
				 const struct session_example *e,
				 const struct item *it);

#endif
