#include "src/task/record.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/str.h"

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

bool record_equal(const struct record *a, const struct record *b)
{
	return a->task == b->task && a->region == b->region &&
	       string_equal(a->label, b->label) &&
	       string_equal(a->text, b->text) &&
	       string_equal(a->head, b->head) &&
	       string_equal(a->tail, b->tail) &&
	       string_equal(a->event, b->event);
}

bool record_same(const struct record *a, const struct record *b)
{
	return record_equal(a, b) && place_equal(a->at, b->at) &&
	       place_equal(a->head_at, b->head_at) &&
	       place_equal(a->tail_at, b->tail_at) && a->boxed == b->boxed &&
	       memcmp(&a->box, &b->box, sizeof(a->box)) == 0;
}

void record_copy(struct record *to, const struct record *from)
{
	*to = *from;
	to->label = xstrdup_null(from->label);
	to->text = xstrdup_null(from->text);
	to->head = xstrdup_null(from->head);
	to->tail = xstrdup_null(from->tail);
	to->event = xstrdup_null(from->event);
	to->id = xstrdup_null(from->id);
	to->head_id = xstrdup_null(from->head_id);
	to->tail_id = xstrdup_null(from->tail_id);
	to->event_id = xstrdup_null(from->event_id);
	to->text_id = xstrdup_null(from->text_id);
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
