#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/model/resnet-internal.h"
#include "src/tensor/backend.h"

enum { ALIGN = 64 }; /* bytes between the starts of two tensors */

/*
 * The block that the folded tensors are put into, one after the other.  All
 * are visited twice: first without memory, only to add up their sizes.
 */
struct folding {
	struct backend *be;
	enum dtype type; /* of matrices and convolutions */
	char *memory;    /* of the backend; NULL: counting */
	size_t at;
	void *staging; /* host memory for the largest; owned */
	size_t largest;
};

/* The next tensor of the block, frozen, not filled. */
static struct tensor next(struct folding *f, enum dtype type,
			  const struct tensor *like)
{
	struct tensor t = tensor_view(NULL, type, like->ndim, like->dim);
	size_t n = tensor_bytes(&t);

	t.frozen = true;
	t.data = f->memory ? f->memory + f->at : NULL;
	f->at += (n + ALIGN - 1) / ALIGN * ALIGN;
	f->largest = MAX(f->largest, n);
	return t;
}

/* Where the host writes what `t` shall hold, and how it gets there. */
static void *host_side(const struct folding *f, const struct tensor *t)
{
	return f->be->host_memory ? t->data : f->staging;
}

static int send(const struct folding *f, const struct tensor *t,
		struct err *err)
{
	if (f->be->host_memory)
		return 0;
	return f->be->copy_in(f->be, t->data, f->staging, tensor_bytes(t), err);
}

/* to[0 … n-1] = scale * from[at …], in the type of `t`. */
static void scale_run(const struct tensor *t, void *to,
		      const struct tensor *from, int64_t at, int64_t n,
		      double scale)
{
	const float *f32 = (const float *)from->data + at;
	float v;

	for (int64_t i = 0; i < n; i++) {
		v = from->dtype == DT_F32 ? f32[i] : tensor_float(from, at + i);
		v = (float)((double)v * scale);
		if (t->dtype == DT_BF16)
			((uint16_t *)to)[at + i] = f32_to_bf16(v);
		else
			((float *)to)[at + i] = v;
	}
}

/* What normalisation multiplies channel o by. */
static double norm_scale(const struct resnet_unit *u, int64_t o)
{
	return (double)tensor_float(u->gamma, o) /
	       sqrt((double)tensor_float(u->var, o) + (double)RESNET_BN_EPS);
}

static int fold_unit(struct folding *f, struct resnet_unit *u, struct err *err)
{
	int64_t O, run;
	double scale;
	void *w;
	float *b;

	u->weight = next(f, f->type, u->conv);
	u->bias = next(f, DT_F32, u->beta);
	if (!f->memory)
		return 0;
	O = u->conv->dim[0];
	run = tensor_count(u->conv) / O;
	w = host_side(f, &u->weight);
	for (int64_t o = 0; o < O; o++) {
		scale = norm_scale(u, o);
		scale_run(&u->weight, w, u->conv, o * run, run, scale);
	}
	if (send(f, &u->weight, err) < 0)
		return -(int)err->code;
	b = host_side(f, &u->bias);
	for (int64_t o = 0; o < O; o++)
		b[o] = (float)((double)tensor_float(u->beta, o) -
			       (double)tensor_float(u->mean, o) *
				   norm_scale(u, o));
	return send(f, &u->bias, err);
}

/* A tensor that is only copied, in another type. */
static int fold_plain(struct folding *f, struct tensor *slot,
		      struct tensor **in_use, enum dtype type, struct err *err)
{
	const struct tensor *from = *in_use;

	*slot = next(f, type, from);
	if (!f->memory)
		return 0;
	scale_run(slot, host_side(f, slot), from, 0, tensor_count(from), 1);
	*in_use = slot;
	return send(f, slot, err);
}

static int fold_attention_pool(struct folding *f, struct resnet *r,
			       struct err *err)
{
	struct tensor *slot = r->pool_folded;

	for (int i = 0; i < POOL_LINEARS; i++) {
		struct resnet_linear *l = &r->pool[i];

		if (fold_plain(f, slot++, &l->weight, f->type, err) < 0 ||
		    fold_plain(f, slot++, &l->bias, DT_F32, err) < 0)
			return -(int)err->code;
	}
	return r->posemb ? fold_plain(f, slot, &r->posemb, DT_F32, err) : 0;
}

static int fold_all(struct folding *f, struct resnet *r, struct err *err)
{
	f->at = 0;
	for (int i = 0; i < r->n_stem; i++)
		if (fold_unit(f, &r->stem[i], err) < 0)
			return -(int)err->code;
	for (int i = 0; i < r->n_blocks; i++) {
		struct resnet_block *b = &r->blocks[i];

		for (int j = 0; j < 3; j++)
			if (fold_unit(f, &b->conv[j], err) < 0)
				return -(int)err->code;
		if (b->has_down && fold_unit(f, &b->down, err) < 0)
			return -(int)err->code;
	}
	return r->cfg.clip ? fold_attention_pool(f, r, err) : 0;
}

int resnet_fold(struct resnet *r, struct backend *be, enum dtype type,
		struct err *err)
{
	struct folding f = {.be = be, .type = type};
	int rc;

	fold_all(&f, r, err);
	f.memory = be->get(be, f.at);
	if (!f.memory)
		return err_set(err, ERR_DEVICE,
			       "%s: out of memory (%zu bytes wanted for the "
			       "image encoder)",
			       be->name, f.at);
	r->be = be;
	r->memory = f.memory;
	r->size = f.at;
	f.staging = be->host_memory ? NULL : xmalloc(f.largest);
	rc = fold_all(&f, r, err);
	free(f.staging);
	r->params = NULL;
	return rc;
}
