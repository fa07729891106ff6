#include <math.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/mem.h"
#include "src/cpu/cpu.h"
#include "src/cpu/vec.h"

/* Columns that one thread adds at a time, over all rows in their order. */
enum { COLUMNS = 128 };

enum { IGNORED = -100 }; /* a label that does not count */

int cpu_rmsnorm(struct backend *be, const struct op_call *c, struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	int64_t R = tensor_rows(c->in[0]), D = tensor_last(c->in[0]);
	const float *x = c->in[0]->data, *w;
	float *y = c->out[0]->data;

	(void)err;
	arena_reset(&cpu->scratch);
	w = cpu_wide(cpu, c->in[1]);
#pragma omp parallel for num_threads(cpu_split(cpu, R *D))
	for (int64_t r = 0; r < R; r++)
		cpu->vec->rmsnorm(D, x + r * D, w, c->p.eps, y + r * D);
	return 0;
}

int cpu_rmsnorm_backward(struct backend *be, const struct op_call *c,
			 struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	const struct tensor *X = c->in[0], *W = c->in[1];
	int64_t R = tensor_rows(X), D = tensor_last(X);
	const float *x = X->data, *dy = c->out[0]->grad->data, *w;
	float *dx = X->grad ? X->grad->data : NULL;
	float *dw = W->grad ? W->grad->data : NULL, *root;

	(void)err;
	arena_reset(&cpu->scratch);
	w = cpu_wide(cpu, W);
	root = arena_alloc(&cpu->scratch, (size_t)R * sizeof(*root));
#pragma omp parallel for num_threads(cpu_split(cpu, R *D))
	for (int64_t r = 0; r < R; r++) {
		const float *row = x + r * D;

		root[r] =
		    1 / sqrtf(cpu->vec->dot(D, row, row) / (float)D + c->p.eps);
		if (dx)
			cpu->vec->rmsnorm_back(D, row, w, root[r], dy + r * D,
					       dx + r * D);
	}
	if (!dw)
		return 0;
#pragma omp parallel for num_threads(cpu_split(cpu, R *D))
	for (int64_t d = 0; d < D; d += COLUMNS)
		for (int64_t r = 0; r < R; r++)
			cpu->vec->muladd(MIN(COLUMNS, D - d), root[r],
					 x + r * D + d, dy + r * D + d, dw + d);
	return 0;
}

/* 1 / (real rows of example b), 0 when there are none. */
static float share(const struct tensor *mask, int64_t b, int64_t L)
{
	const uint8_t *real = mask ? (const uint8_t *)mask->data + b * L : NULL;
	int64_t n = mask ? 0 : L;

	for (int64_t i = 0; real && i < L; i++)
		n += real[i] != 0;
	return n ? 1 / (float)n : 0;
}

static bool row_counts(const struct tensor *mask, int64_t row)
{
	return !mask || ((const uint8_t *)mask->data)[row] != 0;
}

int cpu_mean_rows(struct backend *be, const struct op_call *c, struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	const struct tensor *x = c->in[0], *mask = c->in[1];
	int64_t B = x->dim[0], L = x->dim[1], D = x->dim[2];
	const float *from = x->data;
	float *y = c->out[0]->data;

	(void)err;
	memset(y, 0, tensor_bytes(c->out[0]));
	for (int64_t b = 0; b < B; b++) {
		float s = share(mask, b, L);

		for (int64_t l = b * L; l < (b + 1) * L; l++)
			if (row_counts(mask, l))
				cpu->vec->axpy(D, s, from + l * D, y + b * D);
	}
	return 0;
}

int cpu_mean_rows_backward(struct backend *be, const struct op_call *c,
			   struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	const struct tensor *x = c->in[0], *mask = c->in[1];
	int64_t B = x->dim[0], L = x->dim[1], D = x->dim[2];
	const float *dy = c->out[0]->grad->data;
	float *dx = x->grad ? x->grad->data : NULL;

	(void)err;
	for (int64_t b = 0; dx && b < B; b++) {
		float s = share(mask, b, L);

		for (int64_t l = b * L; l < (b + 1) * L; l++)
			if (row_counts(mask, l))
				cpu->vec->axpy(D, s, dy + b * D, dx + l * D);
	}
	return 0;
}

static float norm_of(struct cpu *cpu, int64_t D, const float *x)
{
	return (float)fmax(sqrt(cpu->vec->sum_squares(D, x)), 1e-12);
}

int cpu_cosine(struct backend *be, const struct op_call *c, struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	int64_t B = c->in[0]->dim[0], D = c->in[0]->dim[1];
	const float *a = c->in[0]->data, *b = c->in[1]->data;
	float *y = c->out[0]->data;

	(void)err;
	for (int64_t i = 0; i < B; i++) {
		const float *ai = a + i * D, *bi = b + i * D;

		y[i] = c->p.scale * (cpu->vec->dot(D, ai, bi) /
				     norm_of(cpu, D, ai) / norm_of(cpu, D, bi));
	}
	return 0;
}

/*
 * dx += s * (y/|y| - cos * x/|x|) / |x|.  Where |x| is held at its least
 * value it is a constant, and the second term is not there.
 */
static void cosine_side(struct cpu *cpu, int64_t D, float s, const float *x,
			const float *y, float *dx)
{
	float nx = norm_of(cpu, D, x), ny = norm_of(cpu, D, y);
	float cosine = cpu->vec->dot(D, x, y) / nx / ny;

	cpu->vec->axpy(D, s / nx / ny, y, dx);
	if (nx > 1e-12f)
		cpu->vec->axpy(D, -s * cosine / nx / nx, x, dx);
}

int cpu_cosine_backward(struct backend *be, const struct op_call *c,
			struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	const struct tensor *A = c->in[0], *B = c->in[1];
	const float *a = A->data, *b = B->data, *dy = c->out[0]->grad->data;
	float *da = A->grad ? A->grad->data : NULL;
	float *db = B->grad ? B->grad->data : NULL;
	int64_t D = A->dim[1];

	(void)err;
	for (int64_t i = 0, at = 0; i < A->dim[0]; i++, at += D) {
		float s = c->p.scale * dy[i];

		if (da)
			cosine_side(cpu, D, s, a + at, b + at, da + at);
		if (db)
			cosine_side(cpu, D, s, b + at, a + at, db + at);
	}
	return 0;
}

/* log(sum(exp(x))) */
static double log_sum_exp(struct cpu *cpu, int64_t n, const float *x)
{
	float shift = cpu->vec->max(n, x);

	return (double)shift + log(cpu->vec->sum_exp(n, x, shift));
}

int cpu_cross_entropy(struct backend *be, const struct op_call *c,
		      struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	int64_t R = tensor_rows(c->in[0]), V = tensor_last(c->in[0]), n = 0;
	const float *x = c->in[0]->data;
	const int32_t *label = c->in[1]->data;
	double *loss, sum = 0, eps = (double)c->p.smoothing;
	float *nll = c->out[1] ? c->out[1]->data : NULL;

	for (int64_t r = 0; r < R; r++)
		if (label[r] != IGNORED && (label[r] < 0 || label[r] >= V))
			return err_set(err, ERR_FAILED,
				       "cross_entropy: label %d is outside 0 "
				       "to %lld",
				       (int)label[r], (long long)V - 1);
	arena_reset(&cpu->scratch);
	loss = arena_alloc(&cpu->scratch, (size_t)R * sizeof(*loss));
#pragma omp parallel for num_threads(cpu_split(cpu, R *V))
	for (int64_t r = 0; r < R; r++) {
		const float *row = x + r * V;
		double lse, own = 0;

		loss[r] = 0;
		if (label[r] != IGNORED) {
			lse = log_sum_exp(cpu, V, row);
			own = lse - (double)row[label[r]];
			loss[r] = (1 - eps) * own;
			if (eps > 0)
				loss[r] += eps * (lse - cpu->vec->sum(V, row) /
							    (double)V);
		}
		if (nll)
			nll[r] = (float)own;
	}
	for (int64_t r = 0; r < R; r++) {
		sum += loss[r];
		n += label[r] != IGNORED;
	}
	*(float *)c->out[0]->data = n ? (float)(sum / (double)n) : 0;
	return 0;
}

int cpu_cross_entropy_backward(struct backend *be, const struct op_call *c,
			       struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	const struct tensor *X = c->in[0], *NLL = c->out[1];
	int64_t R = tensor_rows(X), V = tensor_last(X), n = 0;
	const float *x = X->data, eps = c->p.smoothing;
	const float *dnll = NLL && NLL->grad ? NLL->grad->data : NULL;
	const float *dloss = c->out[0]->grad ? c->out[0]->grad->data : NULL;
	const int32_t *label = c->in[1]->data;
	float *dx = X->grad ? X->grad->data : NULL;

	(void)err;
	if (!dx)
		return 0;
	for (int64_t r = 0; r < R; r++)
		n += label[r] != IGNORED;
#pragma omp parallel for num_threads(cpu_split(cpu, R *V))
	for (int64_t r = 0; r < R; r++) {
		float s = dloss && n ? dloss[0] / (float)n : 0;
		float own = dnll ? dnll[r] : 0, shift, sum;
		const float *row = x + r * V;

		if (label[r] == IGNORED)
			continue;
		shift = cpu->vec->max(V, row);
		sum = (float)cpu->vec->sum_exp(V, row, shift);
		cpu->vec->add_exp(V, row, shift, (s + own) / sum,
				  -s * eps / (float)V, dx + r * V);
		dx[r * V + label[r]] -= s * (1 - eps) + own;
	}
	return 0;
}

/*
 * Insert id into the k best so far, kept largest first.  Ids come in rising
 * order, so an equal one goes behind.
 */
static void insert(float *best, int32_t *id, int n, float x, int32_t at)
{
	int i = n - 1;

	for (; i > 0 && x > best[i - 1]; i--) {
		best[i] = best[i - 1];
		id[i] = id[i - 1];
	}
	best[i] = x;
	id[i] = at;
}

static void topk_row(struct cpu *cpu, int64_t V, const float *x, int k,
		     float *best, int32_t *id)
{
	enum { STEP = 256 }; /* looked at one by one only if worth it */
	double lse = log_sum_exp(cpu, V, x);
	int have = 0;

	for (int64_t at = 0; at < V; at += STEP) {
		int64_t end = MIN(at + STEP, V);

		if (have == k &&
		    !(cpu->vec->max(end - at, x + at) > best[k - 1]))
			continue;
		for (int64_t i = at; i < end; i++) {
			if (have < k)
				have++;
			else if (!(x[i] > best[k - 1]))
				continue;
			insert(best, id, have, x[i], (int32_t)i);
		}
	}
	for (int i = 0; i < k; i++)
		best[i] = (float)((double)best[i] - lse);
}

int cpu_topk(struct backend *be, const struct op_call *c, struct err *err)
{
	struct cpu *cpu = cpu_of(be);
	int64_t R = tensor_rows(c->in[0]), V = tensor_last(c->in[0]);
	const float *x = c->in[0]->data;
	float *best = c->out[0]->data;
	int32_t *id = c->out[1]->data;
	int k = c->p.k;

	(void)err;
#pragma omp parallel for num_threads(cpu_split(cpu, R *V))
	for (int64_t r = 0; r < R; r++)
		topk_row(cpu, V, x + r * V, k, best + r * k, id + r * k);
	return 0;
}
