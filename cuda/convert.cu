#include "cuda/cast.h"
#include "cuda/kernel.h"

/* Weights and activations in another type or order. */

template <class T>
__global__ void widen_kernel(int64_t n, const T *from, float *to)
{
	int64_t i = own_index();

	if (i < n)
		to[i] = wide(from[i]);
}

const float *cuda_wide(struct cuda *c, const struct tensor *w, struct err *err)
{
	int64_t n = tensor_count(w);
	float *to;
	int rc;

	if (w->dtype == DT_F32)
		return (const float *)w->data;
	to = (float *)cuda_scratch(c, (size_t)n * sizeof(*to), err);
	if (!to)
		return NULL;
	WITH_TYPE(w, rc = LAUNCH_EACH(c, err, n, widen_kernel<T>, n,
				      (const T *)w->data, to));
	return rc < 0 ? NULL : to;
}

const void *cuda_narrow(struct cuda *c, const float *x, int64_t n,
			struct err *err)
{
	void *to = cuda_scratch(c, (size_t)n * sizeof(__nv_bfloat16), err);

	if (!to || n == 0)
		return to;
	return cuda_check(c, cuda_cast_narrow(n, x, to, c->stream), "narrowing",
			  err) < 0
		   ? NULL
		   : to;
}

/* Where element i of (O,C,S) lies in (O,S,C); S: cells of the kernel. */
__device__ static int64_t packed_at(int64_t i, int64_t C, int64_t S)
{
	int64_t s = i % S, ch = i / S % C, o = i / S / C;

	return (o * S + s) * C + ch;
}

template <class T>
__global__ void pack_kernel(int64_t n, int64_t C, int64_t S, const T *from,
			    float *to)
{
	int64_t i = own_index();

	if (i < n)
		to[packed_at(i, C, S)] = wide(from[i]);
}

int cuda_pack_filter(struct cuda *c, const struct tensor *w, float *to,
		     struct err *err)
{
	int64_t n = tensor_count(w), S = w->dim[2] * w->dim[3];
	int rc;

	WITH_TYPE(w, rc = LAUNCH_EACH(c, err, n, pack_kernel<T>, n, w->dim[1],
				      S, (const T *)w->data, to));
	return rc;
}

__global__ void unpack_kernel(int64_t n, int64_t C, int64_t S,
			      const float *from, float *to)
{
	int64_t i = own_index();

	if (i < n)
		to[i] += from[packed_at(i, C, S)];
}

int cuda_unpack_filter(struct cuda *c, const struct tensor *w,
		       const float *packed, float *dw, struct err *err)
{
	int64_t n = tensor_count(w), S = w->dim[2] * w->dim[3];

	return LAUNCH_EACH(c, err, n, unpack_kernel, n, w->dim[1], S, packed,
			   dw);
}
