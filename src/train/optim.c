#include "src/train/optim.h"

#include <math.h>

#include "src/base/mem.h"
#include "src/tensor/ops.h"

const struct optim_options OPTIM_DEFAULT = {
    .beta1 = 0.9f,
    .beta2 = 0.999f,
    .eps = 1e-8f,
    .decay = 0.01f,
    .clip = 1.0f,
};

static int zeros(struct params *p, struct tensor *t, struct err *err)
{
	*t = p->value;
	t->grad = NULL;
	t->data = p->be->get(p->be, tensor_bytes(t));
	if (!t->data)
		return err_set(err, ERR_DEVICE,
			       "%s: out of memory for the optimiser (%zu "
			       "bytes wanted)",
			       p->be->name, tensor_bytes(t));
	return p->be->fill_zero(p->be, t->data, tensor_bytes(t), err);
}

int optim_init(struct optim *a, struct params *p, const struct optim_options *o,
	       struct err *err)
{
	*a = (struct optim){.params = p, .o = *o};
	if (zeros(p, &a->m, err) < 0 || zeros(p, &a->v, err) < 0) {
		optim_release(a);
		return -(int)err->code;
	}
	return 0;
}

static void give_back(struct optim *a, struct tensor *t)
{
	if (t->data)
		a->params->be->put(a->params->be, t->data, tensor_bytes(t));
	t->data = NULL;
}

void optim_release(struct optim *a)
{
	if (!a->params)
		return;
	give_back(a, &a->m);
	give_back(a, &a->v);
}

/* AdamW over the decayed part of the block, or over the rest. */
static void update(struct optim *a, struct tape *t, bool decayed,
		   struct adamw w)
{
	struct params *p = a->params;
	struct tensor x = params_run(p, &p->value, decayed);
	struct tensor g = params_run(p, &p->grad, decayed);
	struct tensor m = params_run(p, &a->m, decayed);
	struct tensor v = params_run(p, &a->v, decayed);

	if (!decayed)
		w.decay = 0;
	if (tensor_count(&x) > 0)
		op_adamw(t, &x, &g, &m, &v, &w);
}

int optim_step(struct optim *a, struct tape *t, double lr, double *norm,
	       struct err *err)
{
	double sum = 0, scale = 1;
	struct adamw w;

	if (op_sum_squares(t, &a->params->grad, &sum) < 0)
		goto fail;
	*norm = sqrt(sum);
	if (!isfinite(*norm))
		return err_set(err, ERR_FAILED,
			       "step %lld: the gradient is not finite; try a "
			       "lower learning rate",
			       (long long)a->step + 1);
	if (a->o.clip > 0)
		scale = MIN(1.0, a->o.clip / (*norm + 1e-6));
	w = (struct adamw){
	    .lr = (float)lr,
	    .beta1 = a->o.beta1,
	    .beta2 = a->o.beta2,
	    .eps = a->o.eps,
	    .decay = a->o.decay,
	    .grad_scale = (float)scale,
	    .step = a->step + 1,
	};
	update(a, t, true, w);
	update(a, t, false, w);
	if (t->failed)
		goto fail;
	a->step++;
	return 0;
fail:
	*err = t->err;
	return -(int)err->code;
}
