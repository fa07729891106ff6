/*
 * match -- what became of each result when something was changed.
 *
 * Two extractions of one example, the base and a variant.  Same place and
 * type is `.`, same place with another type `L`, overlap with the same type
 * `B`; what is left is lost (`-`) or new.  A place is a span of the text; for
 * a relation the pair; for an argument its event's trigger with a span or a
 * box (IoU >= 0.5).  A string that does not stand in its text is its own
 * place.  Pure.
 */
#ifndef UMIE_PROBE_MATCH_H
#define UMIE_PROBE_MATCH_H

#include "src/engine/extract.h"
#include "src/task/score.h"

/* name, mark on the screen, what it says */
#define MARKS(_)                            \
	_(SAME, ".", "same place and type") \
	_(LABEL, "L", "other type")         \
	_(BOUNDS, "B", "other edges")       \
	_(LOST, "-", "lost")

enum mark {
#define MARK_ENUM(upper, sign, text) MARK_##upper,
	MARKS(MARK_ENUM)
#undef MARK_ENUM
	    MARK_KINDS,
};

const char *mark_sign(enum mark m);

/* Zeroed can be released. */
struct matching {
	enum mark *mark; /* of each base result; owned */
	int *with;       /* which result of the variant, or -1; owned */
	size_t n;        /* base results */
	size_t added;    /* results of the variant that no base result has */
	size_t found;    /* results of the variant */
};

/*
 * origin (n_origin elements, or NULL when the texts are the same): for every
 * code point of the variant's text the one of the base text it came from, or
 * -1.  `m` is released by the caller.
 */
void match(const struct extraction *base, const struct extraction *variant,
	   const int32_t *origin, size_t n_origin, struct matching *m);
void matching_release(struct matching *m);

/* Results that changed, and new ones. */
size_t matching_flips(const struct matching *m);
/* The variant against the base: tp, fp, fn. */
void matching_counts(const struct matching *m, struct counts *c);

/*
 * The variant against gold, with the strict scorer.  Where the text was
 * changed, strings are read where they came from in the base text.
 */
void match_gold(const struct records *gold, const struct extraction *base,
		const struct extraction *variant, const int32_t *origin,
		size_t n_origin, struct counts *c);

#endif
