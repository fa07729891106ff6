#include "src/cpu/attention.h"

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/cpu/dnn.h"
#include "src/cpu/vec.h"

static float *make_strip(const struct heads *a, const struct tensor *table)
{
	struct arena *scratch = &a->cpu->scratch;
	int64_t n = a->Q + a->L - 1, first = -(a->Q - 1 + a->p->q_offset);
	float *strip =
	    arena_alloc(scratch, (size_t)(a->H * n) * sizeof(*strip));
	int64_t *row = arena_alloc(scratch, (size_t)n * sizeof(*row));
	const float *bias = cpu_wide(a->cpu, table);

	for (int64_t i = 0; i < n; i++)
		row[i] =
		    a->H * bias_bucket(first + i, (int)table->dim[0],
				       a->p->bidirectional, a->p->max_distance);
	for (int64_t h = 0; h < a->H; h++)
		for (int64_t i = 0; i < n; i++)
			strip[h * n + i] = bias[row[i] + h];
	return strip;
}

void heads_init(struct heads *a, struct cpu *cpu, const struct op_call *c)
{
	const struct tensor *q = c->in[0], *k = c->in[1], *v = c->in[2];
	const struct tensor *table = c->in[3], *mask = c->in[4];

	*a = (struct heads){
	    .cpu = cpu,
	    .p = &c->p,
	    .B = q->dim[0],
	    .Q = q->dim[1],
	    .L = k->dim[1],
	    .H = c->p.heads,
	    .K = q->dim[2] / c->p.heads,
	    .D = q->dim[2],
	    .group = MAX(c->p.group, 1),
	    .q = q->data,
	    .k = k->data,
	    .v = v->data,
	    .k_batch = k->stride[0],
	    .k_row = k->stride[1],
	    .v_batch = v->stride[0],
	    .v_row = v->stride[1],
	    .mask = mask ? mask->data : NULL,
	};
	arena_reset(&cpu->scratch);
	if (table && a->Q > 0 && a->L > 0)
		a->strip = make_strip(a, table);
}

/* How many of the first keys query i may see. */
static int64_t visible(const struct heads *a, int64_t i)
{
	int64_t n = i + a->p->q_offset + 1;

	return a->p->causal ? MAX(0, MIN(n, a->L)) : a->L;
}

struct block heads_block(const struct heads *a, int64_t b, int64_t h,
			 int64_t i0)
{
	struct block t = {.b = b, .h = h, .i0 = i0};

	t.n = MIN(ATTENTION_ROWS, a->Q - i0);
	t.L = visible(a, i0 + t.n - 1);
	return t;
}

/* s (n,a->L) = q kT, of which t->L columns are filled. */
static int scores(const struct heads *a, const struct block *t, float *s,
		  struct err *err)
{
	const float *q = a->q + (t->b * a->Q + t->i0) * a->D + t->h * a->K;
	const float *k = a->k + t->b / a->group * a->k_batch + t->h * a->K;

	if (t->n > VEC_GEMV_ROWS)
		return dnn_sgemm(a->cpu->dnn, false, true, t->n, t->L, a->K, q,
				 a->D, k, a->k_row, 0, s, a->L, err);
	a->cpu->vec->gemv(&(struct vec_gemv){
	    .w = k,
	    .dtype = DT_F32,
	    .ldw = a->k_row,
	    .rows = t->L,
	    .K = a->K,
	    .x = q,
	    .ldx = a->D,
	    .M = (int)t->n,
	    .y = s,
	    .ldy = a->L,
	});
	return 0;
}

int heads_softmax(const struct heads *a, const struct block *t, float *s,
		  struct err *err)
{
	const uint8_t *mask = a->mask ? a->mask + t->b / a->group * a->L : NULL;
	const struct vec *vec = a->cpu->vec;
	const float *strip = NULL;
	int rc = t->L > 0 ? scores(a, t, s, err) : 0;

	if (rc < 0)
		return rc;
	for (int64_t r = 0; r < t->n; r++) {
		int64_t i = t->i0 + r, n = visible(a, i);
		float *row = s + r * a->L;

		if (a->strip)
			strip = a->strip + t->h * (a->Q + a->L - 1) +
				(a->Q - 1 - i);
		vec->logits(n, a->p->scale, strip, mask, row);
		vec->softmax(n, row);
		for (int64_t j = n; j < a->L; j++)
			row[j] = 0;
	}
	return 0;
}

void heads_keep(const struct heads *a, const struct block *t, float *keep)
{
	uint64_t at = (uint64_t)(((t->b * a->H + t->h) * a->Q + t->i0) * a->L);

	a->cpu->vec->dropout(t->n * a->L, &a->p->key, at, a->p->drop, keep);
}

/* o (n,K) = p v */
static int blend(const struct heads *a, const struct block *t, const float *p,
		 float *out, struct err *err)
{
	float *o = out + (t->b * a->Q + t->i0) * a->D + t->h * a->K;
	const float *v = a->v + t->b / a->group * a->v_batch + t->h * a->K;

	if (t->n > VEC_GEMV_ROWS && t->L > 0)
		return dnn_sgemm(a->cpu->dnn, false, false, t->n, a->K, t->L, p,
				 a->L, v, a->v_row, 0, o, a->D, err);
	for (int64_t r = 0; r < t->n; r++)
		a->cpu->vec->mix(t->L, a->K, p + r * a->L, v, a->v_row,
				 o + r * a->D);
	return 0;
}

/* probs: where this block's probabilities go, or NULL.  room: 2 blocks. */
static int attend(const struct heads *a, const struct block *t, float *probs,
		  float *room, float *out, struct err *err)
{
	float *s = probs ? probs : room, *keep = room + ATTENTION_ROWS * a->L;
	int rc = heads_softmax(a, t, s, err);

	if (rc < 0)
		return rc;
	if (a->p->drop > 0) {
		heads_keep(a, t, keep);
		a->cpu->vec->mul(t->n * a->L, s, keep, keep);
		s = keep;
	}
	return blend(a, t, s, out, err);
}

/*
 * Task number -> example and head.  The examples of a group follow each
 * other: they read the same keys.
 */
static struct block task_block(const struct heads *a, int64_t task,
			       int64_t blocks)
{
	int64_t i0 = task % blocks * ATTENTION_ROWS, member, h;

	task /= blocks;
	member = task % a->group;
	task /= a->group;
	h = task % a->H;
	return heads_block(a, task / a->H * a->group + member, h, i0);
}

int cpu_attention(struct backend *be, const struct op_call *c, struct err *err)
{
	float *probs = c->out[1] ? c->out[1]->data : NULL;
	float *out = c->out[0]->data, *room;
	int64_t blocks, tasks, size;
	struct heads a;
	int threads, rc = 0;

	heads_init(&a, cpu_of(be), c);
	blocks = (a.Q + ATTENTION_ROWS - 1) / ATTENTION_ROWS;
	tasks = a.B * a.H * blocks;
	size = 2 * ATTENTION_ROWS * a.L;
	threads = cpu_split(a.cpu, a.B * a.H * a.Q * a.L * a.K / 4);
	room = arena_alloc(&a.cpu->scratch,
			   (size_t)(threads * size) * sizeof(*room));
#pragma omp parallel for num_threads(threads) reduction(min : rc)
	for (int64_t i = 0; i < tasks; i++) {
		struct block t = task_block(&a, i, blocks);
		int64_t row = (t.b * a.H + t.h) * a.Q + t.i0;
		struct err e;
		int one = attend(&a, &t, probs ? probs + row * a.L : NULL,
				 room + cpu_thread() * size, out, &e);

		rc = MIN(rc, one);
	}
	if (rc < 0)
		return err_set(err, ERR_DEVICE,
			       "attention: a matrix product failed");
	return 0;
}
