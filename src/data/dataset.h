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
	char *split;         /* "train", "dev", …, or NULL; owned */
	struct records gold;
	bool has_gold;

	char *sha256;      /* of the picture's bytes, or NULL; owned */
	int width, height; /* of the picture as the file says; 0: unknown */
	struct judgements judged;
	bool has_judged; /* people went through it, maybe finding nothing */
	struct outputs outputs;
	struct marks marks;
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

/* What a format can hold; the rest is counted when it is written. */
enum {
	HOLDS_ENTITIES = 1,
	HOLDS_RELATIONS = 2,
	HOLDS_EVENTS = 4,
	HOLDS_PLACES = 8,   /* needs and keeps places in the text */
	HOLDS_OVERLAP = 16, /* nested and overlapping spans */
	HOLDS_IMAGE = 32,   /* the name of the picture */
	HOLDS_BOXES = 64,   /* boxes of arguments */
	HOLDS_NAMES = 128,  /* ids of examples */
	HOLDS_MARKS = 256,
	HOLDS_TEXT = 512,
	HOLDS_REGIONS = 1024, /* the boxes O1, O2, … of a picture */
	HOLDS_RESULTS = 2048,
	HOLDS_ALL = 4095, /* and decisions with who and when, flags, notes */
	HOLDS_SPANS = HOLDS_PLACES | HOLDS_OVERLAP | HOLDS_TEXT,
	HOLDS_GRAPH = HOLDS_ENTITIES | HOLDS_RELATIONS | HOLDS_EVENTS,
	READ_ONLY = 4096,
	FOLDER = 8192, /* a folder of files, not one file */
};

/* enum, name in --format, what it holds, what it is */
#define DATA_FORMATS(_)                                                        \
	_(JSONL, "jsonl", HOLDS_ALL, "umie's own, one example a line")         \
	_(CONLL, "conll",                                                      \
	  HOLDS_ENTITIES | HOLDS_PLACES | HOLDS_TEXT | HOLDS_IMAGE,            \
	  "token, tag (IOB2); IMGID lines")                                    \
	_(CONLL2003, "conll2003", HOLDS_ENTITIES | HOLDS_PLACES | HOLDS_TEXT,  \
	  "token, two columns of -, tag (IOB2)")                               \
	_(BILOU, "bilou",                                                      \
	  HOLDS_ENTITIES | HOLDS_PLACES | HOLDS_TEXT | HOLDS_IMAGE,            \
	  "as conll, with tags B, I, L, O, U")                                 \
	_(MNRE, "mnre", HOLDS_RELATIONS | HOLDS_SPANS | HOLDS_IMAGE,           \
	  "one Python dict literal a line")                                    \
	_(UMIE, "umie",                                                        \
	  HOLDS_GRAPH | HOLDS_TEXT | HOLDS_IMAGE | HOLDS_REGIONS,              \
	  "JSON array that UMIE's code reads; its README's form is read too")  \
	_(M2E2, "m2e2",                                                        \
	  HOLDS_ENTITIES | HOLDS_EVENTS | HOLDS_SPANS | HOLDS_NAMES,           \
	  "text events of the M2E2 release")                                   \
	_(M2E2_IMAGE, "m2e2-image",                                            \
	  HOLDS_EVENTS | HOLDS_IMAGE | HOLDS_BOXES | HOLDS_NAMES,              \
	  "image events of the M2E2 release")                                  \
	_(M2E2_COREF, "m2e2-coref", READ_ONLY,                                 \
	  "crossmedia_coref.txt, with the two multimedia files beside it")     \
	_(M2E2_UMIE, "m2e2-umie",                                              \
	  HOLDS_ENTITIES | HOLDS_EVENTS | HOLDS_SPANS | HOLDS_NAMES |          \
	      HOLDS_IMAGE,                                                     \
	  "M2E2 as UMIE's preprocessing wants it")                             \
	_(ONEIE, "oneie",                                                      \
	  HOLDS_GRAPH | HOLDS_SPANS | HOLDS_NAMES | HOLDS_MARKS,               \
	  "OneIE's JSON lines of ACE 2005")                                    \
	_(BRAT, "brat",                                                        \
	  FOLDER | HOLDS_GRAPH | HOLDS_SPANS | HOLDS_BOXES | HOLDS_NAMES |     \
	      HOLDS_MARKS | HOLDS_IMAGE,                                       \
	  "folder of .txt and .ann files")                                     \
	_(LABELSTUDIO, "labelstudio",                                          \
	  HOLDS_GRAPH | HOLDS_SPANS | HOLDS_BOXES | HOLDS_NAMES |              \
	      HOLDS_IMAGE | HOLDS_REGIONS | HOLDS_RESULTS,                     \
	  "Label Studio's JSON, with its labels.xml beside it")                \
	_(COCO, "coco",                                                        \
	  HOLDS_EVENTS | HOLDS_BOXES | HOLDS_IMAGE | HOLDS_REGIONS,            \
	  "boxes of arguments as COCO annotations")                            \
	_(SPACY, "spacy",                                                      \
	  HOLDS_ENTITIES | HOLDS_RELATIONS | HOLDS_SPANS | HOLDS_IMAGE,        \
	  "JSON lines of spaCy and Prodigy")                                   \
	_(DOCCANO, "doccano",                                                  \
	  HOLDS_ENTITIES | HOLDS_RELATIONS | HOLDS_SPANS | HOLDS_NAMES,        \
	  "doccano's JSON lines")                                              \
	_(CSV, "csv",                                                          \
	  HOLDS_GRAPH | HOLDS_SPANS | HOLDS_BOXES | HOLDS_NAMES | HOLDS_IMAGE, \
	  "one record a row, commas between")                                  \
	_(TSV, "tsv",                                                          \
	  HOLDS_GRAPH | HOLDS_SPANS | HOLDS_BOXES | HOLDS_NAMES | HOLDS_IMAGE, \
	  "the same with tabs between")                                        \
	_(CONLL04, "conll04", READ_ONLY,                                       \
	  "#doc lines; index, token, tag, relations, their heads")             \
	_(SEMEVAL, "semeval", READ_ONLY,                                       \
	  "SemEval-2010 task 8: sentences with <e1> and <e2>")

enum data_format {
	DATA_GUESS,
#define DATA_ENUM(upper, name, holds, what) DATA_##upper,
	DATA_FORMATS(DATA_ENUM)
#undef DATA_ENUM
	    DATA_FORMAT_END
};

const char *data_format_name(enum data_format f); /* "guess" … */
unsigned data_format_holds(enum data_format f);
/* ERR_USAGE lists the names. */
int data_format_find(const char *name, enum data_format *out, struct err *err);
/* What a file is to become by its name (".jsonl", ".tsv", …), else GUESS. */
enum data_format data_format_of_name(const char *path);

/* In what other programs' files count offsets. */
enum offset_unit { OFFSET_CP, OFFSET_UTF16, OFFSET_BYTE };

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

/* enum, one, many: what a written file does not hold */
#define LOSSES(_)                                                            \
	_(TEXT, "text", "texts")                                             \
	_(SPACING, "text whose white space changed",                         \
	  "texts whose white space changed")                                 \
	_(NAME, "example's id", "examples' ids")                             \
	_(IMAGE, "picture's name", "pictures' names")                        \
	_(REGION, "box of a picture", "boxes of pictures")                   \
	_(SIZE, "box in a picture of unknown size",                          \
	  "boxes in pictures of unknown size")                               \
	_(ENTITY, "entity", "entities")                                      \
	_(RELATION, "relation", "relations")                                 \
	_(TRIGGER, "event", "events")                                        \
	_(ARGUMENT, "argument", "arguments")                                 \
	_(BOX, "box of an argument", "boxes of arguments")                   \
	_(OVERLAP, "overlapping span", "overlapping spans")                  \
	_(PLACE, "place in the text", "places in the text")                  \
	_(ABSENT, "record whose string the text lacks",                      \
	  "records whose strings the text lacks")                            \
	_(GUESSED, "place taken from the first occurrence of the string",    \
	  "places taken from the first occurrence of the string")            \
	_(SCRIPT, "instruction, head and tail, or event that was asked for", \
	  "instructions, heads and tails, or events that were asked for")    \
	_(DECISION, "decision's who, when and score",                        \
	  "decisions' who, when and score")                                  \
	_(REJECTED, "rejected record", "rejected records")                   \
	_(GOLD, "gold record beside decisions",                              \
	  "gold records beside decisions")                                   \
	_(RESULT, "model result", "model results")                           \
	_(MARK, "remark", "remarks")                                         \
	_(NOTE, "note or flag", "notes and flags")                           \
	_(META, "meta or split", "metas and splits")

enum loss {
#define LOSS_ENUM(upper, one, many) LOSS_##upper,
	LOSSES(LOSS_ENUM)
#undef LOSS_ENUM
	    LOSS_KINDS
};

struct losses {
	size_t n[LOSS_KINDS];
};
/* A line "  N things" for each kind that was lost. */
void losses_print(const struct losses *l, struct str *out);
size_t losses_total(const struct losses *l);

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

#endif
