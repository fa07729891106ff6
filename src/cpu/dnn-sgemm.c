#include "src/base/mem.h"
#include "src/cpu/dnn-internal.h"

/* Tiles of C; the wide one where there are enough of them. */
enum { TILE_M = 256, TILE_N = 192, TILE_N_WIDE = 384 };

/*
 * oneDNN would split K among threads where that helps, and the result would
 * then depend on their number.  So: tiles whose size depends on the shape
 * only, each computed by one thread.
 */
int dnn_sgemm(struct dnn *d, bool ta, bool tb, int64_t M, int64_t N, int64_t K,
	      const float *A, int64_t lda, const float *B, int64_t ldb,
	      float beta, float *C, int64_t ldc, struct err *err)
{
	int64_t tn = N >= 8 * TILE_N_WIDE ? TILE_N_WIDE : TILE_N;
	int64_t across = (N + tn - 1) / tn, down = (M + TILE_M - 1) / TILE_M;
	int threads = across * down > 1 ? d->threads : 1;
	int bad = dnnl_success, before = dnn_threads(1);

#pragma omp parallel for schedule(dynamic) num_threads(threads)
	for (int64_t i = 0; i < across * down; i++) {
		int64_t n = i / down * tn, m = i % down * TILE_M;
		const float *a = A + (ta ? m : m * lda);
		const float *b = B + (tb ? n * ldb : n);
		int s;

		/* to oneDNN's own OpenMP a thread of another is a new one */
		dnn_threads(1);
		s = onednn.sgemm(ta ? 'T' : 'N', tb ? 'T' : 'N',
				 MIN(M - m, TILE_M), MIN(N - n, tn), K, 1, a,
				 lda, b, ldb, beta, C + m * ldc + n, ldc);

		if (s != dnnl_success) {
#pragma omp atomic write
			bad = s;
		}
	}
	dnn_threads(before);
	return dnn_check((dnnl_status_t)bad, "sgemm", err);
}
