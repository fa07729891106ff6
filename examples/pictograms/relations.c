/*
 * relations -- texts for MRE, between a head and a tail that are given.
 *
 * Two names beside each other say nothing: a heart makes a couple, a trophy
 * an award, a house a residence; without such a picture there is `none`.
 */
#include "examples/pictograms/texts.h"

#include <stdlib.h>
#include <string.h>

#include "examples/pictograms/dice.h"
#include "src/base/mem.h"

/* In these the picture decides; P, or F, is the head. */
struct open_pair {
	const char *text;
	char head, head_number, tail, tail_number;
};

static const struct open_pair people_texts[] = {
    {"{F} and {F2} at last .", 'F', 0, 'F', '2'},
    {"What a picture of {F} with {F2} !", 'F', 0, 'F', '2'},
    {"{P} and {P2} {T} .", 'P', 0, 'P', '2'},
    {"Look who is here : {F} and {F2} .", 'F', 0, 'F', '2'},
    {"Never seen {P} and {P2} like this .", 'P', 0, 'P', '2'},
    {"{P} , {P2} . No words needed .", 'P', 0, 'P', '2'},
    {"Great to see {F} and {F2} again in {L} .", 'F', 0, 'F', '2'},
    {"{F} with {F2} {T} .", 'F', 0, 'F', '2'},
    {"Everybody is talking about {P} and {P2} .", 'P', 0, 'P', '2'},
    {"A day in {L} : {F} and {F2} .", 'F', 0, 'F', '2'},
};

static const struct open_pair award_texts[] = {
    {"{P} and the {W} {T} .", 'P', 0, 'W', 0},
    {"What a night for {P} at the {W} !", 'P', 0, 'W', 0},
    {"{W} : {P} .", 'P', 0, 'W', 0},
    {"All eyes on {P} and the {W} .", 'P', 0, 'W', 0},
    {"{P} , {W} . Finally .", 'P', 0, 'W', 0},
    {"The {W} {T} , with {P} .", 'P', 0, 'W', 0},
};

static const struct open_pair place_texts[] = {
    {"{P} . {L} . What more do you want ?", 'P', 0, 'L', 0},
    {"{P} and {L} , a long story .", 'P', 0, 'L', 0},
    {"Nothing but {L} for {P} {T} .", 'P', 0, 'L', 0},
    {"{P} loves {L} .", 'P', 0, 'L', 0},
    {"{L} and {P} : a picture .", 'P', 0, 'L', 0},
    {"{P} dreams of {L} .", 'P', 0, 'L', 0},
};

static const struct open_pair team_texts[] = {
    {"{P} and {O} : big news {T} .", 'P', 0, 'O', 0},
    {"{P} , {O} . What a pair .", 'P', 0, 'O', 0},
    {"{O} and {P} , who would have thought ?", 'P', 0, 'O', 0},
    {"A picture says it all : {P} and {O} .", 'P', 0, 'O', 0},
    {"It is {O} and {P} again .", 'P', 0, 'O', 0},
    {"{P} about {O} {T} .", 'P', 0, 'O', 0},
};

enum { CLUES = 4 };

/* What a picture must hold for a relation. */
struct clue {
	const char *relation;
	enum pictogram shown[3];
	int n;
};

static const struct {
	const struct open_pair *texts;
	int n_texts;
	struct clue clue[CLUES]; /* the last rows may be empty */
} open_kinds[] = {
    {people_texts,
     ARRAY_LEN(people_texts),
     {{"couple", {PICTO_MAN, PICTO_WOMAN, PICTO_HEART}, 3},
      {"parent", {PICTO_WOMAN, PICTO_CHILD}, 2},
      {"siblings", {PICTO_CHILD, PICTO_CHILD}, 2},
      {"peer", {PICTO_MAN, PICTO_MAN, PICTO_BALL}, 3}}},
    {award_texts,
     ARRAY_LEN(award_texts),
     {{"awarded", {PICTO_TROPHY, PICTO_MAN}, 2},
      {"present in", {PICTO_MIC, PICTO_MAN}, 2}}},
    {place_texts,
     ARRAY_LEN(place_texts),
     {{"place of residence", {PICTO_HOUSE, PICTO_MAN}, 2},
      {"present in", {PICTO_PLANE, PICTO_MAN}, 2}}},
    {team_texts,
     ARRAY_LEN(team_texts),
     {{"member of", {PICTO_BADGE, PICTO_MAN}, 2}}},
};

/* In these the text decides. */
static const struct {
	const char *relation, *text;
	char head, head_number, tail, tail_number;
} told[] = {
    {"couple", "{P} married {P2} in {L} {T} .", 'P', 0, 'P', '2'},
    {"couple", "{P} and his wife {F2} were seen in {L} .", 'P', 0, 'F', '2'},
    {"couple", "{F} is engaged to {P} .", 'F', 0, 'P', 0},
    {"couple", "Ten years since the wedding of {F} and {F2} .", 'F', 0, 'F',
     '2'},
    {"parent", "{P} and her little son {F} went to {L} .", 'P', 0, 'F', 0},
    {"parent", "{F} is the daughter of {P} .", 'P', 0, 'F', 0},
    {"parent", "{P} , father of {F} , works for {O} .", 'P', 0, 'F', 0},
    {"parent", "{P} became the mother of {F} {T} .", 'P', 0, 'F', 0},
    {"siblings", "{P} and her twin brother {F} left {L} .", 'P', 0, 'F', 0},
    {"siblings", "{F} and {F2} are sisters .", 'F', 0, 'F', '2'},
    {"siblings", "{P} 's elder brother {F} plays for {O} .", 'P', 0, 'F', 0},
    {"peer", "{P} and {P2} both play for {O} .", 'P', 0, 'P', '2'},
    {"peer", "{P} shares the stage with {P2} {T} .", 'P', 0, 'P', '2'},
    {"peer", "{P} and his team mate {P2} trained in {L} .", 'P', 0, 'P', '2'},
    {"peer", "{P} ran against {P2} in {L} .", 'P', 0, 'P', '2'},
    {"awarded", "{P} won the {W} {T} .", 'P', 0, 'W', 0},
    {"awarded", "The {W} goes to {P} of {O} .", 'P', 0, 'W', 0},
    {"awarded", "{P} received the {W} in {L} .", 'P', 0, 'W', 0},
    {"awarded", "{P} takes home the {W} .", 'P', 0, 'W', 0},
    {"present in", "{P} spoke at the {E} {T} .", 'P', 0, 'E', 0},
    {"present in", "{P} visited {L} {T} .", 'P', 0, 'L', 0},
    {"present in", "{P} is on holiday in {L} with {P2} .", 'P', 0, 'L', 0},
    {"present in", "{P} plays the lead in {B} .", 'P', 0, 'B', 0},
    {"present in", "{P} sings at the {E} {T} .", 'P', 0, 'E', 0},
    {"place of residence", "{P} has lived in {L} since 1998 .", 'P', 0, 'L', 0},
    {"place of residence", "{P} bought a flat in {L} .", 'P', 0, 'L', 0},
    {"place of residence", "{P} is at home in {L} .", 'P', 0, 'L', 0},
    {"place of residence", "{P} shows her house in {L} {T} .", 'P', 0, 'L', 0},
    {"member of", "{P} joins {O} {T} .", 'P', 0, 'O', 0},
    {"member of", "{P} is the new chairman of {O} .", 'P', 0, 'O', 0},
    {"member of", "{O} striker {P} scored twice against {O2} .", 'P', 0, 'O',
     0},
    {"member of", "{P} has worked for {O} for ten years .", 'P', 0, 'O', 0},
    {"locate at", "{O} opens an office in {L} .", 'O', 0, 'L', 0},
    {"locate at", "{O} has its seat in {L} .", 'O', 0, 'L', 0},
    {"locate at", "The headquarters of {O} in {L} are closed {T} .", 'O', 0,
     'L', 0},
    {"held on", "The {E} takes place in {L} {T} .", 'E', 0, 'L', 0},
    {"held on", "{L} hosts the {E} {T} .", 'E', 0, 'L', 0},
    {"held on", "{P} ran the {E} in {L} .", 'E', 0, 'L', 0},
    {"contain", "{L} is a small town in {L2} .", 'L', '2', 'L', 0},
    {"contain", "{L} , the biggest port of {L2} , is on strike .", 'L', '2',
     'L', 0},
    {"contain", "{L} belongs to {L2} .", 'L', '2', 'L', 0},
    {"part of", "{B} is the third part of {B2} .", 'B', 0, 'B', '2'},
    {"part of", "{O} is now a branch of {O2} .", 'O', 0, 'O', '2'},
    {"part of", "{O} , a daughter company of {O2} , fires 200 .", 'O', 0, 'O',
     '2'},
    {"made by", "{P} directed {B} {T} .", 'B', 0, 'P', 0},
    {"made by", "{B} , a novel by {P} .", 'B', 0, 'P', 0},
    {"made by", "{O} releases {B} {T} .", 'B', 0, 'O', 0},
    {"none", "{P} left {L} while {P2} stayed in {L2} .", 'P', 0, 'L', '2'},
    {"none", "{P} watched {O} lose in {L} .", 'P', 0, 'O', 0},
    {"none", "{P} has never heard of {P2} .", 'P', 0, 'P', '2'},
    {"none", "{O} fired 200 . In other news , {P} won the {W} .", 'O', 0, 'W',
     0},
    {"none", "{P} wrote about {L} {T} .", 'P', 0, 'L', 0},
    {"none", "{L} first , then the {E} , says {P} .", 'E', 0, 'L', 0},
    {"none", "{P} likes {B} but not the {W} .", 'P', 0, 'W', 0},
};

const char *relation_text(struct dice *d)
{
	return told[dice_below(d, ARRAY_LEN(told))].text;
}

static char *endpoint(const struct group *g, char slot, char number)
{
	return phrase_span(&g->phrase, phrase_find(&g->phrase, slot, number));
}

/* A man of the table may as well be a woman, a ball a microphone. */
static enum pictogram vary(struct dice *d, enum pictogram p)
{
	if (p == PICTO_MAN || p == PICTO_WOMAN)
		return dice_chance(d, 0.5f) ? PICTO_MAN : PICTO_WOMAN;
	if (p == PICTO_PLANE && dice_chance(d, 0.5f))
		return dice_chance(d, 0.5f) ? PICTO_TOWER : PICTO_BRIDGE;
	return p;
}

static void show_clue(struct scene *s, struct dice *d, const struct clue *c)
{
	for (int i = 0; i < c->n; i++)
		scene_add(s, d, vary(d, c->shown[i]));
	scene_add_neutral(s, d, 2);
	scene_shuffle(s, d);
}

/* Grown people, alone, or nobody: no relation can be seen. */
static void show_nothing(struct scene *s, struct dice *d)
{
	int n = dice_below(d, 3);

	for (int i = 0; i < n; i++)
		scene_add(s, d, vary(d, PICTO_MAN));
	scene_add_neutral(s, d, 2);
	if (!s->n)
		scene_add(s, d, PICTO_TREE);
	scene_shuffle(s, d);
}

static void show_any(struct scene *s, struct dice *d)
{
	size_t kind = (size_t)dice_below(d, ARRAY_LEN(open_kinds));
	const struct clue *c = &open_kinds[kind].clue[dice_below(d, CLUES)];

	if (c->relation)
		show_clue(s, d, c);
	else
		show_nothing(s, d);
}

static void group_open(struct group *g, struct dice *d)
{
	size_t kind = (size_t)dice_below(d, ARRAY_LEN(open_kinds) + 1);
	const struct open_pair *pair;
	const struct clue *clues;
	int first;

	/* pairs of people have most relations, so they come twice */
	kind = kind == ARRAY_LEN(open_kinds) ? 0 : kind;
	pair = &open_kinds[kind].texts[dice_below(d, open_kinds[kind].n_texts)];
	clues = open_kinds[kind].clue;
	phrase_add(&g->phrase, pair->text, d);
	phrase_finish(&g->phrase, d);
	g->head = endpoint(g, pair->head, pair->head_number);
	g->tail = endpoint(g, pair->tail, pair->tail_number);
	facts_add(&g->unseen, "none", NULL, 0);
	first = dice_below(d, CLUES);
	for (int i = 0, shown = 0; i < CLUES && shown < 3; i++) {
		const struct clue *c = &clues[(first + i) % CLUES];
		struct member *m;

		if (!c->relation)
			continue;
		m = group_add(g, d, true);
		show_clue(&m->scene, d, c);
		facts_add(&m->gold, c->relation, NULL, 0);
		shown++;
	}
	if (dice_chance(d, 0.7f)) {
		struct member *m = group_add(g, d, dice_chance(d, 0.6f));

		if (m->has_picture)
			show_nothing(&m->scene, d);
		facts_copy(&m->gold, &g->unseen);
	}
}

/* Does the relation hold the other way round too? */
static bool is_mutual(const char *relation)
{
	static const char *const mutual[] = {"none", "couple", "siblings",
					     "peer"};

	for (size_t i = 0; i < ARRAY_LEN(mutual); i++)
		if (strcmp(relation, mutual[i]) == 0)
			return true;
	return false;
}

/* Ask for tail and head instead: there is none. */
static void turn_round(struct group *g)
{
	char *head = g->head;

	g->head = g->tail;
	g->tail = head;
	g->unseen.fact[0].label = "none";
}

static void group_told(struct group *g, struct dice *d)
{
	size_t i = (size_t)dice_below(d, ARRAY_LEN(told));

	phrase_add(&g->phrase, told[i].text, d);
	phrase_finish(&g->phrase, d);
	g->head = endpoint(g, told[i].head, told[i].head_number);
	g->tail = endpoint(g, told[i].tail, told[i].tail_number);
	facts_add(&g->unseen, told[i].relation, NULL, 0);
	if (!is_mutual(told[i].relation) && dice_chance(d, 0.12f))
		turn_round(g);
	for (int k = 1 + dice_below(d, 2); k > 0; k--) {
		struct member *m = group_add(g, d, dice_chance(d, 0.75f));

		if (m->has_picture)
			show_any(&m->scene, d);
		facts_copy(&m->gold, &g->unseen);
	}
}

void group_relation(struct group *g, struct dice *d, float fresh)
{
	g->task = TASK_MRE;
	phrase_start(&g->phrase, d, fresh);
	if (dice_chance(d, 0.4f))
		group_open(g, d);
	else
		group_told(g, d);
}
