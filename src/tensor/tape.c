#include "src/tensor/tape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/heartbeat.h"

static void *source_get(void *context, size_t n)
{
	struct backend *be = context;

	return be->get(be, n);
}

static void source_put(void *context, void *p, size_t n)
{
	struct backend *be = context;

	be->put(be, p, n);
}

void tape_init(struct tape *t, struct backend *be)
{
	*t = (struct tape){.be = be};
	t->source = (struct arena_source){source_get, source_put, be};
	t->data.source = &t->source;
	t->data.chunk_size = (size_t)16 << 20;
}

void tape_reset(struct tape *t)
{
	arena_settle(&t->host);
	arena_settle(&t->data);
	t->n_calls = 0;
	t->failed = false;
	t->err.code = ERR_NONE;
}

void tape_release(struct tape *t)
{
	arena_release(&t->host);
	arena_release(&t->data);
	free(t->entry);
	t->entry = NULL;
	t->n_calls = t->cap_calls = 0;
}

void tape_fail(struct tape *t, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	if (t->failed)
		return;
	t->failed = true;
	t->err.code = code;
	va_start(ap, fmt);
	vsnprintf(t->err.text, sizeof(t->err.text), fmt, ap);
	va_end(ap);
}

struct tensor *tape_new(struct tape *t, enum dtype d, int ndim,
			const int64_t *dim)
{
	struct tensor *x;

	if (t->failed)
		return NULL;
	x = arena_zalloc(&t->host, sizeof(*x));
	*x = tensor_view(NULL, d, ndim, dim);
	x->data = arena_alloc(&t->data, tensor_bytes(x));
	if (!x->data) {
		tape_fail(t, ERR_DEVICE, "%s: out of memory (%zu bytes wanted)",
			  t->be->name, tensor_bytes(x));
		return NULL;
	}
	return x;
}

struct tensor *tape_input(struct tape *t, enum dtype d, int ndim,
			  const int64_t *dim, const void *host)
{
	struct tensor *x = tape_new(t, d, ndim, dim);

	if (x &&
	    t->be->copy_in(t->be, x->data, host, tensor_bytes(x), &t->err) < 0)
		t->failed = true;
	return t->failed ? NULL : x;
}

int tape_read(struct tape *t, const struct tensor *x, void *host)
{
	if (!t->failed &&
	    t->be->copy_out(t->be, host, x->data, tensor_bytes(x), &t->err) < 0)
		t->failed = true;
	return t->failed ? -(int)t->err.code : 0;
}

int tape_read_all(struct tape *t, const struct tape_read *r, int n)
{
	struct device_read all[TAPE_READS];

	if (t->failed)
		return -(int)t->err.code;
	if (n > TAPE_READS)
		bug("tape: %d tensors are read at once", n);
	for (int i = 0; i < n; i++)
		all[i] = (struct device_read){r[i].host, r[i].x->data,
					      tensor_bytes(r[i].x)};
	if (t->be->copy_out_all(t->be, all, n, &t->err) < 0)
		t->failed = true;
	return t->failed ? -(int)t->err.code : 0;
}

void tape_step_begin(struct tape *t, int position)
{
	if (t->failed || !t->be->step_begin)
		return;
	t->in_step = true;
	if (t->be->step_begin(t->be, position, &t->err) < 0)
		t->failed = true;
}

void tape_step_end(struct tape *t)
{
	bool failed = t->failed;
	struct err err;

	if (!t->in_step)
		return;
	t->in_step = false;
	if (t->be->step_end(t->be, failed, &err) == 0 || failed)
		return;
	t->failed = true;
	t->err = err;
}

struct tape_mark tape_mark(const struct tape *t)
{
	return (struct tape_mark){arena_mark(&t->host), arena_mark(&t->data)};
}

void tape_keep(struct tape *t, struct tape_mark m, struct tensor **keep, int n)
{
	struct tensor old[TAPE_KEEP];
	size_t size;

	if (t->recording || t->failed)
		return;
	for (int i = 0; i < n; i++)
		if (keep[i])
			old[i] = *keep[i];
	arena_reset_to(&t->host, m.host);
	arena_reset_to(&t->data, m.data);
	for (int i = 0; i < n; i++) {
		if (!keep[i])
			continue;
		size = tensor_bytes(&old[i]);
		keep[i] = arena_alloc(&t->host, sizeof(old[i]));
		*keep[i] = old[i];
		/* Never past its old place: the arena was there before. */
		keep[i]->data = arena_alloc(&t->data, size);
		if (t->be->move(t->be, keep[i]->data, old[i].data, size,
				&t->err) < 0)
			t->failed = true;
	}
}

static bool wants_grad(const struct op_call *c)
{
	for (int i = 0; i < OP_IN; i++)
		if (c->in[i] && c->in[i]->needs_grad)
			return true;
	return false;
}

static void push(struct tape *t, struct tape_entry e)
{
	t->entry =
	    xgrow(t->entry, t->n_calls, &t->cap_calls, sizeof(*t->entry));
	t->entry[t->n_calls++] = e;
}

static void remember(struct tape *t, const struct op_call *c)
{
	struct op_call *copy = arena_alloc(&t->host, sizeof(*copy));

	*copy = *c;
	push(t, (struct tape_entry){.call = copy});
	for (int i = 0; i < OP_OUT; i++)
		if (c->out[i])
			c->out[i]->needs_grad = true;
}

/* Only leaves have a gradient before anything is replayed. */
static void tell_used(const struct tape *t, const struct op_call *c)
{
	const struct tape_watch *w = t->watch;

	for (int i = 0; i < OP_IN && w; i++)
		if (c->in[i] && c->in[i]->needs_grad && c->in[i]->grad)
			w->used(w->context, c->in[i], t->n_calls);
}

/* Between two calls: somebody may wait, or may not wait any longer. */
static bool between(struct tape *t)
{
	if (t->failed)
		return false;
	heartbeat(t->be->heart);
	if (t->cancel && atomic_load_explicit(t->cancel, memory_order_relaxed))
		tape_fail(t, ERR_CANCELLED, "cancelled");
	return !t->failed;
}

void tape_run(struct tape *t, const struct op_call *c)
{
	if (!between(t))
		return;
	if (t->be->ops[c->op].forward(t->be, c, &t->err) < 0) {
		t->failed = true;
		return;
	}
	tell_used(t, c);
	if (!t->be->ops[c->op].backward || !wants_grad(c))
		return;
	t->wanted = true;
	if (t->recording)
		remember(t, c);
}

/* A layer whose calls are not remembered, only how to make them. */
struct layer_call {
	tape_layer *run;
	const void *context;
	struct tensor *in[LAYER_IN], *out;
	struct rng_key key;
};

struct tensor *tape_run_layer(struct tape *t, tape_layer *run,
			      const void *context, struct tensor *const *in,
			      int n)
{
	struct layer_call *c;
	struct tape_mark mark;
	struct tensor *y;

	if (t->failed)
		return NULL;
	if (!t->recording || !t->recompute)
		return run(t, context, in);
	c = arena_zalloc(&t->host, sizeof(*c));
	*c = (struct layer_call){.run = run, .context = context, .key = t->key};
	for (int i = 0; i < n; i++)
		c->in[i] = in[i];
	mark = tape_mark(t);
	t->recording = t->wanted = false;
	y = run(t, context, in);
	tape_keep(t, mark, &y, 1);
	t->recording = true;
	if (t->failed)
		return NULL;
	y->needs_grad = t->wanted;
	c->out = y;
	if (t->wanted)
		push(t, (struct tape_entry){.layer = c});
	return y;
}

/* A zeroed gradient for x in the step arena. */
static int need_grad(struct tape *t, struct tensor *x)
{
	if (x->grad)
		return 0;
	x->grad = tape_new(t, DT_F32, x->ndim, x->dim);
	if (!x->grad)
		return -1;
	if (t->be->fill_zero(t->be, x->grad->data, tensor_bytes(x->grad),
			     &t->err) < 0)
		t->failed = true;
	return t->failed ? -1 : 0;
}

static int need_all(struct tape *t, struct tensor *const *in, int n)
{
	for (int i = 0; i < n; i++)
		if (in[i] && in[i]->needs_grad && need_grad(t, in[i]) < 0)
			return -1;
	return 0;
}

static void backward_call(struct tape *t, const struct op_call *c)
{
	bool any = false;

	for (int i = 0; i < OP_OUT; i++)
		any |= c->out[i] && c->out[i]->grad;
	if (!any || need_all(t, c->in, OP_IN) < 0)
		return;
	if (t->be->ops[c->op].backward(t->be, c, &t->err) < 0)
		t->failed = true;
}

static void backward_to(struct tape *t, size_t first);

/* Gradients of the inputs outlive the layer, all else dies with it. */
static void backward_layer(struct tape *t, const struct layer_call *c)
{
	size_t first = t->n_calls;
	struct rng_key key = t->key;
	struct tape_mark mark;
	struct tensor *y;

	if (!c->out->grad || need_all(t, c->in, LAYER_IN) < 0)
		return;
	mark = tape_mark(t);
	t->key = c->key;
	y = c->run(t, c->context, c->in);
	t->key = key;
	if (t->failed)
		return;
	y->grad = c->out->grad;
	backward_to(t, first);
	t->n_calls = first;
	arena_reset_to(&t->host, mark.host);
	arena_reset_to(&t->data, mark.data);
}

static void tell_replayed(struct tape *t, size_t call)
{
	const struct tape_watch *w = t->watch;

	if (w && !t->failed && w->replayed(w->context, call, &t->err) < 0)
		t->failed = true;
}

/* The entries from the last to `first`. */
static void backward_to(struct tape *t, size_t first)
{
	for (size_t i = t->n_calls; i-- > first && between(t);) {
		struct tape_entry e = t->entry[i];

		if (e.layer)
			backward_layer(t, e.layer);
		else
			backward_call(t, e.call);
		tell_replayed(t, i);
	}
}

int tape_backward(struct tape *t, struct tensor *out, const struct tensor *seed)
{
	static const float one = 1;

	if (t->failed || need_grad(t, out) < 0)
		return -(int)t->err.code;
	if (seed ? t->be->move(t->be, out->grad->data, seed->data,
			       tensor_bytes(seed), &t->err) < 0
		 : t->be->copy_in(t->be, out->grad->data, &one, sizeof(one),
				  &t->err) < 0)
		t->failed = true;
	backward_to(t, 0);
	return t->failed ? -(int)t->err.code : 0;
}
