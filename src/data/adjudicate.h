/*
 * adjudicate -- one data set out of two annotators' ones.
 *
 * What both say is gold.  What only one says, or what they say otherwise of
 * the same place, is a conflict: somebody chooses.
 */
#ifndef UMIE_DATA_ADJUDICATE_H
#define UMIE_DATA_ADJUDICATE_H

#include "src/data/pairing.h"

/* enum, word, what becomes gold */
#define CHOICES(_)                      \
	_(A, a, "what the first says")  \
	_(B, b, "what the second says") \
	_(BOTH, both, "both")           \
	_(NONE, none, "neither")

enum choice {
	CHOICE_OPEN, /* nobody has chosen yet */
#define CHOICE_ENUM(upper, lower, what) CHOICE_##upper,
	CHOICES(CHOICE_ENUM)
#undef CHOICE_ENUM
};

struct conflict {
	size_t doc;
	const struct record *a, *b; /* borrowed; one may be NULL */
	enum choice choice;
};

struct adjudication {
	struct pairing p; /* of two sets */
	/* conflicts in the order of documents; owned */
	struct conflict *conflict;
	size_t n, cap;
	size_t agreed; /* records that both have */
};

/* The data sets stay the caller's and must outlive *j. */
void adjudication_make(struct adjudication *j, const struct dataset d[2]);
void adjudication_release(struct adjudication *j);

/*
 * Append every document with what both say and what was chosen.  A document
 * that only one of them has comes as it is.
 */
void adjudication_gold(const struct adjudication *j, struct dataset *out);
bool choice_find(const char *word, enum choice *out);
const char *choice_name(enum choice c);

#endif
