#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cuda/cuda.h"
#include "src/base/mem.h"

/*
 * Steps: calls that come again are one CUDA graph.
 *
 * What a step consists of is written down when it is first computed.  From
 * then on its calls are held back for as long as they are, in everything but
 * the position, those of a step that is known: at the second time they are
 * captured, then launched.  A graph therefore never runs for other addresses
 * or shapes than those it was captured for.  What kernels get beside the
 * tensors (scratch memory, tables, workspace) is kept until the backend is
 * closed, or the graphs are dropped with it.
 */

enum { KNOWN = 16 /* steps */, CHUNK = 64 << 10 };

/* Copies: the tensors of a call may live on the caller's stack. */
struct call {
	struct op_call c;
	struct call *next;
};

struct step {
	struct step *next;
	struct arena memory; /* host; the calls */
	struct call *first, **end;
	cudaGraphExec_t exec; /* NULL: not captured yet */
};

/* Whether this tensor (in, then out) has one more row at each position. */
static bool grows(const struct op_call *c, int i)
{
	return c->p.at_step &&
	       (c->op == OP_ATTENTION ? i == 1 || i == 2 : i == OP_IN);
}

/* Tensor i of a call: in, then out. */
static const struct tensor *tensor_of(const struct op_call *c, int i)
{
	return i < OP_IN ? c->in[i] : c->out[i - OP_IN];
}

static bool same_tensor(const struct tensor *a, const struct tensor *b,
			bool longer)
{
	if (!a || !b)
		return a == b;
	if (a->data != b->data || a->dtype != b->dtype || a->ndim != b->ndim)
		return false;
	for (int i = 0; i < a->ndim; i++)
		if (a->stride[i] != b->stride[i] ||
		    (a->dim[i] != b->dim[i] && !(longer && i == 1)))
			return false;
	return true;
}

static bool same_params(struct op_params a, struct op_params b)
{
	if (a.at_step && b.at_step)
		a.position = b.position = a.q_offset = b.q_offset = 0;
#define DIFFERS(type, name)                                \
	if (memcmp(&a.name, &b.name, sizeof(a.name)) != 0) \
		return false;
	OP_PARAMS(DIFFERS)
#undef DIFFERS
	return true;
}

static bool same_call(const struct op_call *a, const struct op_call *b)
{
	if (a->op != b->op || !same_params(a->p, b->p))
		return false;
	for (int i = 0; i < OP_IN + OP_OUT; i++)
		if (!same_tensor(tensor_of(a, i), tensor_of(b, i), grows(a, i)))
			return false;
	return true;
}

/* A call that counts on the step's position is at that position. */
static void check_place(const struct op_call *c, int position)
{
	bool good = c->op == OP_CACHE_PUT
			? c->p.position == position
			: c->op == OP_ATTENTION && c->p.q_offset == position &&
			      c->in[1]->dim[1] == position + 1;

	if (c->p.at_step && !good)
		bug("cuda: a call is not at the step's position, %d", position);
}

static struct step *step_new(void)
{
	struct step *s = xcalloc(1, sizeof(*s));

	s->memory.chunk_size = CHUNK;
	s->end = &s->first;
	return s;
}

static struct tensor *copy_tensor(struct step *s, const struct tensor *t)
{
	struct tensor *copy;

	if (!t)
		return NULL;
	copy = arena_alloc(&s->memory, sizeof(*copy));
	*copy = *t;
	copy->grad = NULL;
	return copy;
}

static void step_add(struct step *s, const struct op_call *c)
{
	struct call *copy = arena_zalloc(&s->memory, sizeof(*copy));

	copy->c = *c;
	for (int i = 0; i < OP_IN; i++)
		copy->c.in[i] = copy_tensor(s, c->in[i]);
	for (int i = 0; i < OP_OUT; i++)
		copy->c.out[i] = copy_tensor(s, c->out[i]);
	*s->end = copy;
	s->end = &copy->next;
}

/* To be freed when the device is known to be idle: its graph may still run. */
static void step_drop(struct cuda *c, struct step *s)
{
	s->next = c->steps.dropped;
	c->steps.dropped = s;
}

void cuda_steps_sweep(struct cuda *c)
{
	struct step *s = c->steps.dropped, *next;

	for (; s; s = next) {
		next = s->next;
		if (s->exec)
			(void)cudaGraphExecDestroy(s->exec);
		arena_release(&s->memory);
		free(s);
	}
	c->steps.dropped = NULL;
}

void cuda_steps_drop(struct cuda *c)
{
	struct step *s = c->steps.known, *next;

	for (; s; s = next) {
		next = s->next;
		step_drop(c, s);
	}
	c->steps.known = NULL;
}

/* The one used last comes first; one too many goes. */
static void keep(struct cuda *c, struct step *s)
{
	struct step **at = &c->steps.known;

	s->next = c->steps.known;
	c->steps.known = s;
	for (int i = 0; i < KNOWN && *at; i++)
		at = &(*at)->next;
	if (*at) {
		step_drop(c, *at);
		*at = NULL;
	}
}

static void take_out(struct cuda *c, const struct step *s)
{
	struct step **at = &c->steps.known;

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
}

/* Every call on its own from now on; somebody will tell why. */
static void give_up(struct cuda *c, const struct err *why)
{
	struct steps *s = &c->steps;

	cuda_steps_drop(c);
	s->off = true;
	snprintf(s->why, sizeof(s->why), "decoding without CUDA graphs: %s",
		 why->text);
	c->base.remark = s->why;
}

/* Now; `inside` tells copies of the call's own from the caller's. */
static int compute(struct cuda *c, const struct op_call *call, struct err *err)
{
	int rc;

	c->steps.inside = true;
	rc = c->ops[call->op].forward(&c->base, call, err);
	c->steps.inside = false;
	return rc;
}

/* The first n calls of a step (-1: all); written down in `to`, if any. */
static int compute_first(struct cuda *c, const struct step *s, int n,
			 struct step *to, struct err *err)
{
	for (const struct call *k = s->first; k && n != 0; k = k->next, n--) {
		if (compute(c, &k->c, err) < 0)
			return -(int)err->code;
		if (to)
			step_add(to, &k->c);
	}
	return 0;
}

/* Nothing of this runs on the device yet. */
static int capture(struct cuda *c, struct step *s, struct err *err)
{
	cudaGraph_t graph = NULL;
	struct err end;
	int rc;

	if (cuda_check(c,
		       cudaStreamBeginCapture(c->stream,
					      cudaStreamCaptureModeThreadLocal),
		       "cudaStreamBeginCapture", err) < 0)
		return -(int)err->code;
	c->steps.capturing = true;
	rc = compute_first(c, s, -1, NULL, err);
	c->steps.capturing = false;
	if (cuda_check(c, cudaStreamEndCapture(c->stream, &graph),
		       "cudaStreamEndCapture", &end) < 0 &&
	    rc == 0) {
		*err = end;
		rc = -(int)err->code;
	}
	if (rc == 0)
		rc = cuda_check(
		    c, cudaGraphInstantiateWithFlags(&s->exec, graph, 0),
		    "cudaGraphInstantiate", err);
	if (graph)
		(void)cudaGraphDestroy(graph);
	return rc;
}

/* All calls of a step that is known were made again. */
static int launch(struct cuda *c, struct step *s, struct err *err)
{
	struct err why;

	take_out(c, s);
	if ((s->exec || capture(c, s, &why) == 0) &&
	    cuda_check(c, cudaGraphLaunch(s->exec, c->stream),
		       "cudaGraphLaunch", &why) == 0) {
		keep(c, s);
		return 0;
	}
	give_up(c, &why);
	step_drop(c, s); /* its calls can be read until it is swept */
	return compute_first(c, s, -1, NULL, err);
}

/* Where a step goes on that begins with the calls held; NULL: not so. */
static struct call **behind_held(const struct steps *s, struct step *other)
{
	const struct call *held = s->now->first;
	struct call **at = &other->first;

	for (int i = 0; i < s->held; i++, held = held->next) {
		if (!*at || !same_call(&held->c, &(*at)->c))
			return NULL;
		at = &(*at)->next;
	}
	return at;
}

/* Another known step that fits: it goes on with c, or (NULL) ends here. */
static bool find_other(struct steps *s, const struct op_call *c)
{
	struct call **at;

	for (struct step *o = s->known; o; o = o->next) {
		at = behind_held(s, o);
		if (!at || (c ? !*at || !same_call(&(*at)->c, c) : !!*at))
			continue;
		s->now = o;
		s->next = *at;
		return true;
	}
	return false;
}

/* No step that is known: do what was held, and write a new one down. */
static int let_go(struct cuda *c, struct err *err)
{
	const struct step *known = c->steps.now;

	c->steps.holding = false;
	c->steps.now = step_new();
	return compute_first(c, known, c->steps.held, c->steps.now, err);
}

static int step_call(struct backend *be, const struct op_call *call,
		     struct err *err)
{
	struct cuda *c = cuda_of(be);
	struct steps *s = &c->steps;

	check_place(call, s->position);
	if (s->holding) {
		if ((s->next && same_call(&s->next->c, call)) ||
		    find_other(s, call)) {
			s->next = s->next->next;
			s->held++;
			return 0;
		}
		if (let_go(c, err) < 0)
			return -(int)err->code;
	}
	if (compute(c, call, err) < 0)
		return -(int)err->code;
	step_add(s->now, call);
	return 0;
}

/* Kernels read the position where it lies on the device. */
static int put_position(struct cuda *c, int position, struct err *err)
{
	struct steps *s = &c->steps;
	const int32_t value = position;

	if (s->position == position)
		return 0;
	s->position = -1; /* not known while it is copied */
	if (cuda_copy_in(&c->base, s->place, &value, sizeof(value), err) < 0)
		return -(int)err->code;
	s->position = position;
	return 0;
}

int cuda_step_begin(struct backend *be, int position, struct err *err)
{
	static const struct op_impl ops[OP_COUNT] = {
#define HELD(upper, lower) [OP_##upper] = {#lower, step_call, NULL},
	    OPS_TAPED(HELD) OPS_PLAIN(HELD)
#undef HELD
	};
	struct cuda *c = cuda_of(be);
	struct steps *s = &c->steps;

	if (s->open)
		bug("cuda: a step within a step");
	if (s->off)
		return 0;
	if (put_position(c, position, err) < 0)
		return -(int)err->code;
	s->open = true;
	s->held = 0;
	s->holding = s->known != NULL;
	s->now = s->holding ? s->known : step_new();
	s->next = s->now->first;
	s->at = s->place;
	be->ops = ops;
	return 0;
}

/* What is left to do at the end of a step. */
static int finish(struct cuda *c, struct err *err)
{
	struct steps *s = &c->steps;

	if (s->holding && (!s->next || find_other(s, NULL)))
		return launch(c, s->now, err);
	if (s->holding && let_go(c, err) < 0) {
		step_drop(c, s->now);
		return -(int)err->code;
	}
	if (s->now->first)
		keep(c, s->now);
	else
		step_drop(c, s->now);
	return 0;
}

int cuda_step_end(struct backend *be, bool drop, struct err *err)
{
	struct cuda *c = cuda_of(be);
	struct steps *s = &c->steps;
	int rc = 0;

	if (!s->open)
		return 0;
	s->open = false;
	be->ops = c->ops;
	if (!drop)
		rc = finish(c, err);
	else if (!s->holding)
		step_drop(c, s->now);
	s->at = NULL;
	return rc;
}

int cuda_step_interrupt(struct cuda *c, struct err *err)
{
	struct steps *s = &c->steps;

	if (!s->open || s->inside ||
	    (s->holding ? s->held == 0 : !s->now->first))
		return 0;
	return s->holding ? let_go(c, err) : 0;
}

int cuda_steps_open(struct cuda *c, struct err *err)
{
	c->steps.position = -1;
	c->steps.place = cuda_get(&c->base, sizeof(*c->steps.place));
	return c->steps.place
		   ? 0
		   : err_set(err, ERR_DEVICE, "%s: out of memory", c->name);
}

void cuda_steps_close(struct cuda *c)
{
	cuda_steps_drop(c);
	cuda_steps_sweep(c);
}
