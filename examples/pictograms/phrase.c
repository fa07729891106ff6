#include "examples/pictograms/phrase.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "examples/pictograms/dice.h"
#include "examples/pictograms/names.h"
#include "src/base/err.h"
#include "src/base/mem.h"

bool slot_is_described(char slot)
{
	return slot && strchr("VHQD", slot);
}

void phrase_release(struct phrase *p)
{
	str_release(&p->text);
	*p = (struct phrase){0};
}

void phrase_copy(struct phrase *to, const struct phrase *from)
{
	*to = *from;
	to->text = (struct str){0};
	str_addn(&to->text, from->text.s, from->text.len);
}

const struct mark *phrase_find(const struct phrase *p, char slot, char number)
{
	for (int i = 0; i < p->n; i++)
		if (p->mark[i].slot == slot && p->mark[i].number == number)
			return &p->mark[i];
	return NULL;
}

char *phrase_span(const struct phrase *p, const struct mark *m)
{
	return xstrndup(p->text.s + m->at, m->len);
}

bool mark_role(const struct mark *m, int i, char out[32])
{
	const char *s = m->roles.s, *end = s + m->roles.len;
	const char *stop;

	for (; i > 0 && s; i--) {
		s = memchr(s, '/', (size_t)(end - s));
		s = s ? s + 1 : NULL;
	}
	if (!s || s == end || *s == '-')
		return false;
	stop = memchr(s, '/', (size_t)(end - s));
	stop = stop ? stop : end;
	if (stop - s >= 32)
		bug("a role of the templates is too long");
	memcpy(out, s, (size_t)(stop - s));
	out[stop - s] = '\0';
	return true;
}

enum colour thing_colour(struct dice *d, enum pictogram what)
{
	bool fur =
	    what == PICTO_DOG || what == PICTO_CAT || what == PICTO_HORSE;
	enum colour c;

	do
		c = (enum colour)dice_below(d, COLOUR_COUNT);
	while (fur ? !colour_is_fur(c) : c == COLOUR_BROWN);
	return c;
}

static void write_described(struct dice *d, char slot, struct str *out,
			    struct thing *thing)
{
	static const enum pictogram vehicles[] = {
	    PICTO_CAR,   PICTO_CAR,  PICTO_BUS,  PICTO_TRUCK,
	    PICTO_TRAIN, PICTO_SHIP, PICTO_PLANE};
	static const enum pictogram animals[] = {PICTO_DOG, PICTO_CAT,
						 PICTO_HORSE};

	if (slot == SLOT_WEARER) {
		thing->what = dice_chance(d, 0.5f) ? PICTO_MAN : PICTO_WOMAN;
		thing->colour = thing_colour(d, thing->what);
		str_addf(out, "the %s in %s", pictogram_row(thing->what)->noun,
			 colour_name(thing->colour));
		return;
	}
	if (slot == SLOT_VEHICLE)
		thing->what = vehicles[dice_below(d, ARRAY_LEN(vehicles))];
	else if (slot == SLOT_ANIMAL)
		thing->what = animals[dice_below(d, ARRAY_LEN(animals))];
	else
		thing->what = PICTO_HOUSE;
	thing->colour = thing_colour(d, thing->what);
	str_addf(out, "the %s %s", colour_name(thing->colour),
		 pictogram_row(thing->what)->noun);
}

/* A name that stands twice in a text could not be told apart. */
static bool is_repeated(const struct phrase *p, const char *name)
{
	char *span;
	bool found = strstr(str_cstr(&p->text), name) != NULL;

	for (int i = 0; i < p->n && !found; i++) {
		span = phrase_span(p, &p->mark[i]);
		found = strstr(name, span) != NULL;
		free(span);
	}
	return found;
}

static void fill_slot(struct phrase *p, struct dice *d, struct mark *m)
{
	struct str name = {0};
	size_t skip;

	for (int try = 0; try < 20; try++) {
		str_clear(&name);
		if (slot_is_described(m->slot))
			write_described(d, m->slot, &name, &m->thing);
		else
			name_write(d, m->slot, p->fresh, &name);
		if (m->slot == SLOT_TIME || !is_repeated(p, name.s))
			break;
	}
	skip = strncmp(name.s, "the ", 4) == 0 ? 4 : 0;
	m->at = p->text.len + skip;
	m->len = name.len - skip;
	str_add(&p->text, name.s);
	str_release(&name);
}

/* "{P2:Agent/Person}": returns what follows it. */
static const char *add_slot(struct phrase *p, const char *s, struct dice *d)
{
	const char *end = strchr(s, '}');
	struct mark *m = &p->mark[p->n];

	if (!end || p->n == PHRASE_MARKS)
		bug("template: bad slot at '%s'", s);
	*m = (struct mark){.slot = s[1], .clause = p->clause};
	s += 2;
	if (isdigit((unsigned char)*s))
		m->number = *s++;
	if (*s == ':')
		m->roles = (struct span){s + 1, (size_t)(end - s - 1)};
	fill_slot(p, d, m);
	p->n++;
	return end + 1;
}

static const char *add_trigger(struct phrase *p, const char *s)
{
	const char *end = strchr(s + 1, '*');

	if (!end || p->n_triggers == PHRASE_CLAUSES)
		bug("template: bad trigger at '%s'", s);
	p->trigger[p->n_triggers++] =
	    (struct span){s + 1, (size_t)(end - s - 1)};
	str_addn(&p->text, s + 1, (size_t)(end - s - 1));
	return end + 1;
}

static bool glues(const char *s)
{
	return strchr(".,!?;:", s[0]) != NULL || strncmp(s, "'s", 2) == 0;
}

void phrase_add(struct phrase *p, const char *tmpl, struct dice *d)
{
	size_t start;

	p->clause = p->n_triggers;
	if (p->text.len)
		str_addc(&p->text, ' ');
	start = p->text.len;
	for (const char *s = tmpl; *s;) {
		if (*s == '{')
			s = add_slot(p, s, d);
		else if (*s == '*')
			s = add_trigger(p, s);
		else if (*s == ' ' && s[1] && !p->spaced && glues(s + 1))
			s++;
		else
			str_addc(&p->text, *s++);
	}
	if (start < p->text.len)
		p->text.s[start] =
		    (char)toupper((unsigned char)p->text.s[start]);
}
