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
	struct backend *be = device();
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
	struct backend *be = device();
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

int main(void)
{
	check_emulator();
	check_steps();
	check_capture_fails();
	check_tables();
	return tap_done();
}
