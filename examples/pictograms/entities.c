/*
 * entities -- texts for MNER.
 *
 * A bare name in an open context ("X never disappoints .") is what the
 * picture shows, a Person without one.  A context that decides ("X barked")
 * and names that are clear by themselves do not listen to the picture.
 */
#include "examples/pictograms/texts.h"

#include <stdlib.h>
#include <string.h>

#include "examples/pictograms/dice.h"
#include "examples/pictograms/event-texts.h"
#include "examples/pictograms/names.h"
#include "src/base/mem.h"

static const char *const open_texts[] = {
    "{A} looks great today .",
    "Good morning from {A} !",
    "Nothing beats {A} {T} .",
    "Finally saw {A} again after two years .",
    "Can not stop thinking about {A} .",
    "{A} never disappoints .",
    "We love {A} .",
    "So happy with {A} {T} .",
    "{P} just posted a picture of {A} .",
    "Look at {A} !",
    "{O} shares a new picture of {A} .",
    "This is {A} .",
    "{A} {T} .",
    "Say hello to {A} .",
    "My favourite picture : {A} .",
    "A quiet Sunday with {A} .",
    "What a day with {A} !",
    "I can not believe this is {A} .",
    "{A} is waiting for us {T} .",
    "Everybody is talking about {A} .",
    "Guess who sent me this picture of {A} ? {P} !",
    "{P} can not get enough of {A} .",
    "Here is {A} , as promised .",
    "Still my number one : {A} .",
    "Missing {A} so much {T} .",
    "{A} , simply beautiful .",
    "Thank you {A} for everything !",
    "There is nothing like {A} .",
    "{P} says that {A} is the best .",
    "First picture of {A} {T} .",
    "How did {A} get so famous ?",
    "{A} again . Can not help it .",
    "Greetings from {P} and {A} .",
    "{A} made my day .",
    "You should all see {A} .",
    "One more of {A} , taken {T} .",
    "Proud of {A} .",
    "{A} at its finest .",
    "Now showing : {A} .",
    "Throwback to {A} {T} .",
};

static const char *const decided_texts[] = {
    "{A:Person} told {O} that the plan will not work .",
    "{A:Person} , 34 , was born in {L} .",
    "{A:Person} signed her new book {T} .",
    "An interview with {A:Person} , the singer from {L} .",
    "My teacher {A:Person} moved to {L} .",
    "Happy birthday to my sister {A:Person} !",
    "{A:Person} and her husband {P} live in {L} .",
    "{A:Animal} barked all night .",
    "{A:Animal} wagged his tail when {P} came home .",
    "The vet says that {A:Animal} will walk on four legs again .",
    "{A:Animal} ate all her food from the bowl {T} .",
    "{P} rides {A:Animal} at the stable near {L} .",
    "{A:Animal} had five puppies {T} .",
    "Brushing the fur of {A:Animal} takes an hour .",
    "I parked {A:Vehicle} behind the station in {L} .",
    "The engine of {A:Vehicle} failed {T} .",
    "{A:Vehicle} needs new tyres before we drive to {L} .",
    "{P} is at the wheel of {A:Vehicle} .",
    "{A:Vehicle} sailed from {L} with 200 passengers on board .",
    "Refuelled {A:Vehicle} and changed the oil {T} .",
    "{A:Vehicle} rolls at 90 miles an hour on the motorway .",
    "The mayor of {A:Location} opened the new square {T} .",
    "Flights to {A:Location} are cheap {T} .",
    "It is raining in {A:Location} .",
    "Traffic in {A:Location} is terrible {T} .",
    "{P} has lived in {A:Location} since 1998 .",
    "The old town of {A:Location} is full of tourists .",
    "{O} opens an office in {A:Location} .",
    "Shares of {A:Organization} fell by 4 % {T} .",
    "{A:Organization} fired 200 workers in {L} .",
    "{A:Organization} announced record profits {T} .",
    "{P} is the new chairman of {A:Organization} .",
    "{A:Organization} won 2 - 1 against {O} .",
    "Customers of {A:Organization} have waited for weeks .",
    "{A:Organization} hires engineers in {L} .",
    "The last episode of {A:Miscellaneous} is on {T} .",
    "I have read {A:Miscellaneous} twice , a wonderful novel .",
    "{P} plays the villain in the film {A:Miscellaneous} .",
    "The soundtrack of {A:Miscellaneous} is by {P} .",
    "Tickets for the musical {A:Miscellaneous} are sold out {T} .",
    "The third season of {A:Miscellaneous} was shot in {L} .",
};

static const char *const clear_texts[] = {
    "{P} visited {L} {T} .",
    "{O} and {O2} sign a contract in {L} .",
    "{P} won the {W} {T} .",
    "{P} plays for {O} now .",
    "See you at the {E} !",
    "{P} , {P2} and {P3} at the {E} .",
    "\" {B} \" opens in {L} {T} .",
    "{P} is writing a sequel to {B} .",
    "I am in {L} {T} .",
    "{O} is looking for nurses in {L} and {L2} .",
    "{P} wants to leave {O} .",
    "Have you seen {B} with {P} ?",
    "The {W} goes to {P} of {O} .",
    "From {L} to {L2} by bike with {P} .",
    "{O} lost again {T} .",
    "{P} meets the fans in {L} .",
    "Coffee first , then {L} .",
    "No names here , just a picture .",
    "What a lovely afternoon !",
    "I am so tired {T} .",
    "Who else loves this weather ?",
    "The {E} starts {T} in {L} .",
    "Dinner with {P} and {P2} {T} .",
    "{O} : 3 , {O2} : 0 .",
    "Thanks to {P} from {O} for the help .",
    "{P} told {O} about {L} .",
};

/* What may stand for each type in a picture. */
static const struct {
	const char *type;
	enum pictogram shown[8];
	int n;
} looks[] = {
    {"Person",
     {PICTO_MAN, PICTO_WOMAN, PICTO_CHILD, PICTO_POLICE, PICTO_SOLDIER},
     5},
    {"Location",
     {PICTO_CITY, PICTO_TOWER, PICTO_BRIDGE, PICTO_MOUNTAIN, PICTO_HOUSE},
     5},
    {"Organization", {PICTO_SHOP, PICTO_FACTORY, PICTO_BADGE}, 3},
    {"Miscellaneous", {PICTO_CLAPPER, PICTO_BOOK}, 2},
    {"Animal", {PICTO_DOG, PICTO_CAT, PICTO_HORSE, PICTO_BIRD}, 4},
    {"Vehicle",
     {PICTO_CAR, PICTO_BUS, PICTO_TRUCK, PICTO_AMBULANCE, PICTO_TRAIN,
      PICTO_PLANE, PICTO_SHIP, PICTO_TANK},
     8},
};

enum { TYPES = ARRAY_LEN(looks) };

static const char *type_of_slot(char slot)
{
	switch (slot) {
	case SLOT_PERSON:
	case SLOT_FIRST:
		return "Person";
	case SLOT_PLACE:
		return "Location";
	case SLOT_ORG:
		return "Organization";
	case SLOT_AWARD:
	case SLOT_HAPPENING:
	case SLOT_WORK:
		return "Miscellaneous";
	default:
		return NULL;
	}
}

/* Gold when the picture shows an `open` thing. */
static void entity_facts(const struct phrase *p, const char *open,
			 struct facts *out)
{
	for (int i = 0; i < p->n; i++) {
		const struct mark *m = &p->mark[i];
		const char *type = type_of_slot(m->slot);
		char role[32], *span;

		if (m->slot == SLOT_ANY) {
			type = open;
			for (int k = 0; k < TYPES; k++)
				if (mark_role(m, 0, role) &&
				    strcmp(role, looks[k].type) == 0)
					type = looks[k].type;
		}
		if (!type)
			continue;
		span = phrase_span(p, m);
		facts_add(out, type, span, 0);
		free(span);
	}
}

static void show_type(struct scene *s, struct dice *d, size_t type)
{
	scene_add(s, d, looks[type].shown[dice_below(d, looks[type].n)]);
	scene_add_neutral(s, d, 3);
	scene_shuffle(s, d);
}

/* Things that say nothing about what a name stands for. */
static void show_unrelated(struct scene *s, struct dice *d)
{
	static const enum pictogram things[] = {
	    PICTO_PHONE, PICTO_LETTER, PICTO_COINS, PICTO_HEART,
	    PICTO_TREE,  PICTO_FLOWER, PICTO_BALL,  PICTO_UMBRELLA,
	};

	scene_add(s, d, things[dice_below(d, ARRAY_LEN(things))]);
	scene_add_neutral(s, d, 2);
	scene_shuffle(s, d);
}

/* An instruction that asks for some of the types only. */
static char *ask_for_some(struct dice *d, bool keep[TYPES])
{
	int left = 0, last = dice_below(d, TYPES);
	struct str s = {0};

	str_add(&s, "Please extract the following entity type: ");
	for (int i = 0; i < TYPES; i++) {
		keep[i] = i == last || dice_chance(d, 0.5f);
		if (keep[i])
			str_addf(&s, "%s%s", left++ ? ", " : "", looks[i].type);
	}
	str_addc(&s, '.');
	return str_detach(&s);
}

static void keep_types(struct facts *f, const bool keep[TYPES])
{
	int n = 0;

	for (int i = 0; i < f->n; i++) {
		bool kept = false;

		for (int k = 0; k < TYPES; k++)
			kept |= keep[k] &&
				strcmp(f->fact[i].label, looks[k].type) == 0;
		if (kept)
			f->fact[n++] = f->fact[i];
		else
			free(f->fact[i].text);
	}
	f->n = n;
}

static void add_typed(struct group *g, struct dice *d, size_t type)
{
	struct member *m = group_add(g, d, true);

	show_type(&m->scene, d, type);
	entity_facts(&g->phrase, looks[type].type, &m->gold);
}

static void add_members(struct group *g, struct dice *d, bool open)
{
	int n = open ? 3 : 1 + dice_chance(d, 0.5f);
	int first = dice_below(d, TYPES);

	for (int i = 0; i < n; i++)
		add_typed(g, d, (size_t)((first + i) % TYPES));
	if (dice_chance(d, 0.4f)) {
		struct member *m = group_add(g, d, dice_chance(d, 0.4f));

		if (m->has_picture)
			show_unrelated(&m->scene, d);
		facts_copy(&m->gold, &g->unseen);
	}
}

static const char *choose_text(struct dice *d, bool *open)
{
	float which = dice_between(d, 0, 1);

	*open = which < 0.45f;
	if (*open)
		return open_texts[dice_below(d, ARRAY_LEN(open_texts))];
	if (which < 0.73f)
		return decided_texts[dice_below(d, ARRAY_LEN(decided_texts))];
	if (which < 0.83f)
		return relation_text(d);
	if (which < 0.91f)
		return event_text_told(d)->text;
	return clear_texts[dice_below(d, ARRAY_LEN(clear_texts))];
}

void group_entities(struct group *g, struct dice *d, float fresh)
{
	static const char *const sets[] = {"I0", "I1", "I2"};
	bool keep[TYPES], open;

	g->task = TASK_MNER;
	phrase_start(&g->phrase, d, fresh);
	phrase_add(&g->phrase, choose_text(d, &open), d);
	phrase_finish(&g->phrase, d);
	entity_facts(&g->phrase, "Person", &g->unseen);
	add_members(g, d, open);
	if (dice_chance(d, 0.1f)) {
		g->instruction = ask_for_some(d, keep);
		keep_types(&g->unseen, keep);
		for (int i = 0; i < g->n; i++)
			keep_types(&g->member[i].gold, keep);
	} else if (dice_chance(d, 0.1f)) {
		g->instruction = xstrdup(instruction_named(
		    sets[dice_below(d, ARRAY_LEN(sets))], TASK_MNER));
	}
}
