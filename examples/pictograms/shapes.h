/*
 * shapes -- the pictograms, each a short list of shapes.
 *
 * Local units: x to the right, y downwards, the pictogram in 0 … w by
 * 0 … h.  A grown person is 100 high, and the others are drawn to a friendly
 * scale beside it.
 */
#ifndef UMIE_PICTOGRAMS_SHAPES_H
#define UMIE_PICTOGRAMS_SHAPES_H

#include "examples/pictograms/canvas.h"

/* enum, its shapes, noun of texts, where it stands, width, height */
#define PICTOGRAMS(_)                                          \
	_(MAN, man, "man", GROUND, 40, 100)                    \
	_(WOMAN, woman, "woman", GROUND, 40, 100)              \
	_(CHILD, child, "child", GROUND, 34, 60)               \
	_(POLICE, police, "officer", GROUND, 40, 100)          \
	_(SOLDIER, soldier, "soldier", GROUND, 52, 100)        \
	_(CROWD, crowd, "crowd", GROUND, 114, 92)              \
	_(MEETING, meeting, "meeting", GROUND, 120, 90)        \
	_(DOG, dog, "dog", GROUND, 88, 57)                     \
	_(CAT, cat, "cat", GROUND, 62, 60)                     \
	_(HORSE, horse, "horse", GROUND, 118, 95)              \
	_(BIRD, bird, "bird", SKY, 66, 34)                     \
	_(CAR, car, "car", GROUND, 110, 52)                    \
	_(BUS, bus, "bus", GROUND, 140, 70)                    \
	_(TRUCK, truck, "truck", GROUND, 124, 64)              \
	_(AMBULANCE, ambulance, "ambulance", GROUND, 118, 64)  \
	_(TRAIN, train, "train", GROUND, 160, 60)              \
	_(PLANE, plane, "plane", SKY, 122, 58)                 \
	_(SHIP, ship, "ship", GROUND, 140, 72)                 \
	_(TANK, tank, "tank", GROUND, 136, 62)                 \
	_(GUN, gun, "gun", FLOATING, 68, 46)                   \
	_(HOUSE, house, "house", GROUND, 100, 104)             \
	_(BURNING, burning, "burning house", GROUND, 102, 116) \
	_(CITY, city, "skyline", GROUND, 140, 130)             \
	_(TOWER, tower, "tower", GROUND, 70, 142)              \
	_(BRIDGE, bridge, "bridge", GROUND, 160, 86)           \
	_(MOUNTAIN, mountain, "mountain", GROUND, 170, 100)    \
	_(SHOP, shop, "shop", GROUND, 124, 92)                 \
	_(FACTORY, factory, "factory", GROUND, 130, 100)       \
	_(BADGE, badge, "badge", FLOATING, 60, 74)             \
	_(TROPHY, trophy, "trophy", FLOATING, 60, 70)          \
	_(CLAPPER, clapper, "clapper", FLOATING, 73, 70)       \
	_(BOOK, book, "book", FLOATING, 80, 60)                \
	_(HANDCUFFS, handcuffs, "handcuffs", FLOATING, 90, 50) \
	_(PHONE, phone, "phone", FLOATING, 40, 76)             \
	_(LETTER, letter, "letter", FLOATING, 76, 50)          \
	_(COINS, coins, "coins", FLOATING, 80, 66)             \
	_(NOTE, note, "banknote", FLOATING, 96, 54)            \
	_(GRAVE, grave, "grave", GROUND, 70, 81)               \
	_(HEART, heart, "heart", FLOATING, 64, 60)             \
	_(BALL, ball, "ball", GROUND, 40, 40)                  \
	_(MIC, mic, "microphone", GROUND, 52, 94)              \
	_(FLAG, flag, "flag", GROUND, 60, 98)                  \
	_(TREE, tree, "tree", GROUND, 72, 116)                 \
	_(LAMP, lamp, "lamp", GROUND, 28, 110)                 \
	_(BENCH, bench, "bench", GROUND, 90, 52)               \
	_(FLOWER, flower, "flower", GROUND, 36, 58)            \
	_(UMBRELLA, umbrella, "umbrella", FLOATING, 80, 74)    \
	_(CLOUD, cloud, "cloud", SKY, 84, 40)

enum pictogram {
#define PICTOGRAM_ENUM(upper, shapes, noun, where, w, h) PICTO_##upper,
	PICTOGRAMS(PICTOGRAM_ENUM)
#undef PICTOGRAM_ENUM
	    PICTO_COUNT,
};

enum standing { STAND_GROUND, STAND_SKY, STAND_FLOATING };

/* What a shape is painted with. */
enum slot {
	BODY,  /* the thing's own colour, the one that a text names */
	SHADE, /* BODY, darker */
	TINT,  /* BODY, lighter */
	EXTRA, /* a second colour, free */
	SKIN,
	HAIR,
	TROUSERS,
	INK,
	PAPER,
	GLASS,
	GREY,
	STEEL,
	STONE,
	FLAME,
	GOLD,
	LEAF,
	WOOD,
	NAVY,
	RED,
	SMOKE,
	SLOT_COUNT,
};

struct pictogram_row {
	const char *noun;
	enum standing stand;
	float w, h;
	const struct shape *shapes; /* ends with SHAPE_END */
};

/* Never NULL; static. */
const struct pictogram_row *pictogram_row(enum pictogram p);

#endif
