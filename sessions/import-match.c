#include "sessions/import-match.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "src/data/offsets.h"

enum { NO_BREAK_SPACE = 0xa0 };

/* The character at *s, which moves on; false at the end. */
static bool step(const char **s, const char *end, bool *space)
{
	uint32_t cp = 0;

	if (*s >= end)
		return false;
	*s += MAX(1, utf8_decode(*s, (size_t)(end - *s), &cp));
	*space = cp == NO_BREAK_SPACE || (cp < 0x80 && is_space_byte((char)cp));
	return true;
}

/* FNV-1a over what is no white space. */
static uint64_t text_hash(const char *text)
{
	const char *s = text, *end = text + strlen(text), *from = s;
	uint64_t h = 0xcbf29ce484222325;
	bool space;

	for (; step(&s, end, &space); from = s)
		for (; !space && from < s; from++)
			h = (h ^ (unsigned char)*from) * 0x100000001b3;
	return h;
}

static int by_hash(const void *pa, const void *pb)
{
	const struct text_entry *a = pa, *b = pb;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return a->number - b->number;
}

void text_index_make(struct text_index *x, const struct state *s)
{
	*x = (struct text_index){
	    .at = xcalloc(s->n_examples + 1, sizeof(*x->at))};
	for (size_t i = 0; i < s->n_examples; i++)
		if (!s->example[i]->parent)
			x->at[x->n++] = (struct text_entry){
			    text_hash(s->example[i]->ex.text), (int)i + 1};
	qsort(x->at, x->n, sizeof(*x->at), by_hash);
}

void text_index_release(struct text_index *x)
{
	free(x->at);
	*x = (struct text_index){0};
}

/* Could the records of e be about what f asks? */
static bool asks(const struct example *f, const struct example *e)
{
	bool event = e->task == TASK_MED || e->task == TASK_MEAE;

	if (f->head && e->head &&
	    (strcmp(f->head, e->head) != 0 || strcmp(f->tail, e->tail) != 0))
		return false;
	if (f->event && e->event && strcmp(f->event, e->event) != 0)
		return false;
	return f->task == e->task || (f->task == TASK_MEE && event) ||
	       (e->task == TASK_MEE &&
		(f->task == TASK_MED || f->task == TASK_MEAE));
}

static bool same_text(const char *a, const char *b)
{
	return same_but_space((struct span){a, strlen(a)},
			      (struct span){b, strlen(b)});
}

size_t text_index_find(const struct text_index *x, const struct state *s,
		       const struct example *e, int *number)
{
	uint64_t hash = text_hash(e->text);
	size_t lo = 0, hi = x->n, n = 0, same_id = 0;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (x->at[mid].hash < hash)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < x->n && x->at[lo].hash == hash; lo++) {
		const struct example *f =
		    &state_example(s, x->at[lo].number)->ex;
		bool id = strcmp(f->id, e->id) == 0;

		if (!asks(f, e) || !same_text(f->text, e->text) ||
		    (same_id && !id))
			continue;
		if (id && !same_id)
			n = 0; /* those of other ids do not count */
		same_id += id;
		number[n++] = x->at[lo].number;
	}
	return n;
}

/* Characters before place `at` that are no white space. */
static int32_t solid_before(const char *text, int32_t at)
{
	const char *s = text, *end = text + strlen(text);
	int32_t n = 0;
	bool space;

	for (int32_t i = 0; i < at && step(&s, end, &space); i++)
		n += !space;
	return n;
}

/* Where solid character number n (from 0) stands. */
static int32_t solid_place(const char *text, int32_t n)
{
	const char *s = text, *end = text + strlen(text);
	int32_t i = 0;
	bool space;

	for (; step(&s, end, &space); i++)
		if (!space && n-- == 0)
			break;
	return i;
}

struct place map_place(const char *from, const char *to, struct place p)
{
	if (strcmp(from, to) == 0)
		return p;
	return (struct place){solid_place(to, solid_before(from, p.start)),
			      solid_place(to, solid_before(from, p.end) - 1) +
				  1};
}
