/*
 * A gate that is held while the rest learns.
 *
 * A text model that has learnt at g = 0 is disturbed by any g, and the gate's
 * projections can turn the cosine negative in ten steps.  LeakyReLU twice then
 * leaves a ten-thousandth of the gradient, and the gate never opens again.
 * So for the first steps of a run that begins with nothing the gate is held
 * where the decoder can learn what A is good for, while the square of the
 * distance pulls the model's own value there.
 */
#include <stdlib.h>

#include "src/base/mem.h"
#include "src/model/umie.h"

/* The value held of each example, and its negative; 0 without a picture. */
static void held_values(struct tape *t, const struct umie_batch *b, float hold,
			struct tensor **held, struct tensor **negative)
{
	const int64_t dim = b->B;
	float *g = xcalloc(2 * (size_t)b->B, sizeof(*g)), *minus = g + b->B;

	for (int i = 0; i < b->B; i++) {
		if (umie_real(b->region_mask, i, b->N) == 0)
			continue;
		g[i] = hold;
		minus[i] = -hold;
	}
	*held = tape_input(t, DT_F32, 1, &dim, g);
	*negative = tape_input(t, DT_F32, 1, &dim, minus);
	free(g);
}

/* mean (c - held)^2 over the batch -> (1,1) */
static struct tensor *distance(struct tape *t, struct tensor *c,
			       struct tensor *negative)
{
	const int64_t column[] = {c->dim[0], 1}, rows[] = {1, c->dim[0], 1};
	struct tensor *d = op_add(t, c, negative), *zero;
	float *none = xcalloc((size_t)c->dim[0], sizeof(*none));

	zero = tape_input(t, DT_F32, 2, column, none);
	free(none);
	d = op_gate_mix(t, zero, op_reshape(t, d, 2, column), d);
	return op_mean_rows(t, op_reshape(t, d, 3, rows), NULL);
}

struct tensor *umie_held_memory(struct tape *t, const struct umie *m,
				const struct umie_inputs *in,
				const struct umie_batch *b, float hold,
				struct umie_taps *taps, struct tensor **away)
{
	struct tensor *T = umie_text(t, m, in->ids, in->text_mask, taps);
	struct tensor *Z, *held, *negative;
	struct umie_gate g;

	*away = NULL;
	if (!in->feats || t->failed)
		return T;
	Z = umie_regions(t, m, in->feats, in->boxes, in->region_mask, taps);
	umie_gate(t, m, T, in->text_mask, Z, in->region_mask, false, &g, taps);
	if (t->failed)
		return NULL;
	held_values(t, b, hold, &held, &negative);
	if (t->failed)
		return NULL;
	*away = distance(t, g.c, negative);
	return op_gate_mix(t, T, g.A, held);
}

struct tensor *umie_with_pull(struct tape *t, struct tensor *loss,
			      struct tensor *away, float pull)
{
	const int64_t one[] = {1, 1};

	if (!away || t->failed)
		return loss;
	return op_gate_mix(t, op_reshape(t, loss, 2, one), away,
			   tape_input(t, DT_F32, 1, one, &pull));
}
