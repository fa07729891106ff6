/*
 * texts -- examples of the four tasks, in groups that share one text.
 *
 * A member of a group is the text with one picture, or with none.  Its kind
 * is `none` without a picture, `decides` when the picture makes the answer
 * another than it is without, `irrelevant` otherwise.
 */
#ifndef UMIE_PICTOGRAMS_TEXTS_H
#define UMIE_PICTOGRAMS_TEXTS_H

#include <stdbool.h>

#include "examples/pictograms/draw.h"
#include "examples/pictograms/phrase.h"
#include "src/task/task.h"

struct dice;

enum { MEMBERS_MAX = 4, FACTS_MAX = 12 };

/* One gold record; which members are set depends on the task. */
struct fact {
	const char *label; /* of the schema; static */
	char *text;        /* span or trigger; owned, or NULL */
	int region;        /* k-th thing of the scene, 1 …; 0: none */
	const char *event; /* MEE, of an argument; static; else NULL */
};

struct facts {
	struct fact fact[FACTS_MAX];
	int n;
};

struct member {
	bool has_picture;
	struct scene scene;
	uint64_t seed;    /* of its picture: the same seed, the same picture */
	const char *name; /* of its file; static; NULL: made of the seed */
	struct facts gold;
};

/* Zeroed is empty. */
struct group {
	enum task task;
	struct phrase phrase;
	char *head, *tail;   /* MRE; owned */
	const char *event;   /* MEAE; static */
	char *instruction;   /* owned; NULL: the default one */
	struct facts unseen; /* gold without a picture */
	struct member member[MEMBERS_MAX];
	int n;
};

/* Fill a zeroed group.  `fresh`: chance of names of the test split. */
void group_entities(struct group *g, struct dice *d, float fresh);
void group_relation(struct group *g, struct dice *d, float fresh);
/* Triggers into `triggers`, arguments of the same text and pictures into
 * `arguments`, which stays empty when there is no event. */
void group_event(struct group *triggers, struct group *arguments,
		 struct dice *d, float fresh);
void group_release(struct group *g);

/* "none", "decides" or "irrelevant" */
const char *member_kind(const struct group *g, const struct member *m);

void facts_add(struct facts *f, const char *label, const char *text,
	       int region);
bool facts_equal(const struct facts *a, const struct facts *b);
void facts_copy(struct facts *to, const struct facts *from);

/* Parts that the tasks share. */

/* A sentence of the others that names people, places and so on. */
const char *relation_text(struct dice *d);

/* A phrase to start with: its style is chosen; sometimes a lead-in. */
void phrase_start(struct phrase *p, struct dice *d, float fresh);
/* Sometimes a tail: a tag or an address. */
void phrase_finish(struct phrase *p, struct dice *d);

void scene_add(struct scene *s, struct dice *d, enum pictogram what);
void scene_add_thing(struct scene *s, struct thing t);
/* Up to `most` things that mean nothing to any task. */
void scene_add_neutral(struct scene *s, struct dice *d, int most);
void scene_shuffle(struct scene *s, struct dice *d);
/* k of the first such thing, 1 …, or 0. */
int scene_find(const struct scene *s, const struct thing *t);

/* Now and then other words for the same question. */
void group_reword(struct group *g, struct dice *d);

/* A new member with an empty scene, or NULL when the group is full. */
struct member *group_add(struct group *g, struct dice *d, bool has_picture);

#endif
