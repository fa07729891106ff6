/*
 * Steps on the device, call by call: which become graphs, which never do, and
 * when a graph is not used any more; and that the emulator refuses, while a
 * stream is captured, what a device refuses.
 */
#include <cuda_runtime_api.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/rng.h"
#include "src/tensor/backend-plugin.h"
#include "src/tensor/ops.h"
#include "tests/cudaemu/control.h"
#include "tests/tap.h"

extern const struct backend_plugin umie_backend_plugin;

static struct backend *device(void)
{
	struct device_options o = {0};
	struct err err = {0};
	struct backend *be = umie_backend_plugin.open(&o, &err);

	if (!be)
		bug("%s", err.text);
	return be;
}

static long graphs(void)
{
	return cudaemu_calls_of("cudaGraphLaunch");
}

/* first + 2 n, added up by a step, with `between` behind each addition. */
typedef int between_fn(struct tape *t, struct tensor *sum, struct tensor *b,
		       struct tensor *four);

static float sum_step(struct tape *t, float first, int n, between_fn *between)
{
	const int64_t one = 1;
	const float two = 2, four = 4;
	float sum = -1;
	struct tensor *a, *b, *c;

	tape_reset(t);
	a = tape_input(t, DT_F32, 1, &one, &first);
	b = tape_input(t, DT_F32, 1, &one, &two);
	c = tape_input(t, DT_F32, 1, &one, &four);
	tape_step_begin(t, 0);
	for (int i = 0; i < n; i++) {
		a = op_add(t, a, b);
		if (between && between(t, a, b, c) < 0)
			tape_fail(t, ERR_FAILED, "between");
	}
	tape_step_end(t);
	return tape_read(t, a, &sum) == 0 ? sum : -1;
}

static void check_steps(void)
{
	struct backend *be = device();
	struct tape t;
	long before;

	tape_init(&t, be);
	for (int i = 0; i < 4; i++)
		ok(sum_step(&t, 2, 3, NULL) == 8 &&
		       sum_step(&t, 2, 2, NULL) == 6 &&
		       sum_step(&t, 2, 4, NULL) == 10,
		   "steps that begin alike and end sooner or later");
	before = graphs();
	ok(sum_step(&t, 2, 2, NULL) == 6 && graphs() == before + 1,
	   "the shorter one is a graph of its own");
	ok(sum_step(&t, 2, 0, NULL) == 2 && sum_step(&t, 2, 0, NULL) == 2 &&
	       graphs() == before + 1,
	   "one without calls is none");
	be->forget(be);
	ok(sum_step(&t, 2, 2, NULL) == 6 && graphs() == before + 1,
	   "when the backend forgot, there is none any more");
	tape_release(&t);
	be->close(be);
}

/* Something else between the calls of a step; b is 4 or 0 behind it. */
static int copy_between(struct tape *t, struct tensor *sum, struct tensor *b,
			struct tensor *four)
{
	const float value = 4;

	(void)sum, (void)four;
	return t->be->copy_in(t->be, b->data, &value, sizeof(value), &t->err);
}

static int move_between(struct tape *t, struct tensor *sum, struct tensor *b,
			struct tensor *four)
{
	(void)sum;
	return t->be->move(t->be, b->data, four->data, sizeof(float), &t->err);
}

static int zero_between(struct tape *t, struct tensor *sum, struct tensor *b,
			struct tensor *four)
{
	(void)sum, (void)four;
	return t->be->fill_zero(t->be, b->data, sizeof(float), &t->err);
}

/* The sum goes on from what was read of it. */
static int read_between(struct tape *t, struct tensor *sum, struct tensor *b,
			struct tensor *four)
{
	static float last;
	float value = -1;
	bool good;

	(void)b, (void)four;
	if (t->be->copy_out(t->be, &value, sum->data, sizeof(value), &t->err) <
	    0)
		return -1;
	good = value == 4 || value == last + 2;
	last = value;
	return good ? 0 : -1;
}

static void check_between(void)
{
	static const struct {
		const char *what;
		between_fn *f;
		float want;
	} all[] = {
	    {"copy in", copy_between, 12},
	    {"copy on the device", move_between, 12},
	    {"zero", zero_between, 4},
	    {"read", read_between, 8},
	};
	struct backend *be = device();
	struct tape t;
	bool good;

	tape_init(&t, be);
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		good = true;
		for (int j = 0; j < 3; j++)
			good = good && sum_step(&t, 3, 3, NULL) == 9 &&
			       sum_step(&t, 2, 3, all[i].f) == all[i].want;
		ok(good, "a %s between calls comes between them", all[i].what);
	}
	tape_release(&t);
	be->close(be);
}

/* Calls that differ from another in one thing, over the same memory. */
enum { NUMBERS = 8 };
enum variant {
	RELU,
	STEEPER,
	LONGER,
	DEEPER,
	ELSEWHERE,
	ROWS,
	ROWS_APART,
	TABLE,
	NARROW_TABLE,
	SUM,
	PRODUCT
};

/* What the call reads of x (8). */
static struct tensor view(enum variant which, void *x)
{
	const int64_t dim[] = {4, 2}, square[] = {2, 2}, longer = 5;
	struct tensor v = tensor_view(x, DT_F32, 1, dim);

	if (which == LONGER)
		v = tensor_view(x, DT_F32, 1, &longer);
	if (which == DEEPER)
		v = tensor_view(x, DT_F32, 2, dim);
	if (which == ELSEWHERE)
		v.data = (float *)x + 1;
	if (which >= ROWS)
		v = tensor_view(x, which == NARROW_TABLE ? DT_BF16 : DT_F32, 2,
				square);
	if (which == ROWS_APART)
		v.stride[0] = 4;
	return v;
}

static struct tensor *one_op(struct tape *t, enum variant which,
			     struct tensor *v, struct tensor *ids)
{
	switch (which) {
	case ROWS:
	case ROWS_APART:
		return op_gather(t, v, ids);
	case TABLE:
	case NARROW_TABLE:
		return op_embed(t, v, ids);
	case SUM:
		return op_add(t, v, v);
	case PRODUCT:
		return op_geglu(t, v, v);
	default:
		return op_leaky_relu(t, v, which == STEEPER ? 0.5f : 0.25f);
	}
}

static void one_call(struct tape *t, enum variant which, bool step, float *out)
{
	static const float number[NUMBERS] = {-1, 2, -3, 4, -5, 6, -7, 8};
	static const int32_t id[] = {1, 0};
	const int64_t all = NUMBERS, two = 2;
	struct tensor *x, *ids, *y, v;

	tape_reset(t);
	x = tape_input(t, DT_F32, 1, &all, number);
	ids = tape_input(t, DT_I32, 1, &two, id);
	v = view(which, x->data);
	memset(out, 0, NUMBERS * sizeof(*out));
	if (step)
		tape_step_begin(t, 0);
	y = one_op(t, which, &v, ids);
	tape_step_end(t);
	if (tape_read(t, y, out) < 0)
		bug("%s", t->err.text);
}

/* In memory of its own. */
static void alone(enum variant which, float *out)
{
	struct backend *be = device();
	struct tape t;

	tape_init(&t, be);
	one_call(&t, which, false, out);
	tape_release(&t);
	be->close(be);
}

static void check_differences(void)
{
	static const struct {
		const char *what;
		enum variant a, b;
	} all[] = {
	    {"parameter", RELU, STEEPER}, {"size", RELU, LONGER},
	    {"shape", RELU, DEEPER},      {"place", RELU, ELSEWHERE},
	    {"stride", ROWS, ROWS_APART}, {"type", TABLE, NARROW_TABLE},
	    {"op", SUM, PRODUCT},
	};
	float want[NUMBERS], got[NUMBERS];
	struct backend *be;
	struct tape t;

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		alone(all[i].b, want);
		be = device();
		tape_init(&t, be);
		for (int j = 0; j < 3; j++)
			one_call(&t, all[i].a, true, got);
		ok(memcmp(want, got, sizeof(got)) != 0,
		   "another %s gives something else", all[i].what);
		one_call(&t, all[i].b, true, got);
		ok(memcmp(want, got, sizeof(got)) == 0,
		   "so the graph is not used for it");
		tape_release(&t);
		be->close(be);
	}
}

/* A launch that fails while it is captured. */
static void check_capture_fails(void)
{
	struct backend *be = device();
	struct tape t;
	bool good;

	tape_init(&t, be);
	sum_step(&t, 2, 3, NULL);
	cudaemu_fail_next("cudaLaunchKernel");
	good = sum_step(&t, 2, 3, NULL) == 8 && !t.failed;
	ok(good && be->remark, "a kernel that cannot be captured is launched");
	ok(sum_step(&t, 2, 3, NULL) == 8, "and the next ones");
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
	struct backend *be = device();
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

/* Nobody reads what the last graph came to. */
static void check_close(void)
{
	struct backend *be;
	const int64_t one = 1;
	const float two = 2;
	long before = graphs();
	struct tensor *a;
	struct tape t;

	cudaemu_set_lazy(true);
	be = device();
	tape_init(&t, be);
	for (int i = 0; i < 3; i++) {
		tape_reset(&t);
		a = tape_input(&t, DT_F32, 1, &one, &two);
		tape_step_begin(&t, 0);
		op_add(&t, a, a);
		tape_step_end(&t);
	}
	tape_release(&t);
	be->close(be);
	ok(graphs() == before + 2 && cudaemu_objects() == 0,
	   "a device is closed while a graph may still run");
	cudaemu_set_lazy(false);
}

int main(void)
{
	check_emulator();
	check_steps();
	check_between();
	check_differences();
	check_capture_fails();
	check_tables();
	check_close();
	return tap_done();
}
