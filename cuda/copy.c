#include <string.h>

#include "cuda/cuda.h"
#include "src/base/mem.h"

enum { STAGING = STAGING_SLOTS * STAGING_SLOT };

int cuda_staging_open(struct cuda *c, struct err *err)
{
	void *p = NULL, *f = NULL;

	if (cuda_check(c, cudaMallocHost(&p, STAGING), "pinned memory", err) <
	    0)
		return -(int)err->code;
	c->staging = p;
	if (cuda_check(c, cudaMallocHost(&f, sizeof(struct fault)),
		       "pinned memory", err) < 0)
		return -(int)err->code;
	c->host_fault = f;
	for (int i = 0; i < STAGING_SLOTS; i++)
		if (cuda_check(c,
			       cudaEventCreateWithFlags(&c->slot_free[i],
							cudaEventDisableTiming),
			       "cudaEventCreate", err) < 0)
			return -(int)err->code;
	return 0;
}

void cuda_staging_close(struct cuda *c)
{
	for (int i = 0; i < STAGING_SLOTS; i++)
		if (c->slot_free[i])
			(void)cudaEventDestroy(c->slot_free[i]);
	if (c->host_fault)
		(void)cudaFreeHost(c->host_fault);
	if (c->staging)
		(void)cudaFreeHost(c->staging);
}

/* One slot's worth, when the device has read what lay there before. */
static int send(struct cuda *c, void *device, const void *host, size_t n,
		struct err *err)
{
	unsigned char *slot = c->staging + c->slot * STAGING_SLOT;
	cudaEvent_t free = c->slot_free[c->slot];

	c->slot = (c->slot + 1) % STAGING_SLOTS;
	if (cuda_check(c, cudaEventSynchronize(free), "waiting", err) < 0)
		return -(int)err->code;
	memcpy(slot, host, n);
	if (cuda_check(c,
		       cudaMemcpyAsync(device, slot, n, cudaMemcpyHostToDevice,
				       c->stream),
		       "copying to the device", err) < 0)
		return -(int)err->code;
	return cuda_check(c, cudaEventRecord(free, c->stream),
			  "cudaEventRecord", err);
}

int cuda_copy_in(struct backend *be, void *device, const void *host, size_t n,
		 struct err *err)
{
	int rc = cuda_step_interrupt(cuda_of(be), err);

	for (size_t at = 0; at < n && rc == 0; at += STAGING_SLOT)
		rc = send(cuda_of(be), (char *)device + at,
			  (const char *)host + at, MIN(STAGING_SLOT, n - at),
			  err);
	return rc;
}

/* What a kernel found wrong, now that the stream is idle. */
static int report_fault(struct cuda *c, struct err *err)
{
	struct fault f = *c->host_fault;

	if (f.op == 0)
		return 0;
	c->host_fault->op = 0;
	if (cuda_fill_zero(&c->base, c->fault, sizeof(f), err) < 0)
		return -(int)err->code;
	return err_set(err, ERR_FAILED, "%s: %d is outside 0 to %d",
		       c->base.ops[f.op - 1].name, (int)f.value,
		       (int)f.limit - 1);
}

static int to_host(struct cuda *c, void *pinned, const void *device, size_t n,
		   struct err *err)
{
	return n == 0 ? 0
		      : cuda_check(c,
				   cudaMemcpyAsync(pinned, device, n,
						   cudaMemcpyDeviceToHost,
						   c->stream),
				   "copying from the device", err);
}

/*
 * Pieces that fit into the staging memory together.  The stream is idle
 * afterwards, so every slot is free.
 */
static int receive(struct cuda *c, const struct device_read *r, int n,
		   struct err *err)
{
	size_t at = 0;

	if (cuda_step_interrupt(c, err) < 0)
		return -(int)err->code;
	for (int i = 0; i < n; at += r[i++].n)
		if (to_host(c, c->staging + at, r[i].device, r[i].n, err) < 0)
			return -(int)err->code;
	if (to_host(c, c->host_fault, c->fault, sizeof(*c->fault), err) < 0 ||
	    cuda_check(c, cudaStreamSynchronize(c->stream), "a computation",
		       err) < 0)
		return -(int)err->code;
	cuda_steps_sweep(c);
	at = 0;
	for (int i = 0; i < n; at += r[i++].n)
		memcpy(r[i].host, c->staging + at, r[i].n);
	return report_fault(c, err);
}

int cuda_copy_out(struct backend *be, void *host, const void *device, size_t n,
		  struct err *err)
{
	int rc = 0;

	for (size_t at = 0; at < n && rc == 0; at += STAGING) {
		const struct device_read r = {(char *)host + at,
					      (const char *)device + at,
					      MIN(STAGING, n - at)};

		rc = receive(cuda_of(be), &r, 1, err);
	}
	return rc;
}

/* How many of the pieces fit into the staging memory together. */
static int fitting(const struct device_read *r, int n)
{
	size_t left = STAGING;
	int i = 0;

	for (; i < n && r[i].n <= left; i++)
		left -= r[i].n;
	return i;
}

int cuda_copy_out_all(struct backend *be, const struct device_read *r, int n,
		      struct err *err)
{
	int rc = 0, count;

	for (; n > 0 && rc == 0; r += count, n -= count) {
		count = fitting(r, n);
		if (count > 0) {
			rc = receive(cuda_of(be), r, count, err);
		} else {
			rc = cuda_copy_out(be, r->host, r->device, r->n, err);
			count = 1;
		}
	}
	return rc;
}

int cuda_fill_zero(struct backend *be, void *device, size_t n, struct err *err)
{
	struct cuda *c = cuda_of(be);

	if (cuda_step_interrupt(c, err) < 0)
		return -(int)err->code;
	return n == 0 ? 0
		      : cuda_check(c, cudaMemsetAsync(device, 0, n, c->stream),
				   "cudaMemset", err);
}

static int copy_device(struct cuda *c, void *to, const void *from, size_t n,
		       struct err *err)
{
	return cuda_check(
	    c,
	    cudaMemcpyAsync(to, from, n, cudaMemcpyDeviceToDevice, c->stream),
	    "copying on the device", err);
}

/* The driver does not promise anything where source and target overlap. */
int cuda_move(struct backend *be, void *to, const void *from, size_t n,
	      struct err *err)
{
	struct cuda *c = cuda_of(be);
	uintptr_t a = (uintptr_t)to, b = (uintptr_t)from;
	void *between;

	if (n == 0 || a == b)
		return 0;
	if (cuda_step_interrupt(c, err) < 0)
		return -(int)err->code;
	if (a + n <= b || b + n <= a)
		return copy_device(c, to, from, n, err);
	arena_reset(&c->scratch);
	between = cuda_scratch(c, n, err);
	if (!between || copy_device(c, between, from, n, err) < 0)
		return -(int)err->code;
	return copy_device(c, to, between, n, err);
}
