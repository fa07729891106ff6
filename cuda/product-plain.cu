#include "cuda/kernel.h"

/* The product for which cublasLt has no algorithm: tiles in shared memory. */

enum { TILE = 16 };

/* Column-major; strides of (row, column) of both factors. */
struct plain {
	int64_t m, n, k, ar, ac, br, bc, ldc;
	float beta;
	bool relu;
};

template <class T>
__global__ void plain_kernel(struct plain p, const T *a, const T *b,
			     const float *c, const float *bias, float *d)
{
	__shared__ float sa[TILE][TILE + 1], sb[TILE][TILE + 1];
	int x = threadIdx.x % TILE, y = threadIdx.x / TILE;
	int64_t tiles = (p.m + TILE - 1) / TILE;
	int64_t i = blockIdx.x % tiles * TILE + x;
	int64_t j = blockIdx.x / tiles * TILE + y, l;
	float s = 0;

	for (int64_t k = 0; k < p.k; k += TILE) {
		l = k + y;
		sa[y][x] =
		    i < p.m && l < p.k ? wide(a[i * p.ar + l * p.ac]) : 0;
		l = k + x;
		sb[y][x] =
		    j < p.n && l < p.k ? wide(b[l * p.br + j * p.bc]) : 0;
		__syncthreads();
		for (int t = 0; t < TILE; t++)
			s += sa[t][x] * sb[y][t];
		__syncthreads();
	}
	if (i >= p.m || j >= p.n)
		return;
	if (p.beta != 0)
		s += p.beta * c[i + j * p.ldc];
	if (bias)
		s += bias[i];
	d[i + j * p.ldc] = p.relu && s < 0 ? 0 : s;
}

int cuda_product_plain(struct cuda *c, const struct product *p, struct err *err)
{
	struct tensor as = {};
	int64_t tiles = (p->m + TILE - 1) / TILE * ((p->n + TILE - 1) / TILE);
	struct plain q;
	int rc;

	q.m = p->m;
	q.n = p->n;
	q.k = p->k;
	q.ar = p->ta ? p->lda : 1;
	q.ac = p->ta ? 1 : p->lda;
	q.br = p->tb ? p->ldb : 1;
	q.bc = p->tb ? 1 : p->ldb;
	q.ldc = p->ldc;
	q.beta = p->beta;
	q.relu = p->relu;
	as.dtype = p->type;
	WITH_TYPE(&as, rc = LAUNCH(c, err, (unsigned)tiles, TILE * TILE,
				   plain_kernel<T>, q, (const T *)p->a,
				   (const T *)p->b, p->c, p->bias, p->d));
	return rc;
}
