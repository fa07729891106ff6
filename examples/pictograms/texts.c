#include "examples/pictograms/texts.h"

#include <stdlib.h>
#include <string.h>

#include "examples/pictograms/dice.h"
#include "src/base/err.h"
#include "src/base/mem.h"

void facts_add(struct facts *f, const char *label, const char *text, int region)
{
	if (f->n == FACTS_MAX)
		bug("a text has too many records");
	f->fact[f->n++] = (struct fact){
	    .label = label,
	    .text = text ? xstrdup(text) : NULL,
	    .region = region,
	};
}

bool facts_equal(const struct facts *a, const struct facts *b)
{
	if (a->n != b->n)
		return false;
	for (int i = 0; i < a->n; i++) {
		const struct fact *x = &a->fact[i], *y = &b->fact[i];

		if (strcmp(x->label, y->label) != 0 || x->region != y->region ||
		    !x->text != !y->text ||
		    (x->text && strcmp(x->text, y->text) != 0))
			return false;
	}
	return true;
}

void facts_copy(struct facts *to, const struct facts *from)
{
	for (int i = 0; i < from->n; i++)
		facts_add(to, from->fact[i].label, from->fact[i].text,
			  from->fact[i].region);
}

static void facts_release(struct facts *f)
{
	for (int i = 0; i < f->n; i++)
		free(f->fact[i].text);
	f->n = 0;
}

void group_release(struct group *g)
{
	for (int i = 0; i < g->n; i++)
		facts_release(&g->member[i].gold);
	facts_release(&g->unseen);
	phrase_release(&g->phrase);
	free(g->head);
	free(g->tail);
	free(g->instruction);
	*g = (struct group){0};
}

const char *member_kind(const struct group *g, const struct member *m)
{
	if (!m->has_picture)
		return "none";
	return facts_equal(&g->unseen, &m->gold) ? "irrelevant" : "decides";
}

struct member *group_add(struct group *g, struct dice *d, bool has_picture)
{
	struct member *m;

	if (g->n == MEMBERS_MAX)
		return NULL;
	m = &g->member[g->n++];
	m->has_picture = has_picture;
	m->seed = rng_mix(d->key.seed, (uint64_t)g->n);
	return m;
}

void group_reword(struct group *g, struct dice *d)
{
	static const struct {
		enum task task;
		const char *words;
	} other[] = {
	    {TASK_MRE, "How are {head} and {tail} related? Choose one: "
		       "{relations}."},
	    {TASK_MRE, "Given {head} and {tail}, please extract the "
		       "relation. Option: {relations}."},
	    {TASK_MED, "Find the events of these types: {events}."},
	    {TASK_MED, "Please extract event type in the sentence. "
		       "Option: {events}."},
	    {TASK_MEAE, "Who or what takes part in the {event} event? "
			"Roles: {roles}."},
	    {TASK_MEAE, "Find the arguments of the {event} event: "
			"{roles}."},
	};
	size_t i = (size_t)dice_below(d, ARRAY_LEN(other));

	if (other[i].task == g->task && dice_chance(d, 0.3f))
		g->instruction = xstrdup(other[i].words);
}

void phrase_start(struct phrase *p, struct dice *d, float fresh)
{
	static const char *const leads[] = {
	    "RT @newsdesk :", "Breaking :", "Photo :",    "Update :",
	    "Look at this :", "@anna_k",    "In short :", "Wow !",
	    "FYI :",          "Hello all ,"};

	p->fresh = fresh;
	p->spaced = dice_chance(d, 0.35f);
	if (dice_chance(d, 0.15f))
		phrase_add(p, leads[dice_below(d, ARRAY_LEN(leads))], d);
}

void phrase_finish(struct phrase *p, struct dice *d)
{
	static const char *const tags[] = {
	    "#news",    "#weekend", "#photo",     "#live",     "#world",
	    "#goodday", "#now",     "#throwback", "#breaking", "#story"};

	if (dice_chance(d, 0.15f))
		phrase_add(p, tags[dice_below(d, ARRAY_LEN(tags))], d);
	else if (dice_chance(d, 0.08f))
		str_addf(&p->text, " http://t.co/%04x%03d",
			 (unsigned)dice_below(d, 65536), dice_below(d, 1000));
}

void scene_add_thing(struct scene *s, struct thing t)
{
	if (s->n < SCENE_MAX)
		s->thing[s->n++] = t;
}

void scene_add(struct scene *s, struct dice *d, enum pictogram what)
{
	scene_add_thing(s, (struct thing){what, thing_colour(d, what)});
}

void scene_add_neutral(struct scene *s, struct dice *d, int most)
{
	static const enum pictogram neutral[] = {
	    PICTO_TREE,   PICTO_LAMP,     PICTO_BENCH,
	    PICTO_FLOWER, PICTO_UMBRELLA, PICTO_CLOUD,
	};
	int n = dice_below(d, most + 1);

	for (int i = 0; i < n; i++)
		scene_add(s, d, neutral[dice_below(d, ARRAY_LEN(neutral))]);
}

void scene_shuffle(struct scene *s, struct dice *d)
{
	for (int i = s->n - 1; i > 0; i--) {
		int j = dice_below(d, i + 1);
		struct thing t = s->thing[i];

		s->thing[i] = s->thing[j];
		s->thing[j] = t;
	}
}

int scene_find(const struct scene *s, const struct thing *t)
{
	for (int i = 0; i < s->n; i++)
		if (s->thing[i].what == t->what &&
		    s->thing[i].colour == t->colour)
			return i + 1;
	return 0;
}
