/*
 * variant -- requests that differ from a base in one thing each.
 *
 * Variants are children of the base and never change.  A row may have several
 * members (one for each seed of a label order), which are told together.
 */
#ifndef UMIE_PROBE_VARIANT_H
#define UMIE_PROBE_VARIANT_H

#include "src/engine/extract.h"
#include "src/probe/edit.h"
#include "src/probe/plan.h"

struct bundle;

struct variant_member {
	struct extract_request request; /* owned */
	int32_t *origin;                /* as in struct edited; NULL: the text
					   is the base's; owned */
	size_t n_origin;
};

struct variant {
	enum variation kind;
	char id[12]; /* "i1", "p3" */
	char *what;  /* "paraphrase: Given the entity…"; owned */
	struct variant_member *member; /* owned; at least one */
	size_t n;
};

/* Row 0 is the base. */
struct variants {
	struct variant *v; /* owned */
	size_t n, cap;
	int last[VARIATION_KINDS + 1]; /* numbers used, by letter's kind */
};

/* What variants are made with. */
struct variant_context {
	const struct schema *schema;
	const char *instruction; /* the task's template; NULL: it has none */
	/* Another example's picture, for `other` without a value; or NULL. */
	const struct extract_request *other;
	int boxes; /* of the base's picture, for `box all`; 0: none known */
};
void variant_context(struct variant_context *c, const struct bundle *b,
		     const struct extract_request *base);

/*
 * Begin with the base, then add what the plan says.  Variations that the task
 * cannot have (instructions of mee) are left out of the standard plan and are
 * ERR_USAGE when they were asked for (`strict`).
 */
void variants_begin(struct variants *l, const struct extract_request *base);
int variants_make(struct variants *l, const struct plan *p, bool strict,
		  const struct variant_context *c, struct err *err);
/* Boxes 1 … n of the base's picture masked out, a row each. */
void variants_add_boxes(struct variants *l, int n);
/* A request that somebody edited by hand. */
void variants_add_request(struct variants *l, const struct extract_request *r,
			  const char *what);
/* When the plan asks for it: hold every gate but the switched off at g. */
void variants_hold(struct variants *l, const struct plan *p, float g);
void variants_release(struct variants *l);

/* Every member of every row, in order; borrowed. */
size_t variants_members(const struct variants *l);
const struct variant_member *variants_member(const struct variants *l,
					     size_t i);

#endif
