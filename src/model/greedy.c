#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/model/decode-internal.h"

/* The answers being written; rows that ended leave the cache by and by. */
struct greedy {
	struct generator *d;
	struct decoded *out;
	int L, rows;
	bool run_on;
	const struct constraint *constraint; /* of each answer; or NULL */
	struct asked *ask;                   /* (rows) or NULL */
	int *example;                        /* (rows): whose answer row r is */
	int32_t *ids;     /* (rows): the last token of each */
	bool *ended;      /* (rows) */
	struct next next; /* (rows,1) */
	float *attention; /* (rows,L) or NULL */
};

static void begin(struct greedy *g, const struct decode_options *o, int B,
		  struct arena *memory)
{
	size_t n = (size_t)o->max_length, rows = (size_t)B;

	for (int b = 0; b < B; b++) {
		struct hypothesis *h = arena_zalloc(memory, sizeof(*h));

		h->ids = arena_alloc(memory, n * sizeof(*h->ids));
		h->logprob = arena_alloc(memory, n * sizeof(*h->logprob));
		if (o->attention)
			h->attention = arena_alloc(memory, n * (size_t)g->L *
							       sizeof(float));
		h->ids[h->n++] = T5_START;
		g->out[b] = (struct decoded){.n = 1, .h = h};
	}
	g->example = xcalloc(rows, sizeof(*g->example));
	for (int r = 0; r < B; r++)
		g->example[r] = r;
	g->ids = xcalloc(rows, sizeof(*g->ids));
	g->ended = xcalloc(rows, sizeof(*g->ended));
	g->next.ids = xcalloc(rows, sizeof(*g->next.ids));
	g->next.logprob = xcalloc(rows, sizeof(*g->next.logprob));
	if (o->constraint)
		g->ask = xcalloc(rows, sizeof(*g->ask));
	if (o->attention)
		g->attention = xcalloc(rows * (size_t)g->L, sizeof(float));
}

static void end(struct greedy *g)
{
	free(g->example);
	free(g->ask);
	free(g->ids);
	free(g->ended);
	free(g->next.ids);
	free(g->next.logprob);
	free(g->attention);
}

/* Give row r its next token. */
static void append(struct greedy *g, int r)
{
	struct decoded *out = &g->out[g->example[r]];
	struct hypothesis *h = out->h;
	int at = h->n - 1;

	h->ids[h->n++] = g->next.ids[r];
	h->logprob[at] = g->next.logprob[r];
	h->sum += (double)g->next.logprob[r];
	h->score = h->sum;
	if (g->attention)
		memcpy(h->attention + (size_t)at * (size_t)g->L,
		       g->attention + (size_t)r * (size_t)g->L,
		       (size_t)g->L * sizeof(float));
	g->ids[r] = g->next.ids[r];
	g->ended[r] = g->next.ids[r] == T5_EOS && !g->run_on;
	out->stopped = g->ended[r];
}

/* Take the rows that ended out of the cache. */
static int compact(struct greedy *g, int live)
{
	int *from = xcalloc((size_t)live, sizeof(*from));
	int n = 0, rc;

	for (int r = 0; r < g->rows; r++) {
		if (g->ended[r])
			continue;
		from[n] = r;
		g->example[n] = g->example[r];
		g->ids[n] = g->ids[r];
		g->ended[n] = false;
		n++;
	}
	g->rows = n;
	rc = t5_cache_select(&g->d->cache, &g->d->step, from, n, from);
	free(from);
	return rc;
}

/* What may follow what each row wrote. */
static void ask(struct greedy *g)
{
	for (int r = 0; r < g->rows; r++) {
		const struct hypothesis *h = g->out[g->example[r]].h;

		g->ask[r] = (struct asked){0};
		if (!g->ended[r])
			g->ask[r] = (struct asked){
			    &g->constraint[g->example[r]], h->ids, h->n};
	}
}

/* One token for every row; the number of rows that go on, or an error. */
static int advance(struct greedy *g)
{
	int live = 0;

	if (g->ask)
		ask(g);
	if (generator_step(g->d, g->ids, 1, g->ask, &g->next, g->attention) < 0)
		return -1;
	for (int r = 0; r < g->rows; r++) {
		if (g->ended[r]) {
			g->ids[r] = T5_PAD;
			continue;
		}
		append(g, r);
		live += !g->ended[r];
	}
	return live;
}

static void cut(struct decoded *out, const struct constraint *c)
{
	if (out->stopped)
		return;
	decode_cut(out->h, c);
	out->h->score = out->h->sum;
}

int decode_greedy(struct generator *d, const struct decode_options *o, int B,
		  int L, struct arena *memory, struct decoded *out)
{
	struct greedy g = {.d = d,
			   .out = out,
			   .L = L,
			   .rows = B,
			   .run_on = o->run_on,
			   .constraint = o->constraint};
	int live = B, rc = 0;

	begin(&g, o, B, memory);
	for (int n = 1; n < o->max_length && live > 0 && rc == 0; n++) {
		live = advance(&g);
		if (live < 0)
			rc = live;
		else if (live > 0 && 2 * live <= g.rows)
			rc = compact(&g, live);
	}
	for (int b = 0; b < B && o->constraint && rc == 0; b++)
		cut(&out[b], &o->constraint[b]);
	end(&g);
	return rc;
}
