/*
 * ann -- one brat document being read; the T lines of its annotations.
 */
#ifndef UMIE_DATA_ANN_H
#define UMIE_DATA_ANN_H

#include "src/data/graph.h"
#include "src/data/reader.h"

/* A T line. */
struct textbound {
	char *id, *type, *text; /* owned */
	char *pieces;           /* "0 5;7 9" in code points, or NULL */
	struct place at;
	bool trigger;
};

/* One document being read. */
struct ann {
	struct example *e;
	struct offsets o;
	struct graph g;
	struct textbound *t;
	size_t n, cap;
};

/* Cut up to `sep` off the front of *rest; all of it when there is none. */
struct span ann_cut(struct span *rest, char sep);
/* The next word, white space before it skipped; empty at the end. */
struct span ann_word(struct span *rest);
char *ann_dup(struct span s); /* caller's */

/* The span of this name; NULL: there is none. */
struct textbound *ann_text(const struct ann *a, struct span id);
/* Take in a T line: its name, and what follows. */
int ann_take_text(struct reader *r, struct ann *a, struct span id,
		  struct span rest);

#endif
