#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/model/umie.h"

static int check_id(const struct umie *m, int32_t id, const char *what,
		    struct err *err)
{
	if (id >= 0 && id < m->config.vocab)
		return 0;
	return err_set(err, ERR_DATA,
		       "%s has token id %d, expected 0 to %d: the tokenizer "
		       "and the model do not belong together",
		       what, (int)id, m->config.vocab - 1);
}

int umie_real(const uint8_t *mask, int b, int n)
{
	int count = 0;

	if (!mask)
		return n;
	for (int i = 0; i < n; i++)
		count += mask[(size_t)b * (size_t)n + (size_t)i] != 0;
	return count;
}

static int check_labels(const struct umie *m, const struct umie_batch *b,
			struct err *err)
{
	bool any = false;

	for (size_t i = 0; i < (size_t)b->B * (size_t)b->M; i++) {
		if (b->labels[i] == LABEL_IGNORED)
			continue;
		any = true;
		if (check_id(m, b->labels[i], "the answer", err) < 0)
			return -(int)err->code;
	}
	if (!any)
		return err_set(err, ERR_DATA,
			       "the batch has no answer token to learn from");
	return 0;
}

int umie_check(const struct umie *m, const struct umie_batch *b,
	       struct err *err)
{
	if (b->B < 1 || b->L < 1 || b->N < 0 || b->M < 0)
		return err_set(err, ERR_DATA, "an example has no text");
	if (b->N > m->config.vocab)
		return err_set(err, ERR_DATA,
			       "%d regions are more than the vocabulary's %d "
			       "rows",
			       b->N, m->config.vocab);
	for (size_t i = 0; i < (size_t)b->B * (size_t)b->L; i++)
		if (check_id(m, b->ids[i], "the text", err) < 0)
			return -(int)err->code;
	for (int i = 0; i < b->B; i++) {
		if (umie_real(b->text_mask, i, b->L) == 0)
			return err_set(err, ERR_DATA,
				       "example %d of the batch has no text",
				       i + 1);
		if (!m->config.mask_padding && b->N > 0 &&
		    umie_real(b->region_mask, i, b->N) == 0)
			return err_set(err, ERR_DATA,
				       "example %d of the batch has no picture "
				       "and others have one: this checkpoint "
				       "does not mask padding, so they cannot "
				       "share a batch",
				       i + 1);
	}
	return b->M ? check_labels(m, b, err) : 0;
}

/* NULL when every entry is real. */
static struct tensor *mask_input(struct tape *t, const uint8_t *mask, int B,
				 int n)
{
	const int64_t dim[] = {B, n};

	if (!mask || n == 0 || !memchr(mask, 0, (size_t)B * (size_t)n))
		return NULL;
	return tape_input(t, DT_U8, 2, dim, mask);
}

/* Boxes with their area, signed as it comes. */
static struct tensor *box_input(struct tape *t, const float *boxes, int B,
				int N)
{
	const int64_t dim[] = {B, N, 5};
	size_t n = (size_t)B * (size_t)N;
	float *five = xmalloc(n * 5 * sizeof(*five));
	struct tensor *x;

	for (size_t i = 0; i < n; i++) {
		const float *b = boxes + 4 * i;

		memcpy(five + 5 * i, b, 4 * sizeof(*b));
		five[5 * i + 4] = (b[3] - b[1]) * (b[2] - b[0]);
	}
	x = tape_input(t, DT_F32, 3, dim, five);
	free(five);
	return x;
}

/* What the decoder reads while it should write `labels`. */
static struct tensor *shifted(struct tape *t, const int32_t *labels, int B,
			      int M)
{
	const int64_t dim[] = {B, M};
	int32_t *ids = xmalloc((size_t)B * (size_t)M * sizeof(*ids));
	struct tensor *x;

	for (int b = 0; b < B; b++)
		for (int i = 0; i < M; i++) {
			size_t at = (size_t)b * (size_t)M + (size_t)i;
			int32_t before = i ? labels[at - 1] : T5_START;

			ids[at] = before == LABEL_IGNORED ? T5_PAD : before;
		}
	x = tape_input(t, DT_I32, 2, dim, ids);
	free(ids);
	return x;
}

void umie_upload(struct tape *t, const struct umie_batch *b, int feat_dim,
		 struct umie_inputs *in)
{
	const int64_t text[] = {b->B, b->L}, answer[] = {b->B, b->M};
	const int64_t feats[] = {b->B, b->N, feat_dim};

	*in = (struct umie_inputs){0};
	in->ids = tape_input(t, DT_I32, 2, text, b->ids);
	in->text_mask = mask_input(t, b->text_mask, b->B, b->L);
	if (b->N > 0) {
		in->feats = b->feats_on_tape
				? b->feats_on_tape
				: tape_input(t, DT_F32, 3, feats, b->feats);
		in->boxes = box_input(t, b->boxes, b->B, b->N);
		in->region_mask = mask_input(t, b->region_mask, b->B, b->N);
	}
	if (b->M > 0) {
		in->dec_ids = shifted(t, b->labels, b->B, b->M);
		in->labels = tape_input(t, DT_I32, 2, answer, b->labels);
	}
}

struct tensor *umie_memory(struct tape *t, const struct umie *m,
			   const struct umie_inputs *in, struct umie_taps *taps)
{
	struct tensor *T = umie_text(t, m, in->ids, in->text_mask, taps);
	struct tensor *Z, *M = T;
	struct umie_gate g;

	if (in->feats) {
		Z = umie_regions(t, m, in->feats, in->boxes, in->region_mask,
				 taps);
		umie_gate(t, m, T, in->text_mask, Z, in->region_mask, false, &g,
			  taps);
		M = op_gate_mix(t, T, g.A, g.g);
	}
	if (taps)
		taps->M = M;
	return M;
}

struct tensor *umie_loss(struct tape *t, const struct umie *m,
			 const struct umie_batch *b, float smoothing,
			 const struct gate_lesson *lesson,
			 struct umie_taps *taps)
{
	struct umie_inputs in;
	struct tensor *M, *logits, *loss, *away = NULL;

	if (t->failed)
		return NULL;
	if (umie_check(m, b, &t->err) < 0) {
		t->failed = true;
		return NULL;
	}
	umie_upload(t, b, m->config.feat_dim, &in);
	M = lesson ? umie_held_memory(t, m, &in, b, lesson->hold, taps, &away)
		   : umie_memory(t, m, &in, taps);
	logits = umie_logits(t, m, M, in.text_mask, in.dec_ids, taps);
	loss = op_cross_entropy(t, logits, in.labels, smoothing,
				taps ? &taps->nll : NULL);
	return lesson ? umie_with_pull(t, loss, away, lesson->pull) : loss;
}
