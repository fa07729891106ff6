/*
 * annotators -- the data sets of several people, one file each.
 */
#ifndef UMIE_TUI_ANNOTATORS_H
#define UMIE_TUI_ANNOTATORS_H

#include "src/data/pairing.h"
#include "tui/cmd.h"

enum { ANNOTATORS_MAX = 16 };

struct annotators {
	struct dataset set[ANNOTATORS_MAX];
	const char *name[ANNOTATORS_MAX]; /* owned: of the file, or its path */
	size_t n;
};

/* Read the positional arguments; after a failure all is released. */
int annotators_read(struct annotators *w, const struct args *a,
		    struct err *err);
void annotators_release(struct annotators *w);
/* ERR_DATA when they have no document in common. */
int annotators_check(const struct pairing *p, const struct annotators *w,
		     struct err *err);
/* Write the queue of conflicts, and say how long it is. */
int annotators_queue(struct app *app, const struct pairing *p,
		     const struct annotators *w, const char *path,
		     struct err *err);

#endif
