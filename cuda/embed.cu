#include "cuda/kernel.h"

/* Rows that are looked up, copied and put together. */

/* An id that is not there gives NaN and the fault. */
template <class T>
__global__ void embed_kernel(int64_t n, int64_t D, int64_t V, const T *table,
			     const int32_t *id, float *y, struct fault *fault)
{
	int64_t i = own_index();
	int32_t row;

	if (i >= n)
		return;
	row = id[i / D];
	if (row >= 0 && row < V) {
		y[i] = wide(table[row * D + i % D]);
		return;
	}
	y[i] = NAN;
	set_fault(fault, OP_EMBED, row, (int)V);
}

int cuda_embed(struct backend *be, const struct op_call *c, struct err *err)
{
	struct cuda *cu = cuda_of(be);
	const struct tensor *table = c->in[0], *ids = c->in[1];
	int64_t D = table->dim[1], n = tensor_count(ids) * D;
	int rc;

	WITH_TYPE(table, rc = LAUNCH_EACH(cu, err, n, embed_kernel<T>, n, D,
					  table->dim[0], (const T *)table->data,
					  (const int32_t *)ids->data,
					  (float *)c->out[0]->data, cu->fault));
	return rc;
}

/*
 * A block for each row of dy.  The first of the rows with one id adds all of
 * them, in their order; the others have nothing to do.
 */
__global__ void embed_back(int64_t R, int64_t D, int64_t V, const int32_t *ids,
			   const float *dy, float *dw)
{
	int64_t r = blockIdx.x, lane = threadIdx.x % WARP;
	int32_t id = ids[r];
	int earlier = id < 0 || id >= V;
	float sum;

	for (int64_t i = threadIdx.x; i < r; i += THREADS)
		earlier |= ids[i] == id;
	if (__syncthreads_or(earlier))
		return;
	for (int64_t d = threadIdx.x; d - threadIdx.x < D; d += THREADS) {
		sum = 0;
		for (int64_t at = r; at < R; at += WARP) {
			int same = at + lane < R && ids[at + lane] == id;
			unsigned rows = __ballot_sync(ALL_LANES, same);

			for (; rows && d < D; rows &= rows - 1)
				sum += dy[(at + __ffs((int)rows) - 1) * D + d];
		}
		if (d < D)
			dw[id * D + d] += sum;
	}
}

int cuda_embed_backward(struct backend *be, const struct op_call *c,
			struct err *err)
{
	const struct tensor *table = c->in[0], *ids = c->in[1];
	int64_t R = tensor_count(ids);

	return R == 0 || !grad_of(table)
		   ? 0
		   : LAUNCH(cuda_of(be), err, (unsigned)R, THREADS, embed_back,
			    R, table->dim[1], table->dim[0],
			    (const int32_t *)ids->data,
			    (const float *)grad_of(c->out[0]), grad_of(table));
}

/* Rows of `row` bytes or words, `step` apart in src. */
template <class T>
__global__ void gather_kernel(int64_t n, int64_t row, int64_t step,
			      int64_t rows, const T *src, const int32_t *id,
			      T *dst, struct fault *fault)
{
	int64_t i = own_index();
	int32_t from;

	if (i >= n)
		return;
	from = id[i / row];
	if (from >= 0 && from < rows)
		dst[i] = src[from * step + i % row];
	else
		set_fault(fault, OP_GATHER, from, (int)rows);
}

/* Sizes in bytes. */
template <class T>
static int gather(struct cuda *cu, const struct op_call *c, int64_t row,
		  int64_t step, struct err *err)
{
	const struct tensor *src = c->in[0], *ids = c->in[1];
	int64_t size = sizeof(T), n = tensor_count(ids) * row / size;

	return LAUNCH_EACH(cu, err, n, gather_kernel<T>, n, row / size,
			   step / size, src->dim[0], (const T *)src->data,
			   (const int32_t *)ids->data, (T *)c->out[0]->data,
			   cu->fault);
}

int cuda_gather(struct backend *be, const struct op_call *c, struct err *err)
{
	struct cuda *cu = cuda_of(be);
	const struct tensor *src = c->in[0];
	int64_t size = (int64_t)dtype_size(src->dtype), row = size;
	int64_t step = src->stride[0] * size;

	for (int i = 1; i < src->ndim; i++)
		row *= src->dim[i];
	return size % 4 == 0 ? gather<uint32_t>(cu, c, row, step, err)
			     : gather<uint8_t>(cu, c, row, step, err);
}

/* n numbers in runs of `row`, each run `step` further in `to`. */
__global__ void put_rows(int64_t n, int64_t row, int64_t step,
			 const float *from, float *to)
{
	int64_t i = own_index();

	if (i < n)
		to[i / row * step + i % row] = from[i];
}

/*
 * The same into one place of each run, `place` apart: the step's, where there
 * is one.
 */
__global__ void cache_rows(int64_t n, int64_t row, int64_t step, int64_t place,
			   int position, const int32_t *at, const float *from,
			   float *to)
{
	int64_t i = own_index();

	if (i < n)
		to[(at ? *at : position) * place + i / row * step + i % row] =
		    from[i];
}

int cuda_cache_put(struct backend *be, const struct op_call *c, struct err *err)
{
	struct cuda *cu = cuda_of(be);
	const struct tensor *src = c->in[0], *dst = c->out[0];
	const int32_t *at = c->p.at_step ? cu->steps.at : NULL;
	int64_t D = dst->dim[2], n = dst->dim[0] * D;

	return LAUNCH_EACH(cu, err, n, cache_rows, n, D, dst->stride[0],
			   dst->stride[1], c->p.position, at, data_of(src),
			   (float *)dst->data);
}

int cuda_concat(struct backend *be, const struct op_call *c, struct err *err)
{
	struct cuda *cu = cuda_of(be);
	int64_t D = c->in[0]->dim[2];
	int64_t na = c->in[0]->dim[1] * D, nb = c->in[1]->dim[1] * D;
	float *y = (float *)c->out[0]->data;

	if (LAUNCH_EACH(cu, err, tensor_count(c->in[0]), put_rows,
			tensor_count(c->in[0]), na, na + nb, data_of(c->in[0]),
			y) < 0)
		return -(int)err->code;
	return LAUNCH_EACH(cu, err, tensor_count(c->in[1]), put_rows,
			   tensor_count(c->in[1]), nb, na + nb,
			   data_of(c->in[1]), y + na);
}

/* dx += the runs of dy that were made of it. */
__global__ void add_runs(int64_t n, int64_t row, int64_t step,
			 const float *from, float *to)
{
	int64_t i = own_index();

	if (i < n)
		to[i] += from[i / row * step + i % row];
}

int cuda_concat_backward(struct backend *be, const struct op_call *c,
			 struct err *err)
{
	struct cuda *cu = cuda_of(be);
	int64_t D = c->in[0]->dim[2];
	int64_t n[2] = {c->in[0]->dim[1] * D, c->in[1]->dim[1] * D};
	const float *dy = grad_of(c->out[0]);

	for (int i = 0; i < 2; i++) {
		int64_t all = tensor_count(c->in[i]);

		if (grad_of(c->in[i]) &&
		    LAUNCH_EACH(cu, err, all, add_runs, all, n[i], n[0] + n[1],
				dy + i * n[0], grad_of(c->in[i])) < 0)
			return -(int)err->code;
	}
	return 0;
}
