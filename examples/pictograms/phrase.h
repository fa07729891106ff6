/*
 * phrase -- a template with its slots filled, and where everything stands.
 *
 * Templates are tokenised English with slots: `{P}`, a second one of the same
 * kind `{P2}`, with a role `{P:Agent}`, with one role for each reading of an
 * ambiguous trigger `{P:Artifact/Person}` (`-`: none), and the trigger
 * between asterisks: `They *took* {P} away .`
 */
#ifndef UMIE_PICTOGRAMS_PHRASE_H
#define UMIE_PICTOGRAMS_PHRASE_H

#include <stdbool.h>

#include "examples/pictograms/draw.h"
#include "src/base/str.h"

struct dice;

/* Slots that name.h does not know: a thing by its colour. */
enum described_slot {
	SLOT_VEHICLE = 'V', /* the blue bus */
	SLOT_HOUSE = 'H',   /* the yellow house */
	SLOT_WEARER = 'Q',  /* the woman in red */
	SLOT_ANIMAL = 'D',  /* the black dog */
};

enum { PHRASE_MARKS = 12, PHRASE_CLAUSES = 2 };

struct mark {
	char slot;
	char number;        /* '2' of {P2}, or 0 */
	int clause;         /* triggers that stood before its template */
	size_t at, len;     /* of its span in the text, articles left out */
	struct span roles;  /* in the template */
	struct thing thing; /* of a described slot */
};

struct phrase {
	struct str text;
	struct mark mark[PHRASE_MARKS];
	int n;
	struct span trigger[PHRASE_CLAUSES]; /* in the template */
	int n_triggers;
	int clause;  /* of the template being added */
	float fresh; /* chance of a name of the test split */
	bool spaced; /* punctuation stands alone, as in tokenised corpora */
};

/* Append a template; it must outlive the phrase. */
void phrase_add(struct phrase *p, const char *tmpl, struct dice *d);
/* A copy of its own. */
void phrase_copy(struct phrase *to, const struct phrase *from);
void phrase_release(struct phrase *p);

bool slot_is_described(char slot);
/* A colour such a thing can have. */
enum colour thing_colour(struct dice *d, enum pictogram what);
/* "{P2}" as a mark; NULL when the phrase has none. */
const struct mark *phrase_find(const struct phrase *p, char slot, char number);
/* The span of a mark; caller's to free(). */
char *phrase_span(const struct phrase *p, const struct mark *m);
/* Field i of "A/B/C" into out (room for 32); false for "-" and none. */
bool mark_role(const struct mark *m, int i, char out[32]);

#endif
