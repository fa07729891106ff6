/*
 * relabel -- the labels of a schema in another order or in other words.
 *
 * What a probe changes about labels: instructions are filled from the changed
 * schema and answers are read by it; records get their own spelling back.
 */
#ifndef UMIE_TASK_RELABEL_H
#define UMIE_TASK_RELABEL_H

#include <stdbool.h>
#include <stdint.h>

#include "src/task/schema.h"

/* Zeroed changes nothing. */
struct relabel {
	bool shuffle;
	uint64_t seed;          /* of the order */
	struct labels from, to; /* word i of `from` is said as that of `to` */
};

void relabel_release(struct relabel *r);
void relabel_copy(struct relabel *to, const struct relabel *from);
bool relabel_any(const struct relabel *r);

/*
 * A changed copy of s; schema_release() it.  A word that would stand twice in
 * a list is not replaced.
 */
void relabel_schema(const struct relabel *r, const struct schema *s,
		    struct schema *out);

/* How a label is said, and what label a word means; borrowed from r, or the
 * argument itself.  Case is ignored. */
const char *relabel_say(const struct relabel *r, const char *label);
const char *relabel_mean(const struct relabel *r, const char *word);

#endif
