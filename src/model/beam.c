#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/model/decode-internal.h"

/* Sums of beams that are behind all others, and that do not go on at all. */
static const double UNUSED_BEAM = -1e9;
#define DEAD_BEAM (-(double)INFINITY)

/* The finished answers of one example: the k best, worst last. */
struct store {
	int n;
	struct hypothesis *h; /* (k) */
};

/* One of the 2k best continuations. */
struct pair {
	double sum;
	float logprob;
	int beam, rank; /* within the beam: orders what is equal */
	int32_t id;
};

struct beam {
	struct generator *d;
	int B, k, limit, length;             /* tokens of every open beam */
	struct hypothesis *open, *other;     /* (B*k); memory of `limit` each */
	struct store *store;                 /* (B) */
	bool *done;                          /* (B) */
	int32_t *ids;                        /* (B*k) */
	int *from;                           /* (B*k) */
	struct next next;                    /* (B*k,2k) */
	struct pair *pair;                   /* (k*2k) */
	const struct constraint *constraint; /* (B) or NULL */
	struct asked *ask;                   /* (B*k) or NULL */
};

static void room_for(struct hypothesis *h, size_t count, size_t limit,
		     struct arena *memory)
{
	for (size_t i = 0; i < count; i++) {
		h[i].ids = arena_zalloc(memory, limit * sizeof(*h[i].ids));
		h[i].logprob =
		    arena_zalloc(memory, limit * sizeof(*h[i].logprob));
	}
}

static struct hypothesis *new_set(size_t count, size_t limit,
				  struct arena *memory)
{
	struct hypothesis *h = arena_zalloc(memory, count * sizeof(*h));

	room_for(h, count, limit, memory);
	return h;
}

static void begin(struct beam *s, struct arena *memory)
{
	size_t rows = (size_t)s->B * (size_t)s->k, k = (size_t)s->k;
	size_t limit = (size_t)s->limit;

	s->open = new_set(rows, limit, memory);
	s->other = new_set(rows, limit, memory);
	s->store = arena_zalloc(memory, (size_t)s->B * sizeof(*s->store));
	for (int b = 0; b < s->B; b++)
		s->store[b].h = new_set(k, limit, memory);
	for (size_t r = 0; r < rows; r++) {
		s->open[r].ids[0] = T5_START;
		s->open[r].n = 1;
		if (r % k)
			s->open[r].sum =
			    s->constraint ? DEAD_BEAM : UNUSED_BEAM;
	}
	s->length = 1;
	s->done = arena_zalloc(memory, (size_t)s->B * sizeof(*s->done));
	s->ids = arena_zalloc(memory, rows * sizeof(*s->ids));
	s->from = arena_zalloc(memory, rows * sizeof(*s->from));
	s->next.ids = arena_alloc(memory, rows * 2 * k * sizeof(int32_t));
	s->next.logprob = arena_alloc(memory, rows * 2 * k * sizeof(float));
	s->pair = arena_alloc(memory, k * 2 * k * sizeof(*s->pair));
	if (s->constraint)
		s->ask = arena_alloc(memory, rows * sizeof(*s->ask));
}

static void copy(struct hypothesis *to, const struct hypothesis *from)
{
	to->n = from->n;
	to->sum = from->sum;
	to->score = from->score;
	memcpy(to->ids, from->ids, (size_t)from->n * sizeof(*to->ids));
	memcpy(to->logprob, from->logprob,
	       (size_t)(from->n - 1) * sizeof(*to->logprob));
}

static void push(struct hypothesis *h, int32_t id, float logprob)
{
	h->logprob[h->n - 1] = logprob;
	h->ids[h->n++] = id;
}

/* Keep a copy of `h` if it is among the k best; a tie keeps the older one. */
static struct hypothesis *store_add(struct store *s, int k,
				    const struct hypothesis *h)
{
	struct hypothesis last;
	int at;

	if (s->n == k && h->score <= s->h[k - 1].score)
		return NULL;
	at = s->n < k ? s->n++ : k - 1;
	last = s->h[at];
	for (; at > 0 && s->h[at - 1].score < h->score; at--)
		s->h[at] = s->h[at - 1];
	s->h[at] = last;
	copy(&s->h[at], h);
	return &s->h[at];
}

static int better(const void *pa, const void *pb)
{
	const struct pair *a = pa, *b = pb;

	if (a->sum != b->sum)
		return a->sum > b->sum ? -1 : 1;
	if (a->beam != b->beam)
		return a->beam - b->beam;
	return a->rank - b->rank;
}

/* The continuations of example b, best first. */
static void rank_pairs(struct beam *s, int b)
{
	int wide = 2 * s->k;

	for (int i = 0; i < s->k; i++)
		for (int j = 0; j < wide; j++) {
			int row = b * s->k + i;
			float logprob = s->next.logprob[row * wide + j];

			s->pair[i * wide + j] = (struct pair){
			    .sum = s->open[row].sum + (double)logprob,
			    .logprob = logprob,
			    .beam = i,
			    .rank = j,
			    .id = s->next.ids[row * wide + j],
			};
		}
	qsort(s->pair, (size_t)(s->k * wide), sizeof(*s->pair), better);
}

/* An ended continuation: its score counts the tokens before the end. */
static void finish(struct beam *s, int b, const struct pair *p)
{
	struct hypothesis ended = s->open[b * s->k + p->beam];
	struct hypothesis *kept;

	ended.sum = p->sum;
	ended.score = p->sum / s->length;
	kept = store_add(&s->store[b], s->k, &ended);
	if (kept)
		push(kept, T5_EOS, p->logprob);
}

static bool is_dead(double sum)
{
	return sum == DEAD_BEAM;
}

/* Where fewer than k go on, the beams from n on are dead. */
static void bury(struct beam *s, int b, int n)
{
	for (int i = b * s->k + n; i < (b + 1) * s->k; i++) {
		copy(&s->other[i], &s->open[i]);
		s->other[i].sum = DEAD_BEAM;
		push(&s->other[i], T5_PAD, 0);
		s->from[i] = i;
	}
}

/* The next beams of example b from its 2k best continuations. */
static void extend(struct beam *s, int b)
{
	int n = 0;
	struct store *store = &s->store[b];

	rank_pairs(s, b);
	for (int i = 0; i < 2 * s->k && n < s->k; i++) {
		const struct pair *p = &s->pair[i];
		struct hypothesis *to = &s->other[b * s->k + n];

		if (is_dead(p->sum))
			break;
		if (p->id == T5_EOS) {
			if (i < s->k)
				finish(s, b, p);
			continue;
		}
		copy(to, &s->open[b * s->k + p->beam]);
		to->sum = p->sum;
		push(to, p->id, p->logprob);
		s->from[b * s->k + n++] = b * s->k + p->beam;
	}
	bury(s, b, n);
	s->done[b] = n == 0 ||
		     (store->n == s->k && store->h[s->k - 1].score >=
					      s->pair[0].sum / (s->length + 1));
}

/* An example that is done goes round idle; what it holds does not matter. */
static void idle(struct beam *s, int b)
{
	for (int i = b * s->k; i < (b + 1) * s->k; i++) {
		copy(&s->other[i], &s->open[i]);
		push(&s->other[i], T5_PAD, 0);
		s->from[i] = i;
	}
}

/* What may follow what each beam wrote. */
static void ask(struct beam *s)
{
	for (int r = 0; r < s->B * s->k; r++) {
		const struct hypothesis *h = &s->open[r];

		s->ask[r] = (struct asked){0};
		if (!s->done[r / s->k] && !is_dead(h->sum))
			s->ask[r] = (struct asked){&s->constraint[r / s->k],
						   h->ids, h->n};
	}
}

/* One token for every beam; the number of examples that go on, or < 0. */
static int advance(struct beam *s)
{
	struct hypothesis *swap;
	int rows = s->B * s->k, live = 0;

	for (int r = 0; r < rows; r++)
		s->ids[r] = s->open[r].ids[s->length - 1];
	if (s->ask)
		ask(s);
	if (generator_step(s->d, s->ids, 2 * s->k, s->ask, &s->next, NULL) < 0)
		return -1;
	for (int b = 0; b < s->B; b++) {
		if (s->done[b])
			idle(s, b);
		else
			extend(s, b);
		live += !s->done[b];
	}
	swap = s->open;
	s->open = s->other;
	s->other = swap;
	s->length++;
	return live;
}

/* The cache follows the beams, when any of them moved. */
static int follow(struct beam *s)
{
	int rows = s->B * s->k;
	bool moved = false;

	for (int r = 0; r < rows; r++)
		moved |= s->from[r] != r;
	return moved ? t5_cache_select(&s->d->cache, &s->d->step, s->from, rows,
				       NULL)
		     : 0;
}

static void collect(struct beam *s, struct decoded *out)
{
	for (int b = 0; b < s->B; b++) {
		for (int i = 0; i < s->k && !s->done[b]; i++) {
			struct hypothesis *h = &s->open[b * s->k + i];

			if (is_dead(h->sum))
				continue;
			h->score = h->sum / s->length;
			if (s->constraint) /* its score stays what it was */
				decode_cut(h, &s->constraint[b]);
			store_add(&s->store[b], s->k, h);
		}
		out[b] = (struct decoded){
		    .n = s->store[b].n,
		    .h = s->store[b].h,
		    .stopped = s->done[b],
		};
	}
}

int decode_beam(struct generator *d, const struct decode_options *o, int B,
		struct arena *memory, struct decoded *out)
{
	struct beam s = {.d = d,
			 .B = B,
			 .k = o->beams,
			 .limit = o->max_length,
			 .constraint = o->constraint};
	int live = B;

	begin(&s, memory);
	while (s.length < s.limit && live > 0) {
		live = advance(&s);
		if (live < 0)
			return live;
		if (live > 0 && s.length < s.limit && follow(&s) < 0)
			return -1;
	}
	collect(&s, out);
	return 0;
}
