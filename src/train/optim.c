#include "src/train/optim.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/heartbeat.h"
#include "src/base/mem.h"
#include "src/tensor/ops.h"
#include "src/train/comm.h"

const struct optim_options OPTIM_DEFAULT = {
    .beta1 = 0.9f,
    .beta2 = 0.999f,
    .eps = 1e-8f,
    .decay = 0.01f,
    .clip = 1.0f,
};

enum {
	UNIT = 16,       /* slices begin at a multiple: no vector is cut */
	PIECE = 4 << 20, /* elements sent at a time for saving */
};

static int no_memory(const struct params *p, size_t n, struct err *err)
{
	return err_set(err, ERR_DEVICE,
		       "%s: out of memory for the optimiser (%zu bytes wanted)",
		       p->be->name, n);
}

static int zeros(struct params *p, int64_t n, struct tensor *t, struct err *err)
{
	n = MAX(n, 1); /* a rank may have nothing to keep */
	*t = tensor_view(NULL, DT_F32, 1, &n);
	t->data = p->be->get(p->be, tensor_bytes(t));
	if (!t->data)
		return no_memory(p, tensor_bytes(t), err);
	return p->be->fill_zero(p->be, t->data, tensor_bytes(t), err);
}

struct optim_slice optim_slice(int64_t n, int rank, int size)
{
	int64_t units = (n + UNIT - 1) / UNIT;
	int64_t each = (units + size - 1) / size * UNIT;

	return (struct optim_slice){MIN(rank * each, n),
				    MIN((rank + 1) * each, n)};
}

static int64_t length(struct optim_slice s)
{
	return s.to - s.from;
}

int optim_init(struct optim *a, struct params *p, const struct optim_options *o,
	       struct comm *comm, struct err *err)
{
	int64_t n = tensor_count(&p->value);

	*a = (struct optim){.params = p, .o = *o, .comm = comm, .own = {0, n}};
	if (comm)
		a->own = optim_slice(n, comm->rank, comm->size);
	if (zeros(p, length(a->own), &a->m, err) < 0 ||
	    zeros(p, length(a->own), &a->v, err) < 0) {
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

void optim_forget(struct optim *a)
{
	for (int k = 0; k < 2; k++) {
		free(a->host[k]);
		a->host[k] = NULL;
	}
}

void optim_release(struct optim *a)
{
	if (!a->params)
		return;
	optim_forget(a);
	give_back(a, &a->m);
	give_back(a, &a->v);
}

/* Elements from … to-1 of the block, in an array that begins at `first`. */
static struct tensor part(const struct tensor *t, int64_t first,
			  struct optim_slice s)
{
	int64_t n = length(s);

	return tensor_view((float *)t->data + (s.from - first), DT_F32, 1, &n);
}

/* AdamW over the own slice of the decayed part of the block, or of the rest. */
static void update(struct optim *a, struct tape *t, bool decayed,
		   struct adamw w)
{
	struct params *p = a->params;
	struct optim_slice s = a->own;
	struct tensor x, g, m, v;

	if (decayed)
		s.to = MIN(s.to, p->n_decayed);
	else
		s.from = MAX(s.from, p->n_decayed);
	if (length(s) <= 0)
		return;
	x = part(&p->value, 0, s);
	g = part(&p->grad, 0, s);
	m = part(&a->m, a->own.from, s);
	v = part(&a->v, a->own.from, s);
	if (!decayed)
		w.decay = 0;
	op_adamw(t, &x, &g, &m, &v, &w);
}

static struct optim_slice slice_of(const struct optim *a, int rank)
{
	return optim_slice(tensor_count(&a->params->value), rank,
			   a->comm->size);
}

/* Everybody gets the slices that the others have updated. */
static int gather(struct optim *a, struct err *err)
{
	int rc = 0;

	for (int r = 0; a->comm && r < a->comm->size && rc == 0; r++) {
		struct optim_slice s = slice_of(a, r);
		struct tensor x = part(&a->params->value, 0, s);

		if (length(s) > 0)
			rc = a->comm->broadcast(a->comm, x.data,
						(size_t)length(s), COMM_F32, r,
						err);
	}
	return rc;
}

/* Elements of the own moments to the host, a piece at a time. */
static int read_own(const struct optim *a, const struct tensor *t, float *host,
		    struct err *err)
{
	struct backend *be = a->params->be;
	struct optim_slice s = a->own, some;
	struct tensor x;

	for (; s.from < s.to; s.from += PIECE) {
		some = (struct optim_slice){s.from, MIN(s.from + PIECE, s.to)};
		x = part(t, a->own.from, some);
		if (be->copy_out(be, host + some.from, x.data, tensor_bytes(&x),
				 err) < 0)
			return -(int)err->code;
		heartbeat(be->heart);
	}
	return 0;
}

/* One piece of rank r's moments, through `room`, to the host of rank 0. */
static int send_piece(const struct optim *a, const struct tensor *t, int r,
		      struct optim_slice s, float *room, float *host,
		      struct err *err)
{
	struct backend *be = a->params->be;
	size_t bytes = (size_t)length(s) * sizeof(*room);
	int rc = 0;

	if (a->comm->rank == r)
		rc = be->move(be, room, part(t, a->own.from, s).data, bytes,
			      err);
	if (rc == 0)
		rc = a->comm->broadcast(a->comm, room, (size_t)length(s),
					COMM_F32, r, err);
	if (rc == 0 && host)
		rc = be->copy_out(be, host + s.from, room, bytes, err);
	return rc;
}

static int read_others(const struct optim *a, const struct tensor *t,
		       float *room, float *host, struct err *err)
{
	int rc = 0;

	for (int r = 1; r < a->comm->size; r++) {
		struct optim_slice s = slice_of(a, r), some;

		for (; s.from < s.to && rc == 0; s.from += PIECE) {
			some = (struct optim_slice){s.from,
						    MIN(s.from + PIECE, s.to)};
			rc = send_piece(a, t, r, some, room, host, err);
		}
	}
	return rc;
}

int optim_collect(struct optim *a, struct err *err)
{
	struct backend *be = a->params->be;
	size_t n = (size_t)tensor_count(&a->params->value);
	const struct tensor *t[2] = {&a->m, &a->v};
	bool shared = a->comm && a->comm->size > 1;
	bool first = !shared || a->comm->rank == 0;
	float *room = NULL;
	int rc = 0;

	optim_forget(a);
	if (shared) {
		room = be->get(be, PIECE * sizeof(*room));
		if (!room)
			return no_memory(a->params, PIECE * sizeof(*room), err);
	}
	for (int k = 0; k < 2 && rc == 0; k++) {
		if (first)
			a->host[k] = xaligned(n * sizeof(float));
		if (first)
			rc = read_own(a, t[k], a->host[k], err);
		if (rc == 0 && shared)
			rc = read_others(a, t[k], room, a->host[k], err);
	}
	if (room)
		be->put(be, room, PIECE * sizeof(*room));
	return rc;
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
	return gather(a, err);
fail:
	*err = t->err;
	return -(int)err->code;
}
