/*
 * pairing -- the documents of two or more data sets side by side, and when
 * two records say the same.
 *
 * Data sets of several annotators have the same documents: same id, same
 * text.  What holds of each (example_records) is brought to places first: a
 * string without one stands at its first place in the text.
 */
#ifndef UMIE_DATA_PAIRING_H
#define UMIE_DATA_PAIRING_H

#include "src/data/dataset.h"

/* One annotator's view of a document. */
struct view_of {
	const struct example *e; /* the first of n; NULL: does not have it */
	size_t n;
	struct records rec; /* of all n, settled; owned */
};

struct pairing {
	size_t sets;
	struct view_of *view; /* documents * sets, row by row; owned */
	size_t n, cap;        /* documents */
	size_t shared;        /* documents that all sets have */
};

/* Documents in the order of the first set, then those that only later sets
 * have. */
void pairing_make(struct pairing *p, const struct dataset *d, size_t sets);
void pairing_release(struct pairing *p);
struct view_of *pairing_view(const struct pairing *p, size_t doc, size_t set);
/* Do all sets have it? */
bool pairing_is_shared(const struct pairing *p, size_t doc);

/*
 * What a record of l says, as a line: equal lines, same fact.  An argument
 * says of which event it is: by type only, or with `trigger` by its place
 * too.  Boxes are left out: they agree more or less.
 */
void record_key(const struct records *l, const struct record *r, bool trigger,
		struct str *out);

/* Do they say the same?  Boxes do from an IoU of 0.5. */
bool record_agrees(const struct records *a, const struct record *x,
		   const struct records *b, const struct record *y);

/* A record of a set, its names in terms of the first set's. */
void pairing_copy(const struct pairing *p, size_t doc, size_t set,
		  const struct record *r, struct records *out);
/* A new example that asks what `from` does, without records. */
struct example *pairing_example(struct dataset *out,
				const struct example *from);
/* Does one of the document's examples ask what e does? */
bool pairing_asks(const struct view_of *v, const struct example *e);
/* Of the examples of a document: is it this one that has such records? */
bool pairing_belongs(const struct example *e, const struct record *r);

/*
 * Append the examples of shared documents that somebody disagrees about: gold
 * is what all say; a decision, accepted by name[set], each for the rest;
 * flagged "conflict".
 */
void pairing_queue(const struct pairing *p, const char *const *name,
		   struct dataset *out);

#endif
