/*
 * openset -- open text corpora in the format and labels of the demonstration.
 *
 * A corpus that does not know some of the types is asked for the others
 * alone: its instruction lists only what its annotators looked for.
 */
#ifndef UMIE_PICTOGRAMS_OPENSET_H
#define UMIE_PICTOGRAMS_OPENSET_H

#include <stdbool.h>

#include "src/base/str.h"

struct err;
struct json;

/* What one file becomes: JSONL, or bare text. */
struct output {
	const char *prefix; /* of the ids */
	struct str text;
	long n;      /* examples written */
	long passed; /* sentences seen that may be left out */
};

struct format {
	const char *name;
	int outputs; /* 1 or 2 */
	int (*convert)(const struct format *f, struct span in, const char *path,
		       struct output out[2], struct err *err);
	const struct tag *tags; /* CoNLL: their types */
	const char *instruction;
};

/* "btc", "wnut", "semeval", "text"; NULL for anything else. */
const struct format *format_find(const char *name);

/*
 * The whole of a file to `out`, of which f->outputs are filled; release
 * their text.  `path` names it in messages; ERR_DATA says what is wrong.
 */
int format_convert(const struct format *f, struct span in, const char *path,
		   struct output out[2], struct err *err);

/* The parts, for format_find()'s table. */
struct tag {
	const char *from, *to;
};
int convert_conll(const struct format *f, struct span in, const char *path,
		  struct output out[2], struct err *err);
/* Every tenth sentence goes to out[1]. */
int convert_semeval(const struct format *f, struct span in, const char *path,
		    struct output out[2], struct err *err);

/* For these: an example with its id, and its way out. */
struct json *example_new(const struct output *o, const char *task);
void output_put(struct output *o, struct json *example);
/* The next line of *rest without its end; false at the end of the file. */
bool next_line(struct span *rest, struct span *line);

#endif
