/*
 * names -- pools of names and words, and names made of them.
 *
 * Every pool is cut in two by position: one part for training and dev, a
 * smaller one that only the test split may use.
 */
#ifndef UMIE_PICTOGRAMS_NAMES_H
#define UMIE_PICTOGRAMS_NAMES_H

#include "examples/pictograms/dice.h"

struct str;

/* letter of a template's slot, what is written */
enum slot_kind {
	SLOT_PERSON = 'P', /* Mara Keller, Dr Onyango */
	SLOT_FIRST = 'F',  /* Mara */
	SLOT_ANY = 'A',    /* a bare name that may be anybody's or a thing's */
	SLOT_PLACE = 'L',  /* Leeds, Port Varda */
	SLOT_ORG = 'O',    /* Leeds Museum, Keller & Sons */
	SLOT_AWARD = 'W',  /* Golden Lion, Keller Prize */
	SLOT_HAPPENING = 'E', /* Leeds Marathon */
	SLOT_WORK = 'B',      /* The Silent Harbour */
	SLOT_ATTACKERS = 'G', /* gunmen */
	SLOT_PEOPLE = 'S',    /* students */
	SLOT_MONEY = 'C',     /* $ 300 */
	SLOT_TIME = 'T',      /* on Monday */
};

/*
 * Append a name for a slot.  `fresh` is the chance that each part comes from
 * the test split's own names.
 */
void name_write(struct dice *d, char slot, float fresh, struct str *out);

#endif
