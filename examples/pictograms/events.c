/*
 * events -- texts for MED and MEAE; both share text and pictures.
 *
 * A trigger may have several readings ("They took him away"), of which the
 * picture chooses one.  Arguments: names as they stand in the text; things
 * described by their colour become the region that shows them, when there is
 * one; things that the event explains are found in the picture alone.
 */
#include "examples/pictograms/texts.h"

#include <stdlib.h>
#include <string.h>

#include "examples/pictograms/dice.h"
#include "examples/pictograms/event-texts.h"
#include "src/base/mem.h"

/* What is asked of one text. */
struct story {
	const struct event_text *text[PHRASE_CLAUSES]; /* NULL: quiet */
	int n;
	int asked;   /* the clause whose arguments are wanted, or -1 */
	int reading; /* of that clause */
};

static enum event asked_event(const struct story *s)
{
	return s->text[s->asked]->reading[s->reading];
}

/* Does the asked clause give this role to this mark? */
static bool plays(const struct story *s, const struct mark *m, const char *role)
{
	char name[32];

	return m->clause == s->asked && mark_role(m, s->reading, name) &&
	       strcmp(name, role) == 0;
}

static const char *clue_role(enum event e, enum pictogram what)
{
	const struct event_row *row = event_row(e);

	for (int i = 0; i < row->n_clues; i++)
		if (row->clue[i].what == what)
			return row->clue[i].role;
	return NULL;
}

/* Arguments of one role: those of the text, then those only seen.  Where the
 * text describes one thing the others that look like it are not meant. */
static void role_facts(const struct phrase *p, const struct story *s,
		       const char *role, const struct scene *scene,
		       struct facts *out)
{
	bool described = false;

	for (int i = 0; i < p->n; i++) {
		const struct mark *m = &p->mark[i];
		char *span;
		int k = 0;

		if (!plays(s, m, role))
			continue;
		if (slot_is_described(m->slot)) {
			described = true;
			k = scene_find(scene, &m->thing);
		}
		span = k ? NULL : phrase_span(p, m);
		facts_add(out, role, span, k);
		free(span);
	}
	for (int k = 0; k < scene->n && !described; k++) {
		const char *seen =
		    clue_role(asked_event(s), scene->thing[k].what);

		if (seen && strcmp(seen, role) == 0)
			facts_add(out, role, NULL, k + 1);
	}
}

static void argument_facts(const struct phrase *p, const struct story *s,
			   const struct scene *scene, struct facts *out)
{
	const struct event_row *row = event_row(asked_event(s));

	for (int r = 0; r < ROLES_MAX && row->role[r]; r++)
		role_facts(p, s, row->role[r], scene, out);
}

/* `reading` chooses among the readings of the first clause. */
static void trigger_facts(const struct phrase *p, const struct story *s,
			  int reading, struct facts *out)
{
	for (int i = 0; i < s->n; i++) {
		enum event e;
		char *span;

		if (!s->text[i])
			continue;
		e = s->text[i]->reading[i ? 0 : reading];
		if (e == NO_EVENT)
			continue;
		span = xstrndup(p->trigger[i].s, p->trigger[i].len);
		facts_add(out, event_row(e)->name, span, 0);
		free(span);
	}
}

/* One or two things that show the event, each at most once. */
static void show_event(struct scene *s, struct dice *d, enum event e)
{
	const struct event_row *row = event_row(e);
	int n = row->n_clues, first;

	if (e == NO_EVENT) {
		scene_add(s, d, PICTO_BALL);
		return;
	}
	first = dice_below(d, n);
	scene_add(s, d, row->clue[first].what);
	/* police alone could be at a protest or at an arrest */
	if (row->clue[first].what == PICTO_POLICE)
		scene_add(s, d, row->clue[0].what);
	else if (n > 1 && dice_chance(d, 0.35f))
		scene_add(
		    s, d,
		    row->clue[(first + 1 + dice_below(d, n - 1)) % n].what);
}

/* What the text describes, among others that look almost like it. */
static void show_described(struct scene *s, struct dice *d,
			   const struct phrase *p)
{
	for (int i = 0; i < p->n; i++) {
		const struct mark *m = &p->mark[i];
		struct thing other = m->thing;

		if (!slot_is_described(m->slot) || !dice_chance(d, 0.8f))
			continue;
		scene_add_thing(s, m->thing);
		if (!dice_chance(d, 0.7f))
			continue;
		do
			other.colour = thing_colour(d, other.what);
		while (other.colour == m->thing.colour);
		scene_add_thing(s, other);
	}
}

/* What a picture shows, besides what the text describes. */
enum view {
	VIEW_READING,   /* an event of the text */
	VIEW_OTHER,     /* any event at all, where the text decides */
	VIEW_UNRELATED, /* none */
	VIEW_NONE,      /* there is no picture */
};

static void show(struct scene *s, struct dice *d, const struct phrase *p,
		 enum view view, enum event e)
{
	show_described(s, d, p);
	if (view == VIEW_READING)
		show_event(s, d, e);
	else if (view == VIEW_OTHER)
		show_event(s, d, (enum event)dice_below(d, EVENT_COUNT));
	scene_add_neutral(s, d, 2);
	if (!s->n)
		scene_add(s, d, PICTO_FLOWER);
	scene_shuffle(s, d);
}

/* A member of both groups. */
static void add_member(struct group *triggers, struct group *arguments,
		       struct dice *d, const struct story *s, enum view view,
		       int reading)
{
	const struct phrase *p = &triggers->phrase;
	struct member *m = group_add(triggers, d, view != VIEW_NONE), *a;

	if (view != VIEW_NONE)
		show(&m->scene, d, p, view,
		     s->text[0] ? s->text[0]->reading[reading] : NO_EVENT);
	trigger_facts(p, s, view == VIEW_READING ? reading : 0, &m->gold);
	if (s->asked < 0)
		return;
	a = group_add(arguments, d, m->has_picture);
	a->scene = m->scene;
	a->seed = m->seed;
	argument_facts(p, s, &a->scene, &a->gold);
}

static void choose_texts(struct story *s, struct phrase *p, struct dice *d)
{
	float which = dice_between(d, 0, 1);

	*s = (struct story){.n = 1, .asked = -1};
	if (which < 0.58f)
		s->text[0] = event_text_open(d);
	else if (which < 0.93f)
		s->text[0] = event_text_told(d);
	if (s->text[0] && s->text[0]->n == 1 && dice_chance(d, 0.3f)) {
		s->n = 2;
		if (dice_chance(d, 0.7f))
			s->text[1] = event_text_told(d);
		if (s->text[1] &&
		    s->text[1]->reading[0] == s->text[0]->reading[0])
			s->text[1] = NULL;
	}
	for (int i = 0; i < s->n; i++)
		phrase_add(
		    p, s->text[i] ? s->text[i]->text : event_text_quiet(d), d);
	if (!s->text[0])
		return;
	s->asked = s->text[1] ? dice_below(d, 2) : 0;
	s->reading = dice_below(d, s->text[s->asked]->n);
	if (asked_event(s) == NO_EVENT)
		s->reading = 1 - s->reading;
}

static void add_members(struct group *triggers, struct group *arguments,
			struct dice *d, const struct story *s)
{
	int readings = s->text[0] ? s->text[0]->n : 1;
	int first = dice_below(d, readings);

	if (!s->text[0])
		add_member(triggers, arguments, d, s, VIEW_OTHER, 0);
	else
		for (int i = 0; i < readings; i++)
			add_member(triggers, arguments, d, s, VIEW_READING,
				   (first + i) % readings);
	if (s->asked >= 0 && readings == 1 && dice_chance(d, 0.4f))
		add_member(triggers, arguments, d, s, VIEW_OTHER, 0);
	if (dice_chance(d, readings > 1 ? 0.55f : 0.25f))
		add_member(triggers, arguments, d, s,
			   dice_chance(d, 0.5f) ? VIEW_NONE : VIEW_UNRELATED,
			   0);
}

void group_event(struct group *triggers, struct group *arguments,
		 struct dice *d, float fresh)
{
	const struct scene nothing = {0};
	struct story s;

	triggers->task = TASK_MED;
	arguments->task = TASK_MEAE;
	phrase_start(&triggers->phrase, d, fresh);
	choose_texts(&s, &triggers->phrase, d);
	phrase_finish(&triggers->phrase, d);
	trigger_facts(&triggers->phrase, &s, 0, &triggers->unseen);
	if (s.asked >= 0) {
		arguments->event = event_row(asked_event(&s))->name;
		phrase_copy(&arguments->phrase, &triggers->phrase);
		argument_facts(&arguments->phrase, &s, &nothing,
			       &arguments->unseen);
	}
	add_members(triggers, arguments, d, &s);
}
