/*
 * looks -- exercises in seeing, for a model that begins with nothing.
 *
 * What copies.awk is for words these are for pictures: the text says nothing,
 * so every word of the answer must come through the gate.  "O1 O2 ." wants
 * the name of each region; "the red car" wants the region's number.
 */
#include "examples/pictograms/looks.h"

#include <stdlib.h>
#include <string.h>

#include "examples/pictograms/dice.h"
#include "examples/pictograms/texts.h"
#include "examples/pictograms/writer.h"
#include "src/base/err.h"
#include "src/base/mem.h"

static const char LABEL[] = "Miscellaneous";

/* "dog", or "red car" where a text can name the colour. */
static char *noun(const struct thing *t)
{
	const char *name = pictogram_row(t->what)->noun;

	if (t->what < PICTO_POLICE ||
	    (t->what >= PICTO_DOG && t->what <= PICTO_SHIP &&
	     t->what != PICTO_AMBULANCE) ||
	    t->what == PICTO_HOUSE)
		return xasprintf("%s %s", colour_name(t->colour), name);
	return xstrdup(name);
}

static void ask_names(struct group *g, struct member *m)
{
	g->instruction = xstrdup("Name what the regions show.");
	for (int i = 0; i < m->scene.n; i++) {
		char *name = noun(&m->scene.thing[i]);

		str_addf(&g->phrase.text, "O%d ", i + 1);
		facts_add(&m->gold, LABEL, name, 0);
		free(name);
	}
	str_add(&g->phrase.text, ".");
}

static void ask_place(struct group *g, struct member *m, struct dice *d)
{
	int which = dice_below(d, m->scene.n);
	char *name = noun(&m->scene.thing[which]);

	g->instruction = xstrdup("Tell which region shows this.");
	str_addf(&g->phrase.text, "the %s", name);
	for (int i = 0; i < m->scene.n; i++) {
		char *other = noun(&m->scene.thing[i]);
		char *place = xasprintf("O%d", i + 1);

		if (strcmp(other, name) == 0)
			facts_add(&m->gold, LABEL, place, 0);
		free(place);
		free(other);
	}
	free(name);
}

static void exercise(struct group *g, struct dice *d, int most)
{
	struct member *m;
	int n = 1 + dice_below(d, most);

	g->task = TASK_MNER;
	m = group_add(g, d, true);
	for (int i = 0; i < n; i++)
		scene_add(&m->scene, d,
			  (enum pictogram)dice_below(d, PICTO_COUNT));
	scene_shuffle(&m->scene, d);
	if (most == 1 || dice_chance(d, 0.6f))
		ask_names(g, m);
	else
		ask_place(g, m, d);
}

int looks_write(const char *dir, uint64_t seed, long n, int most,
		struct err *err)
{
	struct writer w;
	int rc = writer_open(&w, dir, "look", "looks.jsonl", err);

	for (uint64_t i = 0; !rc && w.written < n; i++) {
		struct dice d = dice_new(rng_mix(seed, i));
		struct group g = {0};

		exercise(&g, &d, most);
		rc = writer_put(&w, &g, err);
		group_release(&g);
	}
	return writer_close(&w, rc, err);
}
