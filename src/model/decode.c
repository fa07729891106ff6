#include "src/model/decode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/model/decode-internal.h"

void generator_init(struct generator *d, const struct umie *m,
		    struct backend *be)
{
	*d = (struct generator){.m = m};
	t5_cache_init(&d->cache, &m->decoder, be);
	tape_init(&d->step, be);
}

void generator_release(struct generator *d)
{
	if (!d->m)
		return;
	t5_cache_release(&d->cache);
	tape_release(&d->step);
	d->m = NULL;
}

/* probs (R,H,1,L) -> mean over the heads (R,L) */
static void mean_heads(const float *probs, int64_t R, int64_t H, int64_t L,
		       float *out)
{
	for (int64_t r = 0; r < R; r++)
		for (int64_t l = 0; l < L; l++) {
			double sum = 0;

			for (int64_t h = 0; h < H; h++)
				sum += (double)probs[(r * H + h) * L + l];
			out[r * L + l] = (float)(sum / (double)H);
		}
}

/* Read two results of a token and the attention, all at once. */
static int read_step(struct tape *t, const struct tape_read *want, int n,
		     const struct tensor *probs, float *attention)
{
	struct tape_read r[TAPE_READS];

	if (t->failed)
		return -(int)t->err.code;
	memcpy(r, want, (size_t)n * sizeof(*r));
	if (!probs)
		return tape_read_all(t, r, n);
	r[n] = (struct tape_read){probs,
				  arena_alloc(&t->host, tensor_bytes(probs))};
	if (tape_read_all(t, r, n + 1) < 0)
		return -(int)t->err.code;
	mean_heads(r[n].host, probs->dim[0], probs->dim[1], probs->dim[3],
		   attention);
	return 0;
}

static double log_sum_exp(const float *x, int V)
{
	float top = x[0];
	double sum = 0;

	for (int i = 1; i < V; i++)
		top = MAX(top, x[i]);
	for (int i = 0; i < V; i++)
		sum += exp((double)(x[i] - top));
	return (double)top + log(sum);
}

/* The k best of those that may follow, the lower id first among equals. */
static void choose(const float *x, int V, const uint8_t *may, int k,
		   float *best, int32_t *id)
{
	double lse = log_sum_exp(x, V);
	int have = 0;

	for (int i = 0; i < V; i++) {
		int at;

		if (!may[i] || (have == k && !(x[i] > best[k - 1])))
			continue;
		have += have < k;
		for (at = have - 1; at > 0 && x[i] > best[at - 1]; at--) {
			best[at] = best[at - 1];
			id[at] = id[at - 1];
		}
		best[at] = x[i];
		id[at] = i;
	}
	for (int j = 0; j < k; j++) {
		best[j] = j < have ? (float)((double)best[j] - lse) : -INFINITY;
		id[j] = j < have ? id[j] : T5_PAD;
	}
}

/* The choice among logits (R,V), on the host. */
static int choose_step(struct tape *t, const struct tensor *logits, int k,
		       const struct asked *ask, const struct tensor *probs,
		       struct next *out, float *attention)
{
	int64_t R = logits ? tensor_rows(logits) : 0;
	int V = logits ? (int)tensor_last(logits) : 0;
	float *x = arena_alloc(&t->host, (size_t)(R * V) * sizeof(*x));
	uint8_t *may = arena_alloc(&t->host, (size_t)V);
	struct tape_read r = {logits, x};

	if (read_step(t, &r, 1, probs, attention) < 0)
		return -(int)t->err.code;
	for (int64_t i = 0; i < R; i++) {
		const struct asked *a = &ask[i];

		memset(may, 0, (size_t)V);
		if (a->c)
			a->c->next(a->c->context, a->ids, a->n, may, V);
		choose(x + i * V, V, may, k, out->logprob + i * k,
		       out->ids + i * k);
	}
	return 0;
}

int generator_step(struct generator *d, const int32_t *ids, int k,
		   const struct asked *ask, struct next *out, float *attention)
{
	struct tape *t = &d->step;
	const int64_t dim[] = {d->cache.rows, 1};
	struct tensor *x, *best_ids = NULL, *best = NULL, *probs = NULL;

	tape_reset(t);
	x = tape_input(t, DT_I32, 2, dim, ids);
	t5_cache_grow(&d->cache, t);
	tape_step_begin(t, d->cache.position);
	x = op_embed(t, d->m->shared, x);
	x = t5_step(t, &d->cache, x, attention ? &probs : NULL);
	x = op_linear(t, x, d->m->lm_head, NULL);
	if (!ask)
		op_topk(t, x, k, &best, &best_ids);
	tape_step_end(t);
	if (ask)
		return choose_step(t, x, k, ask, probs, out, attention);
	return read_step(
	    t, (struct tape_read[]){{best, out->logprob}, {best_ids, out->ids}},
	    2, probs, attention);
}

void decode_cut(struct hypothesis *h, const struct constraint *c)
{
	while (h->n > 1 && !c->whole(c->context, h->ids, h->n)) {
		h->n--;
		h->sum -= (double)h->logprob[h->n - 1];
	}
}

static int fail(const struct tape *t, struct err *err)
{
	return err_set(err, t->err.code, "%s", t->err.text);
}

int generator_run(struct generator *d, struct tensor *M, struct tensor *mask,
		  const struct decode_options *o, struct arena *memory,
		  struct decoded *out, struct err *err)
{
	struct tape *t = &d->step;
	int B = (int)M->dim[0], L = (int)M->dim[1], rc;

	if (o->max_length < 2 || o->beams < 1)
		bug("decode: length %d, %d beams", o->max_length, o->beams);
	if (2 * (int64_t)o->beams > d->m->config.vocab)
		return err_set(err, ERR_USAGE,
			       "%d beams are too many for a vocabulary of %d",
			       o->beams, d->m->config.vocab);
	tape_reset(t);
	t->cancel = o->cancel;
	rc = t5_cache_begin(&d->cache, t, M, mask, B * o->beams, o->max_length);
	if (rc == 0)
		rc = o->beams == 1 ? decode_greedy(d, o, B, L, memory, out)
				   : decode_beam(d, o, B, memory, out);
	return rc < 0 ? fail(t, err) : 0;
}

/* ids[0 … n-2] in, ids[1 … n-1] wanted, padded to the longest. */
static void score_batch(struct tape *t, const struct hypothesis *h, int B,
			int longest, struct tensor **in, struct tensor **want)
{
	const int64_t dim[] = {B, longest};
	size_t n = (size_t)B * (size_t)longest;
	int32_t *a = arena_zalloc(&t->host, n * sizeof(*a));
	int32_t *b = arena_alloc(&t->host, n * sizeof(*b));

	for (size_t i = 0; i < n; i++)
		b[i] = LABEL_IGNORED;
	for (int r = 0; r < B; r++) {
		size_t count = (size_t)(h[r].n - 1) * sizeof(*a);

		memcpy(a + (size_t)r * (size_t)longest, h[r].ids, count);
		memcpy(b + (size_t)r * (size_t)longest, h[r].ids + 1, count);
	}
	*in = tape_input(t, DT_I32, 2, dim, a);
	*want = tape_input(t, DT_I32, 2, dim, b);
}

static void score_output(struct hypothesis *h, const float *nll, int n,
			 struct arena *memory)
{
	h->logprob = arena_alloc(memory, (size_t)n * sizeof(*h->logprob));
	h->sum = 0;
	for (int i = 0; i < n; i++) {
		h->logprob[i] = -nll[i];
		h->sum -= (double)nll[i];
	}
	h->score = h->sum;
}

/* probs (H,longest,L) of one answer -> attention (n,L) */
static void score_attention(struct hypothesis *h, const float *probs, int64_t H,
			    int64_t longest, int64_t L, struct arena *memory)
{
	int64_t n = h->n - 1;

	h->attention = arena_alloc(memory, (size_t)(n * L) * sizeof(float));
	for (int64_t i = 0; i < n; i++)
		for (int64_t l = 0; l < L; l++) {
			double sum = 0;

			for (int64_t k = 0; k < H; k++)
				sum += (double)probs[(k * longest + i) * L + l];
			h->attention[i * L + l] = (float)(sum / (double)H);
		}
}

int generator_score(struct generator *d, struct tensor *M, struct tensor *mask,
		    const atomic_bool *cancel, struct arena *memory,
		    struct hypothesis *h, struct err *err)
{
	struct tape *t = &d->step;
	struct umie_taps taps = {0};
	struct tensor *ids, *labels, *probs, *nll = NULL;
	int B = (int)M->dim[0], longest = 1;
	float *p, *losses;
	int64_t H, L;

	tape_reset(t);
	t->cancel = cancel;
	for (int i = 0; i < B; i++)
		longest = MAX(longest, h[i].n - 1);
	score_batch(t, h, B, longest, &ids, &labels);
	umie_logits(t, d->m, M, mask, ids, &taps);
	op_cross_entropy(t, taps.logits, labels, 0, &nll);
	if (t->failed)
		return fail(t, err);
	probs = taps.decoder.cross_probs;
	p = arena_alloc(&t->host, tensor_bytes(probs));
	losses = arena_alloc(&t->host, tensor_bytes(nll));
	if (tape_read_all(t, (struct tape_read[]){{probs, p}, {nll, losses}},
			  2) < 0)
		return fail(t, err);
	H = probs->dim[1];
	L = probs->dim[3];
	for (int i = 0; i < B; i++) {
		score_output(&h[i], losses + (int64_t)i * longest, h[i].n - 1,
			     memory);
		score_attention(&h[i], p + i * H * longest * L, H, longest, L,
				memory);
	}
	return 0;
}
