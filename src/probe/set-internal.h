/*
 * set-internal -- what the three kinds of a set run share.
 *
 * A kind asks requests for an example, makes one JSON line of what came back,
 * and reads such lines into the result.
 */
#ifndef UMIE_PROBE_SET_INTERNAL_H
#define UMIE_PROBE_SET_INTERNAL_H

#include "src/probe/progress.h"
#include "src/probe/second.h"
#include "src/probe/set.h"
#include "src/probe/variant.h"
#include "src/probe/worklist.h"

struct set_run {
	struct call call;
	const struct set_kind_ops *ops;
	struct set_options o; /* its strings are owned, but for plan, sweep */
	struct dataset d;     /* owned, once it is read */
	size_t n, next;       /* examples, and the one that is next */
	struct plan plan;
	struct sweep_options sweep;
	struct second *second; /* COMPARE, once it is open; or NULL */
	struct progress progress;
	bool begun;
	/* of the example that is being computed */
	struct worklist list, list2; /* list2: COMPARE, of the second */
	struct variants variants;
	bool all_asked;
	size_t judged; /* rows whose interval is known */
	/* of all examples */
	struct set_result result;
	float *own_g; /* SWEEP: of each example, NaN without a picture; owned */
};

struct set_kind_ops {
	/* What makes this run differ from others, into the header. */
	void (*header)(const struct set_run *s, struct json *header);
	/* Append requests to the lists; called again when they are done, until
	 * it appends none. */
	int (*ask)(struct set_run *s, const struct call_site *at,
		   const struct example *e, struct err *err);
	void (*tell)(struct set_run *s, const struct example *e,
		     struct json *line);
	progress_take *take; /* context: the struct set_run */
	void (*finish)(const struct set_run *s, struct set_result *copy);
};
extern const struct set_kind_ops set_probe, set_sweep, set_compare;

/* The data set, from its file or as it was given; *err names the file. */
int set_read(struct set_run *s, const struct call_site *at, struct err *err);
/* What an example is asked with: `wanted`, or its own instruction for NULL and
 * for one of the sets I0 … I2 that its task does not have.  Borrowed. */
const char *set_instruction(const char *wanted, const struct example *e);
/* The request of an example, as the run's options want it. */
void set_request(const struct set_run *s, const struct example *e,
		 struct extract_request *r);
/* Index of an example with a picture other than i, seeded; -1: there is none.
 * `shuffled`: every picture is given away once. */
long set_other(const struct set_run *s, size_t i, bool shuffled);
const struct records *set_gold(const struct set_run *s,
			       const struct example *e);

struct json *set_counts_json(const struct counts *c);
int set_counts_read(const struct json *j, struct counts *c, struct err *err);
/* The row of this id and name, made when it is new. */
struct set_row *set_row_of(struct set_result *r, const char *id,
			   const char *what);
void set_row_add(struct set_row *r, const struct counts *c,
		 const struct counts *base);
/* Keep the SET_FRAGILE examples with most flips. */
void set_note_fragile(struct set_run *s, size_t index, double flips);
/* Whole number of a line's member; ERR_DATA when it is none. */
int set_int(const struct json *line, const char *key, int64_t *out,
	    struct err *err);

#endif
