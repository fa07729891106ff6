/*
 * item -- one thing found, known or added in an example, and what became of
 * it: the row of a list.
 *
 * Three layers are merged: M what the model says, G what the data set says,
 * H what a person added.  The same label at the same place is one item.  An
 * item keeps its number (from 1, unique in its example) for good.
 */
#ifndef UMIE_SESSIONS_ITEM_H
#define UMIE_SESSIONS_ITEM_H

#include "sessions/act.h"
#include "src/image/image.h"
#include "src/text/align.h"

/* enum, name, what its label is called */
#define ITEM_KINDS(_)                 \
	_(ENTITY, entity, "type")     \
	_(RELATION, relation, "type") \
	_(EVENT, event, "type")       \
	_(ARGUMENT, argument, "role")

enum item_kind {
#define ITEM_KIND_ENUM(upper, lower, label) ITEM_##upper,
	ITEM_KINDS(ITEM_KIND_ENUM)
#undef ITEM_KIND_ENUM
};

/* enum, name in filters and files, mark on the screen */
#define ITEM_STATES(_)             \
	_(TODO, todo, ' ')         \
	_(ACCEPTED, accepted, '+') \
	_(REJECTED, rejected, 'x') \
	_(EDITED, edited, '~')     \
	_(ADDED, added, '*')

enum item_state {
#define ITEM_STATE_ENUM(upper, lower, mark) ITEM_##upper,
	ITEM_STATES(ITEM_STATE_ENUM)
#undef ITEM_STATE_ENUM
};

enum { LAYER_MODEL = 1, LAYER_GOLD = 2, LAYER_HUMAN = 4 };

/* A string and where it stands in the text. */
struct anchor {
	char *text;         /* owned; NULL: there is none */
	int32_t start, end; /* code points, end-exclusive; -1: nowhere */
	enum fit fit;
	int places; /* how often the string stands in the text */
	int place;  /* which of them this is, from 1; 0: none of them */
};

enum item_part { PART_SELF, PART_HEAD, PART_TAIL };

/* What a person said last about an item; it stays as it was said. */
struct decision {
	enum act_kind kind;
	int64_t seq, time; /* of the act; seq 0: nothing was said */
	char *who;         /* owned, as are the next two */
	char *model;       /* hash; "" without a model */
	char *instruction; /* "" without a model */
	float gate, p;     /* NAN without a model */
};

struct item {
	int id; /* the number that commands and screens name */
	enum item_kind kind;
	enum item_state state;
	unsigned layers;                /* LAYER_… that have it now */
	char *label;                    /* owned */
	struct anchor self, head, tail; /* self: not of relations and of
					   arguments in the picture */
	int head_id, tail_id;           /* relation: entities there; 0: none */
	int event;                      /* argument: id of its event; 0: none */
	char *event_type; /* argument: label of the event; owned */
	int region;       /* argument in the picture: k of "Ok"; or 0 */
	bool has_box;
	struct box box; /* pixels of the upright picture */
	float p;        /* the model's; NAN when it does not have it */
	int found;      /* index in the reply's found[]; -1 */
	char *key;      /* what model or data set first said, to know it again;
			   owned; NULL of an added one */
	char *was;      /* label and text before it was edited; owned; or
			   NULL */
	char *note;     /* owned; or NULL */
	struct decision last;
};
void item_release(struct item *it);

const char *item_kind_name(enum item_kind k);
const char *item_state_name(enum item_state s);
char item_state_mark(enum item_state s);
/* "MG", "M", "GH" … */
const char *item_layers(unsigned layers, char out[4]);
/* A part of it is a string that does not stand in the text. */
bool item_unplaced(const struct item *it);
/* The part of an item that stands in the text; NULL: it has none. */
struct anchor *item_anchor(struct item *it, enum item_part part);

/* Find `needle` in `text`: its first place, and how many there are. */
void anchor_find(struct anchor *a, const char *text, const char *needle);
/* Take code points [start, end) of `text`, which are within it. */
void anchor_set(struct anchor *a, const char *text, int32_t start, int32_t end);
/* Place number k (from 1) of a->text; false when there is no such place. */
bool anchor_place(struct anchor *a, const char *text, int k);
void anchor_release(struct anchor *a);

#endif
