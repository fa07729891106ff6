#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/model/t5.h"

enum { FIRST_ROOM = 16 }; /* positions; doubled when full */

void t5_cache_init(struct t5_cache *c, const struct t5_stack *s,
		   struct backend *be)
{
	size_t layers = (size_t)s->layers;

	*c = (struct t5_cache){.s = s};
	for (int i = 0; i < 2; i++) {
		tape_init(&c->own[i], be);
		tape_init(&c->input[i], be);
	}
	c->k = xcalloc(layers, sizeof(*c->k));
	c->v = xcalloc(layers, sizeof(*c->v));
	c->cross_k = xcalloc(layers, sizeof(*c->cross_k));
	c->cross_v = xcalloc(layers, sizeof(*c->cross_v));
}

void t5_cache_release(struct t5_cache *c)
{
	for (int i = 0; i < 2; i++) {
		tape_release(&c->own[i]);
		tape_release(&c->input[i]);
	}
	free(c->k);
	free(c->v);
	free(c->cross_k);
	free(c->cross_v);
	free(c->host_mask);
	*c = (struct t5_cache){0};
}

/* Whatever went wrong in a tape of the cache is told by the caller's. */
static int settle(struct tape *t, const struct tape *part)
{
	if (part->failed)
		tape_fail(t, part->err.code, "%s", part->err.text);
	return t->failed ? -(int)t->err.code : 0;
}

static void new_room(struct t5_cache *c, struct tape *own)
{
	const int64_t dim[] = {(int64_t)c->room * c->rows, c->s->shape.inner};

	for (int i = 0; i < c->s->layers; i++) {
		c->k[i] = tape_new(own, DT_F32, 2, dim);
		c->v[i] = tape_new(own, DT_F32, 2, dim);
	}
}

static void keep_mask(struct t5_cache *c, struct tape *t, struct tape *input,
		      const struct tensor *mask)
{
	free(c->host_mask);
	c->host_mask = NULL;
	c->mask = NULL;
	if (!mask)
		return;
	c->host_mask = xmalloc(tensor_bytes(mask));
	if (tape_read(t, mask, c->host_mask) == 0)
		c->mask = tape_input(input, DT_U8, 2, mask->dim, c->host_mask);
}

int t5_cache_begin(struct t5_cache *c, struct tape *t, struct tensor *memory,
		   struct tensor *mask, int rows, int limit)
{
	struct tape *own = &c->own[0], *input = &c->input[0];

	c->own_now = c->input_now = 0;
	for (int i = 0; i < 2; i++) {
		tape_reset(&c->own[i]);
		tape_reset(&c->input[i]);
		c->own[i].cancel = c->input[i].cancel = t->cancel;
	}
	if (t->failed)
		return -(int)t->err.code;
	c->rows = rows;
	c->inputs = (int)memory->dim[0];
	c->position = 0;
	c->limit = limit;
	c->room = MIN(FIRST_ROOM, limit);
	new_room(c, own);
	for (int i = 0; i < c->s->layers; i++) {
		const struct t5_attention *a = &c->s->block[i].cross;

		c->cross_k[i] = op_linear(input, memory, a->k, NULL);
		c->cross_v[i] = op_linear(input, memory, a->v, NULL);
	}
	keep_mask(c, t, input, mask);
	return settle(t, own) < 0 ? -(int)t->err.code : settle(t, input);
}

/*
 * Copy what is filled into the other tape: row i from row from[i], with room
 * for `room` positions.  Places not filled yet get anything.
 */
static int copy_own(struct t5_cache *c, struct tape *t, const int *from, int n,
		    int room)
{
	struct tape *to = &c->own[!c->own_now];
	const int64_t count = (int64_t)room * n;
	int32_t *ids = xcalloc((size_t)count, sizeof(*ids));
	struct tensor *at;

	for (int p = 0; p < c->position; p++)
		for (int i = 0; i < n; i++)
			ids[(size_t)p * (size_t)n + (size_t)i] =
			    p * c->rows + from[i];
	tape_reset(to);
	at = tape_input(to, DT_I32, 1, &count, ids);
	tape_step_begin(to, c->position);
	for (int i = 0; i < c->s->layers; i++) {
		c->k[i] = op_gather(to, c->k[i], at);
		c->v[i] = op_gather(to, c->v[i], at);
	}
	tape_step_end(to);
	free(ids);
	c->own_now = !c->own_now;
	c->rows = n;
	c->room = room;
	return settle(t, to);
}

static void mask_select(struct t5_cache *c, struct tape *to, const int *input,
			int n)
{
	const int64_t dim[] = {n, c->mask->dim[1]};
	size_t L = (size_t)dim[1];
	unsigned char *mask = xmalloc((size_t)n * L);

	for (int i = 0; i < n; i++)
		memcpy(mask + (size_t)i * L,
		       c->host_mask + (size_t)input[i] * L, L);
	free(c->host_mask);
	c->host_mask = mask;
	c->mask = tape_input(to, DT_U8, 2, dim, mask);
}

/* Keep `n` of the inputs. */
static int copy_input(struct t5_cache *c, struct tape *t, const int *input,
		      int n)
{
	struct tape *to = &c->input[!c->input_now];
	const int64_t count = n;
	struct tensor *at;

	tape_reset(to);
	at = tape_input(to, DT_I32, 1, &count, input);
	for (int i = 0; i < c->s->layers; i++) {
		c->cross_k[i] = op_gather(to, c->cross_k[i], at);
		c->cross_v[i] = op_gather(to, c->cross_v[i], at);
	}
	if (c->mask)
		mask_select(c, to, input, n);
	c->input_now = !c->input_now;
	c->inputs = n;
	return settle(t, to);
}

int t5_cache_select(struct t5_cache *c, struct tape *t, const int *from, int n,
		    const int *input)
{
	int group = c->rows / c->inputs;

	if (t->failed)
		return -(int)t->err.code;
	if (input && copy_input(c, t, input, n / group) < 0)
		return -(int)t->err.code;
	return copy_own(c, t, from, n, c->room);
}

int t5_cache_grow(struct t5_cache *c, struct tape *t)
{
	int *same, rc;

	if (t->failed)
		return -(int)t->err.code;
	if (c->position < c->room)
		return 0;
	same = xcalloc((size_t)c->rows, sizeof(*same));
	for (int i = 0; i < c->rows; i++)
		same[i] = i;
	rc = copy_own(c, t, same, c->rows, MIN(2 * c->room, c->limit));
	free(same);
	return rc;
}

/* The first n positions as (R,n,I). */
static struct tensor rows_first(const struct t5_cache *c,
				const struct tensor *x, int n)
{
	const int64_t inner = c->s->shape.inner;
	struct tensor v = *x;

	v.ndim = 3;
	v.dim[0] = c->rows;
	v.dim[1] = n;
	v.dim[2] = inner;
	v.stride[0] = inner;
	v.stride[1] = c->rows * inner;
	v.stride[2] = 1;
	return v;
}

static struct tensor *step_self(struct tape *t, struct t5_cache *c, int layer,
				struct tensor *x)
{
	const struct t5_shape *s = &c->s->shape;
	const struct t5_attention *a = &c->s->block[layer].self;
	struct attention how = {
	    .heads = s->heads,
	    .scale = 1,
	    .causal = true,
	    .bias = c->s->bias,
	    .max_distance = s->max_distance,
	    .q_offset = c->position,
	    .at_step = true,
	};
	struct tensor k = rows_first(c, c->k[layer], c->position + 1);
	struct tensor v = rows_first(c, c->v[layer], c->position + 1);
	struct tensor *h = op_rmsnorm(t, x, a->norm, s->eps);
	struct tensor *q = op_linear(t, h, a->q, NULL);

	op_cache_put(t, &k, op_linear(t, h, a->k, NULL), c->position);
	op_cache_put(t, &v, op_linear(t, h, a->v, NULL), c->position);
	h = op_attention(t, q, &k, &v, &how, NULL);
	return op_linear_add(t, h, a->o, NULL, x);
}

static struct tensor *step_cross(struct tape *t, struct t5_cache *c, int layer,
				 struct tensor *x, struct tensor **probs)
{
	const struct t5_shape *s = &c->s->shape;
	const struct t5_attention *a = &c->s->block[layer].cross;
	struct attention how = {
	    .heads = s->heads,
	    .scale = 1,
	    .group = c->rows / c->inputs,
	    .mask = c->mask,
	};
	struct tensor *h = op_rmsnorm(t, x, a->norm, s->eps);
	struct tensor *q = op_linear(t, h, a->q, NULL);

	h = op_attention(t, q, c->cross_k[layer], c->cross_v[layer], &how,
			 probs);
	return op_linear_add(t, h, a->o, NULL, x);
}

struct tensor *t5_step(struct tape *t, struct t5_cache *c, struct tensor *x,
		       struct tensor **probs)
{
	const struct t5_stack *s = c->s;

	if (t->failed)
		return NULL;
	if (c->position == c->room)
		bug("t5: no room for position %d", c->position);
	for (int i = 0; i < s->layers; i++) {
		x = step_self(t, c, i, x);
		x = step_cross(t, c, i, x, i == s->layers - 1 ? probs : NULL);
		x = t5_feed(t, &s->shape, &s->block[i].ff, x);
	}
	c->position++;
	return op_rmsnorm(t, x, s->norm, s->shape.eps);
}
