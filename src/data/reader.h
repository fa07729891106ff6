/*
 * reader -- one file of a data set being read, line by line.
 */
#ifndef UMIE_DATA_READER_H
#define UMIE_DATA_READER_H

#include "src/base/str.h"
#include "src/data/dataset.h"

enum { LINE_MAX_BYTES = 1 << 20 };

struct json;

struct reader {
	const char *path; /* for messages */
	const struct dataset_options *o;
	const char *image_dir;
	struct dataset *d;
	size_t first;       /* examples in d before this file */
	const char *s;      /* the whole file */
	size_t n, i, line;  /* its bytes; next byte; lines read so far */
	size_t item;        /* in a file that is one JSON value: which; or 0 */
	const char *part;   /* what of it is looked at: "entity"; or NULL */
	size_t part_n;      /* which one, from 1 */
	struct labels lost; /* tags that the schema has no label for */
	size_t lost_line;   /* of the first */
	void *context;      /* of the format */
	struct err *err;
};

/* The next line without its end: 1, or 0 after the last, or an error when it
 * is too long, not UTF-8 or has a NUL. */
int reader_line(struct reader *r, struct span *line);

/* "FILE: line N: …" or "FILE: item N: entity 3: …" as ERR_DATA. */
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

/* Give the labels of e's records the schema's spelling, if there is one. */
void reader_respell(struct reader *r, struct example *e);

/* Set e->image to `name` in `dir`, absolute names apart, and look for it. */
void example_set_image(struct example *e, const char *dir, const char *name);
/* The same by an image id, which may lack its ".jpg". */
void reader_set_image(struct reader *r, struct example *e, const char *id);
/* ERR_DATA when the text has nothing to read or is too long. */
int example_check_text(const char *text, const char *what, struct err *err);
/* The text of e, which it may lack when it has a picture; e->image is set. */
int reader_set_text(struct reader *r, struct example *e, const char *text);

/* Every example of the file, one function for each format that has a file
 * of its own. */
int read_jsonl(struct reader *r);
int read_conll(struct reader *r);
int read_mnre(struct reader *r);
int read_umie(struct reader *r);
int read_m2e2(struct reader *r);
int read_m2e2_image(struct reader *r);
int read_m2e2_coref(struct reader *r);
int read_oneie(struct reader *r);
int read_labelstudio(struct reader *r);
int read_coco(struct reader *r);
int read_spacy(struct reader *r);
int read_doccano(struct reader *r);
int read_csv(struct reader *r);
int read_tsv(struct reader *r);
int read_conll04(struct reader *r);
int read_semeval(struct reader *r);
/* A folder of pairs; and one pair that is in memory. */
int read_brat(struct reader *r, struct str *bytes);
int read_brat_pair(struct reader *r, const char *id, struct span txt,
		   struct span ann);

/* Call `take` for every line that is not blank; for every JSON object that is
 * a line; for every element of the one array that the file is. */
int reader_lines(struct reader *r,
		 int (*take)(struct reader *r, struct span line));
int reader_objects(struct reader *r,
		   int (*take)(struct reader *r, const struct json *j));
int reader_array(struct reader *r,
		 int (*take)(struct reader *r, const struct json *j));
int reader_elements(struct reader *r, const struct json *all,
		    int (*take)(struct reader *r, const struct json *j));
/* The whole file as one JSON value; NULL and an error.  json_free(). */
struct json *reader_json(struct reader *r);

/* The format of n bytes by what they begin with. */
enum data_format data_format_guess(const char *s, size_t n);
/* Does a line look like CoNLL? */
bool conll_line(struct span line);

/* The JSON forms of gold records and of any record (gold.c). */
int gold_from_json(struct example *e, const struct json *list, const char *what,
		   struct err *err);
struct json *gold_to_json(const struct example *e);
/*
 * One record; members whose keys are in `more` (ends with NULL; or NULL) are
 * someone else's.  `any`: its kind need not be one of the example's task.
 */
int record_from_json(const struct example *e, const struct json *j,
		     const char *const *more, bool any, const char *what,
		     struct record *r, struct err *err);
struct json *record_to_json(const struct record *r);

/* Decisions, answers and remarks (layers-json.c). */
int layers_from_json(struct example *e, const struct json *j, const char *what,
		     struct err *err);
void layers_to_json(const struct example *e, struct json *j);

/* The JSON form of boxes (boxes.c). */
int boxes_from_json(struct example *e, const struct json *j, const char *what,
		    struct err *err);
struct json *boxes_to_json(const struct example *e);
struct json *box_to_json(const struct box *b);

#endif
