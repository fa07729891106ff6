#include "src/cpu/attention.h"

#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/cpu/dnn.h"
#include "src/cpu/vec.h"

/* What one backward call writes to; each may be NULL. */
struct gradients {
	const float *dout, *dprobs, *probs; /* given */
	float *dq, *dk, *dv;
	float *strip; /* (B/group,H,Q+L-1): of the bias, before buckets */
};

/* Scratch of one thread: three blocks of scores. */
struct room {
	float *p, *dp, *keep;
};

/* room->dp = the gradient of the scores; room->p = p after dropout. */
static int score_gradient(const struct heads *a, const struct gradients *g,
			  const struct block *t, struct room *room,
			  struct err *err)
{
	int64_t row = (t->b * a->H + t->h) * a->Q + t->i0, n = t->n * a->L;
	const float *v = a->v + t->b / a->group * a->v_batch + t->h * a->K;
	int64_t query = (t->b * a->Q + t->i0) * a->D + t->h * a->K;
	const struct vec *vec = a->cpu->vec;
	int rc = 0;

	if (g->probs)
		memcpy(room->p, g->probs + row * a->L,
		       (size_t)n * sizeof(*room->p));
	else
		rc = heads_softmax(a, t, room->p, err);
	memset(room->dp, 0, (size_t)n * sizeof(*room->dp));
	if (rc == 0 && g->dout && t->L > 0)
		rc = dnn_sgemm(a->cpu->dnn, false, true, t->n, t->L, a->K,
			       g->dout + query, a->D, v, a->v_row, 0, room->dp,
			       a->L, err);
	if (rc < 0)
		return rc;
	if (a->p->drop > 0) {
		heads_keep(a, t, room->keep);
		vec->mul(n, room->dp, room->keep, room->dp);
	}
	if (g->dprobs)
		vec->axpy(n, 1, g->dprobs + row * a->L, room->dp);
	for (int64_t r = 0; r < t->n; r++)
		vec->softmax_back(a->L, room->p + r * a->L,
				  room->dp + r * a->L);
	if (a->p->drop > 0)
		vec->mul(n, room->p, room->keep, room->p);
	return 0;
}

static void add_strip(const struct heads *a, const struct gradients *g,
		      const struct block *t, const float *ds)
{
	int64_t n = a->Q + a->L - 1;
	float *strip = g->strip + (t->b / a->group * a->H + t->h) * n;

	for (int64_t r = 0; r < t->n; r++)
		a->cpu->vec->axpy(t->L, 1, ds + r * a->L,
				  strip + a->Q - 1 - (t->i0 + r));
}

static int attend_back(const struct heads *a, const struct gradients *g,
		       const struct block *t, struct room *room,
		       struct err *err)
{
	int64_t bk = t->b / a->group, at = t->h * a->K;
	int64_t query = (t->b * a->Q + t->i0) * a->D + at;
	int64_t key = bk * a->L * a->D + at;
	struct dnn *dnn = a->cpu->dnn;
	int rc = score_gradient(a, g, t, room, err);

	if (rc < 0 || t->L == 0)
		return rc;
	if (g->strip)
		add_strip(a, g, t, room->dp);
	if (g->dv && g->dout)
		rc =
		    dnn_sgemm(dnn, true, false, t->L, a->K, t->n, room->p, a->L,
			      g->dout + query, a->D, 1, g->dv + key, a->D, err);
	for (int64_t i = 0; a->p->scale != 1 && i < t->n * a->L; i++)
		room->dp[i] *= a->p->scale;
	if (rc == 0 && g->dq)
		rc = dnn_sgemm(dnn, false, false, t->n, a->K, t->L, room->dp,
			       a->L, a->k + bk * a->k_batch + at, a->k_row, 1,
			       g->dq + query, a->D, err);
	if (rc == 0 && g->dk)
		rc = dnn_sgemm(dnn, true, false, t->L, a->K, t->n, room->dp,
			       a->L, a->q + query, a->D, 1, g->dk + key, a->D,
			       err);
	return rc;
}

/* All queries of one head that share keys, one after the other. */
static int head_back(const struct heads *a, const struct gradients *g,
		     int64_t task, struct room *room, struct err *err)
{
	int64_t first = task / a->H * a->group;
	struct block t;
	int rc = 0;

	for (int64_t b = first; b < first + a->group; b++) {
		for (int64_t i = 0; i < a->Q && rc == 0; i += ATTENTION_ROWS) {
			t = heads_block(a, b, task % a->H, i);
			rc = attend_back(a, g, &t, room, err);
		}
	}
	return rc;
}

static void add_table(const struct heads *a, const struct gradients *g,
		      struct tensor *table)
{
	int64_t n = a->Q + a->L - 1, examples = a->B / a->group;
	int64_t first = -(a->Q - 1 + a->p->q_offset);
	float *dtable = table->grad->data;

	for (int64_t i = 0; i < n; i++) {
		int row = bias_bucket(first + i, (int)table->dim[0],
				      a->p->bidirectional, a->p->max_distance);

		for (int64_t h = 0; h < a->H; h++) {
			double sum = 0;

			for (int64_t b = 0; b < examples; b++)
				sum += (double)g->strip[(b * a->H + h) * n + i];
			dtable[row * a->H + h] += (float)sum;
		}
	}
}

static float *grad_of(const struct tensor *t)
{
	return t && t->grad ? t->grad->data : NULL;
}

int cpu_attention_backward(struct backend *be, const struct op_call *c,
			   struct err *err)
{
	struct gradients g = {
	    .dout = grad_of(c->out[0]),
	    .dprobs = grad_of(c->out[1]),
	    .probs = c->out[1] ? c->out[1]->data : NULL,
	    .dq = grad_of(c->in[0]),
	    .dk = grad_of(c->in[1]),
	    .dv = grad_of(c->in[2]),
	};
	int64_t tasks, size;
	struct heads a;
	int threads, rc = 0;
	float *all;

	heads_init(&a, cpu_of(be), c);
	if (a.Q == 0 || a.L == 0)
		return 0;
	tasks = a.B / a.group * a.H;
	size = ATTENTION_ROWS * a.L;
	threads = cpu_split(a.cpu, a.B * a.H * a.Q * a.L * a.K);
	all = arena_alloc(&a.cpu->scratch,
			  (size_t)(threads * 3 * size) * sizeof(*all));
	if (grad_of(c->in[3]))
		g.strip = arena_zalloc(&a.cpu->scratch,
				       (size_t)(tasks * (a.Q + a.L - 1)) *
					   sizeof(*g.strip));
#pragma omp parallel for num_threads(threads) reduction(min : rc)
	for (int64_t i = 0; i < tasks; i++) {
		float *mine = all + cpu_thread() * 3 * size;
		struct room room = {mine, mine + size, mine + 2 * size};
		struct err e;
		int one = head_back(&a, &g, i, &room, &e);

		rc = MIN(rc, one);
	}
	if (rc < 0)
		return err_set(err, ERR_DEVICE,
			       "attention: a matrix product failed");
	if (g.strip)
		add_table(&a, &g, c->in[3]);
	return 0;
}
