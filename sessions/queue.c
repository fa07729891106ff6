#include "sessions/queue.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sessions/filter.h"
#include "src/base/err.h"
#include "src/base/mem.h"

static const char *const orders[] = {
#define ORDER_NAME(upper, lower, what) #lower,
    QUEUE_ORDERS(ORDER_NAME)
#undef ORDER_NAME
};

bool queue_order_find(const char *name, enum queue_order *out)
{
	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		if (strcmp(orders[i], name) != 0)
			continue;
		*out = (enum queue_order)i;
		return true;
	}
	return false;
}

const char *queue_order_names(void)
{
#define ORDER_LIST(upper, lower, what) ", " #lower
	static const char names[] = QUEUE_ORDERS(ORDER_LIST);
#undef ORDER_LIST

	return names + 2;
}

/* What comes first has the greatest value; NAN: not known. */
static double value_of(const struct session_example *e, enum queue_order o)
{
	switch (o) {
	case QUEUE_FILE:
		return 0;
	case QUEUE_UNCERTAIN:
		return (double)e->uncertainty;
	case QUEUE_GATE:
		return e->reply ? (double)e->reply->g_used : NAN;
	case QUEUE_DISAGREE:
		return e->reply ? e->disagree : NAN;
	case QUEUE_FLIPS:
		return e->n_variants ? e->flips : NAN;
	case QUEUE_LENGTH:
		return (double)strlen(e->ex.text);
	}
	return 0;
}

struct place_in_queue {
	double value;
	int number;
};

static int by_value(const void *pa, const void *pb)
{
	const struct place_in_queue *a = pa, *b = pb;

	if (isnan(a->value) != isnan(b->value))
		return isnan(a->value) ? 1 : -1;
	if (a->value != b->value && !isnan(a->value))
		return a->value > b->value ? -1 : 1;
	return a->number - b->number;
}

int queue_make(struct queue *q, const struct state *s, struct err *err)
{
	enum queue_order order = QUEUE_FILE;
	struct place_in_queue *list;
	struct filter *f;
	size_t n = 0;
	int rc;

	if (s->sort && !queue_order_find(s->sort, &order))
		return err_set(err, ERR_USAGE, "no order %s; the orders are %s",
			       s->sort, queue_order_names());
	rc = filter_parse(&f, s->filter ? s->filter : "", s, err);
	if (rc < 0)
		return rc;
	list = xcalloc(s->n_examples + 1, sizeof(*list));
	for (size_t i = 0; i < s->n_examples; i++) {
		const struct session_example *e = s->example[i];

		if (!e->parent && filter_match(f, e))
			list[n++] = (struct place_in_queue){value_of(e, order),
							    e->number};
	}
	filter_free(f);
	qsort(list, n, sizeof(*list), by_value);
	queue_release(q);
	q->number = xcalloc(n + 1, sizeof(*q->number));
	q->n = n;
	for (size_t i = 0; i < n; i++)
		q->number[i] = list[i].number;
	free(list);
	return 0;
}

void queue_release(struct queue *q)
{
	free(q->number);
	*q = (struct queue){0};
}

long queue_find(const struct queue *q, int number)
{
	for (size_t i = 0; i < q->n; i++)
		if (q->number[i] == number)
			return (long)i;
	return -1;
}

static bool is_todo(const struct state *s, int number)
{
	return state_example(s, number)->progress == PROGRESS_TODO;
}

int queue_step(const struct queue *q, const struct state *s, int from, int step,
	       bool todo)
{
	long n = (long)q->n, at = queue_find(q, from);

	if (at < 0 && step < 0)
		at = n;
	if (!todo) {
		at += step;
		return at >= 0 && at < n ? q->number[at] : 0;
	}
	for (long i = 1; i <= n; i++) {
		long k = ((at + i * step) % n + n) % n;

		if (q->number[k] != from && is_todo(s, q->number[k]))
			return q->number[k];
	}
	return 0;
}

void queue_progress(const struct queue *q, const struct state *s,
		    struct queue_progress *out)
{
	*out = (struct queue_progress){.n = q->n, .minutes = -1};
	out->place = queue_find(q, s->at) + 1;
	for (size_t i = 0; i < q->n; i++) {
		enum progress p = state_example(s, q->number[i])->progress;

		out->done += p == PROGRESS_DONE;
		out->skipped += p == PROGRESS_SKIPPED;
	}
	if (s->counts.per_minute > 0)
		out->minutes = (double)(q->n - out->done - out->skipped) /
			       s->counts.per_minute;
}

static bool lacks_reply(const struct session_example *e, const char *model)
{
	return !e->reply || strcmp(e->reply->model, model) != 0;
}

size_t queue_ahead(const struct queue *q, const struct state *s,
		   const char *model, int *out, size_t max)
{
	long at = queue_find(q, s->at);
	size_t n = 0, seen = 0;

	for (size_t i = 1; i <= q->n && seen < max; i++) {
		int number = q->number[((size_t)(at + (long)i)) % q->n];

		if (number == s->at || !is_todo(s, number))
			continue;
		seen++;
		if (lacks_reply(state_example(s, number), model))
			out[n++] = number;
	}
	return n;
}
