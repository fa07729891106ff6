/*
 * field -- members of a JSON object that some other program wrote.
 *
 * Every failure is one sentence of reader_fail(): where it was, which member,
 * what was expected.
 */
#ifndef UMIE_DATA_FIELD_H
#define UMIE_DATA_FIELD_H

#include <stdint.h>

#include "src/base/err.h"
#include "src/base/json.h"
#include "src/data/graph.h"
#include "src/data/offsets.h"
#include "src/data/reader.h"

int field_object(struct reader *r, const struct json *j);
/* A string that has to be there; borrowed. */
int field_string(struct reader *r, const struct json *j, const char *key,
		 const char **out);
/* A string; NULL when absent or null. */
int field_maybe(struct reader *r, const struct json *j, const char *key,
		const char **out);
/* A name: a string or a whole number; NULL when absent or null.  Caller's. */
int field_name(struct reader *r, const struct json *j, const char *key,
	       char **out);
/* A string that has to be there, not empty, no white space around it. */
int field_label(struct reader *r, const struct json *j, const char *key,
		char **out);
/* The same of a string that was got otherwise. */
int field_filled(struct reader *r, const char *key, const char *s, char **out);
int field_whole(struct reader *r, const struct json *j, const char *key,
		int64_t lo, int64_t hi, int64_t *out);
int field_number(struct reader *r, const struct json *j, const char *key,
		 double *out);
/* An array that has to be there; or may be absent or null: *out is NULL. */
int field_list(struct reader *r, const struct json *j, const char *key,
	       bool need, const struct json **out);
/* x1, y1, x2, y2 with x1 < x2 and y1 < y2; the same as a JSON array. */
int field_corners(struct reader *r, const double v[4], struct box *out);
int field_box(struct reader *r, const struct json *box, struct box *out);

/* Offsets of the file's unit to a place, as below. */
int field_range(struct reader *r, int64_t from, int64_t to,
		const struct offsets *o, struct place *out);
/* Two offsets of the file's unit to a place in the text, which holds more
 * than white space. */
int field_place(struct reader *r, const struct json *j, const char *start,
		const char *end, const struct offsets *o, struct place *out);
/* n->text of its place: `text` if it stands there, what stands there for
 * NULL. */
int field_stands(struct reader *r, const struct offsets *o, const char *text,
		 struct node *n);
/* Two indices of words, the end exclusive, to a place. */
int field_words(struct reader *r, const struct json *j, const char *start,
		const char *end, const struct words *w, struct place *out);
/* A list of words joined to a text. */
int field_tokens(struct reader *r, const struct json *list, struct words *w,
		 struct str *text);

/* A document that is being read. */
struct reading {
	struct example *e; /* borrowed: the reader's newest */
	struct words words;
	struct offsets o; /* of its text */
	struct graph g;
	size_t events; /* oneie: the first event's node */
};
void reading_release(struct reading *d);
/* Call `take` for each element of an array; messages call it `part`. */
int reading_list(struct reader *r, const struct json *j, const char *key,
		 bool need, const char *part, struct reading *d,
		 int (*take)(struct reader *r, const struct json *j,
			     struct reading *d));

/*
 * Keep the members that are not `known` (ends with NULL): they become
 * {"FORMAT":{…}} in e->meta, which field_put_rest() writes back.
 */
void field_keep_rest(struct example *e, const struct json *j,
		     const char *format, const char *const *known);
void field_put_rest(struct json *j, const struct example *e,
		    const char *format);
/* Does e->meta hold nothing but what field_put_rest() writes? */
bool field_only_rest(const struct example *e, const char *format);

#endif
