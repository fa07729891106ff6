/*
 * layers -- what lies over an example's text and picture besides its gold:
 * what models answered, what people decided, remarks.
 *
 * Every string is owned, and NULL where nothing is known.  A zeroed struct is
 * empty; numbers that are not known are NAN.
 */
#ifndef UMIE_DATA_LAYERS_H
#define UMIE_DATA_LAYERS_H

#include "src/task/record.h"
#include "src/text/align.h"

struct example;

/* enum, name in files, what it says */
#define VERDICTS(_)                                                 \
	_(ACCEPTED, accepted, "the model or the data set is right") \
	_(REJECTED, rejected, "it is wrong")                        \
	_(EDITED, edited, "it is right after a change")             \
	_(ADDED, added, "a person found it")

enum verdict {
#define VERDICT_ENUM(upper, lower, what) VERDICT_##upper,
	VERDICTS(VERDICT_ENUM)
#undef VERDICT_ENUM
};

/* A person's decision about one record. */
struct judgement {
	enum verdict verdict;
	struct record rec;    /* as it is now */
	bool has_before;      /* EDITED: */
	struct record before; /* what it was */
	char *who;            /* name of the person */
	char *when;           /* RFC 3339 */
	char *note;
	/* what the person saw, when a model had a part in it */
	char *model;       /* hash of the checkpoint */
	char *instruction; /* as filled in */
	double gate, p;    /* NAN: none */
};

struct judgements {
	struct judgement *at;
	size_t n, cap;
};

/* One record of an answer. */
struct result {
	struct record rec;
	enum fit fit; /* of the worst of text, head and tail */
	double p;     /* NAN: not known */
};

/* One answer of one model to the example. */
struct output {
	char *model, *instruction, *when;
	char *raw;     /* the answer as decoded */
	double g, cos; /* NAN: not known */
	struct result *result;
	size_t n, cap;
};

struct outputs {
	struct output *at;
	size_t n, cap;
};

/*
 * A remark about a record or about the whole example: brat's attributes and
 * notes, a mention's kind, which things are the same.
 */
struct remark {
	char *id;    /* its own name in the file */
	char *name;  /* what kind of remark: "Negation"; never NULL */
	char *of;    /* the id of what it is about; NULL: the example */
	char *value; /* NULL: it is just so */
};

struct remarks {
	struct remark *at;
	size_t n, cap;
};

/* Zeroed slots at the end, with numbers NAN. */
struct judgement *judgements_add(struct judgements *l, enum verdict v);
struct output *outputs_add(struct outputs *l);
struct result *output_add(struct output *o, enum task t);
void remarks_add(struct remarks *l, const char *id, const char *name,
		 const char *of, const char *value);
/* The value of the first such mark ("" without a value), or NULL. */
const char *remarks_get(const struct remarks *l, const char *name,
			const char *of);

void judgements_release(struct judgements *l);
void outputs_release(struct outputs *l);
void remarks_release(struct remarks *l);

const char *verdict_name(enum verdict v);
bool verdict_find(const char *name, enum verdict *out);

/*
 * The records that hold: those that people accepted, edited or added when
 * there are decisions, else the gold ones.  Deep copies; release them.
 */
void example_records(const struct example *e, struct records *out);

#endif
