/*
 * demo -- the examples that come with the demonstration checkpoint.
 *
 * One text for each task, and two pictures for each text that make two
 * answers of it.
 */
#include "examples/pictograms/corpus.h"

#include "examples/pictograms/texts.h"
#include "examples/pictograms/writer.h"
#include "src/base/mem.h"

enum { VIEWS = 2, THINGS = 6, FACTS = 7 };

struct view {
	const char *name; /* of the picture */
	uint64_t seed;
	struct thing thing[THINGS];
	int things;
	struct fact fact[FACTS]; /* ends with a zeroed one */
};

static const struct demo {
	enum task task;
	const char *text, *head, *tail, *event;
	struct fact unseen[FACTS]; /* without a picture */
	struct view view[VIEWS];
} demos[] = {
    {.task = TASK_MNER,
     .text = "Rocky is waiting for us tonight.",
     .unseen = {{"Person", "Rocky", 0, NULL}},
     .view = {{"rocky-dog",
	       43,
	       {{PICTO_DOG, COLOUR_BROWN},
		{PICTO_TREE, COLOUR_GREEN},
		{PICTO_BENCH, COLOUR_BROWN}},
	       3,
	       {{"Animal", "Rocky", 0, NULL}}},
	      {"rocky-man",
	       24,
	       {{PICTO_MAN, COLOUR_BLUE}, {PICTO_LAMP, COLOUR_WHITE}},
	       2,
	       {{"Person", "Rocky", 0, NULL}}}}},
    {.task = TASK_MRE,
     .text = "Everybody is talking about Clara Hansen and Omar Haddad.",
     .head = "Clara Hansen",
     .tail = "Omar Haddad",
     .unseen = {{"none", NULL, 0, NULL}},
     .view = {{"pair-heart",
	       65,
	       {{PICTO_WOMAN, COLOUR_RED},
		{PICTO_MAN, COLOUR_GREEN},
		{PICTO_HEART, COLOUR_RED}},
	       3,
	       {{"couple", NULL, 0, NULL}}},
	      {"pair-ball",
	       26,
	       {{PICTO_WOMAN, COLOUR_YELLOW},
		{PICTO_BALL, COLOUR_WHITE},
		{PICTO_MAN, COLOUR_YELLOW}},
	       3,
	       {{"peer", NULL, 0, NULL}}}}},
    {.task = TASK_MED,
     .text = "They took Viktor Petrov away this morning.",
     .unseen = {{"Transport", "took", 0, NULL}},
     .view = {{"taken-police",
	       27,
	       {{PICTO_POLICE, COLOUR_BLUE},
		{PICTO_HANDCUFFS, COLOUR_WHITE},
		{PICTO_LAMP, COLOUR_WHITE}},
	       3,
	       {{"Arrest-Jail", "took", 0, NULL}}},
	      {"taken-bus",
	       68,
	       {{PICTO_BUS, COLOUR_YELLOW}, {PICTO_TREE, COLOUR_GREEN}},
	       2,
	       {{"Transport", "took", 0, NULL}}}}},
    {.task = TASK_MEAE,
     .text = "Gunmen opened fire on the red car in Tripoli.",
     .event = "Attack",
     .unseen = {{"Attacker", "Gunmen", 0, NULL},
		{"Target", "red car", 0, NULL},
		{"Place", "Tripoli", 0, NULL}},
     .view = {{"two-cars",
	       49,
	       {{PICTO_CAR, COLOUR_BLUE},
		{PICTO_CAR, COLOUR_RED},
		{PICTO_TANK, COLOUR_GREEN}},
	       3,
	       {{"Attacker", "Gunmen", 0, NULL},
		{"Target", NULL, 2, NULL},
		{"Instrument", NULL, 3, NULL},
		{"Place", "Tripoli", 0, NULL}}},
	      {"car-gun",
	       10,
	       {{PICTO_CAR, COLOUR_RED},
		{PICTO_GUN, COLOUR_BLACK},
		{PICTO_CAR, COLOUR_WHITE},
		{PICTO_TREE, COLOUR_GREEN}},
	       4,
	       {{"Attacker", "Gunmen", 0, NULL},
		{"Target", NULL, 1, NULL},
		{"Instrument", NULL, 2, NULL},
		{"Place", "Tripoli", 0, NULL}}}}},
    {.task = TASK_MEE,
     .text = "Students gathered in Lisbon on Friday.",
     .unseen = {{"Meet", "gathered", 0, NULL},
		{"Entity", "Students", 0, "Meet"},
		{"Place", "Lisbon", 0, "Meet"}},
     .view = {{"gathered-crowd",
	       71,
	       {{PICTO_CROWD, COLOUR_BLUE},
		{PICTO_POLICE, COLOUR_BLUE},
		{PICTO_FLAG, COLOUR_RED}},
	       3,
	       {{"Demonstrate", "gathered", 0, NULL},
		{"Entity", "Students", 0, "Demonstrate"},
		{"Entity", NULL, 1, "Demonstrate"},
		{"Police", NULL, 2, "Demonstrate"},
		{"Place", "Lisbon", 0, "Demonstrate"}}},
	      {"gathered-table",
	       52,
	       {{PICTO_MEETING, COLOUR_GREEN}, {PICTO_LAMP, COLOUR_WHITE}},
	       2,
	       {{"Meet", "gathered", 0, NULL},
		{"Entity", "Students", 0, "Meet"},
		{"Entity", NULL, 1, "Meet"},
		{"Place", "Lisbon", 0, "Meet"}}}}},
};

static void fill_facts(struct facts *to, const struct fact *from)
{
	for (; from->label; from++) {
		facts_add(to, from->label, from->text, from->region);
		to->fact[to->n - 1].event = from->event;
	}
}

static void fill_member(struct member *m, const struct view *v)
{
	m->has_picture = true;
	m->name = v->name;
	m->seed = v->seed;
	for (int i = 0; i < v->things; i++)
		scene_add_thing(&m->scene, v->thing[i]);
	fill_facts(&m->gold, v->fact);
}

static void fill_group(struct group *g, const struct demo *d)
{
	g->task = d->task;
	str_add(&g->phrase.text, d->text);
	g->head = d->head ? xstrdup(d->head) : NULL;
	g->tail = d->tail ? xstrdup(d->tail) : NULL;
	g->event = d->event;
	fill_facts(&g->unseen, d->unseen);
	for (int i = 0; i < VIEWS; i++)
		fill_member(&g->member[g->n++], &d->view[i]);
}

int demo_write(const char *dir, struct err *err)
{
	struct writer w;
	int rc = writer_open(&w, dir, "demo", "examples.jsonl", err);

	w.size = (struct picture_size){320, 240};
	for (size_t i = 0; !rc && i < ARRAY_LEN(demos); i++) {
		struct group g = {0};

		fill_group(&g, &demos[i]);
		rc = writer_put(&w, &g, err);
		group_release(&g);
	}
	return writer_close(&w, rc, err);
}
