/*
 * decide -- what the commands about items share: numbers, labels, places.
 */
#ifndef UMIE_TUI_DECIDE_H
#define UMIE_TUI_DECIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sessions/session.h"

struct app;
struct args;

/* The session when there is an example in it, or NULL and a sentence. */
struct session *decide_here(struct app *app, struct err *err);
/* A whole number of at least 1. */
bool decide_number(const char *s, int *out);
/* An item's number, "3"; ERR_USAGE. */
int decide_item(const struct args *a, int pos, int *id, struct err *err);
/*
 * A place from the words pos … of a: two numbers START END, or words that
 * stand in the text.  *more is how often they stand there (0: by numbers).
 */
int decide_place(struct app *app, const struct args *a, int pos, int32_t *start,
		 int32_t *end, int *more, struct err *err);
/*
 * The schema's spelling of a label, which may be short (PER), or its number
 * in the list; the caller's.  Without a schema: as it is given.
 */
int decide_label(const struct labels *l, enum item_kind kind, const char *given,
		 char **out, struct err *err);
/* After an act: say what became of item `id` (0: of the example). */
int decide_said(struct app *app, int id, int rc);

#endif
