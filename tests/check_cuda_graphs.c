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

	/* embedding, 20 for each layer, norm, logits, k best */
	ok(eager.launches == 4 + 20 * small.dec_layers,
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

/* Two numbers, added up by a step of n calls; mixed: with copies in it. */
static float sum_step(struct tape *t, int n, bool mixed)
{
	const int64_t one = 1;
	const float two = 2;
	float sum = -1;
	struct tensor *a, *b;

	tape_reset(t);
	a = tape_input(t, DT_F32, 1, &one, &two);
	b = tape_input(t, DT_F32, 1, &one, &two);
	tape_step_begin(t, 0);
	for (int i = 0; i < n; i++) {
		a = op_add(t, a, b);
		if (mixed)
			b = tape_input(t, DT_F32, 1, &one, &two);
	}
	tape_step_end(t);
	return tape_read(t, a, &sum) == 0 ? sum : -1;
}

static void check_steps(void)
{
	struct backend *be = device(false);
	struct tape t;
	long before;

	tape_init(&t, be);
	for (int i = 0; i < 4; i++)
		ok(sum_step(&t, 3, false) == 8 && sum_step(&t, 2, false) == 6 &&
		       sum_step(&t, 4, false) == 10,
		   "steps that begin alike and end sooner or later");
	before = graphs();
	ok(sum_step(&t, 2, false) == 6 && graphs() == before + 1,
	   "the shorter one is a graph of its own");
	for (int i = 0; i < 4; i++)
		ok(sum_step(&t, 3, true) == 8, "a step with a copy in it");
	ok(graphs() == before + 1, "is never a graph");
	ok(sum_step(&t, 0, false) == 2 && sum_step(&t, 0, false) == 2 &&
	       graphs() == before + 1,
	   "and one without calls is none either");
	tape_release(&t);
	be->close(be);
}

/* A launch that fails while it is captured. */
static void check_capture_fails(void)
{
	struct backend *be = device(false);
	struct tape t;
	bool good;

	tape_init(&t, be);
	sum_step(&t, 3, false);
	cudaemu_fail_next("cudaLaunchKernel");
	good = sum_step(&t, 3, false) == 8 && !t.failed;
	ok(good && be->remark, "a kernel that cannot be captured is launched");
	ok(sum_step(&t, 3, false) == 8, "and the next ones");
	tape_release(&t);
	be->close(be);
	ok(cudaemu_objects() == 0, "nothing is left");
}

enum { KEYS = 40 };

/* One query far behind its keys, with a bias of this reach. */
static float attend(struct tape *t, int reach, bool step)
{
	const int64_t q[] = {1, 1, 1}, k[] = {1, KEYS, 1}, rows[] = {32, 1};
	struct attention how = {
	    .heads = 1, .scale = 1, .q_offset = KEYS, .max_distance = reach};
	struct rng_key key = {.seed = 9};
	float number[KEYS], out = -1;
	struct tensor *x[3], *y;

	for (int i = 0; i < KEYS; i++)
		number[i] = rng_normal(&key, (uint64_t)i);
	tape_reset(t);
	x[0] = tape_input(t, DT_F32, 3, q, number);
	x[1] = tape_input(t, DT_F32, 3, k, number);
	x[2] = tape_input(t, DT_F32, 3, k, number);
	how.bias = tape_input(t, DT_F32, 2, rows, number);
	if (step)
		tape_step_begin(t, KEYS);
	y = op_attention(t, x[0], x[1], x[2], &how, NULL);
	tape_step_end(t);
	return tape_read(t, y, &out) == 0 ? out : -1;
}

/* Tables beside the tensors are made anew where there are too many. */
static void check_tables(void)
{
	struct backend *be = device(false);
	long before = graphs();
	bool good = true;
	struct tape t;
	float want;

	tape_init(&t, be);
	want = attend(&t, 30, false);
	for (int reach = 31; reach < 34; reach++)
		attend(&t, reach, false);
	ok(want != attend(&t, 60, false), "the reach of a bias tells");
	attend(&t, 30, false);
	want = attend(&t, 40, false); /* now it has the last table's place */
	for (int i = 0; i < 3; i++)
		good = good && attend(&t, 40, true) == want;
	ok(good && graphs() == before + 2, "attention as a graph");
	attend(&t, 60, false);
	ok(attend(&t, 40, true) == want && graphs() == before + 2,
	   "its table was given to another reach: it is no graph any more");
	tape_release(&t);
	be->close(be);
}

/* The emulator refuses what a device refuses. */
static void check_emulator(void)
{
	void *host = NULL, *place = NULL, *no = NULL;
	cudaStream_t s;
	cudaGraph_t g, none;
	cudaGraphExec_t x = NULL;
	unsigned char *h;

	cudaStreamCreateWithFlags(&s, cudaStreamNonBlocking);
	cudaMalloc(&place, 4);
	cudaMallocHost(&host, 8);
	h = host;
	memset(h, 1, 8);
	cudaStreamBeginCapture(s, cudaStreamCaptureModeThreadLocal);
	cudaMemcpyAsync(place, h, 4, cudaMemcpyHostToDevice, s);
	cudaMemcpyAsync(h + 4, place, 4, cudaMemcpyDeviceToHost, s);
	ok(cudaStreamEndCapture(s, &g) == cudaSuccess &&
	       cudaGraphInstantiateWithFlags(&x, g, 0) == cudaSuccess &&
	       h[4] == 1,
	   "what is captured is not done");
	h[0] = 2;
	cudaGraphLaunch(x, s);
	cudaStreamSynchronize(s);
	ok(h[4] == 2, "but when it is launched, with what lies there then");
	cudaStreamBeginCapture(s, cudaStreamCaptureModeThreadLocal);
	ok(cudaMalloc(&no, 4) == cudaErrorStreamCaptureUnsupported &&
	       cudaMemcpyAsync(place, h, 4, cudaMemcpyHostToDevice, s) ==
		   cudaErrorStreamCaptureInvalidated &&
	       cudaStreamEndCapture(s, &none) ==
		   cudaErrorStreamCaptureInvalidated,
	   "an allocation spoils a capture");
	cudaStreamBeginCapture(s, cudaStreamCaptureModeThreadLocal);
	ok(cudaStreamSynchronize(s) == cudaErrorStreamCaptureUnsupported &&
	       cudaStreamEndCapture(s, &none) ==
		   cudaErrorStreamCaptureInvalidated,
	   "so does waiting");
	cudaGraphDestroy(g);
	cudaGraphExecDestroy(x);
	cudaFree(place);
	cudaFreeHost(host);
	cudaStreamDestroy(s);
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
	check_emulator();
	check_steps();
	check_capture_fails();
	check_tables();
	check_cost();
	check_forget(want);
	check_other_model(want);
	check_fallback(want);
	check_many();
	check_orders(want);
	return tap_done();
}
