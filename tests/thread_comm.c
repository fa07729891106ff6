#include "tests/thread_comm.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/base/mem.h"

/* Where the ranks meet; the last one to leave frees it. */
struct room {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int size, members, here;
	long meeting;
	bool broken; /* somebody has left */
	const void *brought[THREAD_RANKS];
};

struct member {
	struct comm comm;
	struct room *room;
	double patience;
};

/* Until everybody is there; the lock is held. */
static int meet(struct member *m, struct err *err)
{
	struct room *r = m->room;
	long meeting = r->meeting;
	struct timespec end;
	int rc = 0;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += m->patience > 0 ? (time_t)m->patience + 1 : 3600;
	if (++r->here == r->size) {
		r->here = 0;
		r->meeting++;
		pthread_cond_broadcast(&r->changed);
	}
	while (r->meeting == meeting && rc == 0 && !r->broken)
		rc = pthread_cond_timedwait(&r->changed, &r->lock, &end);
	r->broken |= rc != 0;
	return r->broken ? err_set(err, ERR_FAILED,
				   "rank %d waited for a thread", m->comm.rank)
			 : 0;
}

/* Bring `data`, see what all have brought, then leave together. */
static int exchange(struct member *m, void *data, void *result, size_t bytes,
		    void (*make)(struct room *r, void *result, void *how),
		    void *how, struct err *err)
{
	struct room *r = m->room;
	int rc;

	pthread_mutex_lock(&r->lock);
	r->brought[m->comm.rank] = data;
	rc = meet(m, err);
	if (rc == 0)
		make(r, result, how);
	if (rc == 0)
		rc = meet(m, err);
	pthread_mutex_unlock(&r->lock);
	if (rc == 0)
		memcpy(data, result, bytes);
	return rc;
}

struct sum {
	size_t n;
	enum comm_type type;
	enum comm_sum sum;
};

#define COMBINE(T, name)                                                  \
	static void combine_##name(T *a, const T *b, const struct sum *s) \
	{                                                                 \
		for (size_t i = 0; i < s->n; i++)                         \
			a[i] = s->sum == COMM_SUM   ? a[i] + b[i]         \
			       : s->sum == COMM_MAX ? MAX(a[i], b[i])     \
						    : MIN(a[i], b[i]);    \
	}
COMBINE(float, f32)
COMBINE(double, f64)
COMBINE(uint64_t, u64)

static size_t bytes_of(size_t n, enum comm_type type)
{
	return n * (type == COMM_F32 ? sizeof(float) : sizeof(double));
}

static void add_all(struct room *r, void *result, void *how)
{
	const struct sum *s = how;

	memcpy(result, r->brought[0], bytes_of(s->n, s->type));
	for (int i = 1; i < r->size; i++)
		if (s->type == COMM_F32)
			combine_f32(result, r->brought[i], s);
		else if (s->type == COMM_F64)
			combine_f64(result, r->brought[i], s);
		else
			combine_u64(result, r->brought[i], s);
}

static int all_reduce(struct comm *c, void *data, size_t n, enum comm_type type,
		      enum comm_sum sum, struct err *err)
{
	struct sum s = {n, type, sum};
	void *result = xmalloc(bytes_of(n, type));
	int rc = exchange((struct member *)c, data, result, bytes_of(n, type),
			  add_all, &s, err);

	free(result);
	return rc;
}

struct from {
	size_t bytes;
	int root;
};

static void copy_root(struct room *r, void *result, void *how)
{
	const struct from *f = how;

	memcpy(result, r->brought[f->root], f->bytes);
}

static int broadcast(struct comm *c, void *data, size_t n, enum comm_type type,
		     int root, struct err *err)
{
	struct from f = {bytes_of(n, type), root};
	void *result = xmalloc(f.bytes);
	int rc = exchange((struct member *)c, data, result, f.bytes, copy_root,
			  &f, err);

	free(result);
	return rc;
}

static int barrier(struct comm *c, struct err *err)
{
	double nothing = 0;

	return all_reduce(c, &nothing, 1, COMM_F64, COMM_SUM, err);
}

static void patience(struct comm *c, double seconds)
{
	((struct member *)c)->patience = seconds;
}

/* Who waits for this rank is told. */
static void abort_thread(struct comm *c, int status)
{
	struct room *r = ((struct member *)c)->room;

	(void)status;
	pthread_mutex_lock(&r->lock);
	r->broken = true;
	pthread_cond_broadcast(&r->changed);
	pthread_mutex_unlock(&r->lock);
}

static void close_member(struct comm *c)
{
	struct room *r = ((struct member *)c)->room;
	bool last;

	pthread_mutex_lock(&r->lock);
	last = --r->members == 0;
	pthread_mutex_unlock(&r->lock);
	if (last)
		free(r);
	free(c);
}

void thread_comms(int size, struct comm *out[THREAD_RANKS])
{
	struct room *r = xcalloc(1, sizeof(*r));

	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->changed, NULL);
	r->size = r->members = size;
	for (int i = 0; i < size; i++) {
		struct member *m = xcalloc(1, sizeof(*m));

		m->comm = (struct comm){
		    .name = "threads",
		    .rank = i,
		    .size = size,
		    .local_rank = i,
		    .local_size = size,
		    .broadcast = broadcast,
		    .all_reduce = all_reduce,
		    .barrier = barrier,
		    .patience = patience,
		    .abort = abort_thread,
		    .close = close_member,
		};
		m->room = r;
		out[i] = &m->comm;
	}
}
