/*
 * reader -- one file of a data set being read, line by line.
 */
#ifndef UMIE_DATA_READER_H
#define UMIE_DATA_READER_H

#include "src/base/str.h"
#include "src/data/dataset.h"

enum { LINE_MAX_BYTES = 1 << 20 };

struct reader {
	const char *path; /* for messages */
	const struct dataset_options *o;
	const char *image_dir;
	struct dataset *d;
	size_t first;       /* examples in d before this file */
	const char *s;      /* the whole file */
	size_t n, i, line;  /* its bytes; next byte; lines read so far */
	struct labels lost; /* tags that the schema has no label for */
	size_t lost_line;   /* of the first */
	struct err *err;
};

/* The next line without its end: 1, or 0 after the last, or an error when it
 * is too long, not UTF-8 or has a NUL. */
int reader_line(struct reader *r, struct span *line);

/* "FILE: line N: …" as ERR_DATA. */
int reader_fail(struct reader *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Bytes of `s` to show in a message: at most 80, whole characters. */
int span_shown(struct span s);

/* "FILE: line N"; caller's to free(). */
char *reader_what(const struct reader *r);

/* A zeroed slot at the end of the data set, until the next one. */
struct example *reader_add(struct reader *r);

/*
 * The schema's spelling of a tag; the tag itself without a schema.  A tag
 * that it lacks is noted in `lost` and comes back as it is.  Caller's.
 */
char *reader_label(struct reader *r, const struct labels *l, enum task t,
		   struct span tag);

/* Set e->image to `name` in `dir`, absolute names apart, and look for it. */
void example_set_image(struct example *e, const char *dir, const char *name);
/* The same by an image id, which may lack its ".jpg". */
void reader_set_image(struct reader *r, struct example *e, const char *id);
/* ERR_DATA when the text has nothing to read or is too long. */
int example_check_text(const char *text, const char *what, struct err *err);

/* The three formats: all lines of r. */
int read_jsonl(struct reader *r);
int read_conll(struct reader *r);
int read_mnre(struct reader *r);
/* Does a line look like CoNLL? */
bool conll_line(struct span line);

/* The JSON forms of a gold record (gold.c). */
int gold_from_json(struct example *e, const struct json *list, const char *what,
		   struct err *err);
struct json *gold_to_json(const struct example *e);

/* The JSON form of boxes (boxes.c). */
int boxes_from_json(struct example *e, const struct json *j, const char *what,
		    struct err *err);
struct json *boxes_to_json(const struct example *e);

#endif
