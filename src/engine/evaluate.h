/*
 * evaluate -- a data set through the model, compared with its gold records.
 *
 * Figures name scorer, regime, number of examples and of those without their
 * picture.  The engine's thread.
 */
#ifndef UMIE_ENGINE_EVALUATE_H
#define UMIE_ENGINE_EVALUATE_H

#include "src/engine/extract.h"
#include "src/task/score.h"

struct evaluate_options {
	int beams, max_tokens;
	enum gate_setting gate;
	float gate_value;
	bool count_none;   /* `none` relations are records too */
	bool no_pictures;  /* leave all of them out */
	size_t limit;      /* of examples; 0: all */
	char *instruction; /* instead of each task's own; borrowed */
	void (*progress)(void *context, size_t done, size_t of);
	void *context;
};

/* Indexed by enum task. */
struct evaluation {
	struct counts counts[TASK_MEE + 1];
	size_t examples[TASK_MEE + 1];
	size_t missing;    /* whose picture was not found */
	size_t with_image; /* that had one */
	double gate_sum;   /* of the gates in use, where there was a picture */
	size_t dropped;    /* segments of answers that could not be used */
	size_t absent;     /* found strings that do not stand in the text */
	double ms;
};

int evaluate(struct extractor *x, const struct dataset *d,
	     const struct evaluate_options *o, struct evaluation *out,
	     struct err *err);

/* Mean of the tasks' F1 (percent), tasks without an example left out. */
double evaluation_score(const struct evaluation *e);

/* JSON object (json_free()) and lines for people. */
struct json *evaluation_json(const struct evaluation *e);
void evaluation_text(const struct evaluation *e, const char *name,
		     struct str *out);

#endif
