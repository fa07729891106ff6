#include "cuda/kernel.h"

/* Rows of logits: the loss, and the largest of them.  A block for each. */

enum { IGNORED = -100 }; /* a label that does not count */

/* max and sum of exp(x - max), read once; for every thread of the block. */
struct mass {
	float max, sum;
};

__device__ static struct mass mass_of(int64_t V, const float *x, float *room)
{
	struct mass m = {-INFINITY, 0};
	float all, v;

	for (int64_t i = threadIdx.x; i < V; i += THREADS) {
		v = x[i];
		if (v > m.max) {
			m.sum = m.sum * expf(m.max - v) + 1;
			m.max = v;
		} else if (v != -INFINITY) {
			m.sum += expf(v - m.max);
		}
	}
	all = block_max(m.max, room);
	m.sum = m.max == -INFINITY ? m.sum : m.sum * expf(m.max - all);
	m.sum = block_sum(m.sum, room);
	m.max = all;
	return m;
}

/* loss[r] and nll[r] (may be NULL) of one row */
__global__ void loss_rows(int64_t V, float eps, const float *x,
			  const int32_t *label, double *loss, float *nll,
			  struct fault *fault)
{
	__shared__ float room[THREADS / WARP];
	__shared__ double wide_room[THREADS / WARP];
	int32_t own = label[blockIdx.x];
	const float *row = x + blockIdx.x * V;
	double lse, mine = 0, total = 0, all = 0;
	struct mass m;

	if (own != IGNORED && own >= 0 && own < V) {
		m = mass_of(V, row, room);
		for (int64_t i = threadIdx.x; eps > 0 && i < V; i += THREADS)
			all += (double)row[i];
		all = block_sum(all, wide_room);
		lse = (double)m.max + log((double)m.sum);
		mine = lse - (double)row[own];
		total = (1 - (double)eps) * mine;
		if (eps > 0)
			total += (double)eps * (lse - all / (double)V);
	} else if (own != IGNORED && threadIdx.x == 0) {
		set_fault(fault, OP_CROSS_ENTROPY, own, (int)V);
	}
	if (threadIdx.x > 0)
		return;
	loss[blockIdx.x] = total;
	if (nll)
		nll[blockIdx.x] = (float)mine;
}

/* How many labels count; for every thread of the block. */
__device__ static int counted(int64_t R, const int32_t *label, int *room)
{
	int n = 0;

	for (int64_t r = threadIdx.x; r < R; r += THREADS)
		n += label[r] != IGNORED;
	return block_sum(n, room);
}

/* One block: the mean over the labels that count. */
__global__ void loss_mean(int64_t R, const double *loss, const int32_t *label,
			  float *mean)
{
	__shared__ double room[THREADS / WARP];
	__shared__ int count_room[THREADS / WARP];
	int n = counted(R, label, count_room);
	double s = 0;

	for (int64_t r = threadIdx.x; r < R; r += THREADS)
		s += loss[r];
	s = block_sum(s, room);
	if (threadIdx.x == 0)
		*mean = n > 0 ? (float)(s / (double)n) : 0;
}

int cuda_cross_entropy(struct backend *be, const struct op_call *c,
		       struct err *err)
{
	struct cuda *cu = cuda_of(be);
	int64_t R = tensor_rows(c->in[0]), V = tensor_last(c->in[0]);
	const int32_t *label = (const int32_t *)c->in[1]->data;
	double *loss;

	arena_reset(&cu->scratch);
	loss = (double *)cuda_scratch(cu, (size_t)R * sizeof(*loss), err);
	if (!loss)
		return -(int)err->code;
	if (R > 0 &&
	    LAUNCH(cu, err, (unsigned)R, THREADS, loss_rows, V, c->p.smoothing,
		   data_of(c->in[0]), label, loss,
		   c->out[1] ? (float *)c->out[1]->data : NULL, cu->fault) < 0)
		return -(int)err->code;
	return LAUNCH(cu, err, 1, THREADS, loss_mean, R, (const double *)loss,
		      label, (float *)c->out[0]->data);
}

/* dx += d(loss): the softmax is computed again, never stored. */
__global__ void loss_back(int64_t R, int64_t V, float eps, const float *x,
			  const int32_t *label, const float *dloss,
			  const float *dnll, float *dx)
{
	__shared__ float room[THREADS / WARP];
	__shared__ int count_room[THREADS / WARP];
	int32_t own = label[blockIdx.x];
	int n = counted(R, label, count_room);
	float s = dloss ? dloss[0] / (float)n : 0, mine, v;
	const float *row = x + blockIdx.x * V;
	struct mass m;

	if (own == IGNORED) /* a wrong one is told by the forward pass */
		return;
	dx += blockIdx.x * V;
	mine = dnll ? dnll[blockIdx.x] : 0;
	m = mass_of(V, row, room);
	for (int64_t i = threadIdx.x; i < V; i += THREADS) {
		v = (s + mine) / m.sum * expf(row[i] - m.max) -
		    s * eps / (float)V;
		if (i == own)
			v -= s * (1 - eps) + mine;
		dx[i] += v;
	}
}

int cuda_cross_entropy_backward(struct backend *be, const struct op_call *c,
				struct err *err)
{
	int64_t R = tensor_rows(c->in[0]), V = tensor_last(c->in[0]);

	return R == 0 || !grad_of(c->in[0])
		   ? 0
		   : LAUNCH(cuda_of(be), err, (unsigned)R, THREADS, loss_back,
			    R, V, c->p.smoothing, data_of(c->in[0]),
			    (const int32_t *)c->in[1]->data,
			    (const float *)grad_of(c->out[0]),
			    (const float *)grad_of(c->out[1]),
			    grad_of(c->in[0]));
}

/* A logit and where it stands; NaN counts as -infinity. */
struct candidate {
	float x;
	int id;
};

/* Whether a stands before b: larger, or equal with the lower id. */
__device__ static bool before(struct candidate a, struct candidate b)
{
	return a.x > b.x || (a.x == b.x && a.id < b.id);
}

struct first_of {
	__device__ struct candidate operator()(struct candidate a,
					       struct candidate b) const
	{
		return before(b, a) ? b : a;
	}
};

__device__ static struct candidate block_first(struct candidate v,
					       struct candidate *room)
{
	struct candidate o;

	for (int k = WARP / 2; k > 0; k /= 2) {
		o.x = __shfl_xor_sync(ALL_LANES, v.x, k);
		o.id = __shfl_xor_sync(ALL_LANES, v.id, k);
		v = before(o, v) ? o : v;
	}
	return block_join(v, room, first_of());
}

/* k times the first of those that stand behind the last one. */
__global__ void topk_rows(int64_t V, int k, const float *x, float *best,
			  int32_t *id)
{
	__shared__ float room[THREADS / WARP];
	__shared__ struct candidate first_room[THREADS / WARP];
	const float *row = x + blockIdx.x * V;
	struct candidate last = {INFINITY, -1}, v, c;
	struct mass m = mass_of(V, row, room);
	float lse = m.max + logf(m.sum);

	for (int n = 0; n < k; n++) {
		v.x = -INFINITY;
		v.id = INT32_MAX;
		for (int64_t i = threadIdx.x; i < V; i += THREADS) {
			c.x = row[i] == row[i] ? row[i] : -INFINITY;
			c.id = (int)i;
			if (before(last, c) && before(c, v))
				v = c;
		}
		last = block_first(v, first_room);
		if (threadIdx.x == 0) {
			best[blockIdx.x * k + n] = last.x - lse;
			id[blockIdx.x * k + n] = last.id;
		}
	}
}

int cuda_topk(struct backend *be, const struct op_call *c, struct err *err)
{
	int64_t R = tensor_rows(c->in[0]), V = tensor_last(c->in[0]);

	return R == 0 ? 0
		      : LAUNCH(cuda_of(be), err, (unsigned)R, THREADS,
			       topk_rows, V, c->p.k, data_of(c->in[0]),
			       (float *)c->out[0]->data,
			       (int32_t *)c->out[1]->data);
}
