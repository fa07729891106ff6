/*
 * agree -- how far annotators agree.
 *
 * F1 of two annotators is symmetric: twice what both say over all that they
 * say.  Kappa looks at every place where anybody has a span: what type does
 * each give it, "none" included?  Only documents that all of them have count.
 */
#ifndef UMIE_DATA_AGREE_H
#define UMIE_DATA_AGREE_H

#include "src/data/pairing.h"

/* enum, name, what has to be the same */
#define AGREE_KINDS(_)                                             \
	_(SPAN, spans, "place and type of an entity")              \
	_(TRIPLE, triples, "both places and type of a relation")   \
	_(TRIGGER, triggers, "place and type of an event")         \
	_(ARGUMENT, arguments,                                     \
	  "event type, role and place of an argument in the text") \
	_(BOX, boxes, "event type and role of a box, IoU at least 0.5")

enum agree_kind {
#define AGREE_ENUM(upper, lower, what) AGREE_##upper,
	AGREE_KINDS(AGREE_ENUM)
#undef AGREE_ENUM
	    AGREE_KINDS_N
};

/* Two annotators, a < b. */
struct agree_pair {
	size_t a, b;
	size_t both[AGREE_KINDS_N], n_a[AGREE_KINDS_N], n_b[AGREE_KINDS_N];
	double iou; /* sum over the boxes that were paired */
	size_t n_iou;
};

/* Of entities and of triggers. */
struct agree_kappa {
	size_t places;
	double value; /* Cohen's for two annotators, Fleiss' for more; NAN:
			 nothing to tell apart */
};

struct agreement {
	struct agree_pair *pair; /* owned */
	size_t n_pairs;
	struct agree_kappa entity, trigger;
};

void agreement_make(struct agreement *g, const struct pairing *p);
void agreement_release(struct agreement *g);

const char *agree_name(enum agree_kind k);
/* 0 to 1; NAN when nobody says anything. */
double agree_f1(const struct agree_pair *p, enum agree_kind k);
/* Mean of the pairs that say something; NAN. */
double agree_mean_f1(const struct agreement *g, enum agree_kind k);
double agree_mean_iou(const struct agree_pair *p);

#endif
