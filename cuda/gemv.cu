#include "cuda/kernel.h"

/* Products of few rows with a weight: bound by reading the weight once. */

enum { WARPS = 4, OWN = 2 /* outputs of a warp */, QUAD = 4 };

/* Four numbers that are read at once. */
template <class T> struct alignas(4 * sizeof(T)) quad {
	T v[QUAD];
};

/*
 * acc[j][m] += w[j][k] * x[m][k] for the k that are this lane's.  Lanes read
 * quads where the rows allow it; the order of the sum does not depend on M.
 */
template <class T, int M>
__device__ static void add_products(int64_t K, int rows, const T *const *w,
				    const float *x, float (*acc)[M])
{
	int lane = threadIdx.x % WARP;
	bool quads =
	    K % QUAD == 0 &&
	    ((uintptr_t)w[0] | (uintptr_t)w[OWN - 1]) % sizeof(quad<T>) == 0 &&
	    (uintptr_t)x % sizeof(quad<float>) == 0;

	for (int64_t k = lane * QUAD; quads && k < K; k += WARP * QUAD) {
		quad<T> a[OWN];

		for (int j = 0; j < OWN; j++)
			a[j] = *(const quad<T> *)(w[j] + k);
#pragma unroll
		for (int m = 0; m < M; m++) {
			quad<float> b = {};

			if (m < rows)
				b = *(const quad<float> *)(x + m * K + k);
			for (int j = 0; j < OWN; j++)
				for (int i = 0; i < QUAD; i++)
					acc[j][m] += wide(a[j].v[i]) * b.v[i];
		}
	}
	for (int64_t k = lane; !quads && k < K; k += WARP)
#pragma unroll
		for (int m = 0; m < M; m++)
			for (int j = 0; m < rows && j < OWN; j++)
				acc[j][m] += wide(w[j][k]) * x[m * K + k];
}

template <class T, int M>
__global__ void __launch_bounds__(WARPS *WARP)
    gemv_kernel(int64_t O, int64_t K, int rows, const T *w, const float *x,
		const float *b, const float *res, float *y)
{
	int64_t first =
	    ((int64_t)blockIdx.x * WARPS + threadIdx.x / WARP) * OWN;
	float acc[OWN][M] = {};
	const T *row[OWN];

	if (first >= O)
		return;               /* the whole warp */
	for (int j = 0; j < OWN; j++) /* a row too many is not written */
		row[j] = w + (first + j < O ? first + j : first) * K;
	add_products<T, M>(K, rows, row, x, acc);
#pragma unroll
	for (int m = 0; m < M; m++)
		for (int j = 0; j < OWN; j++) {
			float v = warp_sum(acc[j][m]);
			int64_t o = first + j;

			if (threadIdx.x % WARP == 0 && m < rows && o < O)
				y[m * O + o] = v + (b ? b[o] : 0) +
					       (res ? res[m * O + o] : 0);
		}
}

template <class T>
static int run(struct cuda *c, const struct tensor *w, const float *x,
	       int64_t R, const float *b, const float *res, float *y,
	       struct err *err)
{
	int64_t O = w->dim[0], K = w->dim[1];
	unsigned blocks = (unsigned)((O + WARPS * OWN - 1) / (WARPS * OWN));
	void (*kernel)(int64_t, int64_t, int, const T *, const float *,
		       const float *, const float *, float *) =
	    R == 1   ? gemv_kernel<T, 1>
	    : R == 2 ? gemv_kernel<T, 2>
	    : R <= 4 ? gemv_kernel<T, 4>
		     : gemv_kernel<T, GEMV_ROWS>;

	return LAUNCH(c, err, blocks, WARPS * WARP, kernel, O, K, (int)R,
		      (const T *)w->data, x, b, res, y);
}

int cuda_gemv(struct cuda *c, const struct tensor *w, const float *x, int64_t R,
	      const float *b, const float *res, float *y, struct err *err)
{
	int rc = 0;

	if (w->dim[0] > 0)
		WITH_TYPE(w, rc = run<T>(c, w, x, R, b, res, y, err));
	return rc;
}
