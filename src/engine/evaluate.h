/*
 * evaluate -- a data set through the model, compared with its gold records.
 *
 * Figures name scorer, regime, number of examples and of those without their
 * picture, and carry an interval.  The engine's thread computes them; a
 * finished struct evaluation is plain data that any thread may read.
 */
#ifndef UMIE_ENGINE_EVALUATE_H
#define UMIE_ENGINE_EVALUATE_H

#include "src/engine/extract.h"
#include "src/task/score.h"

struct call;

/* name in --match, what is compared */
#define SCORERS(_)                                                  \
	_(STRICT, strict, "label and string, each record once")     \
	_(REFERENCE, reference, "the authors' scorer, bug for bug") \
	_(TEXT, text, "strings only: whatever the label")           \
	_(OFFSET, offset, "label and place in the text")

enum scorer {
#define SCORER_ENUM(upper, lower, what) SCORER_##upper,
	SCORERS(SCORER_ENUM)
#undef SCORER_ENUM
};

/* name in --regime, what an argument's prompt is told */
#define REGIMES(_)                                               \
	_(OWN, "own", "event types that the model itself found") \
	_(GOLD_TYPE, "gold-type", "each gold event type once")   \
	_(GOLD_TRIGGER, "gold-trigger", "the type of each gold trigger")

enum regime {
#define REGIME_ENUM(upper, name, what) REGIME_##upper,
	REGIMES(REGIME_ENUM)
#undef REGIME_ENUM
	    REGIME_USUAL, /* meae gold-type, mee own */
};

const char *scorer_name(enum scorer s);
const char *regime_name(enum regime r);
bool scorer_find(const char *name, enum scorer *out);
bool regime_find(const char *name, enum regime *out);

enum { SLICES_MAX = 4 };

/* A zeroed struct with a regime is valid.  Strings are borrowed. */
struct evaluate_options {
	int beams, max_tokens;
	bool constrained; /* only answers of the prompt's form */
	enum gate_setting gate;
	float gate_value;
	enum scorer scorer;
	enum regime regime;
	bool count_none;         /* `none` relations are records too */
	bool no_pictures;        /* leave all of them out */
	size_t limit;            /* of examples; 0: all */
	const enum task *task;   /* only this one; NULL: all */
	const char *instruction; /* instead of each task's own */
	/* "split", "task", "image", "length" or "meta.NAME" */
	const char *slice[SLICES_MAX];
	int n_slices;
	uint64_t seed; /* of the bootstrap */
	size_t chunk;  /* examples side by side; 0: 16 */
	void (*progress)(void *context, size_t done, size_t of);
	void *context;
};

/* NULL, or a sentence that says what a slice may be. */
const char *evaluate_check_slice(const char *field);

/* One line of the tables. */
struct eval_row {
	enum task task;
	char *label;         /* a type; NULL: the whole task; owned */
	char *field, *value; /* of a slice; NULL: all examples; owned */
	size_t examples;
	struct counts c;
	bool interval;    /* the next two are known */
	double low, high; /* 95 % interval of F1, in percent */
};

/* Upper edges of the histogram's bins; the last bin has none. */
#define GATE_EDGES 0.01, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.75, 0.9, 1.2
enum { GATE_BINS = 11, TASK_COUNT = TASK_MEE + 1 };
extern const double GATE_EDGE[GATE_BINS - 1];

struct evaluation {
	char *name; /* of the data; owned */
	enum scorer scorer;
	enum regime regime;
	bool constrained;
	/* whole tasks first, then types, then slices; owned */
	struct eval_row *row;
	size_t n_rows, cap_rows;
	struct labels types; /* of entities: what `confusion` counts */
	/* [gold][found], (types.n+1) square; the last is "not there" */
	size_t *confusion; /* owned; NULL without mner */
	size_t done, of;   /* examples */
	size_t examples[TASK_COUNT];
	size_t missing;              /* whose picture was not found */
	size_t with_image;           /* that had one */
	double gate_sum[TASK_COUNT]; /* of the gates in use, with a picture */
	size_t gates[TASK_COUNT][GATE_BINS];
	size_t boxed;   /* gold arguments with a box of their own */
	size_t dropped; /* segments of answers that could not be used */
	size_t absent;  /* found strings that do not stand in the text */
	double ms;
};
void evaluation_release(struct evaluation *e);

/* Everything here and now.  *out is the caller's to release. */
int evaluate(struct extractor *x, const struct dataset *d,
	     const struct evaluate_options *o, struct evaluation *out,
	     struct err *err);

/*
 * The same as work for the engine's thread (JOB_CALL), a few examples a slice.
 * News are struct evaluation, to be given to evaluation_free(): every second
 * a partial one without intervals, at the end the whole.  Copies `o` and what
 * it points to.
 */
struct call *evaluate_call(const char *path, const struct dataset_options *d,
			   const struct evaluate_options *o);
void evaluation_free(void *evaluation);

/* Mean of the tasks' F1 (percent), tasks without an example left out. */
double evaluation_score(const struct evaluation *e);

/* What the argument prompt of a task was told; for the tables. */
const char *evaluation_regime(const struct evaluation *e, enum task t);

/* Are arguments in pictures counted by their boxes? */
bool evaluation_boxes(const struct evaluation *e);

/* JSON object (json_free()), lines for people, rows of CSV with a head. */
struct json *evaluation_json(const struct evaluation *e);
void evaluation_text(const struct evaluation *e, struct str *out);
void evaluation_csv(const struct evaluation *e, struct str *out);

#endif
