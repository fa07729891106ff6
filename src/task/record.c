#include "src/task/record.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"

struct record *records_add(struct records *l, enum task t)
{
	l->rec = xgrow(l->rec, l->n, &l->cap, sizeof(*l->rec));
	l->rec[l->n] = (struct record){.task = t};
	return &l->rec[l->n++];
}

void records_drop(struct records *l, const char *segment, size_t n,
		  const char *reason)
{
	l->dropped = xgrow(l->dropped, l->n_dropped, &l->cap_dropped,
			   sizeof(*l->dropped));
	l->dropped[l->n_dropped++] =
	    (struct dropped){xstrndup(segment, n), reason};
}

void record_release(struct record *r)
{
	free(r->label);
	free(r->text);
	free(r->head);
	free(r->tail);
	free(r->event);
	free(r->id);
	free(r->head_id);
	free(r->tail_id);
	free(r->event_id);
	free(r->text_id);
	*r = (struct record){0};
}

void records_release(struct records *l)
{
	for (size_t i = 0; i < l->n; i++)
		record_release(&l->rec[i]);
	for (size_t i = 0; i < l->n_dropped; i++)
		free(l->dropped[i].segment);
	free(l->rec);
	free(l->dropped);
	*l = (struct records){0};
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool record_equal(const struct record *a, const struct record *b)
{
	return a->task == b->task && a->region == b->region &&
	       same(a->label, b->label) && same(a->text, b->text) &&
	       same(a->head, b->head) && same(a->tail, b->tail) &&
	       same(a->event, b->event);
}

bool record_same(const struct record *a, const struct record *b)
{
	return record_equal(a, b) && place_equal(a->at, b->at) &&
	       place_equal(a->head_at, b->head_at) &&
	       place_equal(a->tail_at, b->tail_at) && a->boxed == b->boxed &&
	       memcmp(&a->box, &b->box, sizeof(a->box)) == 0;
}

static char *copy(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

void record_copy(struct record *to, const struct record *from)
{
	*to = *from;
	to->label = copy(from->label);
	to->text = copy(from->text);
	to->head = copy(from->head);
	to->tail = copy(from->tail);
	to->event = copy(from->event);
	to->id = copy(from->id);
	to->head_id = copy(from->head_id);
	to->tail_id = copy(from->tail_id);
	to->event_id = copy(from->event_id);
	to->text_id = copy(from->text_id);
}

void records_copy(struct records *dst, const struct records *src)
{
	for (size_t i = 0, n = src->n; i < n; i++) {
		struct record *to = records_add(dst, src->rec[i].task);

		record_copy(to, &src->rec[i]);
	}
	for (size_t i = 0, n = src->n_dropped; i < n; i++)
		records_drop(dst, src->dropped[i].segment,
			     strlen(src->dropped[i].segment),
			     src->dropped[i].reason);
}

int region_of(const char *text)
{
	size_t n = strlen(text);
	int k = 0;

	/* Five digits are more than any picture has regions. */
	if (n < 2 || n > 6 || text[0] != 'O' || text[1] == '0')
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		k = k * 10 + (text[i] - '0');
	}
	return k;
}
