#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/model/umie.h"

/* e^0.5, the temperature of the gate, and the slope of its two LeakyReLUs. */
static const float TEMPERATURE = 1.6487212707001282f;
static const float SLOPE = 0.01f;

float umie_cosine(float c)
{
	return c / TEMPERATURE;
}

/* The padding mask of regions and of the means, if it counts. */
static struct tensor *strict(const struct umie *m, struct tensor *mask)
{
	return m->config.mask_padding ? mask : NULL;
}

struct tensor *umie_text(struct tape *t, const struct umie *m,
			 struct tensor *ids, struct tensor *mask,
			 struct umie_taps *taps)
{
	struct tape_mark mark = tape_mark(t);
	struct tensor *x = op_embed(t, m->shared, ids);
	struct tensor *T =
	    t5_encode(t, &m->encoder, x, mask, taps ? &taps->encoder : NULL);

	if (taps) {
		taps->text_embeddings = x;
		taps->T = T;
	} else {
		tape_keep(t, mark, &T, 1);
	}
	return T;
}

/* Rows V-1, V-2, … of the vocabulary stand for regions 0, 1, … */
static struct tensor *object_order(struct tape *t, const struct umie *m, int N)
{
	const int64_t dim = N;
	int32_t *ids;
	struct tensor *at;

	if (N > m->config.vocab) {
		tape_fail(t, ERR_DATA,
			  "%d regions are more than the vocabulary's %d rows",
			  N, m->config.vocab);
		return NULL;
	}
	ids = xmalloc((size_t)N * sizeof(*ids));
	for (int j = 0; j < N; j++)
		ids[j] = m->config.vocab - 1 - j;
	at = tape_input(t, DT_I32, 1, &dim, ids);
	free(ids);
	return op_embed(t, m->shared, at);
}

static struct tensor *image_order(struct tape *t, const struct umie *m)
{
	static const int32_t first = 0;
	const int64_t dim = 1;

	return op_embed(t, m->embedding.image_order,
			tape_input(t, DT_I32, 1, &dim, &first));
}

static struct tensor *embed_regions(struct tape *t, const struct umie *m,
				    struct tensor *feats, struct tensor *boxes,
				    struct umie_taps *taps)
{
	const struct visual_embedding *e = &m->embedding;
	float eps = m->shape.eps;
	struct tensor *feat, *pos, *x;

	feat = op_linear(t, feats, e->feat, e->feat_bias);
	feat = op_rmsnorm(t, feat, e->feat_norm, eps);
	pos = op_linear(t, boxes, e->pos, e->pos_bias);
	pos = op_rmsnorm(t, pos, e->pos_norm, eps);
	x = op_add(t, feat, pos);
	x = op_add(t, x, image_order(t, m));
	x = op_add(t, x, object_order(t, m, (int)feats->dim[1]));
	if (taps) {
		taps->vis_feat = feat;
		taps->vis_pos = pos;
		taps->vis_sum = x;
	}
	return x;
}

struct tensor *umie_regions(struct tape *t, const struct umie *m,
			    struct tensor *feats, struct tensor *boxes,
			    struct tensor *mask, struct umie_taps *taps)
{
	struct tape_mark mark = tape_mark(t);
	struct tensor *x, *Z;

	if (t->failed)
		return NULL;
	x = embed_regions(t, m, feats, boxes, taps);
	Z = t5_encode(t, &m->visual, x, strict(m, mask),
		      taps ? &taps->visual : NULL);
	if (taps)
		taps->Z = Z;
	else
		tape_keep(t, mark, &Z, 1);
	return Z;
}

/*
 * The mean of x projected to 128 numbers, in the reference's order: the
 * average of many rounded projections is closer than one of the average.
 */
static struct tensor *summary(struct tape *t, struct tensor *x,
			      struct tensor *mask, struct tensor *wide,
			      struct tensor *narrow)
{
	x = op_linear(t, x, wide, NULL);
	return op_mean_rows(t, op_linear(t, x, narrow, NULL), mask);
}

void umie_gate(struct tape *t, const struct umie *m, struct tensor *T,
	       struct tensor *text_mask, struct tensor *Z,
	       struct tensor *region_mask, bool want_probs,
	       struct umie_gate *out, struct umie_taps *taps)
{
	const struct gate *w = &m->gate;
	struct tape_mark mark = tape_mark(t);
	struct tensor *P = NULL, *Y, *A, *text, *visual, *c, *g;

	Y = t5_cross(t, &m->shape, &w->attention, T, Z, strict(m, region_mask),
		     want_probs || taps ? &P : NULL);
	A = t5_feed(t, &m->shape, &w->ff, Y);
	text = summary(t, T, strict(m, text_mask), w->text_1, w->text_2);
	visual =
	    summary(t, Z, strict(m, region_mask), w->visual_1, w->visual_2);
	c = op_cosine(t, text, visual, TEMPERATURE);
	g = op_leaky_relu(t, op_leaky_relu(t, c, SLOPE), SLOPE);
	if (taps) {
		taps->gate_probs = P;
		taps->Y = Y;
		taps->A = A;
		taps->t_mean = text;
		taps->v_mean = visual;
		taps->gate_c = c;
		taps->gate = g;
	} else {
		struct tensor *keep[] = {P, A, c, g}; /* as they were made */

		tape_keep(t, mark, keep, 4);
		P = keep[0];
		A = keep[1];
		c = keep[2];
		g = keep[3];
	}
	*out = (struct umie_gate){.A = A, .g = g, .c = c, .P = P};
}

/* The gate of each row as a number; true when any is not zero. */
static bool choose(struct tape *t, const struct umie_gate *gate,
		   const struct gate_choice *choice, int n, float *g)
{
	float *own = NULL;
	bool any = false;
	int B = gate ? (int)gate->g->dim[0] : 0;

	memset(g, 0, (size_t)n * sizeof(*g));
	if (!gate)
		return false;
	own = xcalloc((size_t)B, sizeof(*own));
	if (tape_read(t, gate->g, own) == 0)
		for (int i = 0; i < n; i++) {
			if (choice[i].mode == GATE_OWN)
				g[i] = own[B == 1 ? 0 : i];
			else if (choice[i].mode == GATE_HELD)
				g[i] = choice[i].value;
			any |= choice[i].mode != GATE_OFF;
		}
	free(own);
	return any;
}

/* (1,L,D) -> (n,L,D) */
static struct tensor *repeat(struct tape *t, struct tensor *x, int n)
{
	const int64_t dim = n;
	int32_t *zero;
	struct tensor *at;

	if (t->failed || x->dim[0] == n)
		return x;
	zero = xcalloc((size_t)n, sizeof(*zero));
	at = tape_input(t, DT_I32, 1, &dim, zero);
	free(zero);
	return op_gather(t, x, at);
}

struct tensor *umie_mix(struct tape *t, struct tensor *T,
			const struct umie_gate *gate,
			const struct gate_choice *choice, int n, float *used)
{
	const int64_t dim = n;
	struct tensor *M = NULL, *A;
	float *g;

	if (t->failed)
		return NULL;
	if (T->dim[0] != 1 && T->dim[0] != n)
		bug("umie_mix: %d choices for %lld examples", n,
		    (long long)T->dim[0]);
	g = xcalloc((size_t)n, sizeof(*g));
	if (choose(t, gate, choice, n, g)) {
		A = repeat(t, gate->A, n);
		M = op_gate_mix(t, repeat(t, T, n), A,
				tape_input(t, DT_F32, 1, &dim, g));
	} else {
		M = repeat(t, T, n);
	}
	if (used)
		memcpy(used, g, (size_t)n * sizeof(*g));
	free(g);
	return M;
}

struct tensor *umie_logits(struct tape *t, const struct umie *m,
			   struct tensor *M, struct tensor *mask,
			   struct tensor *ids, struct umie_taps *taps)
{
	struct tape_mark mark = tape_mark(t);
	struct tensor *x = op_embed(t, m->shared, ids);

	x = t5_decode(t, &m->decoder, x, M, mask, taps ? &taps->decoder : NULL);
	if (taps)
		taps->dec_final = x;
	x = op_linear(t, x, m->lm_head, NULL);
	if (taps)
		taps->logits = x;
	else
		tape_keep(t, mark, &x, 1);
	return x;
}
