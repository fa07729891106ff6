#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/base/heartbeat.h"
#include "src/model/params-internal.h"
#include "src/tensor/backend.h"

enum { ALIGN = 64 }; /* bytes between the starts of two parameters */

static int64_t padded(int64_t n, size_t size)
{
	int64_t unit = (int64_t)(ALIGN / size);

	return (n + unit - 1) / unit * unit;
}

static int no_memory(const struct backend *be, size_t n, struct err *err)
{
	return err_set(err, ERR_DEVICE,
		       "%s: out of memory (%zu bytes wanted for weights)",
		       be->name, n);
}

/* Does this parameter stay outside the flat block, in its own type? */
static bool placed_alone(const struct param *a, bool training)
{
	return !(a->flags & PARAM_DEAD) &&
	       !(training && a->flags & PARAM_TRAINED);
}

static int place(struct params *p, struct backend *be, bool training,
		 struct err *err)
{
	size_t total = 0, at = 0, n;

	for (size_t i = 0; i < p->n; i++)
		if (placed_alone(p->at[i], training)) {
			p->at[i]->t.frozen = true;
			total += (size_t)padded(
			    (int64_t)tensor_bytes(&p->at[i]->t), 1);
		}
	p->be = be;
	if (be->host_memory || total == 0)
		return 0;
	p->block = be->get(be, total);
	if (!p->block)
		return no_memory(be, total, err);
	p->block_size = total;
	for (size_t i = 0; i < p->n; i++) {
		struct tensor *t = &p->at[i]->t;
		void *to = (char *)p->block + at;

		if (!placed_alone(p->at[i], training))
			continue;
		n = tensor_bytes(t);
		if (be->copy_in(be, to, t->data, n, err) < 0)
			return -(int)err->code;
		t->data = to;
		at += (size_t)padded((int64_t)n, 1);
	}
	return 0;
}

int params_place(struct params *p, struct backend *be, struct err *err)
{
	return place(p, be, false, err);
}

/* Offsets of the trained parameters, decayed ones first; the block's length. */
static int64_t lay_out(struct params *p)
{
	int64_t n = 0;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < p->n; i++) {
			struct param *a = p->at[i];
			bool decayed = a->flags & PARAM_DECAYED;

			if (!(a->flags & PARAM_TRAINED) || decayed == pass)
				continue;
			a->offset = n;
			n += padded(tensor_count(&a->t), sizeof(float));
		}
		if (pass == 0)
			p->n_decayed = n;
	}
	return n;
}

static int get_flat(struct backend *be, int64_t n, struct tensor *flat,
		    struct err *err)
{
	*flat = tensor_view(NULL, DT_F32, 1, &n);
	flat->data = be->get(be, tensor_bytes(flat));
	if (!flat->data)
		return no_memory(be, tensor_bytes(flat), err);
	return be->fill_zero(be, flat->data, tensor_bytes(flat), err);
}

/* Widen one parameter into the block and make it a view of it. */
static int move_in(struct params *p, struct param *a, float *wide,
		   struct err *err)
{
	int64_t n = tensor_count(&a->t);
	float *to = (float *)p->value.data + a->offset;
	const float *from = wide;

	if (a->t.dtype == DT_F32)
		from = a->t.data;
	else
		for (int64_t i = 0; i < n; i++)
			wide[i] = tensor_float(&a->t, i);
	if (p->be->copy_in(p->be, to, from, (size_t)n * sizeof(*from), err) < 0)
		return -(int)err->code;
	a->t = tensor_view(to, DT_F32, a->t.ndim, a->t.dim);
	a->grad = tensor_view((float *)p->grad.data + a->offset, DT_F32,
			      a->t.ndim, a->t.dim);
	a->t.needs_grad = true;
	a->t.grad = &a->grad;
	return 0;
}

int params_train(struct params *p, struct backend *be, struct err *err)
{
	int64_t n = lay_out(p), largest = 0;
	float *wide;
	int rc = 0;

	if (place(p, be, true, err) < 0 ||
	    get_flat(be, n, &p->value, err) < 0 ||
	    get_flat(be, n, &p->grad, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < p->n; i++)
		if (p->at[i]->t.dtype != DT_F32)
			largest = MAX(largest, tensor_count(&p->at[i]->t));
	wide = xmalloc((size_t)largest * sizeof(*wide));
	for (size_t i = 0; i < p->n && rc == 0; i++) {
		if (p->at[i]->flags & PARAM_TRAINED) {
			rc = move_in(p, p->at[i], wide, err);
			heartbeat(be->heart);
		}
	}
	free(wide);
	return rc;
}

int params_zero_grad(struct params *p, struct err *err)
{
	return p->be->fill_zero(p->be, p->grad.data, tensor_bytes(&p->grad),
				err);
}
