#include "src/train/account.h"

#include <stdlib.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/model/umie.h"
#include "src/tensor/meta.h"
#include "src/train/optim.h"

static void freeze(struct params *p, const struct account_options *o)
{
	params_freeze(p, o->freeze);
	for (size_t i = 0; i < p->n; i++)
		if (!(p->at[i]->flags & PARAM_TRAINED))
			p->at[i]->t.dtype = o->frozen_type;
}

/* A batch in which everything is as long as it may be. */
static struct umie_batch full_batch(const struct account_options *o,
				    struct arena *memory)
{
	size_t B = (size_t)o->batch, ids = B * (size_t)o->tokens;
	size_t labels = B * (size_t)o->answer;
	int32_t *label = arena_alloc(memory, labels * sizeof(*label));

	for (size_t i = 0; i < labels; i++)
		label[i] = T5_EOS;
	return (struct umie_batch){
	    .B = o->batch,
	    .L = o->tokens,
	    .N = o->regions,
	    .M = o->answer,
	    .ids = arena_zalloc(memory, ids * sizeof(int32_t)),
	    .boxes = arena_zalloc(memory,
				  B * (size_t)o->regions * 4 * sizeof(float)),
	    .labels = label,
	};
}

/* What the tape of one step holds in the end. */
static int step_bytes(const struct umie *m, struct backend *be,
		      const struct account_options *o, size_t *out,
		      struct err *err)
{
	struct arena memory = {0};
	struct umie_batch b = full_batch(o, &memory);
	struct tensor *loss;
	struct tape t;
	int rc;

	tape_init(&t, be);
	t.recording = true;
	t.recompute = o->recompute;
	t.drop = 0.1f;
	loss = umie_loss(&t, m, &b, 0.1f, NULL, NULL);
	if (!t.failed)
		tape_backward(&t, loss, NULL);
	*out = t.data.total;
	rc = t.failed ? -(int)t.err.code : 0;
	if (rc < 0)
		*err = t.err;
	tape_release(&t);
	arena_release(&memory);
	return rc;
}

static int count(struct params *p, const struct umie *m, struct backend *be,
		 const struct account_options *o, struct account *out,
		 struct err *err)
{
	int64_t n;

	out->parameters = params_count(p, false);
	out->trained = params_count(p, true);
	if (params_train(p, be, err) < 0)
		return -(int)err->code;
	out->gradients = tensor_bytes(&p->grad);
	out->weights = meta_held(be) - out->gradients;
	n = tensor_count(&p->value);
	n = optim_slice(n, 0, o->ranks).to;
	out->moments = 2 * sizeof(float) * (size_t)n;
	return step_bytes(m, be, o, &out->activations, err);
}

size_t account_sum(const struct account *a)
{
	return a->weights + a->gradients + a->moments + a->activations;
}

int account_make(const struct config *c, const struct account_options *o,
		 struct account *out, struct err *err)
{
	struct backend *be = meta_backend_open(!o->keeps_attention);
	struct params p = {0};
	struct umie m = {0};
	int rc;

	*out = (struct account){0};
	umie_init(&m, c, &p);
	freeze(&p, o);
	rc = count(&p, &m, be, o, out, err);
	umie_release(&m);
	params_release(&p);
	be->close(be);
	return rc;
}
