#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cuda/cuda.h"
#include "src/base/mem.h"
#include "src/tensor/bucket.h"

enum { OLDEST = 75 }; /* compute capability: what the kernels are built for */

int cuda_check(const struct cuda *c, cudaError_t e, const char *what,
	       struct err *err)
{
	if (e == cudaSuccess)
		return 0;
	(void)cudaGetLastError(); /* or the next call reports it again */
	if (e == cudaErrorMemoryAllocation)
		return err_set(err, ERR_DEVICE, "%s: out of memory (%s)",
			       c->name, what);
	return err_set(err, ERR_DEVICE, "%s: %s failed: %s (%s)", c->name, what,
		       cudaGetErrorString(e), cudaGetErrorName(e));
}

static void cuda_forget(struct backend *be)
{
	struct cuda *c = cuda_of(be);

	if (c->steps.open)
		bug("cuda: weights change within a step");
	cuda_steps_drop(c);
	cuda_dnn_forget(c);
}

/* The current device is a thread's own; a failure shows at the next call. */
static void cuda_enter(struct backend *be)
{
	(void)cudaSetDevice(cuda_of(be)->o.device);
}

static void cuda_close(struct backend *be)
{
	struct cuda *c = cuda_of(be);

	if (!c)
		return;
	cuda_enter(be);
	if (c->stream)
		(void)cudaStreamSynchronize(c->stream);
	cuda_steps_close(c);
	cuda_dnn_close(c);
	cuda_lt_close(c);
	cuda_memory_release(c);
	cuda_staging_close(c);
	if (c->stream)
		(void)cudaStreamDestroy(c->stream);
	free(c);
}

const int32_t *cuda_buckets(struct cuda *c, int buckets, bool bidirectional,
			    int reach, struct err *err)
{
	size_t n = 2 * (size_t)reach + 1;
	struct bucket_table *t = c->bucket;
	int32_t *rows;
	int rc;

	for (; t < c->bucket + BUCKET_TABLES && t->rows; t++)
		if (t->buckets == buckets && t->reach == reach &&
		    t->bidirectional == bidirectional)
			return t->rows;
	if (t == c->bucket + BUCKET_TABLES) { /* a model has two */
		t--;
		cuda_steps_drop(c); /* their kernels know the address */
		cuda_put(&c->base, t->rows, 0);
	}
	*t = (struct bucket_table){buckets, reach, bidirectional,
				   cuda_get(&c->base, n * sizeof(*rows))};
	if (!t->rows) {
		err_set(err, ERR_DEVICE, "%s: out of memory (%zu bytes wanted)",
			c->name, n * sizeof(*rows));
		return NULL;
	}
	rows = xmalloc(n * sizeof(*rows));
	for (int d = -reach; d <= reach; d++)
		rows[d + reach] = bias_bucket(d, buckets, bidirectional, reach);
	rc = cuda_copy_in(&c->base, t->rows, rows, n * sizeof(*rows), err);
	free(rows);
	if (rc < 0) {
		cuda_put(&c->base, t->rows, 0);
		t->rows = NULL;
	}
	return t->rows;
}

static int cuda_count(struct err *err)
{
	static const struct cuda any = {.name = "cuda"};
	int n = 0;
	cudaError_t e = cudaGetDeviceCount(&n);

	if (e == cudaErrorInsufficientDriver)
		return err_set(err, ERR_DEVICE,
			       "no NVIDIA driver that serves this CUDA (%s)",
			       cudaGetErrorString(e));
	if (e == cudaErrorNoDevice || (e == cudaSuccess && n == 0))
		return err_set(err, ERR_DEVICE, "there is no CUDA device");
	if (cuda_check(&any, e, "cudaGetDeviceCount", err) < 0)
		return -(int)err->code;
	return n;
}

static void *cuda_stream(struct backend *be)
{
	return cuda_of(be)->stream;
}

/* Which device, and whether it is one that the kernels are built for. */
static int choose_device(const struct cuda *c, struct err *err)
{
	int n = cuda_count(err), major = 0, minor = 0, d = c->o.device;

	if (n < 0)
		return n;
	if (d >= n)
		return err_set(err, ERR_DEVICE,
			       "there is no device %d; the last is %d", d,
			       n - 1);
	if (cuda_check(c, cudaSetDevice(d), "cudaSetDevice", err) < 0 ||
	    cuda_check(c,
		       cudaDeviceGetAttribute(
			   &major, cudaDevAttrComputeCapabilityMajor, d),
		       "cudaDeviceGetAttribute", err) < 0 ||
	    cuda_check(c,
		       cudaDeviceGetAttribute(
			   &minor, cudaDevAttrComputeCapabilityMinor, d),
		       "cudaDeviceGetAttribute", err) < 0)
		return -(int)err->code;
	if (10 * major + minor < OLDEST)
		return err_set(err, ERR_DEVICE,
			       "the device is too old (compute capability "
			       "%d.%d; %d.%d is needed)",
			       major, minor, OLDEST / 10, OLDEST % 10);
	return 0;
}

static int prepare(struct cuda *c, struct err *err)
{
	if (choose_device(c, err) < 0 ||
	    cuda_check(
		c, cudaStreamCreateWithFlags(&c->stream, cudaStreamNonBlocking),
		"cudaStreamCreate", err) < 0 ||
	    cuda_staging_open(c, err) < 0)
		return -(int)err->code;
	c->fault = cuda_get(&c->base, sizeof(*c->fault));
	if (!c->fault)
		return err_set(err, ERR_DEVICE, "%s: out of memory", c->name);
	if (cuda_steps_open(c, err) < 0)
		return -(int)err->code;
	return cuda_fill_zero(&c->base, c->fault, sizeof(*c->fault), err);
}

static void *scratch_get(void *context, size_t n)
{
	return cuda_get(context, n);
}

static void scratch_put(void *context, void *p, size_t n)
{
	cuda_put(context, p, n);
}

static struct backend *cuda_open(const struct device_options *o,
				 struct err *err)
{
	static const struct op_impl ops[OP_COUNT] = {
#define TAPED(upper, lower) \
	[OP_##upper] = {#lower, cuda_##lower, cuda_##lower##_backward},
#define PLAIN(upper, lower) [OP_##upper] = {#lower, cuda_##lower, NULL},
	    OPS_TAPED(TAPED) OPS_PLAIN(PLAIN)
#undef TAPED
#undef PLAIN
	};
	struct cuda *c = xcalloc(1, sizeof(*c));

	c->o = *o;
	c->ops = ops;
	snprintf(c->name, sizeof(c->name), "cuda:%d", o->device);
	c->base = (struct backend){
	    .name = c->name,
	    .ops = ops,
	    .get = cuda_get,
	    .put = cuda_put,
	    .copy_in = cuda_copy_in,
	    .copy_out = cuda_copy_out,
	    .copy_out_all = cuda_copy_out_all,
	    .fill_zero = cuda_fill_zero,
	    .move = cuda_move,
	    .forget = cuda_forget,
	    .step_begin = o->eager ? NULL : cuda_step_begin,
	    .step_end = cuda_step_end,
	    .recomputes = true,
	    .enter = cuda_enter,
	    .close = cuda_close,
	};
	c->source = (struct arena_source){scratch_get, scratch_put, c};
	c->scratch.source = &c->source;
	c->scratch.chunk_size = (size_t)8 << 20;
	if (prepare(c, err) < 0) {
		cuda_close(&c->base);
		return NULL;
	}
	return &c->base;
}

/* f32 lanes of a multiprocessor, by compute capability. */
static int lanes(int capability)
{
	return capability == 75 || capability == 80 ? 64 : 128;
}

static int cuda_facts(struct backend *be, struct device_facts *out,
		      struct err *err)
{
	enum { SMS, CLOCK, MEMORY_CLOCK, BUS, MAJOR, MINOR, N };
	static const enum cudaDeviceAttr want[N] = {
	    cudaDevAttrMultiProcessorCount,
	    cudaDevAttrClockRate,
	    cudaDevAttrMemoryClockRate,
	    cudaDevAttrGlobalMemoryBusWidth,
	    cudaDevAttrComputeCapabilityMajor,
	    cudaDevAttrComputeCapabilityMinor,
	};
	struct cuda *c = cuda_of(be);
	int got[N] = {0};
	struct cudaDeviceProp prop;

	if (cuda_check(c, cudaGetDeviceProperties(&prop, c->o.device),
		       "cudaGetDeviceProperties", err) < 0)
		return -(int)err->code;
	for (int i = 0; i < N; i++)
		if (cuda_check(
			c,
			cudaDeviceGetAttribute(&got[i], want[i], c->o.device),
			"cudaDeviceGetAttribute", err) < 0)
			return -(int)err->code;
	*out = (struct device_facts){
	    .capability = 10 * got[MAJOR] + got[MINOR],
	    .multiprocessors = got[SMS],
	    .memory = (double)prop.totalGlobalMem,
	    /* kHz, two operations; kHz, two words of the bus */
	    .bandwidth = 1e3 * got[MEMORY_CLOCK] * 2 * got[BUS] / 8,
	};
	out->flops = 1e3 * got[CLOCK] * 2 * got[SMS] * lanes(out->capability);
	snprintf(out->name, sizeof(out->name), "%.95s", prop.name);
	return 0;
}

__attribute__((visibility(
    "default"))) extern const struct backend_plugin umie_backend_plugin;
const struct backend_plugin umie_backend_plugin = {
    .head = {BACKEND_PLUGIN_ABI, sizeof(struct backend_plugin)},
    .ops = OP_COUNT,
    .call_size = sizeof(struct op_call),
    .name = "cuda",
    .open = cuda_open,
    .count = cuda_count,
    .stream = cuda_stream,
    .facts = cuda_facts,
};
