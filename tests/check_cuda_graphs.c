/*
 * A token on the device is one CUDA graph: the answers are, to the bit, those
 * of calls made one by one, a graph is never used for anything but what it was
 * captured for, and where it cannot be had decoding goes on without and says
 * so.
 */
#include <cuda_runtime_api.h>

#include "src/tensor/backend-plugin.h"
#include "src/tensor/ops.h"
#include "tests/cudaemu/control.h"
#include "tests/small_model.h"
#include "tests/tap.h"

extern const struct backend_plugin umie_backend_plugin;

/* Two growths of the cache; answers that end early are taken out of it. */
enum { LONG = 34, SHORT = 9, SEED = 151 };

/* How an answer is written. */
struct manner {
	const char *name;
	int beams, length, inputs;
	bool attention, run_on;
};
static const struct manner manners[] = {
    {"greedy", 1, LONG, B, false, false},
    {"one row, with attention", 1, SHORT, 1, true, true},
    {"2 beams of one input", 2, LONG, 1, false, false},
    {"3 beams", 3, SHORT, B, false, false},
};
enum { MANNERS = ARRAY_LEN(manners) };

/* What was written, to the bit. */
struct answer {
	int n[B];
	int32_t ids[B][LONG];
	float logprob[B][LONG];
	double sum[B];
	float attention[SHORT][L];
};

static struct backend *device(bool eager)
{
	struct device_options o = {.eager = eager};
	struct err err = {0};
	struct backend *be = umie_backend_plugin.open(&o, &err);

	if (!be)
		bug("%s", err.text);
	return be;
}

/* A model of random weights, of this seed. */
static void world_of(struct world *w, struct backend *be, uint64_t seed)
{
	struct err err = {0};

	*w = (struct world){.be = be};
	umie_init(&w->m, &small, &w->params);
	params_init(&w->params, seed);
	if (params_place(&w->params, be, &err) < 0)
		bug("%s", err.text);
	generator_init(&w->d, &w->m, be);
	tape_init(&w->t, be);
}

static void world_on(struct world *w, struct backend *be)
{
	world_of(w, be, SEED);
}

/* The same without the backend, which goes on. */
static void world_leave(struct world *w)
{
	generator_release(&w->d);
	tape_release(&w->t);
	arena_release(&w->memory);
	umie_release(&w->m);
	params_release(&w->params);
}

static void keep(const struct decoded *out, const struct manner *m,
		 struct answer *a)
{
	for (int b = 0; b < m->inputs; b++) {
		const struct hypothesis *h = out[b].h;

		a->n[b] = h->n;
		a->sum[b] = h->sum;
		memcpy(a->ids[b], h->ids, (size_t)h->n * sizeof(*h->ids));
		memcpy(a->logprob[b], h->logprob,
		       (size_t)(h->n - 1) * sizeof(*h->logprob));
	}
	if (m->attention)
		memcpy(a->attention, out->h->attention,
		       (size_t)(out->h->n - 1) * L * sizeof(float));
}

static int answer(struct world *w, const struct manner *m, struct answer *a,
		  struct err *err)
{
	struct decode_options o = {.max_length = m->length,
				   .beams = m->beams,
				   .attention = m->attention,
				   .run_on = m->run_on};
	struct decoded out[B];
	struct umie_inputs up;
	struct umie_batch b;
	struct inputs in;
	struct tensor *M;
	int rc;

	memset(a, 0, sizeof(*a));
	inputs_make(&in);
	b = m->inputs == B ? whole(&in) : alone(&in, 0);
	encode(w, &b, &up, &M);
	if (w->t.failed) {
		*err = w->t.err;
		return -(int)err->code;
	}
	arena_reset(&w->memory);
	rc = generator_run(&w->d, M, m->inputs == B ? up.text_mask : NULL, &o,
			   &w->memory, out, err);
	if (rc == 0)
		keep(out, m, a);
	return rc;
}

static bool same(const struct answer *a, const struct answer *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* An answer that is `want` to the bit, without an error. */
static bool gives(struct world *w, const struct manner *m,
		  const struct answer *want)
{
	struct err err = {0};
	struct answer got;

	if (answer(w, m, &got, &err) < 0) {
		diag("%s", err.text);
		return false;
	}
	return same(&got, want);
}

static long graphs(void)
{
	return cudaemu_calls_of("cudaGraphLaunch");
}

static long launches(void)
{
	return cudaemu_calls_of("cudaLaunchKernel") +
	       cudaemu_calls_of("cublasLtMatmul");
}

static long waits(void)
{
	return cudaemu_calls_of("cudaStreamSynchronize");
}

/* First twice each, so that graphs are met again with others between. */
static void check_orders(const struct answer *want)
{
	static const char *const orders[] = {"fwd", "rev", "rand:3"};
	long before;
	struct world w;

	for (int i = 0; i < 6; i++) {
		cudaemu_set_order(orders[i / 2]);
		cudaemu_set_lazy(i % 2);
		world_on(&w, device(false));
		before = graphs();
		for (int j = 0; j < (i ? 1 : 2) * MANNERS; j++)
			ok(gives(&w, &manners[j % MANNERS], &want[j % MANNERS]),
			   "%s, as without graphs (%s, %s)",
			   manners[j % MANNERS].name, orders[i / 2],
			   i % 2 ? "lazy" : "eager");
		ok(graphs() - before > LONG + 3 * SHORT,
		   "%ld steps were graphs", graphs() - before);
		ok(!w.be->remark, "and nobody has to be told anything");
		world_release(&w);
	}
	cudaemu_set_order("fwd");
	cudaemu_set_lazy(false);
}

/* What the host does for each further token of a warm answer. */
struct cost {
	double launches, graphs, waits;
};

static struct cost cost_of(bool eager)
{
	const struct manner few = {"", 1, 4, 1, false, true};
	const struct manner many = {"", 1, 14, 1, false, true};
	const struct manner *m[] = {&few, &many};
	struct err err = {0};
	struct cost at[2];
	struct answer a;
	struct world w;

	world_on(&w, device(eager));
	for (int i = 0; i < 4; i++) {
		at[i % 2] = (struct cost){-(double)launches(),
					  -(double)graphs(), -(double)waits()};
		if (answer(&w, m[i % 2], &a, &err) < 0)
			bug("%s", err.text);
		at[i % 2].launches += (double)launches();
		at[i % 2].graphs += (double)graphs();
		at[i % 2].waits += (double)waits();
	}
	world_release(&w);
	return (struct cost){(at[1].launches - at[0].launches) / 10,
			     (at[1].graphs - at[0].graphs) / 10,
			     (at[1].waits - at[0].waits) / 10};
}

static void check_cost(void)
{
	struct cost eager = cost_of(true), graph = cost_of(false);

	/* embedding, 17 for each layer, norm, logits, k best */
	ok(eager.launches == 4 + 17 * small.dec_layers,
	   "without graphs a token is %.1f launches", eager.launches);
	ok(graph.launches == 0 && graph.graphs == 1,
	   "with them it is %.1f and %.1f of a graph", graph.launches,
	   graph.graphs);
	ok(eager.waits == 1 && graph.waits == 1,
	   "and the host waits once either way");
}

/* More kinds of steps than are kept; none is left behind. */
static void check_many(void)
{
	struct world w, plain;
	struct err err = {0};
	bool good = true;
	struct answer want;
	long most = 0, objects;

	world_on(&plain, device(true));
	objects = cudaemu_objects();
	world_on(&w, device(false));
	for (int beams = 1; beams <= 8; beams++) {
		const struct manner m = {"", beams, 6, 1, false, false};

		if (answer(&plain, &m, &want, &err) < 0)
			bug("%s", err.text);
		good = good && gives(&w, &m, &want) && gives(&w, &m, &want);
		most = MAX(most, cudaemu_objects() - 2 * objects);
	}
	ok(good, "one to eight beams: as without graphs");
	ok(most > 8 && most <= 17, "at most %ld graphs are kept", most);
	world_release(&w);
	world_release(&plain);
	ok(cudaemu_objects() == 0, "and none is left when all is closed");
}

/* Weights that change take the graphs with them. */
static void check_forget(const struct answer *want)
{
	long graph, launch;
	struct world w;

	world_on(&w, device(false));
	gives(&w, &manners[1], &want[1]);
	gives(&w, &manners[1], &want[1]);
	w.be->forget(w.be);
	graph = cudaemu_calls_of("cudaGraphInstantiateWithFlags");
	launch = launches();
	ok(gives(&w, &manners[1], &want[1]) && launches() - launch > 40 &&
	       cudaemu_calls_of("cudaGraphInstantiateWithFlags") - graph == 1,
	   "after the backend forgot, a graph is captured anew");
	world_release(&w);
}

/* Other weights where those of the first model lay, and back. */
static void check_other_model(const struct answer *want)
{
	struct backend *be = device(false);
	struct err err = {0};
	struct answer other;
	struct world w;

	world_of(&w, device(true), SEED + 1);
	if (answer(&w, &manners[1], &other, &err) < 0)
		bug("%s", err.text);
	world_release(&w);
	ok(!same(&other, &want[1]), "another model answers otherwise");
	for (int i = 0; i < 4; i++) {
		world_of(&w, be, SEED + i % 2);
		ok(gives(&w, &manners[1], i % 2 ? &other : &want[1]),
		   "model %d of the same device", i % 2);
		if (i < 3)
			world_leave(&w);
	}
	world_release(&w);
}

/* Whatever call of a graph fails: the same answer, and a remark, once. */
static void check_fallback(const struct answer *want)
{
	static const char *const calls[] = {
	    "cudaStreamBeginCapture", "cudaStreamEndCapture",
	    "cudaGraphInstantiateWithFlags", "cudaGraphLaunch"};
	long tried;
	struct world w;

	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		world_on(&w, device(false));
		cudaemu_fail_next(calls[i]);
		ok(gives(&w, &manners[1], &want[1]),
		   "%s fails: the same answer", calls[i]);
		ok(w.be->remark && strstr(w.be->remark, "without CUDA graphs"),
		   "%s", w.be->remark ? w.be->remark : "no remark");
		w.be->remark = NULL;
		tried = graphs() + cudaemu_calls_of("cudaStreamBeginCapture");
		ok(gives(&w, &manners[1], &want[1]) && !w.be->remark &&
		       graphs() + cudaemu_calls_of("cudaStreamBeginCapture") ==
			   tried,
		   "it is not tried again and not told again");
		world_release(&w);
		ok(cudaemu_objects() == 0 && cudaemu_device_bytes() == 0,
		   "and nothing is left");
	}
}

int main(void)
{
	struct answer want[MANNERS];
	struct err err = {0};
	struct world w;

	world_on(&w, device(true));
	for (int i = 0; i < MANNERS; i++)
		ok(answer(&w, &manners[i], &want[i], &err) == 0,
		   "%s: an answer without graphs %s", manners[i].name,
		   err.text);
	world_release(&w);
	ok(graphs() == 0, "without graphs there is none");
	check_cost();
	check_forget(want);
	check_other_model(want);
	check_fallback(want);
	check_many();
	check_orders(want);
	return tap_done();
}
