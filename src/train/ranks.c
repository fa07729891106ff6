#include "src/train/ranks.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/rng.h"
#include "src/train/train.h"

/*
 * Of `shared`: sums, then three numbers of each rank.  BUSY: so many are not
 * there yet, and nothing else counts.
 */
enum { BUSY, FAILED, WORD, LOSS, TOKENS, STOP, SAVE, SUMS, EACH = 3 };

/* Seconds between two beats, at most. */
static const double BEAT = 5;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static size_t shared_size(const struct ranks *k)
{
	return SUMS + EACH * (size_t)k->comm->size;
}

static int exchange(struct ranks *k, struct err *err)
{
	int rc;

	k->comm->patience(k->comm, k->patience);
	rc = k->comm->all_reduce(k->comm, k->shared, shared_size(k), COMM_F64,
				 COMM_SUM, err);
	k->last = now();
	return rc;
}

/* Before the others end this rank: what went wrong on it. */
static void tell(const struct ranks *k, int rc, const struct err *err)
{
	if (rc < 0 && k->comm->size > 1 && k->hooks->note)
		k->hooks->note(k->hooks->context, err->text);
}

static void beat(void *context)
{
	struct ranks *k = context;
	struct err err;
	int rc;

	if (!k->apart || k->comm->size == 1 ||
	    now() - k->last < MIN(BEAT, k->patience / 4))
		return;
	memset(k->shared, 0, shared_size(k) * sizeof(*k->shared));
	k->shared[BUSY] = 1;
	rc = exchange(k, &err);
	if (rc == 0)
		return;
	tell(k, rc, &err);
	k->apart = false;
	k->comm->abort(k->comm, (int)err.code);
}

void ranks_part(struct ranks *k)
{
	k->apart = true;
	k->last = now();
}

/* Sums of what all ranks bring in `own`, once everybody has come. */
static int meet(struct ranks *k, struct err *err)
{
	double start = now();
	int rc;

	k->apart = false;
	do {
		memcpy(k->shared, k->own, shared_size(k) * sizeof(*k->own));
		rc = exchange(k, err);
	} while (rc == 0 && k->shared[BUSY] > 0);
	k->wait = k->last - start;
	if (!k->first) /* whose caller has the last word */
		tell(k, rc, err);
	return rc;
}

void ranks_init(struct ranks *k, struct comm *comm, struct comm *tensors,
		double patience, const struct train_hooks *hooks)
{
	*k = (struct ranks){.comm = comm,
			    .tensors = tensors,
			    .hooks = hooks,
			    .patience = patience,
			    .first = comm->rank == 0,
			    .heart = {beat, k}};
	k->shared = xcalloc(shared_size(k), sizeof(*k->shared));
	k->own = xcalloc(shared_size(k), sizeof(*k->own));
	k->report = xcalloc((size_t)comm->size, sizeof(*k->report));
}

void ranks_release(struct ranks *k)
{
	free(k->shared);
	free(k->own);
	free(k->index);
	free(k->report);
	buckets_release(&k->buckets);
	*k = (struct ranks){0};
}

void ranks_cut(struct ranks *k, const struct params *p, size_t bytes)
{
	if (k->tensors->begin)
		buckets_init(&k->buckets, k->tensors, p, bytes);
}

void ranks_begin(struct ranks *k, struct tape *t)
{
	if (k->buckets.n)
		buckets_begin(&k->buckets, t);
}

size_t ranks_batch(const struct ranks *k, int each)
{
	return (size_t)each * (size_t)k->comm->size;
}

uint64_t ranks_seed(const struct ranks *k, uint64_t seed)
{
	return k->first ? seed : rng_mix(seed, (uint64_t)k->comm->rank);
}

static double tokens_of(const struct samples *s, const uint32_t *index,
			size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)s->at[index[i]].label.n;
	return sum;
}

void ranks_share(struct ranks *k, const struct samples *s,
		 const uint32_t *order, size_t n, struct ranks_share *out)
{
	size_t size = (size_t)k->comm->size, own = 0;

	if (k->cap < n) {
		k->cap = n;
		k->index = xrealloc(k->index, n, sizeof(*k->index));
	}
	for (size_t i = (size_t)k->comm->rank; i < n; i += size)
		k->index[own++] = order[i];
	*out = (struct ranks_share){
	    .index = k->index,
	    .n = own,
	    .of_tokens = tokens_of(s, k->index, own) / tokens_of(s, order, n),
	    .of_examples = (double)own / (double)n,
	};
}

static void bring(struct ranks *k, int rc, const struct ranks_step *mine)
{
	double *each = k->own + SUMS + EACH * (size_t)k->comm->rank;

	memset(k->own, 0, shared_size(k) * sizeof(*k->own));
	k->own[FAILED] = rc < 0;
	k->own[LOSS] = *mine->loss;
	k->own[TOKENS] = (double)*mine->tokens;
	k->own[STOP] = mine->stop;
	k->own[SAVE] = mine->save;
	each[0] = (double)mine->examples;
	each[1] = mine->busy;
	each[2] = k->wait;
}

static void take_home(struct ranks *k, const struct ranks_step *mine)
{
	const double *each = k->shared + SUMS;

	*mine->loss = k->shared[LOSS];
	*mine->tokens = (int64_t)k->shared[TOKENS];
	k->stop = k->shared[STOP] > 0;
	k->save = k->shared[SAVE] > 0;
	for (int i = 0; i < k->comm->size; i++, each += EACH)
		k->report[i] = (struct rank_report){
		    .examples = each[0], .busy = each[1], .wait = each[2]};
}

int ranks_settle(struct ranks *k, int rc, const struct ranks_step *mine,
		 struct err *err)
{
	tell(k, rc, err);
	bring(k, rc, mine);
	k->tensors->patience(k->tensors, k->patience);
	if (meet(k, err) < 0)
		return -(int)err->code;
	take_home(k, mine);
	if (k->shared[FAILED] > 0 && rc == 0)
		return err_set(err, ERR_FAILED, COMM_ANOTHER);
	return rc;
}

int ranks_add_up(struct ranks *k, struct tensor *grad, struct err *err)
{
	if (k->buckets.n) {
		if (buckets_finish(&k->buckets, err) < 0)
			return -(int)err->code;
		return buckets_agree(&k->buckets, k->comm, err);
	}
	return k->tensors->all_reduce(k->tensors, grad->data,
				      (size_t)tensor_count(grad), COMM_F32,
				      COMM_SUM, err);
}

int ranks_follow(struct ranks *k, int rc, struct err *err)
{
	tell(k, rc, err);
	memset(k->own, 0, shared_size(k) * sizeof(*k->own));
	k->own[FAILED] = rc < 0;
	k->own[WORD] = rc > 0;
	if (meet(k, err) < 0)
		return -(int)err->code;
	if (rc < 0)
		return rc;
	if (k->shared[FAILED] > 0)
		return err_set(err, ERR_FAILED, COMM_ANOTHER);
	return k->shared[WORD] > 0;
}

/* A sum over the bits of all trained numbers. */
static int checksum(const struct params *p, uint64_t *sum, struct err *err)
{
	enum { PIECE = 1 << 18 };
	size_t n = (size_t)tensor_count(&p->value);
	uint32_t *bits = xmalloc(PIECE * sizeof(*bits));
	int rc = 0;

	*sum = 0;
	for (size_t at = 0; at < n && rc == 0; at += PIECE) {
		size_t some = MIN(n - at, (size_t)PIECE);

		rc = p->be->copy_out(p->be, bits,
				     (const float *)p->value.data + at,
				     some * sizeof(*bits), err);
		for (size_t i = 0; i < some && rc == 0; i++)
			*sum = rng_mix(*sum, bits[i]);
	}
	free(bits);
	return rc;
}

int ranks_same(struct ranks *k, const struct params *p, struct err *err)
{
	uint64_t sum, least, most;

	if (k->comm->size == 1)
		return 0;
	if (comm_agree(k->comm, checksum(p, &sum, err), err) < 0)
		return -(int)err->code;
	least = most = sum;
	if (k->comm->all_reduce(k->comm, &least, 1, COMM_U64, COMM_MIN, err) <
		0 ||
	    k->comm->all_reduce(k->comm, &most, 1, COMM_U64, COMM_MAX, err) < 0)
		return -(int)err->code;
	if (least != most)
		return err_set(err, ERR_FAILED,
			       "the ranks no longer hold the same weights; "
			       "nothing is saved, resume from the last step");
	return 0;
}
