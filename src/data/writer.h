/*
 * writer -- one data set being written.
 */
#ifndef UMIE_DATA_WRITER_H
#define UMIE_DATA_WRITER_H

#include "src/data/dataset.h"
#include "src/data/graph.h"
#include "src/data/offsets.h"

/* One more file: in the folder that is written, or beside the one file. */
struct side_file {
	char *name; /* owned */
	struct str bytes;
};

struct writer {
	const struct dataset *d;
	const struct write_options *o;
	unsigned holds;  /* HOLDS_… of the format */
	const char *dir; /* that pictures are named relative to; NULL: here */
	struct str *out; /* the one file */
	struct losses *lost;
	size_t next;            /* example */
	size_t written;         /* elements of the one JSON array */
	bool by_example;        /* each example is a document of its own */
	struct side_file *side; /* owned */
	size_t n_side, cap_side;
	struct err *err;
};

/* A document, as graph.h says; zeroed before the first. */
struct document {
	const struct example *e; /* the first of n */
	size_t n;
	struct graph g;
	struct offsets o; /* of the text, in the unit asked for */
};

/* The next document; counts what the format does not hold of it.  false
 * after the last; the one before is released. */
bool writer_next(struct writer *w, struct document *doc);

/* The picture's name as the written file is to say it; caller's; NULL:
 * there is none. */
char *writer_image(const struct writer *w, const struct example *e);
/* Width and height of the picture: as the example says, else as its file
 * says; false when nobody knows. */
bool writer_size(const struct example *e, int *w, int *h);
/* A box of the example in pixels; false when that cannot be known. */
bool writer_pixels(const struct example *e, const struct box *from,
		   struct box *out);
struct str *writer_side(struct writer *w, const char *name);

/* A value on a line; as an element of the one array.  Both free it. */
void writer_line(struct writer *w, struct json *j);
void writer_element(struct writer *w, struct json *j);
void writer_end_array(struct writer *w);

/* "start" and "end" of a place in the unit asked for. */
void writer_put_place(struct json *j, const char *start, const char *end,
		      const struct document *doc, struct place p);
/* "text" of a span of whole words, without white space at its edges. */
void writer_put_text(struct json *j, const struct node *n);
/* The words of the text, cut at the edges of all spans, as an array of
 * strings; counts a text whose white space that changes. */
struct json *writer_words(struct writer *w, const struct document *doc,
			  struct words *words);
/* Names of nodes and links that are NULL become PREFIX1, PREFIX2, …: unused
 * ones.  Nodes: by kind "T" for entities, spans and boxes, "E". */
void writer_name_all(struct graph *g);
/* PREFIX and the first number from *n + 1 that nothing in g is called;
 * caller's. */
char *writer_new_name(const struct graph *g, const char *prefix, size_t *n);

/* One function for each format that is written. */
int write_jsonl(struct writer *w);
int write_conll(struct writer *w);
int write_conll2003(struct writer *w);
int write_bilou(struct writer *w);
int write_mnre(struct writer *w);
int write_umie(struct writer *w);
int write_m2e2(struct writer *w);
int write_m2e2_image(struct writer *w);
int write_m2e2_umie(struct writer *w);
int write_oneie(struct writer *w);
int write_brat(struct writer *w);
int write_labelstudio(struct writer *w);
int write_coco(struct writer *w);
int write_spacy(struct writer *w);
int write_doccano(struct writer *w);
int write_csv(struct writer *w);
int write_tsv(struct writer *w);

/* "a/b/c.jpg" as seen from `dir` (NULL: where we are); caller's. */
char *path_from(const char *path, const char *dir);
/* Without "." and "x/.."; caller's. */
char *path_plain(const char *path);
char *path_whole(const char *path); /* the same from the root */

#endif
