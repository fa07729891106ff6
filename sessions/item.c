#include "sessions/item.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/utf8.h"

void anchor_release(struct anchor *a)
{
	free(a->text);
	*a = (struct anchor){.start = -1, .end = -1, .fit = FIT_ABSENT};
}

void item_release(struct item *it)
{
	free(it->label);
	anchor_release(&it->self);
	anchor_release(&it->head);
	anchor_release(&it->tail);
	free(it->event_type);
	free(it->was);
	free(it->note);
	free(it->key);
	free(it->last.who);
	free(it->last.model);
	free(it->last.instruction);
	*it = (struct item){0};
}

const char *item_kind_name(enum item_kind k)
{
	static const char *const names[] = {
#define KIND_NAME(upper, lower, label) #lower,
	    ITEM_KINDS(KIND_NAME)
#undef KIND_NAME
	};

	return names[k];
}

const char *item_state_name(enum item_state s)
{
	static const char *const names[] = {
#define STATE_NAME(upper, lower, mark) #lower,
	    ITEM_STATES(STATE_NAME)
#undef STATE_NAME
	};

	return names[s];
}

char item_state_mark(enum item_state s)
{
	static const char marks[] = {
#define STATE_MARK(upper, lower, mark) mark,
	    ITEM_STATES(STATE_MARK)
#undef STATE_MARK
	};

	return marks[s];
}

const char *item_layers(unsigned layers, char out[4])
{
	char *to = out;

	if (layers & LAYER_MODEL)
		*to++ = 'M';
	if (layers & LAYER_GOLD)
		*to++ = 'G';
	if (layers & LAYER_HUMAN)
		*to++ = 'H';
	*to = '\0';
	return out;
}

struct anchor *item_anchor(struct item *it, enum item_part part)
{
	struct anchor *const parts[] = {&it->self, &it->head, &it->tail};
	bool relation = it->kind == ITEM_RELATION;

	if (relation != (part != PART_SELF) || !parts[part]->text)
		return NULL;
	return parts[part];
}

bool item_unplaced(const struct item *it)
{
	const struct anchor *const all[] = {&it->self, &it->head, &it->tail};

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (all[i]->text && all[i]->start < 0)
			return true;
	return false;
}

void anchor_find(struct anchor *a, const char *text, const char *needle)
{
	struct alignment found;

	anchor_release(a);
	align(text, strlen(text), needle, strlen(needle), &found);
	a->text = xstrdup(needle);
	a->fit = found.fit;
	a->places = (int)found.n;
	if (found.n) {
		a->start = found.place[0].start;
		a->end = found.place[0].end;
		a->place = 1;
	}
	alignment_release(&found);
}

/* Which of the places of a->text are [start, end)? */
static void count_places(struct anchor *a, const char *text)
{
	struct alignment found;

	align(text, strlen(text), a->text, strlen(a->text), &found);
	a->places = (int)found.n;
	a->place = 0;
	for (size_t i = 0; i < found.n; i++)
		if (found.place[i].start == a->start &&
		    found.place[i].end == a->end)
			a->place = (int)i + 1;
	a->fit = found.n > 1 ? FIT_REPEATED : FIT_EXACT;
	alignment_release(&found);
}

void anchor_set(struct anchor *a, const char *text, int32_t start, int32_t end)
{
	size_t n = strlen(text), from = utf8_offset(text, n, (size_t)start),
	       to = utf8_offset(text, n, (size_t)end);

	free(a->text);
	a->text = xstrndup(text + from, to - from);
	a->start = start;
	a->end = end;
	count_places(a, text);
}

bool anchor_place(struct anchor *a, const char *text, int k)
{
	struct alignment found;
	bool there;

	align(text, strlen(text), a->text, strlen(a->text), &found);
	there = k >= 1 && (size_t)k <= found.n;
	if (there) {
		a->start = found.place[k - 1].start;
		a->end = found.place[k - 1].end;
		a->place = k;
		a->places = (int)found.n;
	}
	alignment_release(&found);
	return there;
}
