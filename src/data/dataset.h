/*
 * dataset -- examples with gold records, from files of several formats.
 *
 * The project's own format is JSONL, one example a line (umie-formats.5):
 * {"id","task","text","image","boxes","head","tail","event","instruction",
 *  "split","gold":[records],"meta"}.  Also CoNLL with or without IMGID lines
 * and the MNRE lines.  Offsets are code points; tokens are joined by one
 * space.
 */
#ifndef UMIE_DATA_DATASET_H
#define UMIE_DATA_DATASET_H

#include "src/data/formats.h"
#include "src/data/layers.h"
#include "src/image/regions.h"
#include "src/task/record.h"

struct err;
struct json;
struct str;

enum image_state { IMAGE_NONE, IMAGE_FOUND, IMAGE_MISSING };

struct example {
	char *id; /* owned; need not be unique */
	enum task task;
	char *text;  /* owned, valid UTF-8; empty only with an image */
	char *image; /* path, owned; NULL: no image wanted */
	enum image_state image_state; /* as of reading */
	/*
	 * Boxes as the file gives them; n counts row 0, which is all zero
	 * since the picture's size is not known yet: see regions.h.
	 */
	struct regions boxes;
	bool boxes_relative; /* in 0..1 of width and height, else pixels */
	char *head, *tail;   /* MRE, or NULL */
	char *event;         /* MEAE, or NULL */
	char *instruction;   /* own template, or NULL: the default one */
	bool own;            /* MNER as task own: the types are … */
	/* … these; for another task the list instead of the schema's; empty:
	 * the schema's */
	struct labels labels;
	char *split; /* "train", "dev", …, or NULL; owned */
	struct records gold;
	bool has_gold;

	char *sha256;      /* of the picture's bytes, or NULL; owned */
	int width, height; /* of the picture as the file says; 0: unknown */
	struct judgements judged;
	bool has_judged; /* people went through it, maybe finding nothing */
	struct outputs outputs;
	struct remarks remarks;
	char *note;          /* owned, or NULL */
	struct labels flags; /* words: "flag", "done", "skip", "conflict" */
	char *meta;          /* JSON of other programs, or NULL; owned */
};

/* Zeroed is empty. */
struct dataset {
	struct example *ex; /* owned */
	size_t n, cap;
	size_t missing_images;
	enum data_format format; /* of the file that was read last */
	char *name;              /* path, or paths with ", " between; owned */
	/* SHA-256 of the file's bytes; of a further file: of the digest so
	 * far and that file's digest, both as hexadecimal digits */
	char digest[65];
};

struct dataset_options {
	enum data_format format;
	const char *image_dir; /* where relative image names are looked for;
				  NULL: beside the file */
	const struct schema *schema; /* maps tags to its spelling (PER ->
					Person …); NULL: tags stay */
	enum offset_unit unit;       /* of formats other than our own */
};

/*
 * Append the examples of `path` ("-": standard input).  ERR_DATA names file,
 * line and what was expected; nothing is skipped quietly, and after a failure
 * *d is as before.  `o` may be NULL: guess the format, keep the tags.
 */
int dataset_read(struct dataset *d, const char *path,
		 const struct dataset_options *o, struct err *err);
/* The same from n bytes in memory, which `path` names. */
int dataset_parse(struct dataset *d, const char *bytes, size_t n,
		  const char *path, const struct dataset_options *o,
		  struct err *err);
void dataset_release(struct dataset *d);

struct write_options {
	enum data_format format; /* not GUESS */
	enum offset_unit unit;   /* of formats other than our own */
	const char *image_dir;   /* pictures below it are named relative to
				    it; NULL: below the file's folder */
};

/*
 * Write all examples to `path`: a file or folder appears whole or not at all.
 * *lost counts what the format cannot hold.  ERR_USAGE for a format that is
 * only read; ERR_DATA names an example that cannot be written.
 */
int dataset_write(const struct dataset *d, const char *path,
		  const struct write_options *o, struct losses *lost,
		  struct err *err);
/* The same as bytes in memory, for formats of one file. */
int dataset_print(const struct dataset *d, const struct write_options *o,
		  struct str *out, struct losses *lost, struct err *err);

/*
 * One example from one value of the own format.  `what` names the source in
 * messages.  A relative picture name is looked for in image_dir; NULL leaves
 * it as it stands.  After a failure *e is released.
 */
int example_from_json(struct example *e, const struct json *j, const char *what,
		      const char *image_dir, struct err *err);
/* The same value again; "image" is the path that was opened. */
struct json *example_to_json(const struct example *e);
void example_release(struct example *e);
/* A copy of what is asked, without records, decisions and answers. */
void example_blank(struct example *e, const struct example *from);

#endif
