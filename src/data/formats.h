/*
 * formats -- the formats of data sets, and what each of them can hold.
 */
#ifndef UMIE_DATA_FORMATS_H
#define UMIE_DATA_FORMATS_H

#include <stddef.h>

struct err;
struct json;
struct str;

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
	HOLDS_REMARKS = 256,
	HOLDS_TEXT = 512,
	HOLDS_REGIONS = 1024, /* the boxes O1, O2, … of a picture */
	HOLDS_RESULTS = 2048,
	HOLDS_ALL = 4095,     /* and who decided what and when, flags, notes */
	NEEDS_PLACES = 16384, /* cannot do without them */
	NEEDS_TEXT = 32768,   /* leaves out examples without text; */
	NEEDS_IMAGE = 65536,  /* without a picture; */
	NEEDS_TRIGGER = 131072, /* events that only a picture shows */
	HOLDS_ASKED = 262144, /* head and tail, or event, that are asked for */
	HOLDS_WORDS = HOLDS_PLACES | NEEDS_PLACES | HOLDS_TEXT | NEEDS_TEXT,
	HOLDS_SPANS = HOLDS_PLACES | NEEDS_PLACES | HOLDS_OVERLAP | HOLDS_TEXT,
	HOLDS_GRAPH = HOLDS_ENTITIES | HOLDS_RELATIONS | HOLDS_EVENTS,
	READ_ONLY = 4096,
	FOLDER = 8192, /* a folder of files, not one file */
};

/* enum, name in --format, what it holds, what it is */
#define DATA_FORMATS(_)                                                       \
	_(JSONL, "jsonl", HOLDS_ALL, "umie's own, one example a line")        \
	_(CONLL, "conll", HOLDS_ENTITIES | HOLDS_WORDS | HOLDS_IMAGE,         \
	  "token, tag (IOB2); IMGID lines")                                   \
	_(CONLL2003, "conll2003", HOLDS_ENTITIES | HOLDS_WORDS,               \
	  "token, two columns of -, tag (IOB2)")                              \
	_(BILOU, "bilou", HOLDS_ENTITIES | HOLDS_WORDS | HOLDS_IMAGE,         \
	  "as conll, with tags B, I, L, O, U")                                \
	_(MNRE, "mnre",                                                       \
	  HOLDS_RELATIONS | HOLDS_SPANS | NEEDS_TEXT | HOLDS_IMAGE |          \
	      HOLDS_ASKED,                                                    \
	  "one Python dict literal a line")                                   \
	_(UMIE, "umie",                                                       \
	  HOLDS_GRAPH | HOLDS_TEXT | HOLDS_IMAGE | HOLDS_ASKED |              \
	      HOLDS_REGIONS,                                                  \
	  "JSON array that UMIE's code reads; its README's form is read too") \
	_(M2E2, "m2e2",                                                       \
	  HOLDS_ENTITIES | HOLDS_EVENTS | HOLDS_SPANS | NEEDS_TEXT |          \
	      NEEDS_TRIGGER | HOLDS_NAMES,                                    \
	  "text events of the M2E2 release")                                  \
	_(M2E2_IMAGE, "m2e2-image",                                           \
	  HOLDS_EVENTS | HOLDS_IMAGE | NEEDS_IMAGE | HOLDS_BOXES |            \
	      HOLDS_NAMES,                                                    \
	  "image events of the M2E2 release")                                 \
	_(M2E2_COREF, "m2e2-coref", READ_ONLY,                                \
	  "crossmedia_coref.txt, with the two multimedia files beside it")    \
	_(M2E2_UMIE, "m2e2-umie",                                             \
	  HOLDS_ENTITIES | HOLDS_EVENTS | HOLDS_SPANS | NEEDS_TEXT |          \
	      NEEDS_TRIGGER | HOLDS_NAMES | HOLDS_IMAGE,                      \
	  "M2E2 as UMIE's preprocessing wants it")                            \
	_(ONEIE, "oneie",                                                     \
	  HOLDS_GRAPH | HOLDS_SPANS | NEEDS_TEXT | NEEDS_TRIGGER |            \
	      HOLDS_NAMES | HOLDS_REMARKS,                                    \
	  "OneIE's JSON lines of ACE 2005")                                   \
	_(BRAT, "brat",                                                       \
	  FOLDER | HOLDS_GRAPH | HOLDS_SPANS | NEEDS_TEXT | NEEDS_TRIGGER |   \
	      HOLDS_BOXES | HOLDS_NAMES | HOLDS_REMARKS | HOLDS_IMAGE,        \
	  "folder of .txt and .ann files")                                    \
	_(LABELSTUDIO, "labelstudio",                                         \
	  HOLDS_GRAPH | HOLDS_SPANS | HOLDS_BOXES | HOLDS_NAMES |             \
	      HOLDS_IMAGE | HOLDS_REGIONS | HOLDS_RESULTS,                    \
	  "Label Studio's JSON, with its labels.xml beside it")               \
	_(COCO, "coco",                                                       \
	  HOLDS_EVENTS | HOLDS_BOXES | HOLDS_IMAGE | NEEDS_IMAGE |            \
	      HOLDS_REGIONS,                                                  \
	  "boxes of arguments as COCO annotations")                           \
	_(SPACY, "spacy",                                                     \
	  HOLDS_ENTITIES | HOLDS_RELATIONS | HOLDS_SPANS | NEEDS_TEXT |       \
	      HOLDS_IMAGE,                                                    \
	  "JSON lines of spaCy and Prodigy")                                  \
	_(DOCCANO, "doccano",                                                 \
	  HOLDS_ENTITIES | HOLDS_RELATIONS | HOLDS_SPANS | NEEDS_TEXT |       \
	      HOLDS_NAMES,                                                    \
	  "doccano's JSON lines")                                             \
	_(CSV, "csv",                                                         \
	  HOLDS_GRAPH | HOLDS_PLACES | HOLDS_OVERLAP | HOLDS_TEXT |           \
	      HOLDS_BOXES | HOLDS_NAMES | HOLDS_IMAGE | HOLDS_ASKED |         \
	      HOLDS_REGIONS,                                                  \
	  "one record a row, commas between")                                 \
	_(TSV, "tsv",                                                         \
	  HOLDS_GRAPH | HOLDS_PLACES | HOLDS_OVERLAP | HOLDS_TEXT |           \
	      HOLDS_BOXES | HOLDS_NAMES | HOLDS_IMAGE | HOLDS_ASKED |         \
	      HOLDS_REGIONS,                                                  \
	  "the same with tabs between")                                       \
	_(CONLL04, "conll04", READ_ONLY,                                      \
	  "#doc lines; index, token, tag, relations, their heads")            \
	_(SEMEVAL, "semeval", READ_ONLY,                                      \
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
/* NULL is GUESS; ERR_USAGE lists the names. */
int data_format_find(const char *name, enum data_format *out, struct err *err);
/* What a file is to become by its name (".jsonl", ".tsv", …), else GUESS. */
enum data_format data_format_of_name(const char *path);

/* In what other programs' files count offsets. */
enum offset_unit { OFFSET_CP, OFFSET_UTF16, OFFSET_BYTE };

/* enum, one, many: what a written file does not hold */
#define LOSSES(_)                                                          \
	_(EXAMPLE, "example left out: it has no text, or no picture",      \
	  "examples left out: they have no text, or no picture")           \
	_(TEXT, "text", "texts")                                           \
	_(SPACING, "text whose white space changed",                       \
	  "texts whose white space changed")                               \
	_(NAME, "example's id", "examples' ids")                           \
	_(IMAGE, "picture's name", "pictures' names")                      \
	_(REGION, "box of a picture", "boxes of pictures")                 \
	_(SIZE, "box in a picture of unknown size",                        \
	  "boxes in pictures of unknown size")                             \
	_(ENTITY, "entity", "entities")                                    \
	_(RELATION, "relation", "relations")                               \
	_(TRIGGER, "event", "events")                                      \
	_(ARGUMENT, "argument", "arguments")                               \
	_(BOX, "box of an argument", "boxes of arguments")                 \
	_(OVERLAP, "overlapping span", "overlapping spans")                \
	_(PLACE, "place in the text", "places in the text")                \
	_(ABSENT, "record whose string the text lacks",                    \
	  "records whose strings the text lacks")                          \
	_(GUESSED, "place taken from the first occurrence of the string",  \
	  "places taken from the first occurrence of the string")          \
	_(SCRIPT, "instruction of an example", "instructions of examples") \
	_(ASKED, "question after a pair or an event",                      \
	  "questions after pairs or events")                               \
	_(DECISION, "decision's who, when and score",                      \
	  "decisions' who, when and score")                                \
	_(REJECTED, "rejected record", "rejected records")                 \
	_(GOLD, "gold record beside decisions",                            \
	  "gold records beside decisions")                                 \
	_(RESULT, "model result", "model results")                         \
	_(REMARK, "remark", "remarks")                                     \
	_(NOTE, "note or flag", "notes and flags")                         \
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
/* The same as an array of {"n": 3, "what": "boxes of pictures"};
 * json_free(). */
struct json *losses_json(const struct losses *l);

#endif
