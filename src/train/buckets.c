#include "src/train/buckets.h"

#include <stdint.h>
#include <stdlib.h>

#include "src/base/mem.h"
#include "src/model/params.h"
#include "src/train/comm.h"

/* Of a bucket that no call has used (yet): final from the beginning. */
#define UNUSED SIZE_MAX

static int by_offset(const void *a, const void *b)
{
	const struct param *const *x = a, *const *y = b;

	return (*x)->offset < (*y)->offset ? -1 : (*x)->offset > (*y)->offset;
}

/* The trained parameters as they lie in the block; caller's to free(). */
static struct param **trained(const struct params *p, size_t *n)
{
	struct param **list = xcalloc(MAX(p->n, 1), sizeof(*list));

	*n = 0;
	for (size_t i = 0; i < p->n; i++)
		if (p->at[i]->flags & PARAM_TRAINED)
			list[(*n)++] = p->at[i];
	qsort(list, *n, sizeof(*list), by_offset);
	return list;
}

void buckets_init(struct buckets *b, struct comm *comm, const struct params *p,
		  size_t bytes)
{
	size_t n, cap = 0, end = (size_t)tensor_count(&p->grad), from = 0;
	struct param **list = trained(p, &n);

	*b = (struct buckets){.comm = comm, .grad = p->grad.data};
	for (size_t i = 0; i < n; i++) {
		size_t next = i + 1 < n ? (size_t)list[i + 1]->offset : end;

		if ((next - from) * sizeof(float) < bytes && next < end)
			continue;
		b->at = xgrow(b->at, b->n, &cap, sizeof(*b->at));
		b->at[b->n++] = (struct bucket){from, next - from, UNUSED};
		from = next;
	}
	free(list);
}

void buckets_release(struct buckets *b)
{
	free(b->at);
	*b = (struct buckets){0};
}

static void used(void *context, const struct tensor *leaf, size_t call)
{
	struct buckets *b = context;
	size_t at =
	    ((uintptr_t)leaf->grad->data - (uintptr_t)b->grad) / sizeof(float);

	for (size_t i = 0; i < b->n; i++)
		if (at - b->at[i].from < b->at[i].n)
			b->at[i].first = MIN(b->at[i].first, call);
}

static int begin_next(struct buckets *b, struct err *err)
{
	const struct bucket *k = &b->at[b->begun++];

	return b->comm->begin(b->comm, b->grad + k->from, k->n, err);
}

static int replayed(void *context, size_t call, struct err *err)
{
	struct buckets *b = context;
	int rc = 0;

	while (rc == 0 && b->agreed && b->begun < b->n &&
	       b->at[b->begun].first >= call)
		rc = begin_next(b, err);
	return rc;
}

void buckets_begin(struct buckets *b, struct tape *t)
{
	for (size_t i = 0; i < b->n; i++)
		b->at[i].first = UNUSED;
	b->begun = 0;
	b->watch = (struct tape_watch){b, used, replayed};
	t->watch = &b->watch;
}

int buckets_finish(struct buckets *b, struct err *err)
{
	int rc = 0;

	while (rc == 0 && b->begun < b->n)
		rc = begin_next(b, err);
	return rc < 0 ? rc : b->comm->finish(b->comm, err);
}

/* What is used last is final first. */
static int by_use(const void *a, const void *b)
{
	const struct bucket *x = a, *y = b;

	if (x->first != y->first)
		return x->first > y->first ? -1 : 1;
	return x->from > y->from ? -1 : 1;
}

int buckets_agree(struct buckets *b, struct comm *host, struct err *err)
{
	uint64_t *first;
	int rc;

	if (b->agreed)
		return 0;
	first = xcalloc(MAX(b->n, 1), sizeof(*first));
	for (size_t i = 0; i < b->n; i++)
		first[i] = b->at[i].first;
	rc = host->all_reduce(host, first, b->n, COMM_U64, COMM_MIN, err);
	for (size_t i = 0; i < b->n; i++)
		b->at[i].first = (size_t)first[i];
	free(first);
	if (rc < 0)
		return rc;
	qsort(b->at, b->n, sizeof(*b->at), by_use);
	b->agreed = true;
	return 0;
}
