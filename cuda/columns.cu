#include "cuda/kernel.h"

/*
 * Sums over rows.  A block adds PIECE rows of 32 columns, its eight warps
 * every eighth row; then one thread adds the pieces of a column in order.
 */
enum { PIECE = 256, WARPS = THREADS / WARP };

__global__ void piece_sums(struct columns m, double *part)
{
	__shared__ double room[WARPS][WARP];
	int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
	int64_t c = (int64_t)blockIdx.x * WARP + lane;
	int64_t from = (int64_t)blockIdx.y * PIECE, r = from + warp;
	int64_t to = from + PIECE < m.R ? from + PIECE : m.R;
	double s = 0;

	for (; c < m.C && r < to; r += WARPS) {
		double v =
		    (double)(m.a[r * m.C + c] - (m.a_minus ? m.a_minus[c] : 0));

		if (m.b)
			v *= (double)(m.b[r * m.C + c] -
				      (m.b_minus ? m.b_minus[c] : 0));
		s += m.factor ? v * (double)m.factor[r] : v;
	}
	room[warp][lane] = s;
	__syncthreads();
	if (warp > 0 || c >= m.C)
		return;
	for (int w = 1; w < WARPS; w++)
		s += room[w][lane];
	part[blockIdx.y * m.C + c] = s;
}

__global__ void add_pieces(int64_t pieces, int64_t C, const double *part,
			   double *sum, float *add)
{
	int64_t c = own_index();
	double s = 0;

	if (c >= C)
		return;
	for (int64_t p = 0; p < pieces; p++)
		s += part[p * C + c];
	if (sum)
		sum[c] = s;
	if (add)
		add[c] += (float)s;
}

int cuda_column_sums(struct cuda *c, const struct columns *m, struct err *err)
{
	const int64_t most = (int64_t)65535 * PIECE; /* rows of a grid */
	int64_t pieces = (m->R + PIECE - 1) / PIECE;
	double *part;

	if (m->R > most)
		return err_set(err, ERR_DEVICE,
			       "%s: sums over %lld rows are too long (at most "
			       "%lld)",
			       c->name, (long long)m->R, (long long)most);
	if (m->C == 0)
		return 0;
	part = (double *)cuda_scratch(
	    c, (size_t)(pieces * m->C) * sizeof(*part), err);
	if (!part)
		return -(int)err->code;
	dim3 grid((unsigned)((m->C + WARP - 1) / WARP), (unsigned)pieces);

	if (pieces > 0 &&
	    LAUNCH(c, err, grid, THREADS, piece_sums, *m, part) < 0)
		return -(int)err->code;
	return LAUNCH_EACH(c, err, m->C, add_pieces, pieces, m->C,
			   (const double *)part, m->sum, m->add);
}
