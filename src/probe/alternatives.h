/*
 * alternatives -- what else a result could have been, and how probable.
 *
 * The answer is written again with every other label in the result's place,
 * and without the result ("none"); the decoder reads each of them (teacher
 * forcing) and the probabilities are normalised over the alternatives.
 */
#ifndef UMIE_PROBE_ALTERNATIVES_H
#define UMIE_PROBE_ALTERNATIVES_H

#include "src/engine/extract.h"
#include "src/task/answer.h"

struct table;

struct alternative_row {
	char id[12];
	char *what;      /* owned */
	double *logprob; /* of the whole answer; owned */
	double *p;       /* normalised over the alternatives; owned */
};

struct alternatives {
	size_t result; /* of the base's results */
	char *name;    /* "Person Kevin Love"; owned */
	struct labels label;
	size_t own;                  /* the label that the base gave */
	struct alternative_row *row; /* owned; the base first */
	size_t n, planned;
};

/* The alternatives of result i of x; no rows yet.  NULL when there is no such
 * result: ERR_USAGE. */
struct alternatives *alternatives_new(const struct extraction *x, size_t i,
				      const struct schema *s, size_t rows,
				      struct err *err);
void alternatives_free(struct alternatives *a);
struct alternatives *alternatives_copy(const struct alternatives *a);

/*
 * The one prompt among those of `r` whose answer result i of x stands in, as a
 * request; released by the caller.
 */
void alternatives_request(const struct extraction *x, size_t i,
			  const struct extract_request *r,
			  struct extract_request *out);
/* The answer with alternative k in result i's place, in the words of r. */
char *alternatives_answer(const struct alternatives *a,
			  const struct extraction *x,
			  const struct extract_request *r,
			  enum answer_grammar g, size_t k);
/* A row of log-probabilities, one for each label. */
void alternatives_add(struct alternatives *a, const char *id, const char *what,
		      const double *logprob);

struct table *alternatives_report(const struct alternatives *a);

#endif
